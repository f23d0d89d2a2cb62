"""Where a sandbox lives: the rule that turns a kernel's environment into a directory, and the claim on that directory.

Called by the provisioner before each first launch; knows nothing of kernels or Jupyter.

Weighed for "two kernels, one notebook" (a second browser window, Voila with several visitors):
(a) refuse the second kernel: safe, but Voila would serve one visitor; (b) share the directory: two writers, and an
edit of one visitor would change the code of another; (c) give the second one a temporary directory that starts as a
copy of the saved modules. (c): whoever comes first keeps the notebook's directory, everyone works, nobody writes into
another's history. The history itself is not copied: it belongs to the first, and two histories with the same numbers
would only confuse.

The claim is a lock file in the user's runtime directory, out of reach of the code in the sandbox, and it is held by the
process that owns the kernel, so it lasts over restarts and ends with that process. The kernel's own lock
(`.sandbox/lock`) is looked at as well: it tells of kernels that were started without this module.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from jupyter_core.paths import jupyter_runtime_dir

from sandbox_kernel.host import scratch
from sandbox_kernel.host.removal import remove_tree

if sys.platform != "win32":  # without advisory locks a second kernel is not noticed
    import fcntl

DIRECTORY = "SANDBOX_KERNEL_DIR"
TEMPORARY_PREFIX = "sandbox-kernel-"
COPY_FILES = 1000
COPY_DEPTH = 20
COPY_BYTES = 32 * 1024 * 1024


class Leaving:
    """Directories whose kernel of this process is being shut down. A page that is loaded again in Voila ends its kernel
    and asks for the next one at the same time; the next one waits for the directory instead of taking a copy of it."""

    def __init__(self) -> None:
        self._left: dict[Path, asyncio.Event] = {}

    def begin(self, directory: Path) -> None:
        self._left.setdefault(directory, asyncio.Event())

    def end(self, directory: Path) -> None:
        left = self._left.pop(directory, None)
        if left is not None:
            left.set()

    async def wait(self, directory: Path | None, *, timeout_s: float = 3.0) -> None:
        """Until it is free, or until it is not worth waiting any longer."""
        left = self._left.get(directory) if directory is not None else None
        if left is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await left.wait()


LEAVING = Leaving()


@dataclass(slots=True)
class Place:
    """A claimed directory. `release()` gives the claim back and removes the directory if it is temporary."""

    directory: Path
    temporary: bool = False
    notebook: str = ""
    copied_from: Path | None = None
    _claim: int = field(default=-1, repr=False)

    def release(self) -> None:
        if self._claim >= 0:
            os.close(self._claim)
            self._claim = -1
        if self.temporary:
            remove_tree(self.directory)


def runtime_directory() -> Path:
    """The user's directory for facts about running sandboxes; nobody else may look inside."""
    path = Path(jupyter_runtime_dir()) / "sandboxes"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def find_notebook(env: Mapping[str, str], cwd: Path) -> Path | None:
    """The notebook that a kernel with this environment works for, as Jupyter Server or Voila tells it."""
    named = [env.get("JPY_SESSION_NAME", ""), unquote(urlsplit(env.get("VOILA_REQUEST_URL", "")).path)]
    for name in filter(None, named):
        for candidate in (Path(name), cwd / Path(name).name):
            if candidate.is_absolute() and candidate.suffix and candidate.is_file():
                return candidate
    return None


def wanted_directory(env: Mapping[str, str], cwd: Path, *, inherited: Mapping[str, str]) -> tuple[Path | None, str]:
    """The directory that the rule gives, None for a temporary one, and the notebook's path or an empty text.

    Pure but for `is_file`. `inherited` is the environment of this process: inside a kernel it describes that
    kernel, so what a child merely inherited from there says nothing about the child.
    """
    if "JPY_PARENT_PID" in inherited:
        env = {name: value for name, value in env.items() if inherited.get(name) != value}
    if explicit := env.get(DIRECTORY):
        return Path(os.path.abspath(cwd / Path(explicit).expanduser())), ""
    notebook = find_notebook(env, cwd)
    if notebook is None:
        return None, ""
    return notebook.parent / "sandboxes" / notebook.stem, str(notebook)


def choose_place(env: Mapping[str, str], cwd: Path, *, inherited: Mapping[str, str] | None = None) -> Place:
    """Claims the directory for one kernel; OSError when it cannot be made."""
    directory, notebook = wanted_directory(env, cwd, inherited=os.environ if inherited is None else inherited)
    if directory is None:
        return Place(_temporary(), temporary=True)
    directory.mkdir(parents=True, exist_ok=True)
    claim = _claim(directory)
    if claim is not None and not is_locked(directory):
        return Place(directory, notebook=notebook, _claim=claim)
    if claim is not None and claim >= 0:
        os.close(claim)
    own = _temporary()
    copy_modules(directory, own)
    return Place(own, temporary=True, notebook=notebook, copied_from=directory)


def is_locked(directory: Path) -> bool:
    """Whether a living kernel holds the lock of this sandbox."""
    if sys.platform == "win32":
        return False
    try:  # a sandbox may have put anything there: no symlink is followed, no fifo waited for
        descriptor = os.open(directory / ".sandbox" / "lock", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(descriptor)
    return False


def copy_modules(source: Path, target: Path) -> None:
    """Copies the modules (`.py` files, packages included), not the history; leaves out symlinks, stops at a bound."""
    files = size = 0
    for folder, names, filenames in os.walk(source):
        names[:] = sorted(name for name in names if not name.startswith(".") and name != "__pycache__")
        if len(Path(folder).relative_to(source).parts) >= COPY_DEPTH:
            names.clear()
        for filename in sorted(filenames):
            path = Path(folder, filename)
            status = path.lstat()
            if path.suffix != ".py" or not stat.S_ISREG(status.st_mode):
                continue
            files, size = files + 1, size + status.st_size
            if files > COPY_FILES or size > COPY_BYTES:
                return
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy, follow_symlinks=False)


def _temporary() -> Path:
    return scratch.make(TEMPORARY_PREFIX)


def _claim(directory: Path) -> int | None:
    """A descriptor that holds the claim, -1 where there are no locks, None when another holds it."""
    if sys.platform == "win32":
        return -1
    name = hashlib.sha256(os.fsencode(directory.resolve())).hexdigest()[:32]
    descriptor = os.open(runtime_directory() / f"{name}.claim", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        return -1
    return descriptor
