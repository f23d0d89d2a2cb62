"""The states a sandbox goes through and which may follow which. Pure; called by `Sandbox` alone."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sandbox_kernel import wire
from sandbox_kernel.host.usage import Usage

Status = Literal["initializing", "running", "reloading", "crashed", "stopping", "stopped"]

NEXT: dict[Status, frozenset[Status]] = {
    "initializing": frozenset({"running", "crashed", "stopping"}),
    "running": frozenset({"reloading", "crashed", "stopping"}),
    "reloading": frozenset({"running", "crashed", "stopping"}),
    "crashed": frozenset({"initializing", "stopping"}),
    "stopping": frozenset({"stopped"}),
    "stopped": frozenset({"initializing"}),
}
TELLING = re.compile(r"error|exception|fatal|fault|abort|memory|killed", re.IGNORECASE)
USABLE: frozenset[Status] = frozenset({"running", "reloading"})


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """An event of the host: what the kernel cannot tell about itself."""

    sandbox: str
    before: Status
    after: Status
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LimitReached:
    """An event of the host: `limit` is the field of `Limits` (`wall_seconds` for one run), `allowed` its value."""

    sandbox: str
    limit: str
    allowed: float
    sentence: str


@dataclass(frozen=True, slots=True)
class UsageChanged:
    """An event of the host, about once a second while a sandbox is busy; none while it is quiet."""

    sandbox: str
    usage: Usage


SandboxEvent = wire.AnyEvent | StatusChanged | LimitReached | UsageChanged


@dataclass(frozen=True, slots=True)
class SandboxInfo:
    """What the manager knows about a sandbox. `pid` is 0 while none runs; `reason` says why it crashed."""

    name: str
    status: Status
    directory: str
    pid: int
    created: float
    restarts: int
    reason: str
    isolation: str = ""


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """Whether a crashed kernel comes back by itself: at most `max_restarts` times within `max_seconds`."""

    mode: Literal["never", "on_crash"] = "never"
    max_restarts: int = 3
    max_seconds: float = 60.0

    def __post_init__(self) -> None:
        if self.mode not in ("never", "on_crash"):
            raise ValueError(f"a restart policy is 'never' or 'on_crash', not {self.mode!r}")

    def left(self, crashes: Sequence[float]) -> int:
        """How many restarts are left after the newest of `crashes`, itself included."""
        recent = [time for time in crashes if crashes[-1] - time <= self.max_seconds]
        return max(0, self.max_restarts - len(recent))

    def allows(self, crashes: Sequence[float], now: float) -> bool:
        """Whether to restart after the newest of `crashes`, given when they happened."""
        recent = [time for time in crashes if now - time <= self.max_seconds]
        return self.mode == "on_crash" and len(recent) <= self.max_restarts


def check_transition(before: Status, after: Status) -> None:
    """Raises RuntimeError for a step that must not happen: a bug of this package, never of its caller."""
    if after not in NEXT[before]:
        raise RuntimeError(f"a sandbox cannot go from '{before}' to '{after}'")


def describe_exit(status: int | None, stderr: str = "") -> str:
    """One sentence for how a kernel ended; the last telling line of what it printed is often the reason."""
    if status is not None and status < 0:
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        hint = " (out of memory, or killed from outside)" if name == "SIGKILL" else ""
        how = f"the kernel was ended by {name}{hint}"
    elif status is None:
        how = "the kernel ended"
    else:
        how = f"the kernel ended with exit status {status}"
    last = next((line.strip() for line in reversed(stderr.splitlines()) if TELLING.search(line)), "")
    return f"{how}; it said last: {last[:300]}" if last else how
