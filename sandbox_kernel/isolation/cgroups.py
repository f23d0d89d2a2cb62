"""A cgroup per sandbox where one can be made: v1 and v2, as root or in a delegated subtree; nothing where not.

Called by the host before a start, while it runs (usage) and after its end. A cgroup is the only thing that bounds the
memory of a whole sandbox exactly; the watchdog does it within a fraction of a second everywhere else.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox_kernel.isolation.limits import MIB, Limits

_ROOT: Final = Path("/sys/fs/cgroup")
_WANTED: Final = ("memory", "pids", "cpu")
_PREFIX: Final = "sandbox-kernel-"
_PERIOD_US: Final = 50_000
_STALE_S: Final = 600


@dataclass(frozen=True, slots=True)
class Cgroup:
    """`paths` by controller (`v2` for the unified one). Whoever starts a sandbox joins by writing to `cgroup.procs`."""

    paths: dict[str, str]

    @property
    def bounds_memory(self) -> bool:
        return "memory" in self.paths or "v2" in self.paths

    @property
    def bounds_cpu(self) -> bool:
        return "cpu" in self.paths or "v2" in self.paths

    def memory_bytes(self) -> int | None:
        """What the sandbox uses now, page cache included; None without a memory controller."""
        for controller, name in (("v2", "memory.current"), ("memory", "memory.usage_in_bytes")):
            if controller in self.paths:
                return _number(Path(self.paths[controller], name))
        return None

    def out_of_memory_kills(self) -> int:
        """How many of its processes the kernel killed because it was full."""
        for controller, name in (("v2", "memory.events"), ("memory", "memory.oom_control")):
            if controller in self.paths:
                with contextlib.suppress(OSError):
                    for line in Path(self.paths[controller], name).read_text().splitlines():
                        if line.startswith("oom_kill "):
                            return int(line.split()[1])
        return 0

    def processes(self) -> list[int]:
        found: set[int] = set()
        for path in self.paths.values():
            with contextlib.suppress(OSError):
                found.update(int(line) for line in Path(path, "cgroup.procs").read_text().split())
        return sorted(found)

    def destroy(self, timeout_s: float = 2.0) -> None:
        """Kill what is left in it and remove it; returns at the latest after `timeout_s`."""
        until = time.monotonic() + timeout_s
        while left := self.processes():
            for pid in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            if time.monotonic() > until:
                break
            time.sleep(0.002)
        for path in self.paths.values():
            with contextlib.suppress(OSError):
                os.rmdir(path)


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def create(limits: Limits) -> Cgroup | None:
    """A new cgroup with these limits, or None where none can be made (see `why_not`)."""
    parents = _parents()
    if not parents:
        return None
    for parent in set(parents.values()):
        _sweep(parent, int(time.monotonic() / _STALE_S))
    name = _PREFIX + uuid.uuid4().hex[:12]
    made: dict[str, str] = {}
    try:
        for controller, parent in parents.items():
            path = parent / name
            path.mkdir()
            made[controller] = str(path)
            _configure(controller, path, limits)
    except OSError:
        Cgroup(made).destroy()
        return None
    return Cgroup(made)


def prospect() -> tuple[bool, bool]:
    """Whether a cgroup made now would bound memory and processors."""
    parents = _parents()
    return bool(parents), "cpu" in parents or "v2" in parents


@functools.lru_cache(maxsize=8)
def _sweep(parent: Path, _: int) -> None:
    """Remove what hosts that were killed left behind, now and then: with hundreds of sandboxes each look is long. One
    with a process in it cannot be removed; a young one may be about to get its first."""
    for path in parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _STALE_S:
                path.rmdir()


def why_not() -> str:
    """One sentence for people when `create` gives None; empty when it gives a cgroup. Tries it out."""
    made = create(Limits())
    if made is not None:
        made.destroy()
        return ""
    if not _ROOT.is_dir():
        return "this machine has no cgroup file system"
    return "the cgroup is not delegated to this user"


def _parents() -> dict[str, Path]:
    """The directory of each controller in which a group may be made; empty unless memory is one of them."""
    own: dict[str, str] = {}
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            for controller in controllers.split(","):
                own[controller] = path
    if (unified := _unified_parent(own.get("", "/"))) is not None:
        return {"v2": unified}
    found: dict[str, Path] = {}
    for controller in _WANTED:
        place = _ROOT / controller / own.get(controller, "/").lstrip("/")
        if controller in own and os.access(place, os.W_OK | os.X_OK):
            found[controller] = place
    return found if "memory" in found else {}


def _unified_parent(own: str) -> Path | None:
    here = _ROOT / own.lstrip("/")
    for candidate in (here, here.parent):
        with contextlib.suppress(OSError, ValueError):
            candidate.relative_to(_ROOT)
            enabled = Path(candidate, "cgroup.subtree_control").read_text().split()
            if {"memory", "pids"} <= set(enabled) and os.access(candidate, os.W_OK):
                writable = os.access(candidate / "cgroup.procs", os.W_OK)
                if writable:
                    return candidate
    return None


def _configure(controller: str, path: Path, limits: Limits) -> None:
    memory = str(limits.memory_mb * MIB) if limits.memory_mb else ""
    tasks = str(limits.processes + 8) if limits.processes else ""  # keeper and init are in it too
    quota = int(limits.cpus * _PERIOD_US)
    wanted: dict[str, dict[str, str]] = {
        "v2": {
            "memory.max": memory,
            "memory.swap.max": "0" if memory else "",
            "pids.max": tasks,
            "cpu.max": f"{quota} {_PERIOD_US}" if quota else "",
        },
        "memory": {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory},
        "pids": {"pids.max": tasks},
        "cpu": {"cpu.cfs_period_us": str(_PERIOD_US) if quota else "", "cpu.cfs_quota_us": str(quota) if quota else ""},
    }
    optional = {"memory.swap.max", "memory.memsw.limit_in_bytes", "cpu.max"}
    for name, value in wanted[controller].items():
        if value and ((path / name).exists() or name not in optional):
            (path / name).write_text(value)
