"""A process: a mailbox, links, monitors, exit signals and system messages. `server` and `supervisor` say what a message
does.

Everything here runs on the tree's thread. Death is logical and immediate: at `die` the name is free, callers are
answered, monitors told and links signalled, whatever a handler that swallows its cancellation still does afterwards.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from sandbox_kernel.supervision.events import WorkerResumed
from sandbox_kernel.supervision.mailbox import CALL, INFO, PARENT_EXIT, SYSTEM, Mailbox, Message, Work
from sandbox_kernel.supervision.reasons import Reason
from sandbox_kernel.supervision.refs import Monitor, Ref, Sender, no_reply_error
from sandbox_kernel.supervision.worker import ExitMessage, ProcessDown

if TYPE_CHECKING:
    from sandbox_kernel.supervision.core import Core

current: ContextVar[Process | None] = ContextVar("sandbox_kernel_process", default=None)


class Observer:
    """Counts and keeps what a process was sent and answered, while statistics or trace are on."""

    __slots__ = ("counting", "messages_in", "messages_out", "since", "traced")

    def __init__(self, now: float) -> None:
        self.since, self.messages_in, self.messages_out = now, 0, 0
        self.counting = False
        self.traced: deque[tuple[str, Any]] | None = None

    def note(self, direction: str, payload: Any) -> None:
        if direction == "out":
            self.messages_out += 1
        else:
            self.messages_in += 1
        if self.traced is not None:
            self.traced.append((direction, payload))


class Process(Mailbox):
    __slots__ = (
        "born", "deferred", "id", "links", "monitors", "name", "observer", "origin", "parent", "reason", "ref",
        "trap_exit", "waiters", "watching",
    )  # fmt: skip

    kind = "process"

    def __init__(self, core: Core, id: str, name: Any = None, parent: Process | None = None) -> None:
        super().__init__(core)
        self.id, self.name, self.parent = id, name, parent
        self.ref: Ref = core.new_ref(id)
        self.trap_exit = False
        self.reason: Reason = None
        self.deferred: dict[Sender, None] | None = None  # calls that will be answered later
        self.links: dict[Process, None] = {}  # in the order they were made
        self.monitors: list[Monitor] | None = None  # of those who watch this process
        self.watching: list[Monitor] | None = None
        self.waiters: list[asyncio.Future[Reason]] | None = None
        self.observer: Observer | None = None
        self.origin: object | None = None  # the cell that caused the message now being handled, if one did
        self.born = core.loop.time()
        self.context.run(current.set, self)

    def is_dead(self) -> bool:
        """For what asks more than once: it may die at any await."""
        return not self.alive

    @property
    def label(self) -> str:
        """The word for it in messages: its name if it has one, else its id."""
        return self.id if self.name is None else str(self.name)

    # ---- messages
    def parent_ended(self, reason: Reason) -> Work:
        """The parent told this process to end, or died; only processes that trap exits get here."""
        raise NotImplementedError

    # ---- system messages
    def system(self, message: Message) -> Work | None:
        kind, payload, sender = message
        if kind == PARENT_EXIT:
            return self.parent_ended(payload)
        try:
            result = payload(self)
        except Exception as error:
            sender.fail(error)
            return None
        if asyncio.iscoroutine(result):
            return self._await_system(result, sender)
        sender.reply(result)
        return None

    async def _await_system(self, result: Coroutine[Any, Any, Any], sender: Sender) -> None:
        try:
            if not self.alive:
                result.close()
                raise asyncio.CancelledError
            value = await result
        except asyncio.CancelledError:  # killed meanwhile
            sender.fail(no_reply_error(self.label, self.reason))
        except Exception as error:
            sender.fail(error)
        else:
            sender.reply(value)

    def resume(self) -> None:
        self.suspended = False
        if self.held:
            self.mailbox.extendleft(reversed(self.held))
        self.held = None

    def deliver_resume(self) -> None:
        """Resume at once, from whoever suspended it."""
        if self.suspended:
            self.resume()
            self.core.events.emit(WorkerResumed(self.label, self.ref))
            if not self.busy:
                self.busy = True
                self.ready()

    @property
    def queue_length(self) -> int:
        return len(self.mailbox) + len(self.held or ())

    # ---- exit signals
    def link(self, other: Process | None) -> None:
        """Share the fate of a process that is alive."""
        if other is not None and other is not self:
            self.links[other] = other.links[self] = None

    def unlink(self, other: Process | None) -> None:
        if other is not None:
            self.links.pop(other, None)
            other.links.pop(self, None)

    def signal(self, source: Process | None, reason: Reason, *, linked: bool = False) -> None:
        """An exit signal arrives. The reason `kill` cannot be refused unless it came along a link."""
        if not self.alive:
            return
        if reason == "kill" and not linked:
            self.die("killed")
        elif self.trap_exit:
            if source is not None and source is self.parent:
                if linked:
                    self.doom()
                self.deliver((PARENT_EXIT, reason, None))
            else:
                self.deliver((INFO, ExitMessage(None if source is None else source.ref, reason), None))
        elif reason != "normal" or source is self:
            self.die(reason)

    def doom(self) -> None:
        """Its parent is dead, so it ends, but not before its `terminate`. Its name is free at once: who restarts the
        parent must not fail because of it."""
        self.core.release(self)

    def die(self, reason: Reason) -> None:
        if not self.alive:
            return
        self.alive, self.reason = False, reason
        self.core.forget(self)
        if self.idle_timer is not None:
            self.idle_timer.cancel()
        self.end_task()
        self.ended(reason)
        self._answer_callers(reason)
        self._tell_monitors(reason)
        self._signal_links(reason)
        for waiter in self.waiters or ():
            if not waiter.done():
                waiter.set_result(reason)

    def _signal_links(self, reason: Reason) -> None:
        """Those that only get a message come first: a supervisor hears of this end before it hears of those that this
        end brings about."""
        links, self.links = list(reversed(self.links)), {}
        for other in links:
            other.links.pop(self, None)
        for other in sorted(links, key=lambda linked: not linked.trap_exit):
            other.signal(self, reason, linked=True)

    def note_crash(self, child: Process, story: str) -> None:
        """A child crashed; supervisors remember the story for their snapshots."""

    def ended(self, reason: Reason) -> None:
        """What else has to be done at the end; by default nothing."""

    def _answer_callers(self, reason: Reason) -> None:
        waiting = [message[2] for message in (*(self.held or ()), *self.mailbox) if message[0] in (CALL, SYSTEM)]
        waiting += list(self.deferred or ())
        self.mailbox.clear()
        self.held = self.deferred = None
        for sender in waiting:
            sender.fail(no_reply_error(self.label, reason))

    def _tell_monitors(self, reason: Reason) -> None:
        for monitor in self.watching or ():
            monitor.active = False
            if monitor.target is not None and monitor.target.monitors:
                monitor.target.monitors.remove(monitor)
        monitors, self.monitors, self.watching = self.monitors, None, None
        for monitor in monitors or ():
            self.core.fire(monitor, reason)

    def drop(self, unwanted: Callable[[Any], bool]) -> None:
        """Take messages out of the queue that their receiver has just declared void."""
        for queue in (self.mailbox, self.held):
            for message in list(queue or ()):
                if message[0] == INFO and unwanted(message[1]):
                    assert queue is not None
                    queue.remove(message)

    def flush(self, monitor: Monitor) -> None:
        self.drop(lambda payload: isinstance(payload, ProcessDown) and payload.monitor is monitor)

    async def wait_end(self) -> Reason:
        if not self.alive:
            return self.reason
        waiter: asyncio.Future[Reason] = self.core.loop.create_future()
        self.waiters = [*(self.waiters or ()), waiter]
        return await waiter

    def answer(self, sender: Sender, value: Any) -> None:
        if self.observer is not None:
            self.observer.note("out", value)
        sender.reply(value)

    def outlived_by(self, task: asyncio.Task[Any]) -> None:
        self.core.watch_zombie(self, task)

    def report_bug(self, error: BaseException) -> None:
        self.core.report_bug(self, error)

    def observe(self) -> Observer:
        if self.observer is None:
            self.observer = Observer(self.core.loop.time())
        return self.observer
