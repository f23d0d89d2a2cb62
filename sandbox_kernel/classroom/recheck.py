"""Check an answer again, where no learner has a say: what a recorded text is really worth.

For whoever gives marks: a learner's own kernel and record can be made to say anything, so only the text is taken from
them. each text is checked in a process for the lesson's own checks, all of them, those with `visibility: server` too; that
process starts one more for each test, which the learner's code runs in (`classroom.lab`).

Weighed: (a) calling `grade` in the server's process: a check that never ends, or a fault of its author, would be the
server's; (b) a pool of warm processes: what one check leaves behind meets the next; (c) a fresh process for each text
(`recheck`); (d) the same, forked from one that has imported all (`Rechecker`), for a service that checks a class: half of
the processor time, which the learners want for their own checks just then. (c) for one text, (d) for many.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from sandbox_kernel import prepared
from sandbox_kernel.classroom import nursery_process
from sandbox_kernel.classroom.course import find_lesson
from sandbox_kernel.classroom.grader import grade
from sandbox_kernel.classroom.lessons import LessonError
from sandbox_kernel.classroom.nursery import Nursery, forked
from sandbox_kernel.classroom.results import Results
from sandbox_kernel.isolation.politeness import carry_over
from sandbox_kernel.prepared import Ended, Prepared

_PROGRAM = [sys.executable, "-I", "-m", "sandbox_kernel.classroom.recheck"]
_STAY = "--stay"


def recheck(
    lesson: str, exercise: str, source: str, *, course: Path | None = None, timeout_s: float = 120.0
) -> Results:
    """All checks of `exercise` of the lesson with this id over the text `source`, by the lesson as it is now.

    `course` is where the lesson is looked for first; the shipped lessons come after it. Blocks, for a second or so: call
    it in a thread from a coroutine. Raises LessonError for an unknown lesson or exercise, and when no answer came within
    `timeout_s`; whatever the learner's text does is a result.
    """
    request = _request(lesson, exercise, source, course)
    try:
        done = subprocess.run(
            _PROGRAM, input=json.dumps(request), capture_output=True, text=True, timeout=timeout_s, check=False
        )
        reply: dict[str, Any] = json.loads(done.stdout)  # Any: JSON
    except subprocess.TimeoutExpired:
        raise _too_slow(exercise, timeout_s) from None
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise LessonError(f"the process that checks '{exercise}' ended without an answer ({last})") from None
    return _results(reply)


class Rechecker:
    """`recheck` for one text after another, from one thread. Its process is as nice as the thread that asks first."""

    def __init__(self) -> None:
        self._kept: Prepared | None = None

    def recheck(
        self, lesson: str, exercise: str, source: str, *, course: Path | None = None, timeout_s: float = 120.0
    ) -> Results:
        """As `recheck`."""
        if sys.platform != "linux":
            return recheck(lesson, exercise, source, course=course, timeout_s=timeout_s)
        try:
            return _results(self._ask(_request(lesson, exercise, source, course), timeout_s))
        except TimeoutError:
            raise _too_slow(exercise, timeout_s) from None
        except (Ended, OSError):  # also when the kept one had ended; a fresh one says why
            return recheck(lesson, exercise, source, course=course, timeout_s=timeout_s)

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _ask(self, request: dict[str, str], timeout_s: float) -> dict[str, Any]:  # Any: JSON
        if self._kept is not None and not self._kept.is_alive:
            self.close()
        if self._kept is None:
            self._kept = Prepared([*_PROGRAM, _STAY])
        return self._kept.ask(request, timeout_s)


def _request(lesson: str, exercise: str, source: str, course: Path | None) -> dict[str, str]:
    return {"lesson": lesson, "exercise": exercise, "source": source, "start": str(course or Path.cwd())}


def _too_slow(exercise: str, timeout_s: float) -> LessonError:
    return LessonError(f"'{exercise}' was not checked within {timeout_s:g} s; check it again alone")


def _results(reply: dict[str, Any]) -> Results:  # Any: JSON
    if "refused" in reply:
        raise LessonError(reply["refused"])
    return Results.from_json(reply)


def answer(request: dict[str, str], source: Nursery | None = None) -> dict[str, Any]:  # Any: JSON
    """In the other process. What cannot be checked at all is `refused`, in one sentence."""
    try:
        lesson = find_lesson(request["lesson"], Path(request["start"]))
        exercise = lesson.exercises.get(request["exercise"])
        if exercise is None:
            known = ", ".join(lesson.exercises)
            return {"refused": f"the lesson '{lesson.id}' has no exercise '{request['exercise']}'; it has {known}"}
        return grade(lesson, exercise, request["source"], nursery=source).to_json()
    except LessonError as error:
        return {"refused": str(error)}


def _answer_forked(request: dict[str, str]) -> dict[str, Any]:  # Any: JSON
    """In a process forked for this request. The nursery comes first: nothing of the lesson is in memory yet."""
    with Nursery(start=forked) as source:
        return answer(request, source)


def main(arguments: list[str]) -> None:
    if _STAY in arguments:
        carry_over()
        prepared.serve(prepared.handed_over(), _answer_forked, nursery_process.load)
    else:
        json.dump(answer(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
