"""Removes what a sandbox has written to, whatever its code made of it: deeper than a path or a recursion can go, closed to
everybody, millions of entries. Never follows a link, never leaves the directory, never raises.

Weighed: (a) `shutil.rmtree`, which descends by recursion: a thousand directories in one another end it with a
RecursionError, for the host that destroys and for every later one that sweeps; (b) `rm -rf`: another program for each; (c)
bringing what lies deeper up to the top until nothing does: two descriptors, no recursion, any depth: (c).

Called when no process of the sandbox is left.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import stat
import sys
from pathlib import Path

_LOOK = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_NAME = ".going-"


def remove_tree(path: Path) -> None:
    if sys.platform == "win32":
        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        top = _open(str(path), None)
        try:
            _empty(top)
        finally:
            os.close(top)
    with contextlib.suppress(OSError):
        os.rmdir(path)


def _empty(top: int) -> None:
    """Goes on as long as something goes: what cannot be removed at all is left."""
    numbers, left = itertools.count(), -1
    while (names := os.listdir(top)) and len(names) != left:
        gone = sum(_take_apart(top, name, numbers) for name in names)
        left = -1 if gone else len(names)


def _take_apart(top: int, name: str, numbers: itertools.count[int]) -> bool:
    """A file goes; of a directory all files go and its directories come up beside it. Whether anything changed."""
    changed = False
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=top)
        return True
    with contextlib.suppress(OSError):
        here = _open(name, top)
        try:
            for inner in os.listdir(here):
                changed |= _bring_up(here, inner, top, numbers)
        finally:
            os.close(here)
    with contextlib.suppress(OSError):
        os.rmdir(name, dir_fd=top)
        changed = True
    return changed


def _bring_up(here: int, name: str, top: int, numbers: itertools.count[int]) -> bool:
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=here)
        return True
    with contextlib.suppress(OSError):
        os.close(_open(name, here))  # a directory that is closed even to its owner cannot change its parent
        os.rename(name, f"{_NAME}{next(numbers)}", src_dir_fd=here, dst_dir_fd=top)
        return True
    return False


def _open(name: str, at: int | None) -> int:
    """A directory, opened to its owner where it was not."""
    opened = os.open(name, _LOOK & ~os.O_RDONLY | getattr(os, "O_PATH", 0), dir_fd=at)
    try:
        place = f"/proc/self/fd/{opened}"
        if os.path.exists(place) and stat.S_IMODE(os.fstat(opened).st_mode) & stat.S_IRWXU != stat.S_IRWXU:
            os.chmod(place, stat.S_IRWXU)
        return os.open(name, _LOOK, dir_fd=at)
    finally:
        os.close(opened)
