"""Suspends a group of workers between two messages, migrates their states all or none, and resumes them.

Used around a swap of code; knows nothing of how the code is swapped. A worker that does not reach the end of its
message in time is the reason to give up: everything goes on as it was, and the suspension that is still queued for it
is void.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox_kernel.errors import CallError, MigrationError, ReloadError
from sandbox_kernel.supervision import sysops
from sandbox_kernel.supervision.process import Process
from sandbox_kernel.supervision.reasons import bounded_repr
from sandbox_kernel.supervision.refs import Ref
from sandbox_kernel.supervision.server import WorkerProcess

if TYPE_CHECKING:
    from sandbox_kernel.supervision.system import System


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """A running worker and where its code is from."""

    ref: Ref
    id: str
    name: Any  # Any: a string or a tuple
    module: str
    class_name: str
    #: (module, qualified name) of its class and that one's bases, nearest first
    lineage: tuple[tuple[str, str], ...] = ()


class Group:
    """The suspended workers of one reload. `change_code` and `restore` are called from the thread that holds the
    group."""

    def __init__(self, system: System, targets: Iterable[Any], timeout_s: float) -> None:
        self._system, self._timeout_s = system, timeout_s
        self._targets = list(targets)
        self._suspended: list[Process] = []
        self._before: dict[WorkerProcess, Any] = {}
        self._over = False

    @property
    def workers(self) -> tuple[WorkerInfo, ...]:
        """The workers, dependencies first."""
        return tuple(describe_worker(process) for process in self._members())

    def change_code(
        self,
        old_version_of: Callable[[WorkerInfo], Any] | Any,
        extra: Any = None,
        *,
        only: Container[Ref] | None = None,
    ) -> None:
        """Migrate a deep copy of each state with the code that is current now; all states change, or none does.

        `old_version_of` is the version the states come from, or a function that says it for each worker. Call it after
        the swap; for a downgrade call it before, with `Down(version)`, because only the newer code knows both shapes.
        `only` leaves the other workers of the group as they are.
        """
        self._system.run(self._change_code(old_version_of, extra, only))

    def put_states(self, states: Mapping[Ref, Any]) -> None:
        """Give these workers a state without asking them, as a rollback to a saved state does; `restore` undoes it."""
        self._system.core.ask(lambda: self._put(states))

    def _put(self, states: Mapping[Ref, Any]) -> None:
        for process in self._members():
            if process.ref in states:
                self._before.setdefault(process, process.state)
                process.replace_state(states[process.ref])

    def restore(self) -> None:
        """Undo a finished `change_code`, for when a later step of the reload fails."""
        self._system.core.ask(self._restore)

    def _restore(self) -> None:
        for process, state in self._before.items():
            if process.alive:
                process.replace_state(state)
        self._before.clear()

    # ---- on the tree's loop
    async def suspend(self) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout_s
        core = self._system.core
        found = [process for target in self._targets if (process := core.find(_address(target))) is not None]
        try:
            for process in _dependents_first(self._system, found):
                await self._suspend_one(process, max(0.0, deadline - loop.time()))
        except BaseException:
            self.resume()
            raise

    async def _suspend_one(self, process: Process, timeout_s: float) -> None:
        try:
            await process.core.operate(process.ref, self._hold, timeout_s)
        except CallError as error:
            if error.reason != "timeout":
                return  # it ended meanwhile, so there is nothing to suspend
            raise ReloadError(_busy(process, self._timeout_s), reason="busy-worker") from None

    def _hold(self, process: Process) -> None:
        if not self._over:
            sysops.suspend(process)
            self._suspended.append(process)

    def resume(self) -> None:
        self._over = True
        for process in reversed(self._suspended):
            if process.alive:
                process.deliver_resume()
        self._suspended.clear()

    def _members(self) -> list[WorkerProcess]:
        return [p for p in reversed(self._suspended) if isinstance(p, WorkerProcess) and p.alive]

    async def _change_code(self, old_version_of: Any, extra: Any, only: Container[Ref] | None) -> None:
        changed: dict[WorkerProcess, Any] = {}
        kept: dict[WorkerProcess, Any] = {}
        try:
            async with asyncio.timeout(self._timeout_s):
                for process in self._members():
                    if only is not None and process.ref not in only:
                        continue
                    old = old_version_of(describe_worker(process)) if callable(old_version_of) else old_version_of
                    work = process.migrate(old, extra)
                    changed[process] = await process.core.loop.create_task(work, context=process.context)
                    kept.setdefault(process, await process.keep_state())
        except TimeoutError:
            text = f"migrating took longer than {self._timeout_s:g} s, so nothing was changed; make code_change quicker"
            raise MigrationError(text, reason="migration-timeout") from None
        for process, state in changed.items():
            self._before.setdefault(process, kept[process])
            process.replace_state(state)


def describe_worker(process: WorkerProcess) -> WorkerInfo:
    cls = type(process.worker)
    lineage = tuple((base.__module__, base.__qualname__) for base in cls.__mro__)
    return WorkerInfo(process.ref, process.id, process.name, cls.__module__, cls.__qualname__, lineage)


def _address(target: Any) -> Any:
    return target.ref if isinstance(target, WorkerInfo) else target


def _dependents_first(system: System, processes: Iterable[Process]) -> list[Process]:
    """Later started ones depend on earlier ones. Their supervisors come last: nobody waits for a supervisor then, and
    none of them starts a worker while code is being swapped."""
    order = {process: index for index, process in enumerate(system.in_start_order())}

    def place(process: Process) -> int:
        return order.get(process, len(order))  # one that is just being started comes after all others

    workers = {p for p in processes if isinstance(p, WorkerProcess)}
    supervisors = {p for p in processes if p not in workers} | {p.parent for p in workers if p.parent is not None}
    return [*sorted(workers, key=place, reverse=True), *sorted(supervisors, key=place, reverse=True)]


def _busy(process: Process, timeout_s: float) -> str:
    message = process.message if isinstance(process, WorkerProcess) else None
    doing = f" with {bounded_repr(message[1])}" if message is not None else ""
    return (
        f"worker '{process.label}' was busy{doing} for more than {timeout_s:g} s, so nothing was reloaded; "
        "wait until it is done, or make its handler shorter"
    )
