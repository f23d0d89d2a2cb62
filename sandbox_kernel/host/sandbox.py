"""One sandbox of a manager: run code in it, change its modules, see it crash and bring it back.

Made by `SandboxManager.create`; all methods on the manager's loop. What the code in a sandbox does (raise, hang, flood,
die) comes back in a `RunResult`; exceptions are for what the *caller* asked wrongly or what could not be carried out.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from sandbox_kernel import wire
from sandbox_kernel.errors import CompileError, KernelDied, KernelUnresponsive, LimitExceeded, SandboxError
from sandbox_kernel.host import asks, handin, vigil
from sandbox_kernel.host.client import Content
from sandbox_kernel.host.feed import Feed
from sandbox_kernel.host.kernel import Kernel
from sandbox_kernel.host.output import OUTPUT_LIMIT_BYTES, OnText, Output, RunResult, error_from
from sandbox_kernel.host.status import (
    USABLE,
    LimitReached,
    RestartPolicy,
    SandboxEvent,
    SandboxInfo,
    Status,
    StatusChanged,
    check_transition,
    describe_exit,
)
from sandbox_kernel.host.usage import Usage
from sandbox_kernel.host.versions import Versions
from sandbox_kernel.isolation.limits import MIB

RUN_TIMEOUT_S = 30.0
INTERRUPT_GRACE_S = 2.0
REQUEST_TIMEOUT_S = 30.0

R = TypeVar("R", bound=wire.Message)


class Sandbox(Versions):
    """`name` is its own for the life of the manager. Safe to use from many tasks; runs happen one after the other."""

    def __init__(
        self, name: str, make_kernel: Callable[[Callable[[SandboxEvent], None]], Kernel], policy: RestartPolicy
    ):
        self.name = name
        self.created = time.time()
        self._feed = Feed()
        self._kernel = make_kernel(self._feed.publish)
        self._policy = policy
        self._status: Status = "stopped"
        self._reason = ""
        self._directory = ""
        self._exit_status: int | None = None
        self._ended_by: LimitReached | None = None
        self._output_bytes = 0
        self._restarts = 0
        self._crashes: list[float] = []
        self._watch: asyncio.Task[None] | None = None
        self._vigil: asyncio.Task[None] | None = None
        self._last_run = time.monotonic()
        self._life = asyncio.Lock()
        self._running = asyncio.Lock()
        self._settled = asyncio.Event()

    # -- life ---------------------------------------------------------------------------------------------------

    def info(self) -> SandboxInfo:
        """What is known without asking the kernel."""
        pid = self._kernel.pid if self._status in USABLE else 0
        return SandboxInfo(
            self.name,
            self._status,
            self._directory,
            pid,
            self.created,
            self._restarts,
            self._reason,
            self._kernel.level,
        )

    @property
    def connection_file(self) -> str:
        """For Jupyter clients of the running kernel; its key is for this user alone."""
        return self._kernel.connection_file

    def usage(self) -> Usage:
        """What it uses now, children included, as the watchdog saw it last; all zero without isolation.

        `output_bytes` is what its runs have sent since it was made.
        """
        return replace(self._kernel.usage(), output_bytes=self._output_bytes)

    def read_file(self, name: str, *, most_bytes: int = handin.MOST_BYTES) -> bytes:
        """A regular file of its directory, as data; HandInRefused for links, devices and what is too large."""
        return handin.read(Path(self._directory), name, most_bytes=most_bytes)

    async def start(self, timeout_s: float) -> None:
        """Called once, by the manager."""
        async with self._life:
            await self._start(timeout_s, restart=False)

    async def restart(self, *, timeout_s: float = 30.0) -> None:
        """Stops the kernel if it runs and starts it again: modules come back at their live versions, and the tree."""
        asks.check_timeout(timeout_s)
        async with self._life:
            if self._status in USABLE:
                self._go("stopping")
                await self._end_watch()
                self._go("stopped")
            await self._start(timeout_s, restart=True)

    async def stop(self) -> None:
        """Called by the manager: ends the kernel for good."""
        async with self._life:
            if self._status == "stopped":
                return
            self._go("stopping")
            await self._end_watch()
            await self._kernel.stop()
            self._go("stopped")
            self._feed.close()

    async def interrupt(self) -> None:
        """A KeyboardInterrupt in the code that runs now; nothing happens when none runs."""
        await self._usable()
        await self._kernel.interrupt()

    def events(self) -> AbstractAsyncContextManager[AsyncIterator[SandboxEvent]]:
        """`async with sandbox.events() as events: async for event in events`, over restarts, until it is destroyed."""
        return self._feed.subscribe()

    async def wait_until(self, status: Status, *, timeout_s: float = 30.0) -> None:
        """Returns as soon as the sandbox is in that state; KernelUnresponsive when it is not in time."""
        try:
            async with asyncio.timeout(asks.check_timeout(timeout_s)), self._feed.subscribe() as events:
                while self._status != status:
                    await anext(events)
        except (TimeoutError, StopAsyncIteration):
            raise KernelUnresponsive(self.name, timeout_s) from None

    # -- code ---------------------------------------------------------------------------------------------------

    async def run(
        self,
        code: str | Callable[[], object],
        *,
        timeout_s: float | None = None,
        output_limit_bytes: int | None = None,
        on_text: OnText | None = None,
    ) -> RunResult:
        """Runs code as a cell does. Whatever it does ends up in the result, within about `timeout_s` seconds.

        Both limits are those of the sandbox (`cell_seconds`, `output_mb`) unless given; 30 s and 8 MiB where it has none.

        At the limit of time or output the code is interrupted; if that does not end it, the kernel is killed and, if
        the policy says so, restarted: the result's `LimitExceeded` says which. `on_text` gets "stdout" or "stderr" and
        each piece of text as it comes.
        """
        text = asks.check_code(code)
        if timeout_s is not None:
            asks.check_timeout(timeout_s)
        async with self._running:
            await self._usable()
            limits = self._kernel.limits
            timeout_s = timeout_s or limits.cell_seconds or RUN_TIMEOUT_S
            began = time.monotonic()
            most = limits.output_mb * MIB or OUTPUT_LIMIT_BYTES
            output = Output(most if output_limit_bytes is None else output_limit_bytes, on_text, limits.output_messages)
            error = await self._execute(text, output, timeout_s)
            self._output_bytes += output.size_bytes
            if isinstance(error, KernelDied) and (by := self._ended_by) is not None:
                error = LimitExceeded(by.limit, by.allowed, by.sentence)
            self._last_run = time.monotonic()
            return output.result(error, (time.monotonic() - began) * 1000)

    async def check(self, module: str, source: str | Path) -> wire.Checked:
        """Compiles in isolation and reports what it found; nothing is stored or loaded."""
        module = asks.check_module(module)
        return await self._ask(wire.CheckModule(module=module, source=asks.check_source(module, source)), wire.Checked)

    async def compile(self, module: str, source: str | Path) -> wire.Checked:
        """As `check`, but raises CompileError when there are errors."""
        checked = await self.check(module, source)
        if not checked.ok:
            first = next((problem.message for problem in checked.problems if problem.severity == "error"), "it failed")
            raise CompileError(module, f"'{module}' does not compile: {first}", checked.problems)
        return checked

    async def hot_reload(
        self, module: str, source: str | Path, *, note: str = "", state_handler: asks.StateHandler | None = None
    ) -> wire.Applied:
        """Checks, stores and loads one module with its live state kept. CompileError, ReloadError: nothing changed.

        `state_handler(old_state, old_version, new_version)` runs inside the sandbox and returns the new state of each
        worker of the module, instead of its `code_change`. MigrationError when it raises: nothing changed.
        """
        return await self.hot_reload_all({module: source}, note=note, state_handler=state_handler)

    async def hot_reload_all(
        self, sources: Mapping[str, str | Path], *, note: str = "", state_handler: asks.StateHandler | None = None
    ) -> wire.Applied:
        """As `hot_reload`, for several modules: all of them or none."""
        checked, packed = asks.check_sources(sources), asks.check_handler(state_handler)
        return await self._apply(wire.ApplyModules(sources=checked, note=note, author="host", state_handler=packed))

    async def reload_files(self, *modules: str) -> wire.Applied:
        """Applies the saved files of these modules, of all edited ones when none is named."""
        return await self._apply(wire.ReloadFiles(modules=[asks.check_module(module) for module in modules]))

    async def compile_files(self, *, trial: bool = True) -> wire.Compiled:
        """Compiles all modules of its directory in its own compile worker: what changed, and imports on trial what depends
        on it. Nothing is stored or loaded; problems are in the result, not raised."""
        return await self._ask(wire.CompileFiles(trial=trial), wire.Compiled)

    # -- questions ----------------------------------------------------------------------------------------------

    async def snapshot(self) -> wire.Snapshot:
        """Modules and tree, at once."""
        return await self._ask(wire.GetSnapshot(), wire.Snapshot)

    async def tree(self) -> list[wire.TreeNode]:
        """The roots of the supervision tree."""
        return (await self._ask(wire.GetTree(), wire.Tree)).roots

    async def start_tree(self, target: str) -> list[wire.TreeNode]:
        """Starts the supervisor that `module:function` returns; it comes back after restarts."""
        return (await self._ask(wire.StartTree(target=asks.check_target(target)), wire.Tree)).roots

    # -- inside -------------------------------------------------------------------------------------------------

    def _go(self, after: Status, reason: str = "") -> None:
        before = self._status
        check_transition(before, after)
        self._status, self._reason = after, reason
        if after in ("running", "crashed", "stopped"):
            self._settled.set()
        elif after == "initializing":
            self._settled.clear()
        self._feed.publish(StatusChanged(self.name, before, after, reason))

    async def _start(self, timeout_s: float, *, restart: bool) -> None:
        self._go("initializing")
        try:
            hello = await self._kernel.start(timeout_s, restart=restart)
        except BaseException as error:  # cancelled ones too: the status must be true
            self._exit_status = None
            self._go("crashed", str(error) or "the start was cancelled")
            raise
        self._directory = hello.directory
        self._restarts += restart
        self._last_run = time.monotonic()
        self._watch = asyncio.create_task(self._watch_kernel(), name=f"watch {self.name}")
        self._vigil = asyncio.create_task(self._keep_vigil(), name=f"vigil {self.name}")
        self._go("running")

    async def _watch_kernel(self) -> None:
        """Waits for the kernel to end by itself; restarts it if the policy says so."""
        status = await self._kernel.exited()
        if self._vigil is not None:
            self._vigil.cancel()
        self._exit_status = status
        self._crashes.append(time.monotonic())
        again = self._policy.allows(self._crashes, self._crashes[-1])
        by = self._kernel.ended_by
        reason = by.sentence if by else describe_exit(status, self._kernel.tail.text)
        if again and by:
            reason += f"; restarted, {self._policy.left(self._crashes)} of {self._policy.max_restarts} restarts left"
        if not again and self._policy.mode == "on_crash":
            reason += f"; not restarted: over {self._policy.max_restarts} crashes in {self._policy.max_seconds:g} s"
        self._ended_by = LimitReached(self.name, by.limit, by.allowed, reason) if by else None
        if self._ended_by is not None:
            self._feed.publish(self._ended_by)
        self._go("crashed", reason)
        if not again:
            return
        self._settled.clear()
        with contextlib.suppress(SandboxError):  # the status says why
            async with self._life:
                if self._status == "crashed":
                    await self._start(30.0, restart=True)
        self._settled.set()

    async def _keep_vigil(self) -> None:
        """Ends a kernel that does not answer any more, or that nobody has used for its limit of time."""

        def quiet_s() -> float:
            return 0.0 if self._running.locked() else time.monotonic() - self._last_run

        verdict = await vigil.keep(self._kernel, self._kernel.limits, quiet_s)
        await self._kernel.end(verdict.limit, getattr(self._kernel.limits, verdict.limit), verdict.sentence)

    async def _end_watch(self) -> None:
        tasks = [task for task in (self._watch, self._vigil) if task is not None and task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _usable(self) -> None:
        """Waits for a start that is under way; raises KernelDied when there is no kernel to talk to."""
        while not self._settled.is_set():  # a crash that the policy mends wakes us too early
            await self._settled.wait()
        if self._status not in USABLE:
            raise KernelDied(self.name, self._exit_status)

    async def _ask(self, request: wire.Request, kind: type[R]) -> R:
        await self._usable()
        return asks.expect(await self._kernel.client.request(request, timeout_s=REQUEST_TIMEOUT_S), kind, request)

    async def _apply(self, request: wire.Request) -> wire.Applied:
        await self._usable()
        if self._status == "running":
            self._go("reloading")
        try:
            applied = await self._ask(request, wire.Applied)
        finally:
            if self._status == "reloading":
                self._go("running")
        if not applied.ok:
            raise asks.refusal_of(applied)
        return applied

    async def _execute(self, code: str, output: Output, timeout_s: float) -> SandboxError | None:
        running = asyncio.create_task(self._kernel.client.execute(code, output))
        flooded = asyncio.create_task(output.full.wait())
        try:
            await asyncio.wait({running, flooded}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                return await self._stop_run(running, output, timeout_s)
            reply = running.result()
        except SandboxError as error:
            return error
        finally:
            for task in (running, flooded):
                task.cancel()
            await asyncio.gather(running, flooded, return_exceptions=True)
        return error_from(reply) if reply.get("status") == "error" else None

    async def _stop_run(self, running: asyncio.Task[Content], output: Output, timeout_s: float) -> SandboxError:
        if output.full.is_set():
            limit, allowed, what = output.exceeded
        else:
            limit, allowed, what = "wall_seconds", timeout_s, f"ran longer than {timeout_s:g} s"
        await self._kernel.interrupt()
        await asyncio.wait({running}, timeout=INTERRUPT_GRACE_S)
        if running.done():
            if isinstance(died := running.exception(), KernelDied):
                return died
            sentence = f"the code {what} and was interrupted; the sandbox goes on"
            self._feed.publish(LimitReached(self.name, limit, allowed, sentence))
            return LimitExceeded(limit, allowed, sentence)
        ended = f"the code {what} and did not stop when interrupted, so the kernel was killed"
        again = self._policy.allows([*self._crashes, time.monotonic()], time.monotonic())
        await self._kernel.end(limit, allowed, f"stopped: {ended}")
        await asyncio.wait({running}, timeout=INTERRUPT_GRACE_S)
        if again:
            return LimitExceeded(limit, allowed, f"{ended} and is restarted with its modules")
        return LimitExceeded(limit, allowed, f"{ended}; restart sandbox '{self.name}' to get its modules back")
