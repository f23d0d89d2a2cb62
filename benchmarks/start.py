"""How long from asking for a kernel to the first execute reply: cold ipykernel, a zygote's fork, one that the zygote keeps
parked in its jail, one of a program's own pool.

    python benchmarks/start.py [ROUNDS]

All in turn, round after round, so that whatever else the machine does meets all of them alike. The sandboxes have the
strongest isolation that the machine offers; the cold ipykernel has none, so a cold sandbox is measured beside it. Compiled
Python files are there for all of them.
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager

from sandbox_kernel.host import zygotes
from sandbox_kernel.host.forking import START
from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.host.warm import fork_server, park
from sandbox_kernel.isolation.levels import choose
from sandbox_kernel.zygote.parked import COUNT
from sandbox_kernel.zygote.protocol import Ask

ROUNDS = 20
Times = dict[str, list[float]]


async def first_reply(kernel_name: str, *, start: str = "zygote", parked: int = 0) -> float:
    """Over jupyter_client, as a notebook does it. Milliseconds. `parked` are how many wait before."""
    os.environ[START], os.environ[COUNT] = start, str(parked)
    if parked:
        while not any(state.parked for state in await zygotes.tell_all(Ask())):  # noqa: ASYNC110 another process makes it
            await asyncio.sleep(0.05)
    with Path(os.devnull).open("wb") as nowhere:  # noqa: ASYNC230 it is never waited for
        manager = AsyncKernelManager(kernel_name=kernel_name)
        began = time.perf_counter()
        await manager.start_kernel(stdout=nowhere, stderr=nowhere)
        client = manager.client()
        client.start_channels(hb=False)
        client.execute("1 + 1")
        reply = await client.get_shell_msg(timeout=60)
        took = (time.perf_counter() - began) * 1000
        assert reply["content"]["status"] == "ok"
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
    return took


async def first_result(manager: SandboxManager, times: Times) -> None:
    """Over the host API, from the pool."""
    assert await manager.warmed() == 1
    began = time.perf_counter()
    sandbox = await manager.create("first")
    created = time.perf_counter()
    result = await sandbox.run("1 + 1")
    ended = time.perf_counter()
    assert result.ok
    times["pool: create returns"].append((created - began) * 1000)
    times["pool: first result"].append((ended - began) * 1000)
    await manager.destroy("first")


async def measure(rounds: int) -> Times:
    times: Times = {
        "cold ipykernel": [], "cold sandbox": [], "zygote, forked when asked": [], "zygote, parked before": [],
        "pool: create returns": [], "pool: first result": [],
    }  # fmt: skip
    over_jupyter: dict[str, Callable[[], Awaitable[float]]] = {
        "cold ipykernel": lambda: first_reply("python3"),
        "cold sandbox": lambda: first_reply("sandbox", start="plain"),
        "zygote, forked when asked": lambda: first_reply("sandbox"),
        "zygote, parked before": lambda: first_reply("sandbox", parked=1),
    }
    await first_reply("sandbox", start="plain")  # the first of all compiles
    await first_reply("sandbox")  # the first of all starts a zygote
    os.environ[COUNT] = "1"
    assert await fork_server()
    assert await park(1) == 1
    async with SandboxManager(warm=1) as manager:
        for _ in range(rounds):
            for name, start in over_jupyter.items():
                times[name].append(await start())
            await first_result(manager, times)
            await manager.warmed()
    return times


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def report(times: Times) -> None:
    cold, isolated = (statistics.median(times[name]) for name in ("cold ipykernel", "cold sandbox"))
    load = os.getloadavg()[0]
    say(
        f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {load:.1f}, isolation {choose().level}, "
        f"{len(times['cold ipykernel'])} rounds\n"
    )
    say("| | median ms | fastest | 95th | than cold ipykernel | than cold sandbox |\n|---|---|---|---|---|---|")
    for name, took in times.items():
        ordered = sorted(took)
        slowest = ordered[min(len(ordered) - 1, round(len(ordered) * 0.95))]
        middle = statistics.median(took)
        faster = f"{cold / middle:.1f} x | {isolated / middle:.1f} x"
        say(f"| {name} | {middle:.1f} | {ordered[0]:.1f} | {slowest:.1f} | {faster} |")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as runtime:
        os.environ["JUPYTER_RUNTIME_DIR"] = runtime
        os.environ["SANDBOX_KERNEL_IDLE_S"] = "30"
        report(asyncio.run(measure(rounds)))


if __name__ == "__main__":
    main()
