"""Whether a kernel still answers, and whether anybody still needs it: time limits that only the host can hold.

Called by `Sandbox` for each start, on the manager's loop. A kernel is asked on its control channel, which answers while a
cell runs, and only while something runs in it: a quiet kernel is left asleep. Weighed: the heartbeat channel, which a
thread answers that needs nothing of the kernel, so that it beats for a kernel that hangs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from sandbox_kernel.errors import KernelUnresponsive, SandboxError
from sandbox_kernel.host.usage import Usage
from sandbox_kernel.isolation.limits import Limits

Sleep = Callable[[float], Awaitable[None]]


class Watchable(Protocol):
    """What a vigil needs of a kernel."""

    async def ask_alive(self, timeout_s: float) -> None:
        """Raises KernelUnresponsive when no answer comes in time."""

    async def interrupt(self) -> None: ...

    def usage(self) -> Usage: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a kernel is to be ended: `limit` is the field of `Limits`."""

    limit: str
    sentence: str


async def keep(
    kernel: Watchable, limits: Limits, quiet_s: Callable[[], float], *, sleep: Sleep = asyncio.sleep
) -> Verdict:
    """Returns when the kernel is to be ended. `quiet_s` says since when no run was under way, 0 while one is."""
    waits = [seconds / 4 for seconds in (limits.unresponsive_seconds, limits.idle_seconds) if seconds]
    if not waits:
        await asyncio.Event().wait()
    cpu_before = kernel.usage().cpu_seconds
    while True:
        await sleep(min(waits))
        quiet, cpu = quiet_s(), kernel.usage().cpu_seconds
        if limits.idle_seconds and quiet >= limits.idle_seconds:
            return Verdict("idle_seconds", f"stopped: nothing was run in it for {limits.idle_seconds:g} s")
        moved, cpu_before = cpu - cpu_before > 0.1, cpu
        if limits.unresponsive_seconds and (not quiet or moved) and not await _answers(kernel, limits):
            return Verdict(
                "unresponsive_seconds",
                f"stopped: it did not answer for {limits.unresponsive_seconds:g} s, nor when interrupted",
            )


async def _answers(kernel: Watchable, limits: Limits) -> bool:
    """Asks, interrupts what holds the kernel, asks again; a kernel that ends meanwhile is not this one's affair."""
    try:
        try:
            await kernel.ask_alive(limits.unresponsive_seconds)
        except KernelUnresponsive:
            await kernel.interrupt()
            await kernel.ask_alive(max(1.0, limits.unresponsive_seconds / 4))
    except KernelUnresponsive:
        return False
    except SandboxError:
        return True
    return True
