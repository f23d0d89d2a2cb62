"""Asks the desk of a lesson (`classroom.desk`), which is another process: checks, hints and records are there, not here.

Each request has a process of its own, which on Linux is forked from one that this kernel keeps from its first request on
(`prepared`): what a desk imports, and what the process imports that answers are forked from, would be more than half of a
check's time. It ends by itself when nobody asks for a while, and with this process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Any

from sandbox_kernel.errors import SandboxError
from sandbox_kernel.prepared import Ended, Prepared

_DESK = [sys.executable, "-I", "-m", "sandbox_kernel.classroom.desk"]
_STAY = [*_DESK, "--stay"]
_PATIENCE_S = 120.0  # the desk ends a check itself; this is for a desk that hangs

Reply = dict[str, Any]  # JSON


class DeskRefused(SandboxError):
    """The desk did not do it; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk for one lesson, named by its id."""

    lesson: str

    def ask(self, verb: str, **details: object) -> Reply:
        """Any thread; waits for the answer. Raises DeskRefused."""
        if not self.lesson:
            raise DeskRefused("no lesson is open in this notebook; run its first code cell, %sandbox_lesson, first")
        request = {
            "verb": verb,
            "lesson": self.lesson,
            "start": os.getcwd(),
            "directory": directory(),
            **details,
        }
        return _reply_to(request)


def directory() -> str:
    """Where this sandbox keeps what must last."""
    return os.environ.get("SANDBOX_KERNEL_DIR") or os.getcwd()


class _Kept:
    """The process that desks are forked from. A copy of this process after a fork has none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.process: Prepared | None = None
        self._environment: dict[str, str] = {}
        os.register_at_fork(after_in_child=self._forget)

    def ask(self, request: dict[str, object]) -> Reply:
        """Raises Ended and OSError where it cannot be had, and TimeoutError."""
        with self._lock:
            self._drop_unfit()
            if self.process is None:
                self.process, self._environment = Prepared(_STAY), dict(os.environ)
            kept = self.process
        return kept.ask(request, _PATIENCE_S)

    def _drop_unfit(self) -> None:
        """One that has ended, or that knows another environment than a process would that starts now."""
        if self.process is not None and (not self.process.is_alive or self._environment != dict(os.environ)):
            self.process.close()
            self.process = None

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self.process = None


_kept = _Kept()


def _reply_to(request: dict[str, object]) -> Reply:
    try:
        reply = _from_kept(request) or _from_fresh(request)
    except (TimeoutError, subprocess.TimeoutExpired):
        raise DeskRefused(f"the lesson's desk did not answer within {_PATIENCE_S:g} s; run the cell again") from None
    if "refused" in reply:
        raise DeskRefused(reply["refused"])
    return reply


def _from_kept(request: dict[str, object]) -> Reply | None:
    """None where no process can be kept, or it ended."""
    if sys.platform != "linux":
        return None
    try:
        return _kept.ask(request)
    except TimeoutError:
        raise
    except (Ended, OSError):
        return None


def _from_fresh(request: dict[str, object]) -> Reply:
    done = subprocess.run(_DESK, input=json.dumps(request), capture_output=True, text=True, timeout=_PATIENCE_S)
    try:
        reply: Reply = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise DeskRefused(f"the lesson's desk ended without an answer ({last}); run the cell again") from None
    return reply
