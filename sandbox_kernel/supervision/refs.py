"""Handles that travel: a `Ref` names one incarnation of a process, a `Sender` is where one reply goes, a `Monitor`
waits for one end.

All of them copy to themselves, so that the copy of a state that holds them still answers the same callers.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from sandbox_kernel.errors import CallError, CallTimeout
from sandbox_kernel.supervision.handover import Handover
from sandbox_kernel.supervision.reasons import Reason, describe, is_authors

if TYPE_CHECKING:
    from sandbox_kernel.supervision.core import Core
    from sandbox_kernel.supervision.process import Process


class _CopiesToItself:
    __slots__ = ()

    def __copy__(self) -> Any:  # Any: the type of self, whatever the subclass
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:  # Any: as above
        return self


class Ref(_CopiesToItself):
    """One incarnation of a worker or supervisor. After its end calls fail with `noproc`; a *name* follows the
    restart."""

    __slots__ = ("_core", "id", "incarnation")

    def __init__(self, id: str, incarnation: int, core: Core | None = None) -> None:
        self.id, self.incarnation, self._core = id, incarnation, core

    @property
    def core(self) -> Core | None:
        """Where it lives; None if it came through the pipe of a `process` worker, whose tree knows it."""
        return self._core

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ref) or other.incarnation != self.incarnation:
            return False
        return self._core is other._core or self._core is None or other._core is None  # None: it came through a pipe

    def __hash__(self) -> int:
        return hash(self.incarnation)

    def __repr__(self) -> str:
        return f"<{self.id}#{self.incarnation}>"

    def __reduce__(self) -> tuple[type[Ref], tuple[str, int]]:
        return Ref, (self.id, self.incarnation)

    def call(self, request: Any, timeout_s: float | None = 5.0) -> Any:
        """The worker's reply, from plain code in any thread."""
        from sandbox_kernel.supervision import api  # api imports this module

        return api.call(self, request, timeout_s)

    async def acall(self, request: Any, timeout_s: float | None = 5.0) -> Any:
        """The worker's reply, from async code of any loop."""
        from sandbox_kernel.supervision import api  # api imports this module

        return await api.acall(self, request, timeout_s)

    def cast(self, message: Any) -> None:
        """Send a message that nobody waits for; never fails."""
        from sandbox_kernel.supervision import api  # api imports this module

        api.cast(self, message)


class Sender(_CopiesToItself, ABC):
    """Where the reply to one call goes. The first answer counts; later ones are dropped, as are those nobody waits
    for."""

    __slots__ = ("done", "origin", "process", "ref")

    def __init__(self, ref: Ref | None, origin: object | None) -> None:
        self.ref = ref  #: the calling worker, None for plain code
        self.origin = origin  #: the cell the call came from, as the output hook names it
        self.process: Process | None = None
        self.done = False

    def reply(self, value: Any) -> None:
        """Answer, from the worker's own callbacks."""
        if not self.done:
            self.close()
            self._settle(value, None)

    def fail(self, error: BaseException) -> None:
        if not self.done:
            self.close()
            self._settle(None, error)

    def close(self) -> None:
        """Nobody waits any more: the reply was given, or the caller gave up."""
        self.done = True
        process = self.process
        if process is not None and process.deferred:
            process.deferred.pop(self, None)

    def _expect_more(self) -> None:
        if self.process is not None:
            self.process.core.doorbell.expect()

    def stack(self) -> list[traceback.FrameSummary]:
        """Where the caller waits just now, cut to the frames that its author wrote; nothing if that cannot be seen."""
        return []

    @abstractmethod
    def _settle(self, value: Any, error: BaseException | None) -> None: ...


class LocalSender(Sender):
    """A caller on the tree's own loop."""

    __slots__ = ("future",)

    def __init__(self, future: asyncio.Future[Any], ref: Ref | None, origin: object | None) -> None:
        super().__init__(ref, origin)
        self.future = future

    def _settle(self, value: Any, error: BaseException | None) -> None:
        _fill(self.future, value, error)


class ForeignSender(Sender):
    """A caller on another thread's loop, such as an async cell on the kernel's."""

    __slots__ = ("future", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, origin: object | None) -> None:
        super().__init__(None, origin)
        self.loop, self.future = loop, loop.create_future()

    def _settle(self, value: Any, error: BaseException | None) -> None:
        self._expect_more()
        try:
            self.loop.call_soon_threadsafe(_fill, self.future, value, error)
        except RuntimeError:  # the caller's loop is closed, so nobody waits
            pass


def _fill(future: asyncio.Future[Any], value: Any, error: BaseException | None) -> None:
    """In the future's own loop; its caller may have stopped waiting."""
    if future.done():
        return
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(error)


class ThreadSender(Sender):
    """Plain code that waits in a thread. A bare lock waits five times cheaper than `concurrent.futures.Future`."""

    __slots__ = ("error", "handover", "lock", "thread_id", "value")

    def __init__(self, handover: Handover, ref: Ref | None = None, origin: object | None = None) -> None:
        super().__init__(ref, origin)
        self.handover = handover
        self.thread_id = threading.get_ident()
        self.lock = threading.Lock()
        self.lock.acquire()
        self.value: Any = None
        self.error: BaseException | None = None

    def _settle(self, value: Any, error: BaseException | None) -> None:
        self.value, self.error = value, error
        self._expect_more()
        self.lock.release()

    def stack(self) -> list[traceback.FrameSummary]:
        frame = sys._current_frames().get(self.thread_id)
        return [] if frame is None else [f for f in traceback.extract_stack(frame) if is_authors(f.filename)]

    def wait(self, label: str, timeout_s: float | None) -> Any:
        if not self.handover.over_soon(self.lock.locked) and not self.lock.acquire(
            timeout=-1 if timeout_s is None else timeout_s
        ):
            raise CallTimeout(label, timeout_s or 0.0)
        if self.error is not None:
            raise self.error
        return self.value


class MonitorHandle(_CopiesToItself):
    """Which monitor it is, for a worker in a process of its own."""

    __slots__ = ("number", "ref")

    def __init__(self, number: int, ref: Ref | None) -> None:
        self.number, self.ref = number, ref

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MonitorHandle) and self.number == other.number

    def __hash__(self) -> int:
        return hash(self.number)

    def __reduce__(self) -> tuple[type[MonitorHandle], tuple[int, Ref | None]]:
        return MonitorHandle, (self.number, self.ref)


class Monitor(MonitorHandle):
    """Waits for the end of one process. In a worker the end comes as a `ProcessDown`; plain code calls `wait`."""

    __slots__ = ("_ended", "active", "owner", "reason", "target")

    def __init__(self, number: int, target: Process | None, owner: Process | None) -> None:
        super().__init__(number, None if target is None else target.ref)
        self.target, self.owner = target, owner
        self.active = True
        self.reason: Reason = None
        self._ended = threading.Event()

    def wait(self, timeout_s: float | None = None) -> Reason:
        """The reason of the end; TimeoutError if it did not end in that time."""
        if not self._ended.wait(timeout_s):
            raise TimeoutError(f"{self.ref!r} did not end within {timeout_s:g} s")
        return self.reason

    def finish(self, reason: Reason) -> None:
        self.reason = reason
        self._ended.set()


def no_reply_error(label: str, reason: Reason) -> CallError:
    """What a caller gets whose call was not answered."""
    if reason == "noproc":
        return CallError(f"there is no worker '{label}' just now; look at the tree for those that run", reason=reason)
    if reason == "calling_self":
        return CallError(f"'{label}' called itself, which would wait for ever; call the method directly", reason=reason)
    return CallError(f"'{label}' ended before it replied: {describe(reason)}", reason=reason)
