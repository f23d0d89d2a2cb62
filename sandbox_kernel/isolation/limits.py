"""`Limits` of one sandbox: what they are, three profiles, and the part of them that the kernel enforces per process.

rlimits hold for a process, never for a tree of them: what a whole sandbox uses is bounded by a cgroup where one can be
made, and by the watchdog of the host everywhere.
"""

from __future__ import annotations

import os
import random
import resource
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

MIB: Final = 1 << 20


# Below these a kernel does not even start, and the message should come before the kernel dies of it.
_LEAST: Final = {
    "memory_mb": 128,
    "processes": 16,
    "open_files": 64,
    "file_mb": 1,
    "tmp_mb": 1,
    "disk_mb": 1,
    "files": 100,
}


def _check(name: str, value: object, kind: str) -> None:
    wanted = "a number" if kind == "float" else "a whole number"
    if isinstance(value, bool) or not isinstance(value, int | float if kind == "float" else int):
        raise TypeError(f"limit {name} must be {wanted}, not {value!r}; 0 means no limit")
    if value < 0 or value != value:
        raise ValueError(f"limit {name} is {value}; give {wanted} from 0 on, where 0 means no limit")
    least = _LEAST.get(name, 0)
    if 0 < value < least:
        raise ValueError(f"limit {name} is {value}, but a kernel needs at least {least} to start; 0 means no limit")


@dataclass(frozen=True, slots=True)
class Limits:
    """0 means "no limit". Sizes in MiB, times in seconds; `cpus` is a share: 0.5 is half a core."""

    memory_mb: int = 2048
    tmp_mb: int = 256
    disk_mb: int = 1024
    files: int = 50_000
    file_mb: int = 512
    cpus: float = 0.0
    cpu_seconds: float = 0.0
    processes: int = 256
    open_files: int = 1024
    output_mb: int = 32
    output_messages: int = 50_000
    cell_seconds: float = 0.0
    idle_seconds: float = 0.0
    unresponsive_seconds: float = 30.0

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, getattr(self, field.name), str(field.type))

    def to_json(self) -> dict[str, Any]:  # Any: JSON
        return asdict(self)


PROFILES: Final[dict[str, Limits]] = {
    "strict": Limits(
        memory_mb=512, tmp_mb=128, disk_mb=256, files=10_000, file_mb=64, cpus=0.6, processes=64, open_files=128,
        output_mb=8, output_messages=10_000, unresponsive_seconds=10.0,
    ),
    "classroom": Limits(),
    "trusted": Limits(
        memory_mb=0, tmp_mb=0, disk_mb=0, files=0, file_mb=0, processes=0, open_files=0, output_mb=0, output_messages=0,
        unresponsive_seconds=0.0,
    ),
}  # fmt: skip


def limits_from(value: Limits | str | Mapping[str, Any] | None) -> Limits:  # Any: JSON
    """A `Limits`, the name of a profile, or a mapping with changes to a profile (key `profile`, default classroom)."""
    if value is None:
        return PROFILES["classroom"]
    if isinstance(value, Limits):
        return value
    if isinstance(value, str):
        return _profile(value)
    changes = dict(value)
    base = _profile(changes.pop("profile", "classroom"))
    known = {field.name for field in fields(Limits)}
    unknown = sorted(set(changes) - known)
    if unknown:
        raise ValueError(f"there is no limit '{unknown[0]}'; there are {', '.join(sorted(known))}")
    return replace(base, **changes)


def _profile(name: str) -> Limits:
    try:
        return PROFILES[name]
    except KeyError:
        raise ValueError(f"there is no profile '{name}'; there are {', '.join(PROFILES)}") from None


def apply_rlimits(limits: Limits, *, tasks_before: int = 0) -> None:
    """Bound this process and all that it starts, for good. `tasks_before` are those that it counts in already."""
    wanted: dict[int, int] = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_STACK: 64 * MIB,
        resource.RLIMIT_FSIZE: limits.file_mb * MIB,
        resource.RLIMIT_DATA: limits.memory_mb * MIB,
        resource.RLIMIT_AS: 4 * limits.memory_mb * MIB,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_NPROC: limits.processes + tasks_before if limits.processes else 0,
        resource.RLIMIT_CPU: int(limits.cpu_seconds + 0.999),
    }
    bounded = (resource.RLIMIT_CORE,)
    for which, value in wanted.items():
        if value or which in bounded:
            _lower(which, value)
    if limits.processes:
        _lower(resource.RLIMIT_MSGQUEUE, 0)
        _lower(resource.RLIMIT_SIGPENDING, 4096)
        _lower(resource.RLIMIT_MEMLOCK, 8 * MIB)


def _lower(which: int, value: int) -> None:
    soft, hard = resource.getrlimit(which)
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    start = most if soft == resource.RLIM_INFINITY else min(soft, most)
    if which == resource.RLIMIT_CPU:
        most = min(most + 2, hard) if hard != resource.RLIM_INFINITY else most + 2  # SIGXCPU first, SIGKILL after
    resource.setrlimit(which, (start, most))


def share_cpus(limits: Limits) -> bool:
    """Keep this process on as many cores as its share needs, chosen by lot, behind others; true when it was pinned.

    Without a cgroup this is the share that an ordinary user can enforce: priorities alone are lost to a child that
    starts a session, because the kernel then gives it a scheduling group of its own.
    """
    if not limits.cpus:
        return False
    os.nice(5)
    allowed = sorted(os.sched_getaffinity(0))
    wanted = max(1, int(limits.cpus + 0.999))
    if wanted < len(allowed):
        os.sched_setaffinity(0, random.SystemRandom().sample(allowed, wanted))
    return True
