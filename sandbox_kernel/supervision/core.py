"""The processes of one system and how they find each other. Everything runs on the tree's loop, except `post` and
`new_ref`.

`system` puts a Core into a thread of its own; tests put one into a loop with a virtual clock.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
from collections.abc import Callable
from contextvars import Context
from typing import TYPE_CHECKING, Any

from sandbox_kernel.errors import CallError, CallTimeout, StartError
from sandbox_kernel.supervision import output
from sandbox_kernel.supervision.deadlines import Deadlines
from sandbox_kernel.supervision.doorbell import Doorbell
from sandbox_kernel.supervision.events import Events
from sandbox_kernel.supervision.mailbox import CALL, CAST, INFO, SYSTEM, Mailbox
from sandbox_kernel.supervision.process import Process, current
from sandbox_kernel.supervision.processes import ProcessWorkerProcess
from sandbox_kernel.supervision.reasons import Reason
from sandbox_kernel.supervision.refs import LocalSender, Monitor, Ref, Sender, ThreadSender, no_reply_error
from sandbox_kernel.supervision.server import WorkerProcess
from sandbox_kernel.supervision.spec import ChildSpec
from sandbox_kernel.supervision.spelling import meant
from sandbox_kernel.supervision.threads import ThreadWorkerProcess
from sandbox_kernel.supervision.worker import ExitMessage, ProcessDown, Worker

if TYPE_CHECKING:
    from sandbox_kernel.supervision.system import System

_log = logging.getLogger(__name__)
PARKED = 500  # tasks that are kept while they wait for a message, some 1 KB each


KINDS: dict[str, type[WorkerProcess]] = {
    "loop": WorkerProcess,
    "thread": ThreadWorkerProcess,
    "process": ProcessWorkerProcess,
}


class Core:
    def __init__(self, loop: asyncio.AbstractEventLoop, doorbell: Doorbell, system: System) -> None:
        self.loop, self.doorbell, self.system = loop, doorbell, system
        self.post = doorbell.post
        self.deadlines = Deadlines(loop, _time_out)
        self.context = Context()
        self.thread_id = threading.get_ident()
        self.events = Events(system.events)
        self.restored: set[str] = set()  # names whose checkpoint was taken up
        self.processes: dict[int, Process] = {}
        self.names: dict[Any, Process] = {}  # Any: names are strings or tuples of the author's choosing
        self.working: dict[asyncio.Future[Any], Process] = {}  # code that outlives its worker is a zombie
        self.parked: dict[Mailbox, None] = {}  # whose task waits for a message; the last used one at the end
        self.inside: Process | None = None  # whose handler is running at this very moment; read by the watchdog
        self.turn = 0
        self.blocked: Process | None = None  # set by the watchdog: whose handler keeps the loop too long
        self.deadline: float | None = None  # in the loop's time: when the whole system must have ended
        self.shot: object | None = None  # set by the watchdog while it aims at a handler
        self.absorb: Callable[[], None] = lambda: None
        self.rouse: Callable[[], None] | None = None  # set by the watchdog while it sleeps for want of work
        self._incarnations = itertools.count(1)

    # ---- entering a worker's code
    def guard(self, process: Process, callback: Callable[..., Any], *args: Any) -> Any:
        """Call into a worker's code, with the watchdog knowing whose it is. Nothing of the watchdog's reaches
        beyond."""
        outer = self.inside
        self.inside = process
        self.turn += 1
        if self.rouse is not None:
            self.rouse()
        try:
            return callback(*args)
        finally:
            self.inside = outer
            if self.shot is not None:
                self.absorb()

    def new_worker(self, worker: Worker, spec: ChildSpec, parent: Process | None) -> WorkerProcess:
        kind = KINDS.get(worker.kind)
        if kind is None:
            text = f"'{spec.id}' did not start: its kind is {worker.kind!r}; choose one of {', '.join(KINDS)}"
            raise StartError(text, reason=("invalid_kind", worker.kind))
        return kind(self, worker, spec.id, spec.name, parent)

    def printed(self, process: Process, stream: str, text: str) -> None:
        """From whichever thread the worker's code runs in."""
        if not isinstance(process, WorkerProcess):
            return
        if threading.get_ident() == self.thread_id:
            output.printed(process, stream, text)
        else:
            self.post(output.printed, process, stream, text)

    def clip(self, grace_s: float | None) -> float | None:
        """A shutdown time, cut to what is left before the system must be down."""
        if self.deadline is None:
            return grace_s
        left = max(0.0, self.deadline - self.loop.time())
        return left if grace_s is None else min(grace_s, left)

    # ---- from any thread
    def new_ref(self, id: str) -> Ref:
        return Ref(id, next(self._incarnations), self)

    def ask(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run `function` on the loop and wait for what it returns; at once if this is the loop's thread."""
        if threading.get_ident() == self.thread_id:
            return function(*args)
        sender = ThreadSender(self.doorbell.handover)

        def run() -> None:
            try:
                sender.reply(function(*args))
            except Exception as error:
                sender.fail(error)

        self.post(run)
        return sender.wait(self.system.name, None)

    def now_ns(self) -> int:
        return round(self.loop.time() * 1e9)

    # ---- processes and names
    def find(self, target: Any) -> Process | None:
        if isinstance(target, Ref):
            return self.processes.get(target.incarnation) if target.core in (self, None) else None
        return self.names.get(target)

    def remember(self, process: Process) -> None:
        self.processes[process.ref.incarnation] = process
        if process.name is not None:
            self.names[process.name] = process

    def forget(self, process: Process) -> None:
        self.processes.pop(process.ref.incarnation, None)
        self.release(process)

    def release(self, process: Process) -> None:
        """Its name is free from now on."""
        if process.name is not None and self.names.get(process.name) is process:
            del self.names[process.name]

    def watch_zombie(self, process: Process, work: asyncio.Future[Any]) -> None:
        """Work that may go on when its process is dead: a handler may swallow its cancellation, a thread cannot be
        ended."""
        self.working[work] = process
        work.add_done_callback(lambda done: self.working.pop(done, None))

    def park(self, process: Mailbox) -> None:
        """Its task waits for a message. Of many such tasks the one that waits longest goes."""
        self.parked[process] = None
        if len(self.parked) > PARKED:
            next(iter(self.parked)).retire()

    def zombies(self) -> list[Process]:
        return [process for process in list(self.working.values()) if not process.alive]

    def report_bug(self, process: Process, error: BaseException) -> None:
        _log.error("the supervision layer failed while it ran '%s'; please report this", process.label, exc_info=error)

    # ---- messages
    def submit(self, target: Any, request: Any, sender: Sender, kind: int = CALL) -> None:
        process = self.find(target)
        if process is None:
            sender.fail(self.nobody(target))
            return
        sender.process = process
        process.deliver((kind, request, sender))

    def nobody(self, target: Any) -> CallError:
        """What a caller gets who asks for one that is not there."""
        label = label_of(target)
        if isinstance(target, Ref) and target.core is self:
            text = f"{target!r} has ended; call by name to reach the one that was started in its place"
            return CallError(text, reason="noproc")
        found = meant(label, (name for name in self.names if isinstance(name, str)))
        if found:
            return CallError(f"there is no worker '{label}' just now; did you mean '{found}'?", reason="noproc")
        return no_reply_error(label, "noproc")

    def cast(self, target: Any, message: Any, origin: object | None = None) -> None:
        process = self.find(target)
        if process is not None:
            process.deliver((CAST, message, origin))

    def send(self, target: Any, message: Any, origin: object | None = None) -> None:
        process = self.find(target)
        if process is not None:
            process.deliver((INFO, message, origin))

    async def call(self, target: Any, request: Any, timeout_s: float | None = 5.0, kind: int = CALL) -> Any:
        """From a coroutine on this loop."""
        caller = current.get()
        process = self.find(target)
        if process is None:
            raise self.nobody(target)
        if process is caller:
            raise no_reply_error(process.label, "calling_self")
        future: asyncio.Future[Any] = self.loop.create_future()
        sender = LocalSender(future, None if caller is None else caller.ref, None if caller is None else caller.origin)
        sender.process = process
        process.deliver((kind, request, sender))
        if timeout_s is not None:
            self.deadlines.add(sender, timeout_s)
        try:
            return await future
        except asyncio.CancelledError:
            sender.close()
            raise
        finally:
            if timeout_s is not None:
                self.deadlines.drop(sender, timeout_s)

    async def operate(self, target: Any, operation: Callable[[Any], Any], timeout_s: float | None = 5.0) -> Any:
        """Have a process run `operation(process)` between two messages, also while it is suspended."""
        return await self.call(target, operation, timeout_s, SYSTEM)

    # ---- signals
    def exit(self, target: Any, reason: Reason) -> None:
        process = self.find(target)
        if process is not None:
            process.signal(current.get(), reason)

    def link(self, process: Process, target: Any) -> None:
        other = self.find(target)
        if other is not None:
            process.link(other)
        elif process.trap_exit:
            process.deliver((INFO, ExitMessage(target if isinstance(target, Ref) else None, "noproc"), None))
        else:
            raise self.nobody(target)

    def monitor(self, target: Any, owner: Process | None) -> Monitor:
        process = self.find(target)
        monitor = Monitor(next(self._incarnations), process, owner)
        if isinstance(target, Ref):
            monitor.ref = target
        if process is None:
            self.fire(monitor, "noproc")
            return monitor
        process.monitors = [*(process.monitors or ()), monitor]
        if owner is not None:
            owner.watching = [*(owner.watching or ()), monitor]
        return monitor

    def demonitor(self, monitor: Monitor) -> None:
        monitor.active = False
        for process, attribute in ((monitor.target, "monitors"), (monitor.owner, "watching")):
            if process is not None and monitor in (getattr(process, attribute) or ()):
                getattr(process, attribute).remove(monitor)
        if monitor.owner is not None:
            monitor.owner.flush(monitor)

    def fire(self, monitor: Monitor, reason: Reason) -> None:
        if not monitor.active:
            return
        monitor.active = False
        monitor.finish(reason)
        owner = monitor.owner
        if owner is not None:
            if owner.watching and monitor in owner.watching:
                owner.watching.remove(monitor)
            owner.deliver((INFO, ProcessDown(monitor, monitor.ref, reason), None))


def _time_out(sender: LocalSender, timeout_s: float) -> None:
    assert sender.process is not None
    sender.fail(CallTimeout(sender.process.label, timeout_s))


def label_of(target: Any) -> str:
    return target.id if isinstance(target, Ref) else str(target)
