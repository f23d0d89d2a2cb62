"""The temporary directories that a host process makes for its sandboxes, and what hosts that were killed have left.

All of a process lie in one directory, whose lock it holds for as long as it lives; whoever makes the next one removes those
whose lock nobody holds. Weighed: (a) the process's number in the name: two containers that share a directory count
processes differently, and one would remove what the other uses; (b) an age: sandboxes run for weeks; (c) a lock, which the
system takes back however a process ends: (c).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import tempfile
import threading
from pathlib import Path

from sandbox_kernel.host.removal import remove_tree

if sys.platform != "win32":  # without advisory locks nobody can tell what is still in use
    import fcntl

PREFIX = "sbx-"  # short: a socket's path has 107 bytes
LOCK = "lock"

_making = threading.Lock()
_own: dict[tuple[int, str], Path] = {}  # by process, for a fork must not take its parent's; and by place


def make(prefix: str) -> Path:
    """A new directory of this process, for its user alone."""
    return Path(tempfile.mkdtemp(prefix=prefix, dir=own()))


def own() -> Path | None:
    """The one that holds all others; made, and dead ones swept, on first use. None: the temporary directory itself."""
    if sys.platform == "win32":
        return None
    key = os.getpid(), tempfile.gettempdir()
    with _making:
        if key not in _own:
            sweep()
            _own[key] = _locked()
            atexit.register(_remove, key)
        return _own[key]


def _locked() -> Path:
    made = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = os.open(made / f"{LOCK}.new", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)  # open until this process ends
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.rename(made / f"{LOCK}.new", made / LOCK)  # others see it with the lock on it only
    return made


def sweep() -> None:
    """Removes what hosts of this user that were killed have left."""
    for entry in os.scandir(tempfile.gettempdir()):
        with contextlib.suppress(OSError):
            if entry.name.startswith(PREFIX) and entry.stat(follow_symlinks=False).st_uid == os.getuid():
                _remove_dead(Path(entry.path))


def is_ours(directory: Path) -> bool:
    """Whether `make` of some process made it."""
    top = directory.parent
    return top.parent == Path(tempfile.gettempdir()) and top.name.startswith(PREFIX)


def _remove_dead(top: Path) -> None:
    lock = os.open(top / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove_tree(top)
    finally:
        os.close(lock)


def _remove(key: tuple[int, str]) -> None:
    if key[0] == os.getpid():
        remove_tree(_own.pop(key))
