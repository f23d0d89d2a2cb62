"""Where the time of a start goes: from asking for a forked kernel to its first execute reply, with stamps of both sides.

    python benchmarks/timeline.py [ROUNDS]

Prints the beginning of each step, in milliseconds since the request, its length and its page faults, of the fastest start:
medians of single steps do not add up on a busy machine. One clock (CLOCK_MONOTONIC) serves all processes. `p0` is the
host, `p1` the zygote, `p2` the keeper and `p3` the kernel.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

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


async def one(sheet: stamps.Sheet) -> list[stamps.Row]:
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


class Span(NamedTuple):
    """Milliseconds since the request, and until it returned in the same process (-1: it did not)."""

    began: float
    took: float
    faults: int


def spans(rows: list[stamps.Row]) -> dict[str, Span]:
    """By process (in the order in which they appear) and step."""
    rows = sorted(rows)
    names = {pid: f"p{number}" for number, pid in enumerate(dict.fromkeys(row.pid for row in rows))}
    found: dict[str, Span] = {}
    for at, row in enumerate(rows):
        if row.what.startswith("> "):
            name = row.what[2:]
            end = next((each for each in rows[at:] if each.pid == row.pid and each.what == f"< {name}"), None)
            times = sum(f" {name} " in f"{known} " for known in found if known.startswith(names[row.pid]))
            label = f"{names[row.pid]} {name} {times + 1}"
            took, faults = ((end.time_ns - row.time_ns) / 1e6, end.faults - row.faults) if end else (-1.0, 0)
            found[label] = Span((row.time_ns - rows[0].time_ns) / 1e6, took, faults)
    return found


async def measure(rounds: int) -> None:
    sheet = stamps.Sheet(fresh=True)
    for module, path in _HOST:
        stamps.wrap(sheet, module, path)
    seen = []
    for _ in range(rounds):
        rows = await one(sheet)
        await asyncio.sleep(PAUSE_S)
        seen.append(spans(rows))
    fastest = min(seen, key=lambda found: found[WHOLE].took)
    whole = statistics.median(found[WHOLE].took for found in seen)
    load = os.getloadavg()[0]
    sys.stdout.write(f"the fastest of {rounds} starts; their median is {whole:.1f} ms, load {load:.1f}\n")
    sys.stdout.write("      ms     took   faults\n")
    for label, (began, took, faults) in sorted(fastest.items(), key=lambda item: item[1]):
        sys.stdout.write(f"{began:8.2f} {took:8.2f} {faults:8.0f}  {label}\n")


WHOLE = "p0 all 1"
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
