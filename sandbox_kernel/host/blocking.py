"""The host API without `await`: one background thread with one event loop, the same names, the same errors.

    with SandboxManager.sync() as manager:
        print(manager.create("till").run("1 + 1").text)

Usable from a script and from a notebook cell, where a loop is running already. Weighed: (a) `asyncio.run` per call: no
loop lives between calls, so nobody would see a crash; (b) patching the running loop to be re-entered (nest_asyncio):
breaks the loop's promises for everything else in the process; (c) a loop in a thread of its own: (c).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sandbox_kernel.errors import SandboxError
from sandbox_kernel.host.handin import MOST_BYTES
from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.host.sandbox import Sandbox
from sandbox_kernel.host.status import RestartPolicy, SandboxEvent, SandboxInfo
from sandbox_kernel.host.usage import Usage

P = ParamSpec("P")
R = TypeVar("R")
Coro = Coroutine[Any, Any, R]  # Any: what a coroutine takes and sends is asyncio's own


class Loop:
    """An event loop in a daemon thread; `call` may be used from any other thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sandbox-host", daemon=True)
        self._thread.start()

    def call(self, coroutine: Coro[R]) -> R:
        """Waits for the result; a KeyboardInterrupt cancels the coroutine and goes on to the caller."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _awaited(waiting: Awaitable[R]) -> R:
    return await waiting


def _plain(
    method: Callable[Concatenate[Sandbox, P], Coro[R]],
) -> Callable[Concatenate[BlockingSandbox, P], R]:
    """The method of `Sandbox` as one of `BlockingSandbox`."""

    def call(self: BlockingSandbox, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return self._loop.call(method(self._sandbox, *args, **kwargs))

    call.__name__, call.__doc__ = method.__name__, method.__doc__
    return call


class BlockingSandbox:
    """A `Sandbox` without `await`."""

    def __init__(self, sandbox: Sandbox, loop: Loop) -> None:
        self._sandbox = sandbox
        self._loop = loop
        self.name = sandbox.name

    run = _plain(Sandbox.run)
    check = _plain(Sandbox.check)
    compile = _plain(Sandbox.compile)
    hot_reload = _plain(Sandbox.hot_reload)
    hot_reload_all = _plain(Sandbox.hot_reload_all)
    reload_files = _plain(Sandbox.reload_files)
    rollback = _plain(Sandbox.rollback)
    history = _plain(Sandbox.history)
    diff = _plain(Sandbox.diff)
    source = _plain(Sandbox.source)
    version = _plain(Sandbox.version)
    statistics = _plain(Sandbox.statistics)
    dependencies = _plain(Sandbox.dependencies)
    timeline = _plain(Sandbox.timeline)
    undo = _plain(Sandbox.undo)
    redo = _plain(Sandbox.redo)
    tag = _plain(Sandbox.tag)
    untag = _plain(Sandbox.untag)
    bisect = _plain(Sandbox.bisect)
    forget_versions = _plain(Sandbox.forget_versions)
    export_history = _plain(Sandbox.export_history)
    import_history = _plain(Sandbox.import_history)
    compile_files = _plain(Sandbox.compile_files)
    snapshot = _plain(Sandbox.snapshot)
    tree = _plain(Sandbox.tree)
    start_tree = _plain(Sandbox.start_tree)
    restart = _plain(Sandbox.restart)
    interrupt = _plain(Sandbox.interrupt)
    wait_until = _plain(Sandbox.wait_until)

    def info(self) -> SandboxInfo:
        return self._sandbox.info()

    @property
    def connection_file(self) -> str:
        return self._sandbox.connection_file

    def usage(self) -> Usage:
        return self._sandbox.usage()

    def read_file(self, name: str, *, most_bytes: int = MOST_BYTES) -> bytes:
        return self._sandbox.read_file(name, most_bytes=most_bytes)

    def events(self) -> Iterator[SandboxEvent]:
        """Everything from the first `next` on, until the sandbox is destroyed."""
        subscription = self._sandbox.events()
        events = self._loop.call(_awaited(subscription.__aenter__()))
        try:
            while (event := self._loop.call(_awaited(anext(events, None)))) is not None:
                yield event
        finally:
            self._loop.call(_awaited(subscription.__aexit__(None, None, None)))


def _managed(
    method: Callable[Concatenate[SandboxManager, P], Coro[R]],
) -> Callable[Concatenate[BlockingManager, P], R]:
    """The method of `SandboxManager` as one of `BlockingManager`."""

    def call(self: BlockingManager, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return self._loop.call(method(self._manager, *args, **kwargs))

    call.__name__, call.__doc__ = method.__name__, method.__doc__
    return call


def _wrapped(
    method: Callable[Concatenate[SandboxManager, P], Coro[Sandbox]],
) -> Callable[Concatenate[BlockingManager, P], BlockingSandbox]:
    def call(self: BlockingManager, /, *args: P.args, **kwargs: P.kwargs) -> BlockingSandbox:
        return BlockingSandbox(self._loop.call(method(self._manager, *args, **kwargs)), self._loop)

    call.__name__, call.__doc__ = method.__name__, method.__doc__
    return call


def _wrapped_each(
    method: Callable[Concatenate[SandboxManager, P], Coro[dict[str, Sandbox | SandboxError]]],
) -> Callable[Concatenate[BlockingManager, P], dict[str, BlockingSandbox | SandboxError]]:
    def call(self: BlockingManager, /, *args: P.args, **kwargs: P.kwargs) -> dict[str, BlockingSandbox | SandboxError]:
        made = self._loop.call(method(self._manager, *args, **kwargs))
        return {
            name: BlockingSandbox(one, self._loop) if isinstance(one, Sandbox) else one for name, one in made.items()
        }

    call.__name__, call.__doc__ = method.__name__, method.__doc__
    return call


class BlockingManager:
    """A `SandboxManager` without `await`; usable at once, `close` or leaving the `with` ends every sandbox."""

    def __init__(self, *, restart: RestartPolicy | str = "never", warm: int = 0) -> None:
        self._manager = SandboxManager(restart=restart, warm=warm)
        self._loop = Loop()
        self._loop.call(self._manager.__aenter__())

    create = _wrapped(SandboxManager.create)
    create_many = _wrapped_each(SandboxManager.create_many)
    run_many = _managed(SandboxManager.run_many)
    hot_reload_many = _managed(SandboxManager.hot_reload_many)
    destroy_many = _managed(SandboxManager.destroy_many)
    rollout = _managed(SandboxManager.rollout)
    promote = _managed(SandboxManager.promote)
    restart = _managed(SandboxManager.restart)
    destroy = _managed(SandboxManager.destroy)
    warmed = _managed(SandboxManager.warmed)
    compile_source = _managed(SandboxManager.compile_source)
    compile_file = _managed(SandboxManager.compile_file)
    compile_project = _managed(SandboxManager.compile_project)

    def get(self, name: str) -> BlockingSandbox:
        return BlockingSandbox(self._manager.get(name), self._loop)

    def list(self) -> list[SandboxInfo]:
        return self._manager.list()

    def info(self, name: str) -> SandboxInfo:
        return self._manager.info(name)

    def close(self) -> None:
        """Ends every sandbox and the thread; a second call does nothing."""
        if self._loop.running:
            self._loop.call(self._manager.close())
            self._loop.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
