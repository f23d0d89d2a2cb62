"""Runs a `Worker` in a process: callbacks, replies, bad returns, crashes. Handlers that are plain and go well cost no
task.

`kind = "thread"` and `kind = "process"` workers override `enter`, the one place where a callback is entered.
"""

from __future__ import annotations

import asyncio
import copy
import inspect
import types
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from sys import modules
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from sandbox_kernel.errors import MigrationError, StartError
from sandbox_kernel.supervision import output
from sandbox_kernel.supervision.checkpoints import Checkpointer
from sandbox_kernel.supervision.events import WorkerCrashed, WorkerStopped
from sandbox_kernel.supervision.mailbox import CALL, CAST, CONTINUE, Message, Work
from sandbox_kernel.supervision.process import Process
from sandbox_kernel.supervision.reasons import Exit, Reason, describe, is_abnormal, plain, reason_of
from sandbox_kernel.supervision.refs import Sender, no_reply_error
from sandbox_kernel.supervision.reports import crash_report
from sandbox_kernel.supervision.spec import current as current_class
from sandbox_kernel.supervision.worker import UNSET, Ignore, NoReply, Reply, Started, Stop, Worker

if TYPE_CHECKING:
    from sandbox_kernel.supervision.core import Core

RECENT = 10  # messages kept for the crash report


@types.coroutine
def guarded(process: Process, coroutine: Coroutine[Any, Any, Any], waited: Any) -> Generator[Any, Any, Any]:
    """Go on with a handler's coroutine that waits for `waited`, so that the watchdog knows whom it sees."""
    guard = process.core.guard
    while True:
        step, given = coroutine.send, None
        try:
            given = yield waited
        except BaseException as error:
            step, given = coroutine.throw, error
        try:
            waited = guard(process, step, given)
        except StopIteration as done:
            return done.value


class WorkerProcess(Process):
    __slots__ = ("message", "printed", "recent", "saver", "started", "starting", "state", "worker")

    kind = "loop"

    def __init__(self, core: Core, worker: Worker, id: str, name: Any, parent: Process | None) -> None:
        super().__init__(core, id, name, parent)
        self.worker = worker
        self.state: Any = None
        self.trap_exit = worker.trap_exit
        self.message: Message | None = None  # the one being handled, for reports
        self.recent: deque[tuple[int, Any]] = deque(maxlen=RECENT)
        self.started: asyncio.Future[Reason] | None = None
        self.starting = True
        self.printed: output.Printed | None = None
        self.saver: Checkpointer | None = None

    # ---- entering the author's code
    def enter(self, callback: Callable[..., Any], *args: Any) -> Any:
        """Call it; what comes back may have to be awaited."""
        return self.core.guard(self, callback, *args)

    async def finish(self, result: Any) -> Any:
        """What it comes to. In a task."""
        if type(result) is CoroutineType:
            try:
                waited = self.core.guard(self, result.send, None)
            except StopIteration as done:
                return done.value
            result = guarded(self, result, waited)
        return await result

    async def perform(self, callback: Callable[..., Any], *args: Any) -> Any:
        result = self.enter(callback, *args)
        return await self.finish(result) if inspect.isawaitable(result) else result

    def bind(self) -> Worker:
        """The worker, as an instance of what its class is *now*: a class that was defined anew takes effect at the next
        message."""
        worker = self.worker
        held = worker.__class__
        module = modules.get(held.__module__)
        if module is not None and module.__dict__.get(held.__qualname__) is held:
            return worker  # nearly always; the rest of this costs ten times as much
        found = current_class(held)
        if found is not held:
            self.worker = rebound(worker, found)
        return self.worker

    # ---- start
    async def start(self, args: tuple[Any, ...]) -> bool:
        """Run `init`; False if it said there is nothing to run. StartError if it failed. The name is taken before."""
        try:
            result = self.context.run(self.enter, self.worker.init, *args)
        except BaseException as error:
            result = Stop(reason_of(error))
        if self._saver() is None and not inspect.isawaitable(result):
            return self._started(result)
        return await self._start_slowly(result)

    async def _start_slowly(self, result: Any) -> bool:
        """In a task of the worker's own, which its death cancels, and which the death of whoever starts it does not."""
        self.started = killed = self.core.loop.create_future()
        self.working = True
        self.task = task = self.core.loop.create_task(self._finish_start(result), context=self.context)
        await asyncio.wait((task, killed), return_when=asyncio.FIRST_COMPLETED)
        outcome = self._not_started(self.reason) if killed.done() else task.result()
        if isinstance(outcome, StartError):
            raise outcome
        return outcome

    async def _finish_start(self, result: Any) -> bool | StartError:
        self.begun = True
        try:
            if inspect.isawaitable(result):
                result = await self.finish(result)
            if self._saver() is not None and not isinstance(result, Ignore | Stop):
                result = await self._restored(result)
        except BaseException as error:
            result = Stop(error.reason if isinstance(error, StartError) else reason_of(error))
        try:
            return self._started(result)
        except StartError as error:
            return error

    def _saver(self) -> Checkpointer | None:
        store = self.core.system.checkpoints
        if self.saver is None and store is not None and self.worker.checkpoint is not False and self.name is not None:
            self.saver = Checkpointer(self, store)
        return self.saver

    async def _restored(self, result: Any) -> Any:
        """What `init` returned, with the saved state in place of its own."""
        assert self.saver is not None
        begun = result if isinstance(result, Started) else Started(result)
        begun.state = await self.saver.restore(begun.state)
        self.saver.changed()
        return begun

    def _started(self, result: Any) -> bool:
        self.task, self.started, self.working = None, None, False
        if not self.alive:
            result = Stop(self.reason)
        if isinstance(result, Ignore):
            self._give_up_start("normal")
            return False
        if isinstance(result, Stop):
            self._give_up_start(result.reason)
            raise self._not_started(result.reason)
        self.starting = False
        follow_up = isinstance(result, Started)
        self.state = result.state if follow_up else result
        if follow_up and result.continue_with is not UNSET:
            self.run(self.settle(CONTINUE, NoReply(self.state, result.continue_with), None))
        else:
            self.idle_s = result.idle_timeout_s if follow_up else None
            self.ready()
        return True

    def _not_started(self, reason: Reason) -> StartError:
        return StartError(f"'{self.label}' did not start: {describe(reason)}", reason=reason)

    def _give_up_start(self, reason: Reason) -> None:
        if self.parent is not None:
            self.unlink(self.parent)
        self.saver = None
        self.die(reason)

    def shown_state(self) -> Any:
        """What snapshots and reports show of the state."""
        return self.state

    async def fetch_state(self) -> Any:
        return self.state

    async def keep_state(self) -> Any:
        """What `replace_state` takes to bring this state back."""
        return self.state

    async def migrate(self, old_version: Any, extra: Any) -> Any:
        """What `replace_state` takes to put the state into the shape of the current code. Made from a deep copy, so
        that a failure has spoilt nothing."""
        worker = self.bind()
        if type(worker).code_change is Worker.code_change:
            return self.state  # nobody migrates it, so it need not be one that can be copied
        try:
            state = copy.deepcopy(self.state)
            return await self.perform(worker.code_change, old_version, state, extra)
        except Exception as error:
            text = (
                f"the state of '{self.label}' could not be migrated from {old_version!r}: {describe(reason_of(error))}"
            )
            raise MigrationError(text, module=type(self.worker).__module__, target=self.label) from error

    def replace_state(self, state: Any) -> None:
        self.state = state

    # ---- messages
    def dispatch(self, message: Message) -> Work | None:
        kind, payload, extra = message
        self.message = message
        self.recent.append((kind, payload))
        if self.observer is not None:
            self.observer.note("in", payload)
        worker = self.bind()
        output.INPUT_GUARD.install()
        try:
            if kind == CALL:
                self.origin = extra.origin
                result = self.enter(worker.handle_call, payload, extra, self.state)
            else:
                self.origin = extra
                handler = worker.handle_cast if kind == CAST else worker.handle_info
                result = self.enter(handler, payload, self.state)
            plain_type = type(result)
            if plain_type is CoroutineType and self.task is not None:  # in a task, so its first step can be done here
                try:
                    waited = self.core.guard(self, result.send, None)
                except StopIteration as done:
                    result = done.value
                    plain_type = type(result)
                else:
                    return self.settle(kind, guarded(self, result, waited), extra)
        except BaseException as error:
            return self.crashed(error, extra if kind == CALL else None)
        if not self.alive:  # it ended itself, or a link did
            return None
        if plain_type is NoReply and result.continue_with is UNSET:
            self.state, self.idle_s = result.state, result.idle_timeout_s
            if kind == CALL:
                self.defer(extra)
        elif plain_type is Reply and kind == CALL and result.continue_with is UNSET:
            self.state, self.idle_s = result.state, result.idle_timeout_s
            self.answer(extra, result.value)
        else:
            return self.settle(kind, result, extra)
        self.handled()
        return None

    async def settle(self, kind: int, result: Any, sender: Any) -> None:
        """All that is not a plain handler that went well: async ones, continuing, stopping, bad returns."""
        caller = sender if kind == CALL else None
        if self.is_dead() and type(result) is CoroutineType:  # it has not begun; one that has ends at its next await
            result.close()
            return
        try:
            if inspect.isawaitable(result):
                result = await self.finish(result)
            while self.take(kind, result, caller):
                kind, arg = CONTINUE, result.continue_with
                self.message = (CONTINUE, arg, self.origin)
                result = await self.perform(self.bind().handle_continue, arg, self.state)
        except BaseException as error:
            await self.crashed(error, caller)
            return
        if not self.alive:
            return
        if isinstance(result, Stop):
            await self.stop(result, caller)
        elif not self.is_good(kind, result):
            await self.crashed(Exit(("bad_return_value", plain(result))), caller)
        else:
            self.handled()

    def handled(self) -> None:
        """A message was handled, and well."""
        if self.printed is not None and self.printed.partial:
            output.flush(self)
        if self.saver is not None:
            self.saver.changed()

    def take(self, kind: int, result: Any, caller: Sender | None) -> bool:
        """Accept a good return; True if it asks to go on."""
        if not self.alive or not self.is_good(kind, result):
            return False
        self.state, self.idle_s = result.state, result.idle_timeout_s
        if kind == CALL and caller is not None:
            if isinstance(result, Reply):
                self.answer(caller, result.value)
            else:
                self.defer(caller)
        return result.continue_with is not UNSET

    @staticmethod
    def is_good(kind: int, result: Any) -> bool:
        return isinstance(result, NoReply) or (kind == CALL and isinstance(result, Reply))

    def defer(self, sender: Sender) -> None:
        if not sender.done:
            if self.deferred is None:
                self.deferred = {}
            self.deferred[sender] = None

    # ---- the end
    async def stop(self, result: Stop, caller: Sender | None) -> None:
        if result.state is not UNSET:
            self.state = result.state
        await self.end(result.reason, caller, result.reply)

    async def crashed(self, error: BaseException, caller: Sender | None) -> None:
        if not self.alive:
            return  # killed meanwhile: all is done
        await self.end(reason_of(error), caller, UNSET)

    async def end(self, reason: Reason, caller: Sender | None, reply: Any) -> None:
        """Through `terminate`, whose own failure replaces the reason; then the caller's answer, then death."""
        if self.is_dead():
            return
        if caller is not None and reply is UNSET:
            self.defer(caller)  # `die` answers it with the reason
        try:
            await self.perform(self.bind().terminate, reason, self.state)
        except asyncio.CancelledError as error:
            if not self.alive:
                return
            reason = reason_of(error)
        except BaseException as error:
            reason = reason_of(error)
        output.flush(self)
        if caller is not None and reply is not UNSET:
            self.answer(caller, reply)
        self.die(reason)

    def parent_ended(self, reason: Reason) -> Work:
        return self.end(reason, None, UNSET)

    def ended(self, reason: Reason) -> None:
        if self.started is not None:  # killed during init
            self.started.set_result(reason)
            return
        if self.saver is not None:
            self.saver.ended(reason)
        if is_abnormal(reason) and reason != "killed":
            report = crash_report(self, reason)
            if self.parent is not None:
                self.parent.note_crash(self, report.story)
            self.core.events.emit(WorkerCrashed(self.label, self.ref, report=report))
        else:
            self.core.events.emit(WorkerStopped(self.label, self.ref, reason=reason))

    def _answer_callers(self, reason: Reason) -> None:
        """Also the caller of the handler that was running when the end came from outside."""
        message = self.message
        super()._answer_callers(reason)
        if message is not None and message[0] == CALL and not message[2].done:
            message[2].fail(no_reply_error(self.label, reason))


def rebound(worker: Worker, cls: type[Worker]) -> Worker:
    """The same worker as an instance of another class of its name, with the same attributes."""
    try:
        worker.__class__ = cls
    except TypeError:  # the layouts differ
        fresh = cls.__new__(cls)
        fresh.__dict__.update(vars(worker))
        return fresh
    return worker
