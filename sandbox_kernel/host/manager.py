"""Makes, finds and ends sandboxes, each a kernel process of its own, for a program that embeds them.

    async with SandboxManager() as manager:
        till = await manager.create("till", modules={"till": "count = 0"})
        result = await till.run("import till; till.count + 1")

Weighed for the shape of the API: (a) functions that take a name each time, as in a remote procedure call: every call
looks the name up and a typo is found late; (b) a `Sandbox` object alone, without a manager: nobody owns what all share
(context, sockets, the door for the command line) and nobody ends them together; (c) a manager that owns and objects
that act: (c). For programs without an event loop `sandbox_kernel.host.blocking` has the same names without `await`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import zmq.asyncio

from sandbox_kernel import wire
from sandbox_kernel.errors import SandboxError, SandboxExists, SandboxNotFound
from sandbox_kernel.host import asks, scratch
from sandbox_kernel.host.compiling import compile_path, compile_text
from sandbox_kernel.host.confinement import settings_for
from sandbox_kernel.host.door import Door
from sandbox_kernel.host.kernel import Kernel
from sandbox_kernel.host.output import RunResult
from sandbox_kernel.host.pool import WarmPool
from sandbox_kernel.host.provisioner import PARKED
from sandbox_kernel.host.rollout import Health, Rollout, promoted, roll_out
from sandbox_kernel.host.room import make_room
from sandbox_kernel.host.sandbox import Sandbox
from sandbox_kernel.host.status import RestartPolicy, SandboxEvent, SandboxInfo
from sandbox_kernel.isolation.limits import Limits
from sandbox_kernel.versions.artifact import CompileReport
from sandbox_kernel.versions.launching import SEED
from sandbox_kernel.versions.profile import Profile

NO_SEED = {SEED: "no"}

if TYPE_CHECKING:
    from sandbox_kernel.host.blocking import BlockingManager

R = TypeVar("R")


class SandboxManager:
    """An async context manager; leaving it ends every sandbox. All methods on one event loop."""

    def __init__(self, *, restart: RestartPolicy | str = "never", warm: int = 0) -> None:
        """`restart` is the policy of sandboxes that are created without one: "never", "on_crash" or a RestartPolicy.

        `warm` is the number of kernels that are started ahead: a sandbox without a directory of its own then takes one of
        them, which is a matter of milliseconds. Which isolation and limits they have follows what is asked for.
        """
        self._policy = _policy(restart)
        self._pool = WarmPool(warm, self._parked_kernel)
        self._sandboxes: dict[str, Sandbox] = {}
        self._context: zmq.asyncio.Context | None = None
        self._sockets: Path | None = None
        self._door = Door(self)

    @staticmethod
    def sync(*, restart: RestartPolicy | str = "never", warm: int = 0) -> BlockingManager:
        """The same without `await`, usable in scripts and in notebooks: `with SandboxManager.sync() as manager`."""
        from sandbox_kernel.host.blocking import BlockingManager  # it imports this module

        return BlockingManager(restart=restart, warm=warm)

    async def __aenter__(self) -> Self:
        self._context = make_room()
        self._sockets = scratch.make("m-")
        await self._door.open(self._sockets)
        self._pool.refill()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends every sandbox, then everything else the manager holds."""
        await self._pool.close()
        await asyncio.gather(*(sandbox.stop() for sandbox in self._sandboxes.values()), return_exceptions=True)
        self._sandboxes.clear()
        await self._door.close()
        if self._context is not None:
            self._context.destroy(linger=0)
            self._context = None
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None

    # -- one sandbox --------------------------------------------------------------------------------------------

    async def create(
        self,
        name: str,
        *,
        directory: str | os.PathLike[str] | None = None,
        modules: Mapping[str, str | Path] | None = None,
        supervisor: str | None = None,
        restart: RestartPolicy | str | None = None,
        isolation: str = "",
        limits: Limits | str | Mapping[str, Any] | None = None,
        readable: Iterable[str | os.PathLike[str]] = (),
        profile: Profile | str | Mapping[str, Any] | None = None,
        keep_versions: int | None = None,
        timeout_s: float = 30.0,
    ) -> Sandbox:
        """Starts a sandbox, loads `modules`, starts the `supervisor` ("module:function").

        `isolation` is a level (docs/isolation.md) or "auto"; `limits` the name of a profile, changes to one, or Limits;
        `readable` are files and directories that it may read besides. `profile` says which modules and calls its code
        should not use, `keep_versions` how many versions of a module stay (docs/versions.md). Without them the environment
        decides, then the defaults: `auto`, the classroom's limits, no rules, all versions.

        Without a `directory` it has a temporary one that goes with it; with one, its modules and their history are
        there again next time. SandboxExists, StartError, CompileError, ReloadError: then nothing is left running.
        """
        asks.check_name(name)
        asks.check_timeout(timeout_s)
        sources = asks.check_sources(modules) if modules else {}
        target = asks.check_target(supervisor) if supervisor else ""
        policy = self._policy if restart is None else _policy(restart)
        if name in self._sandboxes:
            raise SandboxExists(name)
        place = None if directory is None else _directory(directory)
        settings = settings_for(isolation, limits, readable, profile=profile, keep_versions=keep_versions)
        sandbox = Sandbox(name, self._kernel_for(name, place, settings, edits=bool(sources or place)), policy)
        self._sandboxes[name] = sandbox
        try:
            await sandbox.start(timeout_s)
            if sources:
                await sandbox.hot_reload_all(sources, note="created")
            if target:
                await sandbox.start_tree(target)
        except BaseException:  # cancelled ones too: a half-made sandbox must not stay
            del self._sandboxes[name]
            await asyncio.shield(sandbox.stop())
            raise
        return sandbox

    def get(self, name: str) -> Sandbox:
        """The sandbox of that name, running or crashed; SandboxNotFound."""
        sandbox = self._sandboxes.get(name)
        if sandbox is None:
            raise SandboxNotFound(name, sorted(self._sandboxes))
        return sandbox

    def list(self) -> list[SandboxInfo]:
        """Every sandbox, the crashed ones too, oldest first."""
        return sorted((sandbox.info() for sandbox in self._sandboxes.values()), key=lambda info: info.created)

    def info(self, name: str) -> SandboxInfo:
        return self.get(name).info()

    async def restart(self, name: str, *, timeout_s: float = 30.0) -> None:
        await self.get(name).restart(timeout_s=timeout_s)

    async def destroy(self, name: str) -> None:
        """Ends the sandbox and forgets it; a directory that was given to `create` stays."""
        sandbox = self.get(name)
        del self._sandboxes[name]
        await sandbox.stop()

    # -- without a sandbox --------------------------------------------------------------------------------------

    async def compile_source(
        self,
        source: str,
        module: str = "module",
        *,
        trial_import: bool = True,
        timeout_s: float = 10.0,
        isolation: str = "",
        limits: Limits | str | Mapping[str, Any] | None = None,
        profile: Profile | str | Mapping[str, Any] | None = None,
    ) -> CompileReport:
        """One text, in a worker at an isolation level and with its trial import; nothing goes live. The report says all.

        `isolation`, `limits` and `profile` are as for `create`. StartError when the level cannot be had.
        """
        settings = settings_for(isolation, limits, profile=profile)
        return await asyncio.to_thread(
            compile_text, source, module, settings, trial_import=trial_import, timeout_s=timeout_s
        )

    async def compile_file(
        self,
        path: str | Path,
        *,
        trial_import: bool = True,
        timeout_s: float = 10.0,
        isolation: str = "",
        limits: Limits | str | Mapping[str, Any] | None = None,
        profile: Profile | str | Mapping[str, Any] | None = None,
    ) -> CompileReport:
        """The same for a file; what it imports is looked for in its directory, which it sees read only."""
        path, settings = _existing(path, directory=False), settings_for(isolation, limits, profile=profile)
        return (await asyncio.to_thread(compile_path, path, settings, trial_import=trial_import, timeout_s=timeout_s))[
            0
        ]

    async def compile_project(
        self,
        directory: str | Path,
        *,
        trial_import: bool = True,
        timeout_s: float = 60.0,
        cache: str | Path | None = None,
        isolation: str = "",
        limits: Limits | str | Mapping[str, Any] | None = None,
        profile: Profile | str | Mapping[str, Any] | None = None,
    ) -> CompileReport:
        """The same for every module below a directory. `cache` is a file that remembers what is unchanged next time."""
        path, settings = _existing(directory, directory=True), settings_for(isolation, limits, profile=profile)
        report, _ = await asyncio.to_thread(
            compile_path, path, settings, trial_import=trial_import, timeout_s=timeout_s, cache=cache
        )
        return report

    # -- many at once -------------------------------------------------------------------------------------------

    async def create_many(
        self,
        names: Iterable[str],
        *,
        modules: Mapping[str, str | Path] | None = None,
        supervisor: str | None = None,
        restart: RestartPolicy | str | None = None,
        timeout_s: float = 60.0,
        at_once: int = 8,
    ) -> dict[str, Sandbox | SandboxError]:
        """A sandbox per name, at most `at_once` starting together; per name the sandbox or the error."""

        async def make(name: str) -> Sandbox:
            return await self.create(name, modules=modules, supervisor=supervisor, restart=restart, timeout_s=timeout_s)

        return await _each(names, make, at_once)

    async def run_many(
        self,
        code: str | Callable[[], object],
        names: Iterable[str] | None = None,
        *,
        timeout_s: float = 30.0,
        at_once: int = 32,
    ) -> dict[str, RunResult | SandboxError]:
        """The same code in several sandboxes (all of them by default); per name the result or the error."""

        async def run(name: str) -> RunResult:
            return await self.get(name).run(code, timeout_s=timeout_s)

        return await _each(self._sandboxes if names is None else names, run, at_once)

    async def hot_reload_many(
        self,
        sources: Mapping[str, str | Path],
        names: Iterable[str] | None = None,
        *,
        note: str = "",
        at_once: int = 32,
    ) -> dict[str, wire.Applied | SandboxError]:
        """The same modules in several sandboxes; per name the report or the error, each sandbox all or nothing."""

        async def reload(name: str) -> wire.Applied:
            return await self.get(name).hot_reload_all(sources, note=note)

        return await _each(self._sandboxes if names is None else names, reload, at_once)

    async def destroy_many(self, names: Iterable[str], *, at_once: int = 32) -> dict[str, SandboxError | None]:
        """Ends several sandboxes; per name None or the error."""
        return await _each(names, self.destroy, at_once)

    async def rollout(
        self,
        sources: Mapping[str, str | Path],
        names: Iterable[str] | None = None,
        *,
        health: Health,
        stages: Sequence[int | float] = (1, 0.25, 1.0),
        note: str = "",
    ) -> Rollout:
        """The same change for several sandboxes (all by default), one `stage` after the other, each all or nothing.

        After each stage `health` must hold in every sandbox that has the change: code that runs there and must not raise,
        or a function of the sandbox that returns whether it is well. If it does not, or a reload is refused, all are taken
        back to the texts that were live before. A module that was new stays, without a user. Stages are numbers of
        sandboxes or, as floats, shares of all.
        """
        every = self._sandboxes if names is None else names
        return await roll_out(self, sources, every, health=health, stages=stages, note=note)

    async def promote(
        self,
        variant: str,
        names: Iterable[str] | None = None,
        *,
        modules: Iterable[str] | None = None,
        at_once: int = 32,
    ) -> dict[str, wire.Applied | SandboxError]:
        """The live modules of one sandbox (all, or these) into others; per name the report or the error."""
        every = [name for name in self._sandboxes if name != variant] if names is None else names
        return await promoted(self, variant, every, modules, at_once=at_once)

    async def warmed(self) -> int:
        """Waits until the kernels that are started ahead are there; their number."""
        await self._pool.filled()
        return self._pool.parked

    def _kernel_for(
        self, name: str, directory: Path | None, settings: Mapping[str, str], *, edits: bool
    ) -> Callable[[Callable[[SandboxEvent], None]], Kernel]:
        """Takes a parked kernel where one fits. Without `edits` there may never be a module to compile."""
        parked = None if directory else self._pool.take(settings)
        self._pool.refill()
        if parked is None:
            return self._kernel_maker(name, directory, settings if edits else {**settings, **NO_SEED})

        def adopt(on_event: Callable[[SandboxEvent], None]) -> Kernel:
            parked.adopt(name, on_event)
            return parked

        return adopt

    def _parked_kernel(self, settings: Mapping[str, str]) -> Kernel:
        return self._kernel_maker(PARKED, None, {**settings, **NO_SEED})(lambda event: None)

    def _kernel_maker(
        self, name: str, directory: Path | None, settings: Mapping[str, str]
    ) -> Callable[[Callable[[SandboxEvent], None]], Kernel]:
        if self._context is None or self._sockets is None:
            raise RuntimeError("the manager is not open; write 'async with SandboxManager() as manager'")
        sockets = Path(tempfile.mkdtemp(dir=self._sockets, prefix=""))
        context, door = self._context, self._door.address

        def make(on_event: Callable[[SandboxEvent], None]) -> Kernel:
            return Kernel(
                name,
                sockets=sockets,
                context=context,
                directory=directory,
                door=door,
                on_event=on_event,
                settings=settings,
            )

        return make


def _policy(restart: RestartPolicy | str) -> RestartPolicy:
    return restart if isinstance(restart, RestartPolicy) else RestartPolicy(mode=restart)  # type: ignore[arg-type]  # checked there


def _existing(path: str | Path, *, directory: bool) -> Path:
    found = Path(path).expanduser().absolute()
    if not (found.is_dir() if directory else found.is_file()):
        raise ValueError(f"{found} is no {'directory; give the one that holds the modules' if directory else 'file'}")
    return found


def _directory(directory: str | os.PathLike[str]) -> Path:
    path = Path(directory).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path} is a file; a sandbox needs a directory of its own")
    return path


async def _each(names: Iterable[str], act: Callable[[str], Awaitable[R]], at_once: int) -> dict[str, R | SandboxError]:
    gate = asyncio.Semaphore(at_once)

    async def one(name: str) -> R | SandboxError:
        async with gate:
            try:
                return await act(name)
            except SandboxError as error:
                return error

    unique = list(dict.fromkeys(names))
    results = await asyncio.gather(*(one(name) for name in unique))
    return dict(zip(unique, results, strict=True))
