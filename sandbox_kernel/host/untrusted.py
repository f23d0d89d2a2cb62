"""One call for code that nobody vouches for: a sandbox of its own for one run, and what it did as data.

    outcome = execute_untrusted("print(sum(range(10)))\\n6 * 7", timeout_s=5)
    outcome.result, outcome.output, outcome.error, outcome.usage

Weighed: (a) a sandbox that is kept and reused: quick, but the second run sees what the first one left; (b) a sandbox for
each call, destroyed afterwards: nothing can be left, and a forked start costs tens of milliseconds: (b). Weighed for a
machine that cannot contain code: (a) run it anyway and say so in the outcome, which nobody reads in time; (b) refuse
unless the caller names the weaker level: (b).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox_kernel.errors import ExecutionError, KernelDied, LimitExceeded, SandboxError, StartError
from sandbox_kernel.host import usage as system
from sandbox_kernel.isolation.levels import AUTO
from sandbox_kernel.isolation.limits import Limits

if TYPE_CHECKING:
    from sandbox_kernel.host.manager import SandboxManager
    from sandbox_kernel.host.output import RunResult
    from sandbox_kernel.host.sandbox import Sandbox

CONTAINS = ("fence", "jail")


@dataclass(frozen=True, slots=True)
class RunUsage:
    """What one run cost: seconds of processor and of the clock, and bytes of memory of the sandbox when it ended."""

    cpu_seconds: float
    wall_seconds: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """`result` is the last value as text, `output` what was printed, `isolation` the level that held it.

    `error` is None, a `LimitExceeded`, or an `ExecutionError`: the code raised, or its process ended (`ProcessEnded`).
    """

    result: str
    output: str
    error: SandboxError | None
    usage: RunUsage
    isolation: str

    @property
    def ok(self) -> bool:
        return self.error is None


def execute_untrusted(
    code: str,
    limits: Limits | str | Mapping[str, Any] = "strict",
    *,
    timeout_s: float = 10.0,
    isolation: str = AUTO,
    files: Mapping[str, str] | None = None,
) -> Outcome:
    """Runs `code` in a sandbox made for it, which is gone afterwards. Whatever the code does is in the outcome.

    `files` are modules that it may import. StartError when no sandbox starts, or when the machine has no level that
    contains code (`fence`, `jail`) and none was named. In a program with an event loop use `aexecute_untrusted`.
    """
    from sandbox_kernel.host.blocking import Loop  # zmq and jupyter_client cost half a second

    loop = Loop()  # of its own: in a notebook one is running already
    try:
        return loop.call(aexecute_untrusted(code, limits, timeout_s=timeout_s, isolation=isolation, files=files))
    finally:
        loop.stop()


async def aexecute_untrusted(
    code: str,
    limits: Limits | str | Mapping[str, Any] = "strict",
    *,
    timeout_s: float = 10.0,
    isolation: str = AUTO,
    files: Mapping[str, str] | None = None,
    manager: SandboxManager | None = None,
) -> Outcome:
    """As `execute_untrusted`; `manager` is one that is open already, for programs that do this often."""
    if manager is not None:
        return await _execute(manager, code, limits, timeout_s, isolation, files)
    from sandbox_kernel.host.manager import SandboxManager

    async with SandboxManager() as own:
        return await _execute(own, code, limits, timeout_s, isolation, files)


async def _execute(
    manager: SandboxManager,
    code: str,
    limits: Limits | str | Mapping[str, Any],
    timeout_s: float,
    isolation: str,
    files: Mapping[str, str] | None,
) -> Outcome:
    name = f"untrusted-{uuid.uuid4().hex[:12]}"
    sandbox = await manager.create(name, limits=limits, isolation=isolation, modules=files)
    try:
        level = check_contained(sandbox, isolation)
        before = _cost(sandbox)
        ran = await sandbox.run(code, timeout_s=timeout_s)
        return _outcome(ran, before, _cost(sandbox), level)
    finally:
        await manager.destroy(name)


def check_contained(sandbox: Sandbox, isolation: str) -> str:
    """The level that holds a sandbox; StartError when it contains no code and the caller did not name it."""
    level = sandbox.info().isolation
    if isolation == AUTO and level not in CONTAINS:
        raise StartError(
            f"this machine has no isolation level that contains untrusted code, only '{level}'; 'jupyter sandbox "
            f"doctor' says what is missing, and naming the level {level!r} accepts the risk"
        )
    return level


def _cost(sandbox: Sandbox) -> system.Usage:
    """What it uses now, read from outside; nothing when its process is gone."""
    pid = sandbox.info().pid
    return system.of_processes([pid, *system.tree(pid)], with_descriptors=False) if pid else system.Usage()


def _outcome(ran: RunResult, before: system.Usage, after: system.Usage, level: str) -> Outcome:
    cpu = max(0.0, after.cpu_seconds - before.cpu_seconds)
    cost = RunUsage(cpu, ran.duration_ms / 1000, after.memory_bytes)
    return Outcome(ran.text, ran.stdout + ran.stderr, _error(ran.error), cost, level)


def _error(error: SandboxError | None) -> SandboxError | None:
    """The same fact without advice about a sandbox that the caller never saw and that is gone."""
    match error:
        case LimitExceeded(limit="wall_seconds", allowed=allowed):
            return LimitExceeded("wall_seconds", allowed, f"the code ran longer than {allowed:g} s and was stopped")
        case LimitExceeded(limit=limit, allowed=allowed):
            return LimitExceeded(limit, allowed, f"the code exceeded the limit {limit} ({allowed:g}) and was stopped")
        case KernelDied(status=status):
            how = "" if status is None else f" by signal {-status}" if status < 0 else f" with exit status {status}"
            return ExecutionError("ProcessEnded", f"the process of the code ended{how} before the code did")
        case _:
            return error
