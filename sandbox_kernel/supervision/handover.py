"""Waiting for another thread for so short a time that sleeping would take longer.

Two threads that ask and answer each other hand over the interpreter's lock twice for each question. Weighed: (a) each
sleeps at a lock of its own until the other wakes it: the operating system wakes the sleeper, which then waits again,
for the interpreter's lock, because the one who woke it still holds that (measured: 30,000 to 60,000 questions a second,
whatever is done in between); (b) one thread runs what the other was asked for: twice as fast, but a worker's code would
no longer run in one thread; (c) yield: it gives up the interpreter's lock to whoever waits for it, and is back when
that one yields in turn (200,000 to 500,000). (c), for a few yields, then (a): nobody spins for long.
Where more programs want to run than there are processors, a yield gives them a whole turn too; once that was seen to
happen, the next hundred waits sleep as in (a).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

_YIELDS = 50  # one is nearly always enough; fifty for nothing take some thirty microseconds
_BUSY_NS = 300_000  # no yield takes that long unless somebody else got a turn
_SLEEPS = 100
_give_way: Callable[[], None] | None = getattr(os, "sched_yield", None)  # not on every platform


class Handover:
    """The waits of one system, in whichever thread. What two threads count at once is off by one at worst."""

    __slots__ = ("_sleeps",)

    def __init__(self) -> None:
        self._sleeps = 0  # waits that do not yield

    def over_soon(self, waiting: Callable[[], bool]) -> bool:
        """Whether `waiting()` ended within a few yields."""
        if _give_way is None or self._sleeps > 0:
            self._sleeps -= 1
            return not waiting()
        busy = time.perf_counter_ns() + _BUSY_NS
        for _ in range(_YIELDS):
            if not waiting():
                return True
            _give_way()
            if time.perf_counter_ns() > busy:  # at once: fifty such yields would outlast the caller's time limit
                self._sleeps = _SLEEPS
                break
        return not waiting()
