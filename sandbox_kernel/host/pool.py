"""Kernels that a manager starts ahead, so that `create` only has to take one: started, isolated, their sandbox open.

Weighed for what is parked: (a) a fork that isolates itself when it is claimed: isolation must come before threads and
sockets, so nothing of the rest could be done ahead; (b) an isolated kernel that gets its directory mounted when it is
claimed: what the fork server does for everybody (`zygote.parked`), notebooks above all; its sandbox must still be opened;
(c) a whole kernel with a temporary directory of its own, which is what a sandbox without a directory has anyway: (c). A
sandbox that names its directory takes one of (b), or is forked for it.

Weighed for limits and isolation: (a) changing those of a parked kernel: memory files and filters are as they were made; (b)
parked kernels of each kind that was ever asked for: most wait in vain; (c) of the kind that is asked for now: (c).

Lane: the manager's loop. A refill starts one kernel after the other, and none when memory is short.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psutil

from sandbox_kernel.errors import SandboxError
from sandbox_kernel.host.kernel import Kernel
from sandbox_kernel.zygote.family import stamp_of_packages

log = logging.getLogger(__name__)

Settings = Mapping[str, str]

START_S = 60.0
LEAST_FREE = 0.1  # of the machine's memory: below it nothing is started ahead
PAUSE_S = 0.05  # after a claim, so that the claimed one's first work goes first


@dataclass(frozen=True, slots=True)
class Parked:
    """`before` is the `situation` at its start, `settings` what it was started with."""

    before: object
    settings: Settings
    kernel: Kernel


class WarmPool:
    """`make` gives a kernel with these settings that is not started yet.

    Parked kernels have the settings that were asked for twice in a row; others stay until their place is needed.
    """

    def __init__(self, size: int, make: Callable[[Settings], Kernel]) -> None:
        self._size = size
        self._make = make
        self._settings: Settings = {}
        self._missed: Settings = {}
        self._parked: list[Parked] = []
        self._refilling: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def parked(self) -> int:
        return len(self._parked)

    def refill(self) -> None:
        """Starts in the background what is missing."""
        if not self._closed and self._is_short and (not self._refilling or self._refilling.done()):
            self._refilling = asyncio.create_task(self._refill(), name="warm pool")

    async def filled(self) -> None:
        """Waits for the refill that is under way."""
        if self._refilling is not None:
            with contextlib.suppress(SandboxError):
                await asyncio.shield(self._refilling)

    def take(self, settings: Settings) -> Kernel | None:
        """A kernel with these settings that runs and fits today's environment and packages, None when there is none."""
        now = situation() if self._parked else None
        for parked in [each for each in self._parked if each.before != now or not each.kernel.pid]:
            self._end(parked)
        for parked in self._parked:
            if parked.settings == settings:
                self._parked.remove(parked)
                return parked.kernel
        if self._missed == settings:
            self._settings = settings
        self._missed = settings
        return None

    async def close(self) -> None:
        self._closed = True
        if self._refilling is not None:
            self._refilling.cancel()
            await asyncio.gather(self._refilling, return_exceptions=True)
        for parked in list(self._parked):
            self._end(parked)
        await asyncio.gather(*self._ending, return_exceptions=True)

    @property
    def _is_short(self) -> bool:
        return sum(each.settings == self._settings for each in self._parked) < self._size

    def _end(self, parked: Parked) -> None:
        self._parked.remove(parked)
        task = asyncio.create_task(parked.kernel.stop(now=True))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _refill(self) -> None:
        await asyncio.sleep(PAUSE_S)
        while self._is_short and has_memory():
            if len(self._parked) >= self._size:
                self._end(next(each for each in self._parked if each.settings != self._settings))
            before, settings = situation(), self._settings
            kernel = self._make(settings)
            try:
                await kernel.start(START_S)
                await kernel.client.exercise(timeout_s=START_S)
            except SandboxError as error:
                log.warning("no kernel could be started ahead: %s", error)
                await kernel.stop(now=True)
                return
            self._parked.append(Parked(before, settings, kernel))


def situation() -> object:
    """What a kernel that was started ahead took over from this process."""
    return dict(os.environ), stamp_of_packages(os.environ)


def has_memory() -> bool:
    memory = psutil.virtual_memory()
    return bool(memory.available > LEAST_FREE * memory.total)
