"""Runs the checks of one exercise against one answer and says what came of it.

Called by the desk for a learner, by the linter for solutions, starters and wrong answers, and by whoever grades. It runs
the check's own code, which a lesson's author wrote, in this process; the learner's code runs in a `Lab`, another process
with its own limits.

Weighed: (a) the check in the learner's process with patched reporting (any `os._exit(0)` or equal-to-everything object
earns full marks); (b) the learner's code and the check together in a second process, results over a secret channel (the
check's frames hold the expected values, and the learner's code can read frames); (c) two processes with plain data between
them, as here: nothing that the learner's process does can make a comparison come out true except the right value.
"""

from __future__ import annotations

import inspect
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

from sandbox_kernel.classroom.asserts import COMPARE_NAME, compile_check, expect
from sandbox_kernel.classroom.lab import AnswerEnded, AnswerError, Lab
from sandbox_kernel.classroom.lessons import Cell, Exercise, Lesson
from sandbox_kernel.classroom.nursery import Nursery
from sandbox_kernel.classroom.nursery import nursery as new_nursery
from sandbox_kernel.classroom.results import Results, TestResult, joined, summarise
from sandbox_kernel.classroom.unforked import Unforked
from sandbox_kernel.errors import StartError

_AT_ONCE = 4  # tests side by side; some only wait for a timeout, and those that compute share the cores

Test = Callable[[Lab], object]


@dataclass(frozen=True, slots=True)
class _Task:
    """What every test of one call of `grade` is about."""

    lesson: Lesson
    exercise: Exercise
    answer: str
    nursery: Nursery | Unforked


def grade(
    lesson: Lesson,
    exercise: Exercise,
    answer: str,
    *,
    checks: tuple[Cell, ...] | None = None,
    nursery: Nursery | Unforked | None = None,
) -> Results:
    """All checks of the exercise, or only `checks`. Never raises for what the learner or the check's author wrote.

    `nursery` is where answer processes come from; left out, one is made for this call.

    An untouched starter earns nothing, though tests that only ask whether something still works pass with it.
    """
    cells = exercise.checks if checks is None else checks
    nonce = secrets.token_hex(16)
    if not answer.strip():
        return Results(
            exercise.id, "fail", message="your answer is still empty; write it in the cell above and run that"
        )
    with nullcontext(nursery) if nursery else new_nursery() as source:
        task = _Task(lesson, exercise, answer, source)
        results = joined(exercise.id, [_grade_one(task, cell, nonce) for cell in cells])
        results = replace(results, isolation=source.level)
    untouched = answer.strip() == exercise.starter.body.strip()
    return replace(results, points=0.0) if untouched else results


def _grade_one(task: _Task, check: Cell, nonce: str) -> Results:
    exercise = task.exercise
    points = float(check.meta.get("points", exercise.points / max(len(exercise.checks), 1)))
    try:
        tests = _tests_of(check)
    except Exception as error:  # border: a check is an author's code; its faults are told, not raised
        return Results(exercise.id, "error", message=f"this check cannot be run ({error}); tell the lesson's author")
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        ran = pool.map(lambda item: _run(task, *item), tests.items())
        return summarise(exercise.id, ran, points, nonce)


def _tests_of(check: Cell) -> dict[str, Test]:
    names: dict[str, Any] = {"__name__": check.id, COMPARE_NAME: expect}  # Any: a namespace
    exec(compile_check(check.body, f"<check {check.id}>"), names)
    return {name: value for name, value in names.items() if name.startswith("test_") and callable(value)}


def _run(task: _Task, name: str, test: Test) -> TestResult:
    begin = time.monotonic()
    described = TestResult(name=name, status="error", description=inspect.getdoc(test) or "")
    try:
        lab = Lab(task.exercise, task.answer, task.lesson, task.nursery)
    except StartError as error:
        return replace(described, message=str(error))
    with lab:
        status, message, trace = _verdict(test, lab)
        seconds = round(time.monotonic() - begin, 3)
        return replace(described, status=status, message=message, output=lab.output, seconds=seconds, traceback=trace)


def _verdict(test: Test, lab: Lab) -> tuple[Any, str, str]:  # Any: a Status
    try:
        test(lab)
    except AssertionError as miss:
        return "fail", str(miss) or "this is not right yet", ""
    except AnswerError as error:
        if "NotImplementedError" in error.bases:
            return "fail", "this part is not written yet; replace the line that raises NotImplementedError", ""
        return "error", str(error), error.traceback
    except AnswerEnded as ended:
        return "error", str(ended), ""
    except SyntaxError as error:  # the check parses all it has itself; this is of an answer that it looks at with `ast`
        return "fail", f"your answer is no Python yet: {error.msg} at line {error.lineno}", ""
    except Exception as error:  # border: as above
        return "error", f"this check itself failed with {type(error).__name__}: {error}; tell the lesson's author", ""
    return "pass", "", ""
