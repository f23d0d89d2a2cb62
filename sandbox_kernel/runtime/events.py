"""The event log of one kernel: numbers what happened, keeps the newest, tells subscribers in order.

Written by the session, on whatever thread an edit came in, and by the supervision layer on its loop. A subscriber is
called under no lock of ours, must not block, and never sees an event twice or out of order; one that raises is logged and
kept, so that a broken view cannot silence the others.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

import msgspec

from sandbox_kernel.wire import AnyEvent

log = logging.getLogger(__name__)

Subscriber = Callable[[AnyEvent], None]
KEPT = 1000


class EventLog:
    """`clock` gives seconds since the epoch."""

    def __init__(self, *, kept: int = KEPT, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._events: deque[AnyEvent] = deque(maxlen=kept)
        self._subscribers: list[Subscriber] = []
        self._lock = threading.Lock()
        self._pending: deque[AnyEvent] = deque()
        self._delivering = False
        self._last = 0

    @property
    def last(self) -> int:
        """Number of the newest event; 0 before the first."""
        return self._last

    def emit(self, event: AnyEvent) -> AnyEvent:
        """Number and date `event`, keep it and pass it on. Any thread."""
        with self._lock:
            self._last += 1
            event = msgspec.structs.replace(event, number=self._last, time=self._clock())
            self._events.append(event)
            self._pending.append(event)
        self._deliver()
        return event

    def _deliver(self) -> None:
        """Hand out what is pending, on one thread at a time, so that order holds even when a subscriber emits."""
        while True:
            with self._lock:
                if self._delivering or not self._pending:
                    return
                self._delivering = True
                event, subscribers = self._pending.popleft(), tuple(self._subscribers)
            try:
                for subscriber in subscribers:
                    _tell(subscriber, event)
            finally:
                with self._lock:
                    self._delivering = False

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber` with each later event; returns what ends it (calling that twice is harmless)."""
        with self._lock:
            self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            with self._lock:
                if subscriber in self._subscribers:
                    self._subscribers.remove(subscriber)

        return unsubscribe

    def since(self, number: int) -> list[AnyEvent]:
        """The kept events newer than `number`, oldest first."""
        with self._lock:
            return [event for event in self._events if event.number > number]


def _tell(subscriber: Subscriber, event: AnyEvent) -> None:
    try:
        subscriber(event)
    except Exception:  # a border: a view's fault is the view's, the log goes on
        log.exception("an event subscriber failed on event %s", event.number)
