"""How long after SIGKILL a sandbox with twenty modules and a tree of twenty workers runs again, all of it back.

    python benchmarks/restart.py [ROUNDS]

Over the host API, policy `on_crash`, strongest isolation. The clock starts with the signal; it stops when the sandbox is
`running`, and then again when code has run in it that calls a worker.
"""

from __future__ import annotations

import asyncio
import os
import platform
import signal
import statistics
import sys
import tempfile
import time

from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.host.status import RestartPolicy
from sandbox_kernel.isolation.levels import choose

ROUNDS = 11
COUNT = 20
MODULE = """
from sandbox_kernel import Reply, Worker

class Till{number}(Worker):
    def init(self):
        return {number}

    def handle_call(self, request, sender, state):
        return Reply(state, state + 1)
"""
TREE = """
from sandbox_kernel import ChildSpec, Supervisor

def shop():
    return Supervisor([ChildSpec(id=f"till{n}", start=f"m{n}:Till{n}", name=f"till{n}") for n in range(%d)])
"""
CHECK = "from sandbox_kernel import call; import m7; call('till7', 'next')"


def sources() -> dict[str, str]:
    modules = {f"m{number}": MODULE.format(number=number) for number in range(COUNT)}
    return {**modules, "shop": TREE % COUNT}


async def measure(rounds: int) -> tuple[list[float], list[float]]:
    running, answered = [], []
    policy = RestartPolicy(mode="on_crash", max_restarts=rounds + 1, max_seconds=3600)
    async with SandboxManager() as manager:
        sandbox = await manager.create("shop", modules=sources(), supervisor="shop:shop", restart=policy)
        for _ in range(rounds):
            async with sandbox.events() as events:
                began = time.perf_counter()
                os.kill(sandbox.info().pid, signal.SIGKILL)
                async for event in events:
                    if getattr(event, "after", "") == "running":
                        break
                running.append((time.perf_counter() - began) * 1000)
            result = await sandbox.run(CHECK)
            answered.append((time.perf_counter() - began) * 1000)
            assert result.ok, result
    return running, answered


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as runtime:
        os.environ["JUPYTER_RUNTIME_DIR"] = runtime
        os.environ["SANDBOX_KERNEL_IDLE_S"] = "30"
        running, answered = asyncio.run(measure(rounds))
    load = os.getloadavg()[0]
    sys.stdout.write(
        f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {load:.1f}, isolation {choose().level}, "
        f"{rounds} rounds\n\n| after SIGKILL | median ms | fastest | slowest |\n|---|---|---|---|\n"
    )
    for name, took in (("running again", running), ("a worker has answered", answered)):
        sys.stdout.write(f"| {name} | {statistics.median(took):.1f} | {min(took):.1f} | {max(took):.1f} |\n")


if __name__ == "__main__":
    main()
