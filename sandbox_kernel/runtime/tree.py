"""The sandbox's supervision system as the event log and the wire see it.

What happens in the tree comes in on the tree's thread and must leave it at once; ten thousand workers that start are one
message to a view, not ten thousand.
"""

from __future__ import annotations

import asyncio

from sandbox_kernel import wire
from sandbox_kernel.runtime.cells import named
from sandbox_kernel.runtime.events import EventLog
from sandbox_kernel.supervision import events as tree_events
from sandbox_kernel.supervision.reasons import describe

QUIET_S = 0.1


class TreeReporter:
    """The sink of a `System`: passes crashes, restarts and output on, and sums up the rest."""

    def __init__(self, log: EventLog, *, quiet_s: float = QUIET_S) -> None:
        self._log = log
        self._quiet_s = quiet_s
        self._waiting: str | None = None
        self._quiet = False

    def __call__(self, event: tree_events.Event) -> None:
        told = translate(event)
        if told is not None:
            self._log.emit(told)
        if not isinstance(event, tree_events.WorkerBlocked):  # which comes from the watchdog's thread
            self._changed(type(event).__name__)

    def _changed(self, reason: str) -> None:
        """The first change is told at once; those that follow closely are told together, later."""
        if self._quiet:
            self._waiting = reason
            return
        self._log.emit(wire.TreeChanged(reason=reason))
        self._quiet = True
        asyncio.get_running_loop().call_later(self._quiet_s, self._speak_again)

    def _speak_again(self) -> None:
        self._quiet = False
        if self._waiting is not None:
            reason, self._waiting = self._waiting, None
            self._changed(reason)


def translate(event: tree_events.Event) -> wire.AnyEvent | None:
    """What deserves an event of its own; None for what only changes the look of the tree."""
    match event:
        case tree_events.WorkerCrashed(report=report) if report is not None:
            return wire.WorkerCrashed(
                worker=report.worker,
                reason=named(describe(report.reason)),
                story=named(report.story),
                last_message=_message(report),
                state=report.state,
                traceback=named(report.traceback),
                hint=report.hint,
                supervisor=report.supervisor,
                decision=report.decision,
                restarts_left=-1 if report.restarts_left is None else report.restarts_left,
            )
        case tree_events.WorkerRestarted():
            return wire.WorkerRestarted(
                worker=event.worker,
                restarts=event.restarts,
                max_restarts=event.max_restarts,
                max_seconds=event.max_seconds,
            )
        case tree_events.SupervisorGaveUp():
            return wire.SupervisorGaveUp(
                supervisor=event.worker,
                restarts=event.max_restarts + 1,
                max_restarts=event.max_restarts,
                max_seconds=event.max_seconds,
            )
        case tree_events.WorkerBlocked():
            return wire.WorkerBlocked(
                worker=event.worker,
                seconds=event.seconds,
                message=event.message,
                stack=named(event.stack),
                ended=event.ended,
            )
        case tree_events.WorkerOutput():
            return wire.WorkerOutput(worker=event.worker, text=event.text)
    return None


def _message(report: tree_events.CrashReport) -> str:
    return f"{report.message}, sent from {named(report.sent_from)}" if report.sent_from else report.message
