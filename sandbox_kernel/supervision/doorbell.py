"""How other threads reach the tree's loop: a queue of requests, and a selector that looks into it.

Weighed: (a) `loop.call_soon_threadsafe` for each request: a handle, a byte through a socket, two reads, and a turn of
the loop more; (b) one of these for many requests: helps casts, not a caller who waits for each reply; (c) this. While
the loop has work it finds requests by itself between two turns, and nobody has to wake it. When it has just answered
another thread and nothing else is to be done, it waits a moment at the queue before it goes to sleep, because whoever
was answered mostly asks again; first for a few yields (see `handover`), then for a fifth of a millisecond. Nobody is
kept waiting by that: it is not done while sockets are watched, and never beyond the next timer.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from sandbox_kernel.errors import CallError
from sandbox_kernel.supervision.handover import Handover

_LINGER_S = 0.0002
_BATCH = 1000  # requests taken in one turn of the loop

Events = list[tuple[selectors.SelectorKey, int]]
Request = tuple[Callable[..., Any], tuple[Any, ...]]  # Any: whatever the function takes


class Doorbell(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self._inbox: SimpleQueue[Request] = SimpleQueue()
        self._asleep = self._expecting = self._over = False
        self.handover = Handover()
        self.loop: asyncio.AbstractEventLoop | None = None  # set by whoever makes the loop with this selector

    # ---- from any thread
    def post(self, function: Callable[..., Any], *args: Any) -> None:
        """Run `function` on the loop. What one thread posts runs in the order it was posted. CallError (`noproc`) if
        the loop has ended."""
        self._inbox.put((function, args))
        if self._over:
            raise CallError("the supervision system has been stopped; start() it again", reason="noproc")
        if self._asleep:  # else it looks into the queue before it sleeps
            self._asleep = False
            assert self.loop is not None
            self.loop.call_soon_threadsafe(_nothing)

    # ---- in the loop's thread
    def expect(self) -> None:
        """Another thread was answered."""
        self._expecting = True

    def end(self) -> None:
        """The loop takes no more requests; those that are queued are run, so that nobody waits for an answer in vain."""
        self._over = True
        self._take()

    def select(self, timeout: float | None = None) -> Events:
        inbox = self._inbox
        if not inbox.empty():
            self._take()
            timeout = 0  # what was asked for may be ready to run
        elif timeout != 0:
            if self._expecting and len(self.get_map()) == 1:  # no more than the loop's own socket
                self._wait_at_queue(timeout)
                return []
            self._asleep = True
            if not inbox.empty():  # posted before it could be seen that the loop is about to sleep
                timeout = 0
        found = self.poll(timeout)
        self._asleep = False
        if not inbox.empty():
            self._take()
        return found

    def poll(self, timeout: float | None) -> Events:
        return super().select(timeout)

    def _wait_at_queue(self, timeout: float | None) -> None:
        self._expecting = False
        inbox = self._inbox
        if self.handover.over_soon(inbox.empty):
            self._take()
            return
        try:
            request = inbox.get(timeout=_LINGER_S if timeout is None else min(timeout, _LINGER_S))
        except Empty:
            return
        self._run(*request)

    def _take(self) -> None:
        inbox = self._inbox
        for _ in range(_BATCH):
            if inbox.empty():
                return
            self._run(*inbox.get())

    def _run(self, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        try:
            function(*args)
        except Exception as error:  # as the loop does for its callbacks: one that fails harms no other
            assert self.loop is not None
            self.loop.call_exception_handler({"message": "a request from another thread failed", "exception": error})


def _nothing() -> None:
    """Wakes the loop."""
