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
import warnings
from collections.abc import Sequence

from sandbox_kernel.zygote.application import ForkedKernelApp

PRELOAD = "SANDBOX_KERNEL_PRELOAD"
_ARENA_MAX = -8

# What a kernel imports by its first reply, besides what ipykernel itself imports.
_ROOMS = ("runtime", "versions", "reload", "supervision")
_NEEDED = (
    "IPython.core.logger",
    "IPython.extensions.storemagic",
    "faulthandler",
    "ipykernel.debugger",
    "ipykernel.subshell_manager",
    "sandbox_kernel.host.magics",
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
    for name in os.environ.get(PRELOAD, "").replace(",", " ").split():
        _import(name)
    if found := leftovers():
        raise NotForkable(f"it is not safe to fork: {found}")
    gc.collect()
    gc.freeze()
    _give_back_memory()
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


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def _one_arena() -> None:
    """All threads of a kernel share one heap: the interpreter's lock keeps them apart anyway, and each heap costs pages."""
    mallopt = getattr(_libc(), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)


def _give_back_memory() -> None:
    trim = getattr(_libc(), "malloc_trim", None)
    if trim is not None:
        trim(0)
