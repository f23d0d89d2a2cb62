"""Many sandboxes at once: how long to make them, what each holds of memory, what all of them burn while idle, how they end.

    python benchmarks/density.py [COUNT]

Memory is what no other process shares (USS), of the kernel and of the processes that keep it. Idle means ten seconds, three
after the last one was made.
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil

from sandbox_kernel.errors import SandboxError
from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.isolation.levels import choose

COUNT = 200
SETTLED_S, IDLE_S = 3.0, 10.0
MB = 1e6


def say(what: str, value: str) -> None:
    sys.stdout.write(f"| {what} | {value} |\n")
    sys.stdout.flush()


def family_of(pid: int) -> list[psutil.Process]:
    """The kernel and the keepers above it that it shares with no other."""
    kernel = psutil.Process(pid)
    above = []
    for parent in kernel.parents():
        if "zygote" not in " ".join(parent.cmdline()) or len(parent.children()) > 2:  # the fork server has many
            break
        above.append(parent)
    return [kernel, *above]


def cpu_of(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def wake_ups(processes: list[psutil.Process]) -> int:
    """Of all threads: how often one was given a processor."""
    tasks = [task for process in processes for task in Path(f"/proc/{process.pid}/task").iterdir()]
    lines = [line for task in tasks for line in (task / "status").read_text().splitlines() if "ctxt_switches" in line]
    return sum(int(line.split()[1]) for line in lines)


def left_behind(everyone: list[psutil.Process], directories: set[str]) -> str:
    processes = sum(process.is_running() for process in everyone)
    files = [path for path in directories if Path(path).exists()]
    mounts = sum("sandbox-kernel-" in line for line in Path("/proc/self/mounts").read_text().splitlines())
    return f"{len(files)} directories, {mounts} mounts, {processes} processes"


async def measure(count: int) -> None:
    names = [f"s{number}" for number in range(count)]
    async with SandboxManager() as manager:
        await manager.create("first")
        await manager.destroy("first")
        free = psutil.virtual_memory().available
        began = time.perf_counter()
        made = await manager.create_many(names, at_once=8)
        say(f"{count} created", f"{time.perf_counter() - began:.1f} s")
        failed = [error for error in made.values() if isinstance(error, SandboxError)]
        say("failed", f"{len(failed)} {failed[:1]}")
        say("memory of the machine per sandbox", f"{(free - psutil.virtual_memory().available) / count / MB:.1f} MB")
        families = [family_of(manager.info(name).pid) for name in names if manager.info(name).pid]
        unique = [[process.memory_full_info().uss / MB for process in family] for family in families]
        say("unique memory of a kernel, median", f"{statistics.median(each[0] for each in unique):.1f} MB")
        say("unique memory with its keepers, median", f"{statistics.median(map(sum, unique)):.1f} MB")
        everyone = [process for family in families for process in family]
        await asyncio.sleep(SETTLED_S)
        burnt, switched = cpu_of(everyone), wake_ups(everyone)
        await asyncio.sleep(IDLE_S)
        say("idle, all together", f"{(cpu_of(everyone) - burnt) / IDLE_S * 100:.1f} % of one CPU")
        say("wake-ups of an idle one", f"{(wake_ups(everyone) - switched) / IDLE_S / count:.2f} in a second")
        began = time.perf_counter()
        results = await manager.run_many("6 * 7", timeout_s=60)
        answered = sum(not isinstance(result, SandboxError) and result.ok for result in results.values())
        say("answered", f"{answered} in {time.perf_counter() - began:.1f} s")
        directories = {manager.info(name).directory for name in names}
        began = time.perf_counter()
        await manager.destroy_many(names, at_once=count)
        say("destroyed", f"{time.perf_counter() - began:.1f} s")
        say("left behind", left_behind(everyone, directories))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with tempfile.TemporaryDirectory() as runtime:
        os.environ["JUPYTER_RUNTIME_DIR"] = runtime
        os.environ["SANDBOX_KERNEL_IDLE_S"] = "30"
        sys.stdout.write(
            f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, "
            f"isolation {choose().level}\n\n| | |\n|---|---|\n"
        )
        asyncio.run(measure(count))


if __name__ == "__main__":
    main()
