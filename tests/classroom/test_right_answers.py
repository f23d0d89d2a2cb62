"""A check accepts every right answer, not only the one that its author thought of: three more for many exercises."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox_kernel.classroom.course import load_course, shipped_directory
from sandbox_kernel.classroom.grader import grade
from sandbox_kernel.classroom.lessons import Lesson, load_lesson
from sandbox_kernel.classroom.nursery import Nursery, nursery
from sandbox_kernel.classroom.unforked import Unforked

pytestmark = pytest.mark.process

ANSWERS = tomllib.loads((Path(__file__).parent / "right_answers.toml").read_text(encoding="utf-8"))["answer"]
EXERCISES = sorted({(each["lesson"], each["exercise"]) for each in ANSWERS})


@pytest.fixture(scope="module")
def source() -> Iterator[Nursery | Unforked]:
    with nursery() as made:
        yield made


def lesson(name: str) -> Lesson:
    course = load_course(shipped_directory())
    entry = course.entry(name)
    assert entry is not None
    return load_lesson(course.whole_path(entry))


def answers(found: Lesson, exercise: str) -> list[str]:
    solution = found.exercises[exercise].solutions[0].body
    wanted = [each for each in ANSWERS if (each["lesson"], each["exercise"]) == (found.id, exercise)]
    return [each.get("text") or edited(solution, each["changes"]) for each in wanted]


def edited(solution: str, changes: list[tuple[str, str]]) -> str:
    for old, new in changes:
        assert old in solution, f"the solution has no {old!r} any more; change right_answers.toml with it"
        solution = solution.replace(old, new)
    return solution


def test_there_are_three_for_each_exercise() -> None:
    counted = Counter((each["lesson"], each["exercise"]) for each in ANSWERS)
    assert dict.fromkeys(EXERCISES, 3) == counted


@pytest.mark.parametrize(("name", "exercise"), EXERCISES)
def test_every_right_answer_is_accepted(name: str, exercise: str, source: Nursery | Unforked) -> None:
    found = lesson(name)
    results = [grade(found, found.exercises[exercise], text, nursery=source) for text in answers(found, exercise)]
    assert [("pass", "")] * 3 == [(each.status, each.said() if each.status != "pass" else "") for each in results]
