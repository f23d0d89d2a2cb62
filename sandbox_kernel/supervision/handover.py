"""Waiting for another thread for so short a time that sleeping would take longer.

Two threads that ask and answer each other hand over the interpreter's lock twice for each question. Weighed: (a) each
sleeps at a lock of its own until the other wakes it: the operating system wakes the sleeper, which then waits again,
for the interpreter's lock, because the one who woke it still holds that (measured: 30,000 to 60,000 questions a second,
whatever is done in between); (b) one thread runs what the other was asked for: twice as fast, but a worker's code would
no longer run in one thread; (c) yield: it gives up the interpreter's lock to whoever waits for it, and is back when
that one yields in turn (200,000 to 500,000). (c), for a few yields, then (a): nobody spins for long.
"""

from __future__ import annotations

import os
from collections.abc import Callable

_YIELDS = 50  # one is nearly always enough; fifty for nothing take some thirty microseconds
_give_way: Callable[[], None] | None = getattr(os, "sched_yield", None)  # not on every platform


def over_soon(waiting: Callable[[], bool]) -> bool:
    """Whether `waiting()` ended within a few yields."""
    if _give_way is None:
        return not waiting()
    for _ in range(_YIELDS):
        if not waiting():
            return True
        _give_way()
    return False
