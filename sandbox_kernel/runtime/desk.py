"""Asks the desk of a lesson (`classroom.desk`), which is another process: checks, hints and records are there, not here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from sandbox_kernel.errors import SandboxError

_DESK = [sys.executable, "-I", "-m", "sandbox_kernel.classroom.desk"]
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
        return _reply_to(request)


def _reply_to(request: dict[str, object]) -> Reply:
    try:
        done = subprocess.run(_DESK, input=json.dumps(request), capture_output=True, text=True, timeout=_PATIENCE_S)
        reply: Reply = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise DeskRefused(f"the lesson's desk did not answer within {_PATIENCE_S:g} s; run the cell again") from None
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise DeskRefused(f"the lesson's desk ended without an answer ({last}); run the cell again") from None
    if "refused" in reply:
        raise DeskRefused(reply["refused"])
    return reply
