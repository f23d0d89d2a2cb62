"""What a sandbox's files use of the disk, also where its code hides them: reads names and sizes, never contents.

Called by the watchdog. Hidden are files that were deleted while they are open, files in directories that nobody may list,
and files below a path that is too long for the system. Weighed: (a) quotas of the file system: for root, and seldom
there; (b) a file system of a fixed size for each sandbox: its files would not be plain files of its user; (c) looking: (c).
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from typing import Final

BEYOND: Final = 1 << 50  # more than any limit: nobody has a use for what is hidden so deeply
_LONGEST_PATH: Final = 3500
_MOST_CLOSED: Final = 20
_BLOCK: Final = 512


def of_directory(path: str, *, most_files: int, closed: int = 0) -> tuple[int, int]:
    """Bytes allocated and entries below a directory; stops counting soon after `most_files` entries (0: never)."""
    size = entries = 0
    queue = [path]
    while queue and (not most_files or entries <= most_files):
        here = queue.pop()
        if len(here) > _LONGEST_PATH or closed > _MOST_CLOSED:
            return BEYOND, BEYOND
        try:
            listing = os.scandir(here)
        except PermissionError:
            with _opened(here) as open_place:
                if open_place:
                    more, count = of_directory(open_place, most_files=most_files, closed=closed + 1)
                    size, entries = size + more, entries + count
            continue
        except OSError:
            continue
        with listing:
            for entry in listing:
                entries += 1
                with contextlib.suppress(OSError):
                    size += entry.stat(follow_symlinks=False).st_blocks * _BLOCK
                    if entry.is_dir(follow_symlinks=False):
                        queue.append(entry.path)
                if most_files and entries > most_files:
                    break
    return size, entries


@contextlib.contextmanager
def _opened(path: str) -> Iterator[str]:
    """A directory of this user that its own code has closed: open while it is counted. Empty for another user's."""
    try:
        at = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        yield ""
        return
    place, mode = f"/proc/self/fd/{at}", stat.S_IMODE(os.fstat(at).st_mode)
    try:
        os.chmod(place, mode | stat.S_IRUSR | stat.S_IXUSR)
    except PermissionError:
        os.close(at)
        yield ""
        return
    try:
        yield place
    finally:
        with contextlib.suppress(OSError):
            os.chmod(place, mode)
        os.close(at)


def of_deleted(pids: Sequence[int], directories: Sequence[str]) -> int:
    """Bytes of files that have no name any more and are still open, on the file systems of these directories."""
    devices = set()
    for path in directories:
        with contextlib.suppress(OSError):
            devices.add(os.stat(path).st_dev)
    found: dict[int, int] = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            for name in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    state = os.stat(f"/proc/{pid}/fd/{name}")
                    if not state.st_nlink and stat.S_ISREG(state.st_mode) and state.st_dev in devices:
                        found[state.st_ino] = state.st_blocks * _BLOCK
    return sum(found.values())
