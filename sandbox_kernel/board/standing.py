"""Where a learner stands with one exercise, and who is stuck. Pure: event in, standing out.

Progress is a lesson opened, more points than before, or an exercise passed. Stuck is who failed three times in a row, or
five minutes ago began to try something and has made no progress since. What is shown live is what learners' own kernels
claim; grades come from the gradebook, which counts what the service itself checked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from sandbox_kernel.wire_class import Checked, Hinted, Opened, Quizzed, Stumbled

STUCK_FAILURES: Final = 3
STUCK_S: Final = 300.0
QUIZ: Final = "quiz: "  # what the part of a lesson is called that is a question; no exercise has such a name
MESSAGE: Final = 500  # characters of an error that the board keeps


@dataclass(frozen=True, slots=True)
class Standing:
    """`exercise` is empty for the lesson itself, and begins with `QUIZ` for a question. `trying`: since when without
    success, 0 while all is well."""

    learner: str
    lesson: str
    exercise: str = ""
    attempts: int = 0
    failures: int = 0
    status: str = ""
    best: float = 0.0
    hints: int = 0
    error: str = ""
    progressed: float = 0.0
    trying: float = 0.0
    changed: float = 0.0


Event = Opened | Checked | Hinted | Quizzed | Stumbled


def part_of(what: Event) -> str:
    """Which part of its lesson it is about, as `Standing.exercise` names it."""
    match what:
        case Checked() | Hinted():
            return what.exercise
        case Quizzed():
            return QUIZ + what.quiz
        case _:
            return ""


def after(before: Standing, what: Event, time: float) -> Standing:
    """The standing once this happened at `time`."""
    now = replace(before, changed=max(time, before.changed))
    match what:
        case Opened():
            return replace(now, progressed=now.progressed or time, error="")
        case Checked():
            return _checked(now, what, time)
        case Hinted():
            return replace(now, hints=max(now.hints, what.position))
        case Quizzed():
            return _quizzed(now, what, time)
        case Stumbled():
            return replace(now, error=what.message[:MESSAGE])


def _checked(now: Standing, what: Checked, time: float) -> Standing:
    if not what.counts:
        return replace(now, error=what.message[:MESSAGE])
    if what.status == "pass":
        progressed = time if now.status != "pass" else now.progressed
        return replace(
            now, attempts=now.attempts + 1, failures=0, status="pass", best=max(now.best, what.points), error="",
            progressed=progressed, trying=0.0,
        )  # fmt: skip
    better = what.points > now.best
    return replace(
        now,
        attempts=now.attempts + 1,
        failures=now.failures + 1,
        status=what.status,
        best=max(now.best, what.points),
        error=what.message[:MESSAGE],
        progressed=time if better else now.progressed,
        trying=0.0 if better else now.trying or time,
    )


def _quizzed(now: Standing, what: Quizzed, time: float) -> Standing:
    tried = replace(now, attempts=now.attempts + 1)
    if what.right:
        progressed = time if now.status != "pass" else now.progressed
        return replace(tried, failures=0, status="pass", error="", progressed=progressed, trying=0.0)
    if now.status == "pass":  # who tries again what was right already is not stuck
        return tried
    error = f"question '{what.quiz}': answered {', '.join(what.picked) or 'nothing'}"[:MESSAGE]
    return replace(tried, failures=now.failures + 1, status="fail", error=error, trying=now.trying or time)


def is_stuck(standing: Standing, now: float) -> bool:
    if standing.status in ("", "pass"):
        return False
    return standing.failures >= STUCK_FAILURES or bool(standing.trying and now - standing.trying >= STUCK_S)
