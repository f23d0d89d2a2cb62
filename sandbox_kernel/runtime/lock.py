"""One kernel per directory: an advisory lock that the operating system gives back when its holder ends, however it ends."""

from __future__ import annotations

import json
import os
from pathlib import Path

from sandbox_kernel.errors import StartError

try:
    import fcntl
except ImportError:  # Windows has no flock: there a second kernel is not noticed
    fcntl = None  # type: ignore[assignment]  # the module or nothing


class DirectoryLock:
    """Held from `acquire` to `release` or the end of the process. The file says who holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = -1

    def acquire(self) -> None:
        """Raises StartError, naming the holder, when another living process has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.is_symlink() or (self.path.exists() and not self.path.is_file()):
            self._put_aside()  # code of an earlier run left something else there
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if fcntl is not None:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(fd, 200, 0).decode(errors="replace")
            os.close(fd)
            raise StartError(
                f"the sandbox in {self.path.parent.parent} is in use by another kernel ({holder.strip() or 'unknown'}); "
                "shut that one down or use another directory",
                reason="locked",
            ) from None
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps({"pid": os.getpid()}).encode(), 0)
        self._fd = fd

    def _put_aside(self) -> None:
        self.path.rename(self.path.with_name(f"{self.path.name}.{os.urandom(4).hex()}"))

    def release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
