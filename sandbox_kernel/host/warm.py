"""Before a class: the fork server runs already and stays, and it is known whether the machine has room for everybody.

Called by `jupyter sandbox warm` and, while JupyterLab comes up, by `jupyter sandbox lab`. Weighed for what waits for a
class: (a) whole kernels, one for each notebook that may be opened: each notebook has a directory of its own, which cannot be
brought into an isolated kernel afterwards (see `pool`), and 40 of them hold 0.5 GB for nobody; (b) processes that have
forked and wait for their directory: of the 40 ms that a kernel needs they save 10; (c) the fork server itself, whose start
takes a second, and a look at the memory: (c).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import sys
import time
from dataclasses import dataclass

import psutil
from jupyter_client.kernelspec import KernelSpecManager

from sandbox_kernel.host import forking, zygotes
from sandbox_kernel.host.confinement import confinement_for
from sandbox_kernel.host.kernel import KERNELSPECS
from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.zygote.family import family_of, stamp_of_packages
from sandbox_kernel.zygote.protocol import Stay

TRIALS = 3
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
        if self.ok:
            return (
                f"ready: {ready}{stays}\n{self.count} idle ones need {needed:.1f} GB of the {free:.1f} GB that are free"
            )
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
    return Readiness(count, hours, level, statistics.median(took), statistics.median(sizes), free, forked)


async def fork_server() -> bool:
    """Starts the one that sandboxes of this environment are forked from, if it does not run; whether there is one."""
    if not forking.is_wanted():
        return False
    spec = KernelSpecManager(kernel_dirs=[str(KERNELSPECS)]).get_kernel_spec("sandbox")
    confinement = await asyncio.to_thread(confinement_for, os.environ, spec)
    try:
        shared = zygotes.environ_for(confinement.environment(os.environ))
    finally:
        confinement.close()
    command = [sys.executable, *spec.argv[1:]]
    order = forking.read(command, {})
    family = family_of(command[0], order.flags, order.arguments, shared, stamp_of_packages(shared))
    with contextlib.suppress(OSError):
        (await zygotes.connect(family, shared)).close()
        return True
    return False


def own_mb(pid: int) -> float:
    """The memory that goes when this sandbox goes: of its kernel and of the keeper above it."""
    kernel = psutil.Process(pid)
    return sum(float(process.memory_full_info().uss) for process in (kernel, *kernel.parents()[:1])) / MB
