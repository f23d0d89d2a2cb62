"""Check an answer again, where no learner has a say: what a recorded text is really worth.

For whoever gives marks: a learner's own kernel and record can be made to say anything, so only the text is taken from
them. `recheck` starts a process for the lesson's own checks, all of them, those with `visibility: server` too; that
process starts one more for each test, which the learner's code runs in (`classroom.lab`).

Weighed: (a) calling `grade` in the server's process: a check that never ends, or a fault of its author, would be the
server's; (b) a pool of warm processes: faster by 0.2 s, and what one check leaves behind meets the next; (c) a fresh
process for each text, as here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from sandbox_kernel.classroom.course import find_lesson
from sandbox_kernel.classroom.grader import grade
from sandbox_kernel.classroom.lessons import LessonError
from sandbox_kernel.classroom.results import Results

_PROGRAM = [sys.executable, "-I", "-m", "sandbox_kernel.classroom.recheck"]


def recheck(
    lesson: str, exercise: str, source: str, *, course: Path | None = None, timeout_s: float = 120.0
) -> Results:
    """All checks of `exercise` of the lesson with this id over the text `source`, by the lesson as it is now.

    `course` is where the lesson is looked for first; the shipped lessons come after it. Blocks, for a second or so: call
    it in a thread from a coroutine. Raises LessonError for an unknown lesson or exercise, and when no answer came within
    `timeout_s`; whatever the learner's text does is a result.
    """
    request = {"lesson": lesson, "exercise": exercise, "source": source, "start": str(course or Path.cwd())}
    try:
        done = subprocess.run(
            _PROGRAM, input=json.dumps(request), capture_output=True, text=True, timeout=timeout_s, check=False
        )
        reply: dict[str, Any] = json.loads(done.stdout)  # Any: JSON
    except subprocess.TimeoutExpired:
        raise LessonError(f"'{exercise}' was not checked within {timeout_s:g} s; check it again alone") from None
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise LessonError(f"the process that checks '{exercise}' ended without an answer ({last})") from None
    if "refused" in reply:
        raise LessonError(reply["refused"])
    return Results.from_json(reply)


def answer(request: dict[str, str]) -> dict[str, Any]:  # Any: JSON
    """In the other process. What cannot be checked at all is `refused`, in one sentence."""
    try:
        lesson = find_lesson(request["lesson"], Path(request["start"]))
        exercise = lesson.exercises.get(request["exercise"])
        if exercise is None:
            known = ", ".join(lesson.exercises)
            return {"refused": f"the lesson '{lesson.id}' has no exercise '{request['exercise']}'; it has {known}"}
        return grade(lesson, exercise, request["source"]).to_json()
    except LessonError as error:
        return {"refused": str(error)}


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
