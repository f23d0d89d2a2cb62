"""What a level costs: time to the first reply of a kernel, and an execute round trip, all levels interleaved.

    python benchmarks/isolation.py [--rounds 10] [--trips 200] [LEVEL...]

Medians of interleaved runs, so that what else the machine does hits every level alike. The kernel is the plain one of
ipykernel started by the same provisioner, so that the difference is the level and nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from sandbox_kernel.host.confinement import LEVEL
from sandbox_kernel.isolation.levels import choose, missing_for
from sandbox_kernel.isolation.spec import LEVELS


def manager() -> AsyncKernelManager:
    made = AsyncKernelManager(transport="ipc", connection_file=os.path.join(tempfile.mkdtemp(prefix="b-"), "k.json"))
    made._kernel_spec = KernelSpec(
        argv=[sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        language="python",
        metadata={"kernel_provisioner": {"provisioner_name": "sandbox-provisioner"}},
    )
    return made


async def one(level: str, trips: int) -> tuple[float, list[float]]:
    """Milliseconds to the first reply, and of each round trip after some to warm up."""
    kernel = manager()
    began = time.perf_counter()
    await kernel.start_kernel(env={**os.environ, LEVEL: level})
    client = kernel.client()
    client.start_channels(hb=False)
    try:
        await client.wait_for_ready(timeout=60)
        await trip(client, "1")
        started = (time.perf_counter() - began) * 1000
        for _ in range(20):
            await trip(client, "1 + 1")
        return started, [await trip(client, "1 + 1") for _ in range(trips)]
    finally:
        client.stop_channels()
        await kernel.shutdown_kernel(now=True)


async def trip(client: object, code: str) -> float:
    began = time.perf_counter()
    request = client.execute(code, store_history=False)  # type: ignore[attr-defined]
    while (await client.get_shell_msg(timeout=30))["parent_header"].get("msg_id") != request:  # type: ignore[attr-defined]
        pass
    return (time.perf_counter() - began) * 1000


async def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("levels", nargs="*", default=[level for level in LEVELS if not missing_for(level)])
    asked.add_argument("--rounds", type=int, default=10)
    asked.add_argument("--trips", type=int, default=200)
    given = asked.parse_args()
    starts: dict[str, list[float]] = {level: [] for level in given.levels}
    trips: dict[str, list[float]] = {level: [] for level in given.levels}
    for level in given.levels:
        choose(level)
        await one(level, 1)
    for _ in range(given.rounds):
        for level in given.levels:
            started, took = await one(level, given.trips)
            starts[level].append(started)
            trips[level].append(statistics.median(took))
    base = given.levels[0]
    print("| level | start, median ms | more than the first | round trip, median ms | more than the first |")  # noqa: T201
    print("|---|---|---|---|---|")  # noqa: T201
    for level in given.levels:
        start, took = statistics.median(starts[level]), statistics.median(trips[level])
        more = statistics.median(a - b for a, b in zip(starts[level], starts[base], strict=True))
        ratio = statistics.median(a / b for a, b in zip(trips[level], trips[base], strict=True)) - 1
        print(f"| `{level}` | {start:.0f} | {more:+.1f} ms | {took:.2f} | {ratio:+.1%} |")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
