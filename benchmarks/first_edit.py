"""How long does the first edit of a kernel wait for its compile worker? Run with `python benchmarks/first_edit.py`.

Sandboxes with a seed (a worker forked with the kernel) and without take turns in one run. Each figure is a median; memory
is what no other process shares, of the seed alone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time

import psutil

from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.versions.launching import SEED

SOURCE = "from dataclasses import dataclass\n\n\n@dataclass\nclass Line:\n    price: int = {number}\n"


async def one(manager: SandboxManager, seed: bool) -> dict[str, float]:
    """Milliseconds of making a sandbox, of its first checks; megabytes of the seed."""
    os.environ[SEED] = "yes" if seed else "no"
    with tempfile.TemporaryDirectory() as directory:
        begun = time.perf_counter()
        sandbox = await manager.create("box", directory=directory)
        await sandbox.run("1")
        found = {"a sandbox and its first cell": (time.perf_counter() - begun) * 1000}
        kernel = psutil.Process(manager.info("box").pid)
        if seed:
            found["memory of the seed, MB"] = sum(child.memory_full_info().uss for child in kernel.children()) / 1e6
        for number, name in enumerate(("first edit", "second edit", "third edit")):
            checked = await sandbox.check("cart", SOURCE.format(number=number))
            assert checked.ok
            found[name] = checked.duration_ms
        await manager.destroy("box")
    return found


async def measure(rounds: int) -> None:
    found: dict[bool, list[dict[str, float]]] = {True: [], False: []}
    async with SandboxManager() as manager:
        await one(manager, True)  # the fork server starts
        for _ in range(rounds):
            for seed in (True, False):
                found[seed].append(await one(manager, seed))
    sys.stdout.write(f"Python {sys.version.split()[0]} on {sys.platform}; milliseconds, with a seed and without\n")
    for name in found[True][0]:
        medians = [
            f"{statistics.median(row[name] for row in rows):8.1f}" if name in rows[0] else "       -"
            for rows in (found[True], found[False])
        ]
        sys.stdout.write(f"{name:32}{'  '.join(medians)}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    asyncio.run(measure(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
