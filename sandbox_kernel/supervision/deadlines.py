"""The time limits of calls on the loop.

Nearly every call is answered long before its limit, and a timer of the loop's for each, made and cancelled, cost a fifth
of the call. Calls with the same limit end in the order they began, so one timer for the oldest of them does for all.
Weighed: a wheel of ticks, as in network stacks: cheap as well, but limits would be coarse.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox_kernel.supervision.refs import LocalSender

_KINDS = 64  # different limits that are kept when no call waits; who counts its limits down makes a new one each time


class _SameLimit:
    """Calls with one limit, the oldest first, with when each is over."""

    __slots__ = ("timer", "waiting")

    def __init__(self, timer: asyncio.TimerHandle) -> None:
        self.timer = timer
        self.waiting: dict[LocalSender, float] = {}


class Deadlines:
    """`expire(sender, limit_s)` is called for a call that was not dropped in time. In the loop's thread only."""

    def __init__(self, loop: asyncio.AbstractEventLoop, expire: Callable[[LocalSender, float], None]) -> None:
        self._loop, self._expire = loop, expire
        self._limits: dict[float, _SameLimit] = {}

    def add(self, sender: LocalSender, limit_s: float) -> None:
        same = self._limits.get(limit_s)
        if same is None:
            same = self._limits[limit_s] = _SameLimit(self._loop.call_later(limit_s, self._due, limit_s))
        same.waiting[sender] = self._loop.time() + limit_s

    def drop(self, sender: LocalSender, limit_s: float) -> None:
        """The call is over. Harmless when it has expired."""
        same = self._limits.get(limit_s)
        if same is None:
            return
        same.waiting.pop(sender, None)
        if not same.waiting and len(self._limits) > _KINDS:
            same.timer.cancel()
            del self._limits[limit_s]

    def _due(self, limit_s: float) -> None:
        same = self._limits[limit_s]
        now = self._loop.time()
        while same.waiting:
            sender, over = next(iter(same.waiting.items()))
            if over > now:
                same.timer = self._loop.call_at(over, self._due, limit_s)
                return
            del same.waiting[sender]
            self._expire(sender, limit_s)
        del self._limits[limit_s]
