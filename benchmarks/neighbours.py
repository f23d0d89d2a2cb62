"""Twenty sandboxes, one of them hostile: how fast do the other nineteen answer `1 + 1`, and what does the host pay?

    python benchmarks/neighbours.py [--sandboxes 20] [--level auto]

Medians over all neighbours: first quiet, then during each attack (bounded, as in benchmarks/contained.py).
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from pathlib import Path

from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.host.sandbox import Sandbox

ATTACKS = {
    "memory bomb": "b = []\nwhile True: b.append(bytearray(b'x' * (32 << 20)))",
    "fork bomb": "import os, time\nfor _ in range(9):\n    try: os.fork()\n    except OSError: time.sleep(0.1)\ntime.sleep(4)",  # noqa: E501
    "disk fill": "for n in range(200): open(f'f{n}', 'wb').write(bytes(8 << 20))",
    "output flood": "while True: print('x' * 1000)",
    "endless loop": "while True: pass",
}


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / (1 << 20)


async def answers(neighbours: list[Sandbox], rounds: int) -> list[float]:
    """Milliseconds of each answer; neighbours are asked one after the other."""
    took = []
    for _ in range(rounds):
        for sandbox in neighbours:
            began = time.perf_counter()
            assert (await sandbox.run("1 + 1")).text == "2"
            took.append((time.perf_counter() - began) * 1000)
    return took


async def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sandboxes", type=int, default=20)
    asked.add_argument("--level", default="auto")
    given = asked.parse_args()
    async with SandboxManager() as manager:
        names = [f"n{number}" for number in range(given.sandboxes)]
        made = [
            await manager.create(name, isolation=given.level, limits="strict", timeout_s=120)
            for name in ["hostile", *names[1:]]
        ]
        hostile, neighbours = made[0], made[1:]
        await answers(neighbours, 1)
        quiet = statistics.median(await answers(neighbours, 3))
        before = resident_mb()
        print(f"level {hostile.info().isolation}, quiet: {quiet:.1f} ms")  # noqa: T201
        for name, code in ATTACKS.items():
            attack = asyncio.create_task(hostile.run(code, timeout_s=6))
            took = await answers(neighbours, 3)
            result = await attack
            again = await answers(neighbours, 1)
            print(  # noqa: T201
                f"{name:13} {statistics.median(took):7.1f} ms ({statistics.median(took) / quiet:.2f} times quiet), "
                f"after it {statistics.median(again):.1f} ms, host {resident_mb() - before:+.0f} MB: {result.error or 0}"
            )
            await hostile.restart(timeout_s=120)


if __name__ == "__main__":
    asyncio.run(main())
