"""What a level costs: time to the first reply of a kernel, and an execute round trip, all levels interleaved.

    python benchmarks/isolation.py [--rounds 20] [--trips 100] [--plain] [LEVEL...]

Kernels start as they do for everybody: forked by a zygote, or with `--plain` as new interpreters. In each round one
kernel of every level is started and answers one trip after the other in turn with the others, so that whatever else the
machine does meets all of them alike. Differences are taken within a round. The first level is measured twice: how far
its second kernel is from its first is what this machine cannot tell apart.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from sandbox_kernel.host.confinement import LEVEL
from sandbox_kernel.host.forking import START
from sandbox_kernel.host.kernel import KERNELSPECS
from sandbox_kernel.isolation.levels import choose, missing_for
from sandbox_kernel.isolation.spec import LEVELS

WARM_UP = 20


@dataclass
class Kernel:
    manager: AsyncKernelManager
    client: AsyncKernelClient
    started_ms: float
    trips_ms: list[float] = field(default_factory=list)

    async def trip(self) -> float:
        began = time.perf_counter()
        request = self.client.execute("1 + 1", store_history=False)
        while (await self.client.get_shell_msg(timeout=60))["parent_header"].get("msg_id") != request:
            pass
        return (time.perf_counter() - began) * 1000

    async def end(self) -> None:
        self.client.stop_channels()
        await self.manager.shutdown_kernel(now=True)


@dataclass
class Taken:
    starts_ms: list[float] = field(default_factory=list)
    trips_ms: list[float] = field(default_factory=list)  # the median of each round


async def started(level: str, directory: Path) -> Kernel:
    specs = KernelSpecManager(kernel_dirs=[str(KERNELSPECS)])
    manager = AsyncKernelManager(
        kernel_name="sandbox",
        kernel_spec_manager=specs,
        transport="ipc",
        connection_file=str(directory / "kernel.json"),
    )
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    await manager.start_kernel(env={**environ, LEVEL: level})
    client = manager.client()
    client.start_channels(hb=False)
    client.execute("1 + 1", store_history=False)
    await client.get_shell_msg(timeout=60)
    return Kernel(manager, client, (time.perf_counter() - began) * 1000)


async def one_round(names: dict[str, str], trips: int) -> dict[str, Kernel]:
    """A kernel for each name, at the level it stands for: started one after the other, then asked in turn."""
    with tempfile.TemporaryDirectory(prefix="b-") as place:
        kernels: dict[str, Kernel] = {}
        try:
            for number, (name, level) in enumerate(names.items()):
                directory = Path(place, str(number))
                directory.mkdir()
                kernels[name] = await started(level, directory)
            for count in range(WARM_UP + trips):
                for kernel in kernels.values():
                    took = await kernel.trip()
                    if count >= WARM_UP:
                        kernel.trips_ms.append(took)
        finally:
            for kernel in kernels.values():
                await kernel.end()
    return kernels


async def measure(levels: list[str], rounds: int, trips: int) -> dict[str, Taken]:
    names = {f"`{level}`": level for level in levels}
    names[f"`{levels[0]}` again"] = levels[0]
    taken = {name: Taken() for name in names}
    await one_round(names, 1)  # the first of all start a zygote, and try out what the machine has
    for number in range(rounds):
        shifted = [*names.items()][number % len(names) :] + [*names.items()][: number % len(names)]
        for name, kernel in (await one_round(dict(shifted), trips)).items():
            taken[name].starts_ms.append(kernel.started_ms)
            taken[name].trips_ms.append(statistics.median(kernel.trips_ms))
    return taken


def report(taken: dict[str, Taken]) -> str:
    base = next(iter(taken.values()))
    rows = [
        "| level | start, median ms | fastest | more, median ms | round trip, median ms | more, median |",
        "|---|---|---|---|---|---|",
    ]
    for name, one in taken.items():
        more = statistics.median(a - b for a, b in zip(one.starts_ms, base.starts_ms, strict=True))
        ratio = statistics.median(a / b for a, b in zip(one.trips_ms, base.trips_ms, strict=True)) - 1
        start, trip = statistics.median(one.starts_ms), statistics.median(one.trips_ms)
        rows.append(f"| {name} | {start:.1f} | {min(one.starts_ms):.1f} | {more:+.1f} | {trip:.2f} | {ratio:+.1%} |")
    return "\n".join(rows)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("levels", nargs="*", default=[level for level in LEVELS if not missing_for(level)])
    asked.add_argument("--rounds", type=int, default=20)
    asked.add_argument("--trips", type=int, default=100)
    asked.add_argument("--plain", action="store_true", help="start new interpreters instead of forking a zygote")
    given = asked.parse_args()
    for level in given.levels:
        choose(level)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if given.plain:
        os.environ[START] = "plain"
    with tempfile.TemporaryDirectory() as runtime:
        os.environ["JUPYTER_RUNTIME_DIR"] = runtime
        os.environ["SANDBOX_KERNEL_IDLE_S"] = "30"
        taken = asyncio.run(measure(given.levels, given.rounds, given.trips))
    load = os.getloadavg()[0]
    sys.stdout.write(
        f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {load:.1f}, "
        f"{'plain starts' if given.plain else 'zygote'}, {given.rounds} rounds\n\n{report(taken)}\n"
    )


if __name__ == "__main__":
    main()
