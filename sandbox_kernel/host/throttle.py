"""Keeps a sandbox to its share of the processor where no cgroup does: it is stopped for a part of each moment.

Called by the watchdog for each sandbox with a limit of `cpus`. Weighed: (a) priorities alone: a busy sandbox gets all that
nobody else wants, and with a session per process (autogroups) as much as anybody; (b) keeping it on one core, which
`limits.share_cpus` does anyway: a share below one core is not held; (c) a bucket of CPU time that fills with the share
and is emptied by what is used; who is in debt is stopped until the debt is paid: (c), on top of (b). And so that its share
comes after that of others, each of its sessions is put behind them: where the system schedules by session (autogroup),
the priority of a process counts within its own session only.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

BURST_S: Final = 0.2  # a sandbox that was quiet may use this much at once: cells of a learner are short
LOOK_S: Final = 0.05
LONGEST_STOP_S: Final = 0.5
_PASSES: Final = 4
_BEHIND: Final = "10"
_LAST: Final = "19"  # sessions that its code made: twelve of them must not weigh more than one


@dataclass(slots=True)
class Throttle:
    """`share` of one core. `stopped` says whether its processes are stopped now."""

    share: float
    credit_s: float = BURST_S
    stopped: bool = False
    _behind: set[int] = field(default_factory=set)

    def account(self, elapsed_s: float, used_s: float) -> float:
        """How long it must be stopped now, 0 for not at all. Pure but for its own counters."""
        self.credit_s = min(BURST_S, self.credit_s + elapsed_s * self.share - used_s)
        return min(LONGEST_STOP_S, -self.credit_s / self.share) if self.credit_s < 0 else 0.0

    def step_back(self, sessions: Mapping[int, int]) -> None:
        """Puts each new session behind others; `sessions` by process, the kernel's first. The system allows few at once."""
        for pid, session in sessions.items():
            if session in self._behind:
                continue
            try:
                with open(f"/proc/{pid}/autogroup", "w", encoding="ascii") as file:
                    file.write(_LAST if self._behind else _BEHIND)
            except BlockingIOError:  # too soon: at the next look
                return
            except OSError:  # gone, or a system without autogroups
                continue
            self._behind.add(session)

    def stop(self, processes: Callable[[], Iterable[int]]) -> None:
        """Stops them all; those that were started meanwhile are found by asking again, for a stopped one starts none."""
        stopped: set[int] = set()
        self.stopped = True
        for _ in range(_PASSES):
            fresh = set(processes()) - stopped
            if not fresh:
                return
            _signal(fresh, signal.SIGSTOP)
            stopped |= fresh

    def go_on(self, processes: Iterable[int]) -> None:
        if self.stopped:
            self.stopped = False
            _signal(processes, signal.SIGCONT)


def _signal(processes: Iterable[int], number: signal.Signals) -> None:
    for pid in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
