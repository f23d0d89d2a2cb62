"""The rules of the linter that need to run something: each by the one change to a good lesson that breaks it."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
import pytest

from sandbox_kernel.classroom.lessons import KEY, lesson_from_notebook
from sandbox_kernel.classroom.lint import check_findings, run_findings
from sandbox_kernel.classroom.template import new_lesson

pytestmark = pytest.mark.kernel

Lesson = nbformat.NotebookNode
EXERCISE, CHECK, SOLUTION, WRONG = 3, 4, 6, 7
ANSWER = "%%sandbox_answer greet\n"
TWICE = """%%sandbox_check greet
from pathlib import Path
import tempfile
MARK = Path(tempfile.gettempdir()) / "MARK"


def test_only_once(lab):
    \"\"\"It is right the first time only.\"\"\"
    assert lab.answer.greet("Ada") == "Hello, Ada!", "comes from the argument"
    first = not MARK.exists()
    MARK.touch()
    assert first, "Not again."
"""
SLOW = """%%sandbox_check greet
import time


def test_slowly(lab):
    \"\"\"It takes its time.\"\"\"
    time.sleep(1.1)
    assert lab.answer.greet("Grace") == "Hello, Grace!", "comes from the argument"
"""


def found(lesson: Lesson) -> list[tuple[str, str]]:
    return [(finding.rule, finding.cell) for finding in check_findings(lesson_from_notebook(lesson))]


def cell(number: int, source: str) -> Callable[[Lesson], None]:
    return lambda lesson: lesson.cells[number].update(source=source)


def slow(lesson: Lesson) -> None:
    lesson.metadata[KEY]["limits"]["check_seconds"] = 2
    lesson.cells[CHECK].source = SLOW


def test_a_good_lesson_has_no_findings() -> None:
    lesson = new_lesson("one", "A title")
    assert ([], []) == (found(lesson), run_findings(lesson))


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (cell(SOLUTION, ANSWER + "def greet(name): return name"), ("solution", "greet-solution")),
        (cell(EXERCISE, ANSWER + "def greet(name): return f'Hello, {name}!'"), ("starter", "greet")),
        (cell(EXERCISE, ANSWER + "def greet(name): return nothing_like_this"), ("starter", "greet")),
        (cell(WRONG, ANSWER + "def greet(name): return f'Hello, {name}!'"), ("wrong", "greet-wrong")),
        (cell(WRONG, ANSWER + "def greet(name): return name"), ("wrong", "greet-wrong")),
        (slow, ("slow", "greet-solution")),
    ],
    ids=["wrong solution", "starter passes", "starter is an error", "wrong passes", "other message", "slow check"],
)
def test_a_fault_is_found_and_named(broken: Callable[[Lesson], None], expected: tuple[str, str]) -> None:
    lesson = new_lesson("one", "A title")
    broken(lesson)
    assert {expected} == set(found(lesson))


def test_a_solution_must_pass_twice(tmp_path: object) -> None:
    lesson = new_lesson("one", "A title")
    lesson.cells[CHECK].source = TWICE.replace('MARK"', f'once-{id(lesson)}"', 1)
    lesson.cells[CHECK].source = lesson.cells[CHECK].source.replace("tempfile.gettempdir()", repr(str(tmp_path)))
    assert ("solution", "greet-solution") in found(lesson)


def test_a_starter_may_raise_not_implemented_error() -> None:
    lesson = new_lesson("one", "A title")
    assert "NotImplementedError" in lesson.cells[EXERCISE].source
    assert [] == found(lesson)


def test_a_copy_that_does_not_run_is_named_with_its_cell() -> None:
    lesson = new_lesson("one", "A title")
    lesson.cells[1].source += "\n1 / 0"
    (finding,) = run_findings(lesson)
    assert "runs" == finding.rule
    assert "cell 'start' stopped the run: ZeroDivisionError" in finding.message
