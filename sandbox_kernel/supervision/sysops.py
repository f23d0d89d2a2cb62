"""System operations: run by the process itself between two messages, also while it is suspended."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox_kernel.errors import CallError, MigrationError
from sandbox_kernel.supervision.events import WorkerSuspended
from sandbox_kernel.supervision.process import Process
from sandbox_kernel.supervision.reasons import Reason, describe, reason_of
from sandbox_kernel.supervision.server import WorkerProcess

TRACE_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Statistics:
    since_s: float
    messages_in: int
    messages_out: int


def suspend(process: Process) -> None:
    if not process.suspended:
        process.suspended = True
        process.core.events.emit(WorkerSuspended(process.label, process.ref))


def resume(process: Process) -> None:
    process.deliver_resume()


def status(process: Process) -> str:
    return "suspended" if process.suspended else "running"


def get_state(process: Process) -> Any:
    return worker(process).fetch_state()


def worker(process: Process) -> WorkerProcess:
    if not isinstance(process, WorkerProcess):
        raise CallError(
            f"'{process.label}' is a supervisor, which has no state of yours; ask one of its workers", reason="badarg"
        )
    return process


@dataclass(frozen=True, slots=True)
class ReplaceState:
    change: Callable[[Any], Any]

    def __call__(self, process: Process) -> Any:
        return self._replace(worker(process))

    async def _replace(self, process: WorkerProcess) -> Any:
        try:
            state = self.change(await process.fetch_state())
        except Exception as error:
            reason = reason_of(error)
            text = f"the state of '{process.label}' was not replaced: {describe(reason)}"
            raise CallError(text, reason=("callback_failed", reason)) from error
        process.replace_state(state)
        return state


@dataclass(frozen=True, slots=True)
class Terminate:
    reason: Reason

    def __call__(self, process: Process) -> Any:
        return self._end(process)

    async def _end(self, process: Process) -> None:
        """The asker is answered when it is gone: `die` answers it, unless the end had another reason."""
        if isinstance(process, WorkerProcess):
            await process.end(self.reason, None, None)
        else:
            await process.parent_ended(self.reason)
        if process.reason != self.reason:
            text = f"'{process.label}' ended for another reason: {describe(process.reason)}"
            raise CallError(text, reason=process.reason)


@dataclass(frozen=True, slots=True)
class ChangeCode:
    old_version: Any
    extra: Any = None

    def __call__(self, process: Process) -> Any:
        return self._change(worker(process))

    async def _change(self, process: WorkerProcess) -> None:
        if not process.suspended:
            text = f"'{process.label}' runs; suspend it before its code changes"
            raise MigrationError(text, target=process.label, reason="not-suspended")
        process.replace_state(await process.migrate(self.old_version, self.extra))


@dataclass(frozen=True, slots=True)
class CountMessages:
    on: bool | None

    def __call__(self, process: Process) -> Statistics | None:
        if self.on is False:
            process.observer = None
            return None
        if self.on:
            process.observe().counting = True
        observer = process.observer
        if observer is None or not observer.counting:
            return None
        return Statistics(observer.since, observer.messages_in, observer.messages_out)


@dataclass(frozen=True, slots=True)
class Trace:
    on: bool

    def __call__(self, process: Process) -> list[tuple[str, Any]]:
        observer = process.observe()
        kept = list(observer.traced or ())
        if not self.on:
            observer.traced = None
        elif observer.traced is None:
            observer.traced = deque(maxlen=TRACE_LIMIT)
        return kept
