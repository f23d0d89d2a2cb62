"""Everything that is done once for all kernels of a zygote: imports, the application's objects, memory made shareable.

Nothing here may leave a thread, a socket or a ZMQ context behind; `leftovers` looks, because what an imported package
does is not ours to promise.
"""

from __future__ import annotations

import fnmatch
import gc
import importlib
import os
import pkgutil
import warnings
from collections.abc import Sequence
from types import FunctionType

from sandbox_kernel.isolation.enter import prepare as prepare_isolation
from sandbox_kernel.zygote import rehearsal, sharing
from sandbox_kernel.zygote.application import ForkedKernelApp
from sandbox_kernel.zygote.server import fork_quietly

PRELOAD = "SANDBOX_KERNEL_PRELOAD"
_ON_THE_WAY = ("sandbox_kernel.isolation.", "sandbox_kernel.zygote.")

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
    sharing.one_arena()
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
    warm(app)
    app.remember_modules()
    importlib.invalidate_caches()  # a kernel that does this itself writes to what its siblings share
    arrange(app)
    return app


def arrange(app: ForkedKernelApp) -> None:
    """Called last: lays out the memory, see `sharing`."""
    running = rehearsal.code_that_runs(app) | own_code()
    gc.collect()
    sharing.fill()
    sharing.compact(running)
    gc.collect()
    sharing.immortalize()
    sharing.forget_lookups()
    gc.freeze()
    sharing.fill()
    sharing.collapse()


def warm(app: ForkedKernelApp) -> None:
    """Does once what has a lasting result: caches of patterns, of types of messages, of this machine's facts."""
    for pattern in ("*.py", "*.ipy"):
        fnmatch.filter((), pattern)  # IPython looks for startup files
    wire = importlib.import_module("sandbox_kernel.wire")
    wire.to_builtins(wire.request_from({"type": "GetHello"}))
    session, shell = app.session, app.shell
    for kind in ("status", "execute_request"):
        _, frames = session.feed_identities(session.serialize(session.msg(kind, content=app.kernel.kernel_info)))
        session.deserialize(frames, content=True)
    for _ in range(2):  # the interpreter adapts code at its second run
        shell.run_cell("None", store_history=False, silent=True)
    shell.last_execution_result = None
    shell.display_formatter.format(1)


def own_code() -> frozenset[int]:
    """What a kernel runs besides, on its way into its isolation."""
    functions = [each for each in gc.get_objects() if type(each) is FunctionType]
    return frozenset(id(each.__code__) for each in functions if str(each.__module__).startswith(_ON_THE_WAY))


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
    """Threads that a fork would lose, or an empty text. Some libraries (OpenBLAS, so numpy) end theirs before a fork and
    start them when they are needed again: those are gone after one."""
    if _threads() > 1:
        child = fork_quietly()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
    count = _threads()
    return "" if count == 1 else f"the prepared process has {count} threads"


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except ImportError as error:
        warnings.warn(f"'{name}' could not be loaded in advance: {error}", stacklevel=2)
