"""Kernels that a manager starts ahead, so that `create` only has to take one: started, isolated, their sandbox open.

Weighed for what is parked: (a) a fork that isolates itself when it is claimed: isolation must come before threads and
sockets, so nothing of the rest could be done ahead; (b) an isolated kernel that gets its directory mounted when it is
claimed: an ordinary user may not carry a mount of the machine into another namespace; (c) a whole kernel with a temporary
directory of its own, which is what a sandbox without a directory has anyway: (c). A sandbox that names its directory,
isolation or limits is forked for it.

Lane: the manager's loop. A refill starts one kernel after the other, and none when memory is short.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable

import psutil

from sandbox_kernel.errors import SandboxError
from sandbox_kernel.host.kernel import Kernel
from sandbox_kernel.zygote.family import stamp_of_packages

log = logging.getLogger(__name__)

START_S = 60.0
LEAST_FREE = 0.1  # of the machine's memory: below it nothing is started ahead
PAUSE_S = 0.05  # after a claim, so that the claimed one's first work goes first


class WarmPool:
    """`make` gives a kernel that is not started yet."""

    def __init__(self, size: int, make: Callable[[], Kernel]) -> None:
        self._size = size
        self._make = make
        self._parked: list[tuple[object, Kernel]] = []
        self._refilling: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def parked(self) -> int:
        return len(self._parked)

    def refill(self) -> None:
        """Starts in the background what is missing."""
        if not self._closed and self._size > len(self._parked) and (not self._refilling or self._refilling.done()):
            self._refilling = asyncio.create_task(self._refill(), name="warm pool")

    async def filled(self) -> None:
        """Waits for the refill that is under way."""
        if self._refilling is not None:
            with contextlib.suppress(SandboxError):
                await asyncio.shield(self._refilling)

    def take(self) -> Kernel | None:
        """A kernel that runs and fits today's environment and packages, None when there is none."""
        now = situation() if self._parked else None
        while self._parked:
            before, kernel = self._parked.pop(0)
            if before == now and kernel.pid:
                return kernel
            self._end(kernel)
        return None

    async def close(self) -> None:
        self._closed = True
        if self._refilling is not None:
            self._refilling.cancel()
            await asyncio.gather(self._refilling, return_exceptions=True)
        await asyncio.gather(*(kernel.stop(now=True) for _, kernel in self._parked), return_exceptions=True)
        await asyncio.gather(*self._ending, return_exceptions=True)
        self._parked.clear()

    def _end(self, kernel: Kernel) -> None:
        task = asyncio.create_task(kernel.stop(now=True))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _refill(self) -> None:
        await asyncio.sleep(PAUSE_S)
        while len(self._parked) < self._size and has_memory():
            before, kernel = situation(), self._make()
            try:
                await kernel.start(START_S)
            except SandboxError as error:
                log.warning("no kernel could be started ahead: %s", error)
                return
            self._parked.append((before, kernel))


def situation() -> object:
    """What a kernel that was started ahead took over from this process."""
    return dict(os.environ), stamp_of_packages(os.environ)


def has_memory() -> bool:
    memory = psutil.virtual_memory()
    return bool(memory.available > LEAST_FREE * memory.total)
