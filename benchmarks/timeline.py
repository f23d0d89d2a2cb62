"""Where the time of a start goes: from asking for a forked kernel to its first execute reply, with stamps of both sides.

    python benchmarks/timeline.py [ROUNDS]

Prints each step's beginning and length in milliseconds since the request, medians of all rounds; steps that lie inside
another one are indented. One clock (CLOCK_MONOTONIC) serves all processes of a machine.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import stamps
from jupyter_client.manager import AsyncKernelManager

ROUNDS = 11
_HOST = (
    ("jupyter_client.manager", "KernelManager._async_pre_start_kernel"),
    ("jupyter_client.manager", "KernelManager._async_post_start_kernel"),
    ("sandbox_kernel.host.provisioner", "SandboxProvisioner._use_files_as_sockets"),
    ("sandbox_kernel.host.provisioner", "choose_place"),
    ("sandbox_kernel.host.confinement", "Confinement.begin"),
    ("sandbox_kernel.host.confinement", "Confinement.watch"),
    ("sandbox_kernel.isolation.cgroups", "create"),
    ("sandbox_kernel.host.forking", "family_of"),
    ("sandbox_kernel.host.forking", "stamp_of_packages"),
    ("sandbox_kernel.host.listening", "listen"),
    ("sandbox_kernel.host.forking", "ForkingProvisioner._fork"),
    ("sandbox_kernel.host.forking", "ForkingProvisioner._spawn"),
    ("sandbox_kernel.isolation.start", "Start.finish"),
    ("sandbox_kernel.host.provisioner", "SandboxProvisioner._register"),
    ("sandbox_kernel.host.provisioner", "SandboxProvisioner.audit"),
)


async def one(sheet: stamps.Sheet) -> list[tuple[int, int, str]]:
    with Path(os.devnull).open("wb") as nowhere:  # noqa: ASYNC230 it is never waited for
        manager = AsyncKernelManager(kernel_name="sandbox")
        sheet.take()
        sheet.note("> all")
        await manager.start_kernel(stdout=nowhere, stderr=nowhere)
        sheet.note("> client connects")
        client = manager.client()
        client.start_channels(hb=False)
        sheet.note("< client connects")
        client.execute("1 + 1")
        await client.get_shell_msg(timeout=60)
        sheet.note("< all")
        taken = sheet.take()
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
    return taken


def spans(rows: list[tuple[int, int, str]]) -> list[tuple[str, float, float]]:
    """What, since the request, and how long; -1 for what did not return in the same process."""
    rows = sorted(rows)
    zero = rows[0][0]
    names = {pid: f"p{number}" for number, pid in enumerate(dict.fromkeys(pid for _, pid, _ in rows))}
    found: list[tuple[str, float, float]] = []
    seen: dict[str, int] = defaultdict(int)
    for at, (began, pid, what) in enumerate(rows):
        if what.startswith("> "):
            name = what[2:]
            ends = (each for each in rows[at:] if each[1] == pid and each[2] == f"< {name}")
            end = next(ends, None)
            seen[f"{names[pid]} {name}"] += 1
            label = f"{names[pid]} {name} {seen[f'{names[pid]} {name}']}"
            found.append((label, (began - zero) / 1e6, (end[0] - began) / 1e6 if end else -1))
    return found


async def measure(rounds: int) -> None:
    sheet = stamps.Sheet(fresh=True)
    for module, path in _HOST:
        stamps.wrap(sheet, module, path)
    begins: dict[str, list[float]] = defaultdict(list)
    lengths: dict[str, list[float]] = defaultdict(list)
    for number in range(rounds + 2):
        rows = await one(sheet)
        await asyncio.sleep(PAUSE_S)
        if number >= 2:
            for label, began, length in spans(rows):
                begins[label].append(began)
                lengths[label].append(length)
    order = sorted(begins, key=lambda label: statistics.median(begins[label]))
    for label in order:
        if len(begins[label]) > rounds // 2:
            began, length = statistics.median(begins[label]), statistics.median(lengths[label])
            sys.stdout.write(f"{began:8.2f} {length:8.2f}  {label}\n")


PAUSE_S = 0.8


def main() -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    here = str(Path(__file__).parent)
    with tempfile.TemporaryDirectory() as runtime:
        os.environ["JUPYTER_RUNTIME_DIR"] = runtime
        os.environ["SANDBOX_KERNEL_IDLE_S"] = "5"
        os.environ["SANDBOX_KERNEL_PRELOAD"] = "stamps"
        os.environ["PYTHONPATH"] = here
        asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))


if __name__ == "__main__":
    main()
