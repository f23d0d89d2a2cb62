"""How a process takes its messages: one at a time, in the order they came, each to its end before the next.

A process begins without a task: its first message schedules one `pump`, which runs plain handlers inline. From the
first message on that has to be awaited, a task of its own takes its messages and awaits there what they ask for.
Weighed: (a) a task per process around an asyncio.Queue from the start, (b) a task for each message that waits, (c)
this. (a) starts ten thousand processes several times slower and needs more memory for each; (b) makes and registers a
task per message, which on Python 3.11 costs more than the message itself. Of the tasks that wait for a message only the
last used ones are kept (`Core.park`), so that a crowd of idle workers costs no more than before its first message.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Coroutine
from contextvars import Context
from typing import TYPE_CHECKING, Any

from sandbox_kernel.supervision.reasons import Reason
from sandbox_kernel.supervision.worker import IdleTimeout

if TYPE_CHECKING:
    from sandbox_kernel.supervision.core import Core

CALL, CAST, INFO, CONTINUE, SYSTEM, PARENT_EXIT = range(6)
KINDS = ("call", "cast", "info", "continue", "system", "exit")

#: (kind, payload, the Sender of a call or the origin of anything else)
Message = tuple[int, Any, Any]  # Any: the workers' own vocabulary
Work = Coroutine[Any, Any, None]

_BATCH = 10  # messages handled before other processes get their turn


class Mailbox(ABC):
    """The base of `Process`. All of it runs on the tree's thread."""

    __slots__ = (
        "__weakref__", "alive", "begun", "busy", "context", "core", "held", "idle_s", "idle_timer", "mailbox", "parked",
        "stale", "suspended", "task", "working",
    )  # fmt: skip

    def __init__(self, core: Core) -> None:
        self.core = core
        self.alive, self.busy, self.suspended = True, True, False
        self.mailbox: deque[Message] = deque()
        self.held: deque[Message] | None = None  # what came while suspended
        self.task: asyncio.Task[Any] | None = None  # in which it starts, or takes its messages
        self.begun = False  # whether that task has run its first step
        self.working = False  # whether something is being awaited in it that is not a message
        self.parked: asyncio.Future[None] | None = None  # what it waits for while there is no message
        self.stale = 0  # the loads of code that what is being awaited has run through
        self.idle_s: float | None = None
        self.idle_timer: asyncio.TimerHandle | None = None
        self.context: Context = core.context.copy()

    # ---- what a message does
    @abstractmethod
    def dispatch(self, message: Message) -> Work | None:
        """Handle an ordinary message; what is returned still has to be awaited."""

    @abstractmethod
    def system(self, message: Message) -> Work | None:
        """Handle a system message, also while suspended; as above."""

    @abstractmethod
    def die(self, reason: Reason) -> None: ...

    @abstractmethod
    def outlived_by(self, task: asyncio.Task[Any]) -> None:
        """The task may go on although the process is dead."""

    @abstractmethod
    def report_bug(self, error: BaseException) -> None: ...

    # ---- taking them
    def deliver(self, message: Message) -> None:
        if not self.alive:
            return
        self.mailbox.append(message)
        if self.idle_timer is not None:
            self.idle_timer.cancel()
            self.idle_timer = None
        if not self.busy:
            self.busy = True
            self._wake()

    def _wake(self) -> None:
        parked = self.parked
        if parked is None:
            self.core.loop.call_soon(self.pump, context=self.context)
        else:
            self.parked = None
            del self.core.parked[self]
            parked.set_result(None)

    def pump(self) -> None:
        """Take messages as a plain callback of the loop, until one has to be awaited."""
        mailbox = self.mailbox
        for _ in range(_BATCH):
            if not mailbox:
                self._rest()
                return
            pending = self._take(mailbox.popleft())
            if pending is not None:
                self.run(pending)
                return
        self.core.loop.call_soon(self.pump, context=self.context)

    def _take(self, message: Message) -> Work | None:
        """Handle one message; what is returned still has to be awaited."""
        if message[0] >= SYSTEM:
            return self.system(message)
        if self.suspended:
            if self.held is None:
                self.held = deque()
            self.held.append(message)
            return None
        self.idle_s = None
        return self.dispatch(message)

    def _rest(self) -> None:
        self.busy = False
        if self.idle_s is not None and not self.suspended and self.alive:
            self.idle_timer = self.core.loop.call_later(self.idle_s, self._idle)

    def run(self, work: Work) -> None:
        """Await `work` before the next message, in a task of its own, which takes the messages from then on."""
        self.begun, self.working = False, True
        self.task = self.core.loop.create_task(self._live(work), context=self.context)

    async def _live(self, work: Work) -> None:
        self.begun = True
        task, mailbox = self.task, self.mailbox
        try:
            await self._do(work)
            left = _BATCH
            while self.alive and not (task is not None and task.cancelling()):
                if not mailbox:
                    self._rest()
                    await self._park()
                    left = _BATCH
                elif left == 0:
                    await asyncio.sleep(0)
                    left = _BATCH
                else:
                    left -= 1
                    pending = self._take(mailbox.popleft())
                    if pending is not None:
                        self.working = True
                        await self._do(pending)
        finally:
            if self.task is task:  # neither ended nor retired: a handler cancelled its own task, so a new one is made
                self.task = None
                if self.alive and self.busy:
                    self._wake()

    async def _do(self, work: Work) -> None:
        try:
            await work
        except asyncio.CancelledError:
            if self.alive:  # only `die` cancels, and it is logical death first
                raise
        except BaseException as error:
            self.report_bug(error)
            self.die(("error", repr(error)))
        finally:
            self.working, self.stale = False, 0

    async def _park(self) -> None:
        self.parked = parked = self.core.loop.create_future()
        self.core.park(self)
        try:
            await parked
        finally:
            if self.parked is parked:  # cancelled by a stranger
                self.parked = None
                del self.core.parked[self]

    def retire(self) -> None:
        """Give up the task that waits for a message; the next message is taken without one."""
        parked, self.parked, self.task = self.parked, None, None
        if parked is not None:
            del self.core.parked[self]
            parked.cancel()

    def ready(self) -> None:
        """The start is over: take messages from now on."""
        self._wake()

    def _idle(self) -> None:
        self.idle_timer, self.idle_s = None, None
        self.deliver((INFO, IdleTimeout(), None))

    def end_task(self) -> None:
        task, self.task = self.task, None
        if task is None:
            return
        if task is _running_task():
            if self.core.inside is self:  # its own handler ended it, and goes no further than its next await
                task.cancel()
                self.outlived_by(task)
            return
        if self.begun:  # else it begins, sees that its process is dead, and leaves nothing unawaited
            task.cancel()
        if self.working:
            self.outlived_by(task)

    def loaded(self) -> None:
        """New code was loaded. As in OTP, a handler that runs on through two loads is ended: its code is two versions
        old."""
        if not self.working:
            return
        self.stale += 1
        if self.stale > 1:
            self.die("killed")


def _running_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # called from a plain callback of the loop
        return None
