"""Before a class: the fork server runs, stays, and keeps as many kernels parked as will be opened at once.

Called by `jupyter sandbox warm` and, while JupyterLab comes up, by `jupyter sandbox lab` (which parks none ahead). Weighed
for what waits for a class: (a) kernels of a program's own pool (`pool`): they end with that program, and no notebook could
take one; (b) the fork server alone: a class that opens its notebooks in one minute forks them all in it; (c) kernels
that the fork server parks in their jails, which whoever comes takes (`zygote.parked`): (c). Other levels than `jail` have
none: what they are given must be known before their first thread.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import sys
import time
from dataclasses import dataclass, replace

import psutil
from jupyter_client.kernelspec import KernelSpecManager

from sandbox_kernel.host import forking, zygotes
from sandbox_kernel.host.confinement import confinement_for
from sandbox_kernel.host.kernel import KERNELSPECS
from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.versions.launching import SEED
from sandbox_kernel.zygote import protocol
from sandbox_kernel.zygote.family import family_of, stamp_of_packages
from sandbox_kernel.zygote.protocol import Ask, Park, State, Stay

TRIALS = 3
PARKED_S, EACH_S, LOOK_S = 30.0, 2.0, 0.05
RESERVE = 0.1  # of the machine's memory is for everything else
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Readiness:
    """What `count` idle sandboxes need here and what is there; `start_ms` is the median of a few that were tried."""

    count: int
    hours: float
    isolation: str
    start_ms: float
    sandbox_mb: float
    free_mb: float
    forked: bool
    parked: int = 0

    @property
    def room(self) -> int:
        """How many fit."""
        return int(self.free_mb / self.sandbox_mb)

    @property
    def ok(self) -> bool:
        return self.room >= self.count

    @property
    def sentence(self) -> str:
        needed, free = self.count * self.sandbox_mb / 1000, self.free_mb / 1000
        ready = f"a sandbox (isolation '{self.isolation}') starts in {self.start_ms:.0f} ms here"
        stays = f"; the fork server stays for {self.hours:g} h" if self.forked else ", without a fork server"
        waits = f", {self.parked} of them wait already" if self.parked else ""
        if self.ok:
            room = f"{self.count} idle ones need {needed:.1f} GB of the {free:.1f} GB that are free{waits}"
            return f"ready: {ready}{stays}\n{room}"
        return (
            f"not enough memory: {self.count} idle sandboxes need {needed:.1f} GB, {free:.1f} GB are free, room for "
            f"{self.room}; end other programs or take a larger machine\n{ready}{stays}"
        )


async def warm(count: int, hours: float) -> Readiness:
    """Starts the fork server, tries a few sandboxes, and keeps it for `hours`. StartError when none can be started."""
    forked = await fork_server()
    took, sizes, level = [], [], ""
    async with SandboxManager() as manager:
        for number in range(TRIALS):
            began = time.monotonic()
            sandbox = await manager.create(f"warm{number}")
            took.append((time.monotonic() - began) * 1000)
            sizes.append(await asyncio.to_thread(own_mb, sandbox.info().pid))
            level = sandbox.info().isolation
    forked = bool(forked and await zygotes.tell_all(Stay(hours * 3600)))
    memory = psutil.virtual_memory()
    free = max(0.0, memory.available - RESERVE * memory.total) / MB
    ready = Readiness(count, hours, level, statistics.median(took), statistics.median(sizes), free, forked)
    return replace(ready, parked=await park(count)) if forked and ready.ok else ready


async def fork_server() -> bool:
    """Starts the one that sandboxes of this environment are forked from, if it does not run; whether there is one."""
    try:
        (await _ask_parked(0)).close()
    except OSError:
        return False
    return True


async def park(count: int) -> int:
    """So many kernels of notebooks wait from now on; how many do. Fewer where memory is short, none without a jail."""
    connection = await _ask_parked(count)
    with connection:
        parked, until = 0, time.monotonic() + PARKED_S + EACH_S * count
        while parked < count and time.monotonic() < until:
            await asyncio.sleep(LOOK_S)
            protocol.send(connection, Ask())
            answer, _ = await zygotes.next_message(connection)
            if not isinstance(answer, State):
                break
            parked = answer.parked
            if not answer.parking:
                break
    return parked


async def _ask_parked(count: int) -> socket.socket:
    """A connection to the zygote, which was asked to keep so many parked (0: as many as ever). OSError without one."""
    if not forking.is_wanted():
        raise OSError("there is no fork server")
    kernel = KernelSpecManager(kernel_dirs=[str(KERNELSPECS)]).get_kernel_spec("sandbox")
    confinement = await asyncio.to_thread(confinement_for, os.environ, kernel)
    environ = confinement.environment(os.environ)
    shared = zygotes.environ_for(environ)
    command = [sys.executable, *kernel.argv[1:]]
    order = forking.read(command, {})
    family = family_of(command[0], order.flags, order.arguments, shared, stamp_of_packages(shared))
    try:
        kind = confinement.kind(command, environ)
    finally:
        confinement.close()
    connection = await zygotes.connect(family, shared)
    if count and kind.level == "jail":
        protocol.send(connection, Park(kind.to_json(), environ.get(SEED) != "no", count))
        await zygotes.next_message(connection)
    return connection


def own_mb(pid: int) -> float:
    """The memory that goes when this sandbox goes: of its kernel and of the keeper above it."""
    kernel = psutil.Process(pid)
    return sum(float(process.memory_full_info().uss) for process in (kernel, *kernel.parents()[:1])) / MB
