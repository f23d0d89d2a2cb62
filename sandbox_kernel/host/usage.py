"""What a running sandbox uses, counted from outside: its processes, their memory, descriptors and CPU, its files.

Linux only, by reading `/proc` directly: psutil reads several files per process for what takes one here, and this runs
for every sandbox of a class several times a second. Called by the watchdog; reads only.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

_TICKS: Final = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PAGE: Final = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_MOST_PROCESSES: Final = 512


@dataclass(frozen=True, slots=True)
class Usage:
    """Of a whole sandbox at one moment. `disk_bytes` and `files` are of its directory and count what is allocated;
    `output_bytes` is what a host's runs have received."""

    memory_bytes: int = 0
    processes: int = 0
    tasks: int = 0
    descriptors: int = 0
    cpu_seconds: float = 0.0
    disk_bytes: int = 0
    files: int = 0
    output_bytes: int = 0


def pulse(pid: int) -> bytes:
    """Changes whenever the main thread of the process has run; empty where the system does not tell."""
    try:
        return _read(f"/proc/{pid}/schedstat")
    except OSError:
        return b""


def tree(root: int) -> list[int]:
    """The processes below `root`, at most some hundred of them."""
    found: list[int] = []
    queue = [root]
    while queue and len(found) < _MOST_PROCESSES:
        pid = queue.pop()
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{pid}/task"):
                with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{task}/children", "rb", 0) as file:
                    queue += (below := [int(word) for word in file.read().split()])
                    found += below
    return found


class CpuTime(NamedTuple):
    """Seconds of one process, alone and with those of its children that it waited for; and the session that it is in."""

    own: float
    whole: float
    session: int = 0


_NO_TIME: Final = CpuTime(0.0, 0.0)


def of_processes(
    pids: list[int],
    *,
    exact_above_bytes: int = 0,
    with_descriptors: bool = True,
    times: dict[int, CpuTime] | None = None,
) -> Usage:
    """Memory is resident and not shared with files; counted exactly (each shared page once) above the given sum.

    `times` is filled with the CPU time of each process.
    """
    memory = tasks = descriptors = 0
    cpu = 0.0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
            own, children = (sum(map(int, fields[at : at + 2])) / _TICKS for at in (11, 13))
            cpu += own
            if times is not None:
                times[pid] = CpuTime(own, own + children, int(fields[3]))
            tasks += int(fields[17])
            sizes = _read(f"/proc/{pid}/statm").split()
            memory += int(sizes[1]) * _PAGE
            if with_descriptors:
                descriptors += len(os.listdir(f"/proc/{pid}/fd"))
    if exact_above_bytes and memory > exact_above_bytes:
        memory = exact_memory(pids)
    return Usage(memory, len(pids), tasks, descriptors, cpu)


def cpu_between(before: Mapping[int, CpuTime], now: Mapping[int, CpuTime]) -> float:
    """Seconds of CPU that were used between two looks, never more than were. Pure.

    Taken process by process the last moments of those that ended are missing, taken as a sum with their children those
    that nobody waited for: the larger of the two misses least.
    """
    one_by_one = sum(max(0.0, time.own - before.get(pid, _NO_TIME).own) for pid, time in now.items())
    whole = sum(time.whole for time in now.values()) - sum(time.whole for time in before.values())
    return max(one_by_one, whole)


def exact_memory(pids: Iterable[int]) -> int:
    """Each page that several of them share counts once; some milliseconds for each process."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError):
            for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
                if line.startswith((b"Pss_Anon:", b"Pss_Shmem:")):
                    total += int(line.split()[1]) * 1024
    return total


def _read(path: str) -> bytes:
    with open(path, "rb", 0) as file:
        return file.read()
