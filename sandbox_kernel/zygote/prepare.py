"""Everything that is done once for all kernels of a zygote: imports, the application's objects, memory made shareable.

Nothing here may leave a thread, a socket or a ZMQ context behind; `leftovers` looks, because what an imported package
does is not ours to promise.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import pkgutil
import sys
import tempfile
import warnings
from collections.abc import Sequence

from sandbox_kernel.isolation.enter import prepare as prepare_isolation
from sandbox_kernel.zygote.application import ForkedKernelApp

PRELOAD = "SANDBOX_KERNEL_PRELOAD"
_ARENA_MAX = -8
_LARGE_GAP, _IN_A_ROW = 8192, 6
_BYTES_HEADER = sys.getsizeof(b"")

# What a kernel imports by its first reply, besides what ipykernel itself imports.
_ROOMS = ("runtime", "versions", "reload", "supervision")
_NEEDED = (
    "IPython.core.logger",
    "IPython.extensions.storemagic",
    "faulthandler",
    "ipykernel.debugger",
    "ipykernel.subshell_manager",
    "sandbox_kernel.host.magics",
    "sandbox_kernel.isolation.compiling",
    "sandbox_kernel.versions.compile_worker",
    "sandbox_kernel.zygote.child",
    "sqlite3",
    "tornado.platform.asyncio",
)


class NotForkable(Exception):
    """This process must not be forked; the text says what it found."""


def prepare(arguments: Sequence[str]) -> ForkedKernelApp:
    """The application, ready to be forked. Raises NotForkable, and whatever an import raises."""
    gc.disable()  # a collection now would scatter what later stays shared
    _one_arena()
    app = ForkedKernelApp.instance()
    app.prepare(arguments)
    for name in (*_NEEDED, *own_modules()):
        importlib.import_module(name)
    for name in importlib.import_module("sandbox_kernel.runtime.session").PRELOAD:
        _import(name)  # what the modules of learners import: the compile worker is forked from here too
    for name in os.environ.get(PRELOAD, "").replace(",", " ").split():
        _import(name)
    if found := leftovers():
        raise NotForkable(f"it is not safe to fork: {found}")
    prepare_isolation()
    app.remember_modules()
    importlib.invalidate_caches()  # a kernel that does this itself writes to what its siblings share
    gc.collect()
    gc.freeze()
    _fill_gaps()
    _fill_holes()
    return app


def own_modules() -> list[str]:
    """The modules of the rooms that run in a kernel, without those that are programs of their own."""
    package = importlib.import_module("sandbox_kernel")
    found = []
    for room in _ROOMS:
        for path in package.__path__:
            names = [module.name for module in pkgutil.iter_modules([os.path.join(path, room)])]
            found += [f"sandbox_kernel.{room}.{name}" for name in names if not name.endswith("_worker")]
    return found


def leftovers() -> str:
    """Threads that a fork would lose, or an empty text."""
    count = len(os.listdir("/proc/self/task"))
    return "" if count == 1 else f"the prepared process has {count} threads"


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except ImportError as error:
        warnings.warn(f"'{name}' could not be loaded in advance: {error}", stacklevel=2)


_fillers: list[object] = []


def _fill_holes() -> None:
    """Uses up the free blocks between the objects that are here to stay.

    The allocator would give them to the kernel's own new objects, and each such object makes the page that it shares with
    old ones a private copy. Without them new objects go to pages of their own. The blocks lie in pages that are there
    anyway; in a kernel this saves a quarter of its memory.
    """
    for size, free in _free_blocks().items():
        _fillers.extend(_filler(size) for _ in range(free))


def _filler(size: int) -> object:
    """An object that takes exactly one block of this size, and that no collection looks at."""
    if size == 16:
        return object()
    return float(size) if size == 32 else bytes(size - _BYTES_HEADER)


def _free_blocks() -> dict[int, int]:
    """How many free blocks the pools in use have, by size; CPython tells it on its standard error only."""
    with tempfile.TemporaryFile() as file:
        before = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            sys._debugmallocstats()
        finally:
            os.dup2(before, 2)
            os.close(before)
        file.seek(0)
        rows = [line.split() for line in file.read().decode("ascii", "replace").splitlines()]
    return {int(row[1]): int(row[4]) for row in rows if len(row) == 5 and all(cell.isdigit() for cell in row)}


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def _one_arena() -> None:
    """All threads of a kernel share one heap: the interpreter's lock keeps them apart anyway, and each heap costs pages."""
    mallopt = getattr(_libc(), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)


def _fill_gaps() -> None:
    """The same for what C libraries allocate: small gaps in the heap of `malloc`, from large to small.

    Pieces that come one right after the other come from a gap that is large enough to be left alone.
    """
    malloc = getattr(_libc(), "malloc", None)
    if malloc is None:
        return
    malloc.restype, malloc.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
    for size in range(_LARGE_GAP, 0, -16):
        last = in_a_row = 0
        while in_a_row < _IN_A_ROW:
            piece = malloc(size + 8) or 0
            in_a_row = in_a_row + 1 if piece - last == size + 16 else 0
            last = piece
