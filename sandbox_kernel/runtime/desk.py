"""Asks the desk of a lesson (`classroom.desk`), which is another process: checks, hints and records are there, not here.

Each request has a process of its own. The one of the next check is started in advance, when a lesson or exercise is opened
and after each check: what it imports, and what the process imports that answers are forked from, is more than half of a
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

_DESK = [sys.executable, "-I", "-m", "sandbox_kernel.classroom.desk"]
_AHEAD = "--ahead"  # waits for its request, ready to check
_THEN_A_CHECK = {"open", "exercise", "check"}  # what a check is likely to follow
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
            "directory": os.environ.get("SANDBOX_KERNEL_DIR") or os.getcwd(),
            **details,
        }
        reply = _reply_to(request)
        if verb in _THEN_A_CHECK:
            _next.prepare()
        return reply


class _Next:
    """The process of the next check, if it waits already. A copy of this process after a fork has none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._environment: dict[str, str] = {}
        os.register_at_fork(after_in_child=self._forget)

    def prepare(self) -> None:
        with self._lock:
            self._drop_unfit()
            if self._process is None:
                self._process, self._environment = _started(_AHEAD), dict(os.environ)

    def take(self) -> subprocess.Popen[str] | None:
        """It, once; None when there is none."""
        with self._lock:
            self._drop_unfit()
            process, self._process = self._process, None
        return process

    def _drop_unfit(self) -> None:
        """One that has ended, or that knows another environment than a process would that starts now."""
        if self._process is not None and (self._process.poll() is not None or self._environment != dict(os.environ)):
            _end(self._process)
            self._process = None

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._process = None


_next = _Next()


def _started(*options: str) -> subprocess.Popen[str]:
    """In a session of its own: an interrupt of the kernel is told to it by whoever waits for it."""
    return subprocess.Popen(
        [*_DESK, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def _said(process: subprocess.Popen[str], request: str) -> tuple[str, str]:
    """What it wrote. However this ends, the process is gone then."""
    try:
        return process.communicate(request, timeout=_PATIENCE_S)
    except BaseException:  # an interrupt of the cell too
        _end(process)
        raise


def _reply_to(asked: dict[str, object]) -> Reply:
    request, ahead = json.dumps(asked), _next.take() if asked["verb"] == "check" else None
    try:
        said, complaint = _said(ahead, request) if ahead else ("", "")
        if not said:  # there was none, or it had ended before it was asked
            said, complaint = _said(_started(), request)
        reply: Reply = json.loads(said)
    except subprocess.TimeoutExpired:
        raise DeskRefused(f"the lesson's desk did not answer within {_PATIENCE_S:g} s; run the cell again") from None
    except ValueError:
        last = (complaint.strip().splitlines() or ["it said nothing"])[-1]
        raise DeskRefused(f"the lesson's desk ended without an answer ({last}); run the cell again") from None
    if "refused" in reply:
        raise DeskRefused(reply["refused"])
    return reply
