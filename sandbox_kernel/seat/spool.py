"""Fetches what sandboxes have to tell from their own directories, where code of the learner may have put anything.

The desk of a lesson writes one small JSON file per event into `.sandbox/outbox` of its sandbox (`sandbox_kernel.spool`).
Here each is read as bytes of a bounded size without following any link, checked against the messages that a sandbox may
send, put into the server's own outbox, and only then removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from sandbox_kernel.errors import HandInRefused
from sandbox_kernel.host import handin
from sandbox_kernel.seat.outbox import Outbox
from sandbox_kernel.wire_class import EVENT_BYTES, FromSandbox

PLACE = ".sandbox/outbox"
AT_ONCE = 100
DEEPEST = 6
_decoder = msgspec.json.Decoder(FromSandbox)


def collect(directories: Iterable[Path], outbox: Outbox) -> int:
    """Moves what the sandboxes in these directories have written into the outbox; how many there were."""
    found = 0
    for directory in directories:
        for name in _names(directory):
            if found >= AT_ONCE or outbox.is_full:
                return found
            found += _move(directory, name, outbox)
    return found


def sandboxes_below(root: Path) -> Iterator[Path]:
    """Directories of sandboxes below the learner's folder: also of those that do not run now."""
    for folder, names, _ in os.walk(root, followlinks=False):
        if folder.count("/") - str(root).count("/") >= DEEPEST:
            names.clear()
        if os.path.basename(os.path.dirname(folder)) == "sandboxes":
            yield Path(folder)
            names.clear()
        names[:] = [name for name in names if not name.startswith(".")]


def _names(directory: Path) -> list[str]:
    """The oldest few; a link in place of the directory has none."""
    place = directory
    for part in PLACE.split("/"):
        place = place / part
        if place.is_symlink() or not place.is_dir():
            return []
    with contextlib.suppress(OSError), os.scandir(place) as entries:
        return sorted(name for entry in _some(entries) if (name := entry.name).endswith(".json"))[:AT_ONCE]
    return []


def _some(entries: Iterable[os.DirEntry[str]]) -> Iterator[os.DirEntry[str]]:
    for count, entry in enumerate(entries):
        if count >= 10 * AT_ONCE:
            return
        yield entry


def _move(directory: Path, name: str, outbox: Outbox) -> int:
    path = f"{PLACE}/{name}"
    taken = 0
    try:
        data = handin.read(directory, path, most_bytes=EVENT_BYTES)
        key = hashlib.sha256(f"{directory}/{name}\0".encode() + data).hexdigest()[:32]
        outbox.put(_decoder.decode(data), key)
        taken = 1
    except (HandInRefused, msgspec.DecodeError, OSError, RecursionError):
        pass  # no message of the desk: whoever wrote it gets no word about it
    _remove(directory, name)
    return taken


def _remove(directory: Path, name: str) -> None:
    """By the opened directory, so that one that was exchanged for a link meanwhile removes nothing elsewhere."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    opened: list[int] = []
    try:
        opened.append(os.open(directory, flags))
        for part in PLACE.split("/"):
            opened.append(os.open(part, flags, dir_fd=opened[-1]))
        try:
            os.unlink(name, dir_fd=opened[-1])
        except (IsADirectoryError, PermissionError):
            os.rename(name, name.removesuffix(".json") + ".refused", src_dir_fd=opened[-1], dst_dir_fd=opened[-1])
    except OSError:
        pass  # gone already
    finally:
        for descriptor in opened:
            os.close(descriptor)
