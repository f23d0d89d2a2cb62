"""Checking a recorded text again: fresh processes, all checks, and refusals in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox_kernel.classroom.lessons import KEY, LessonError
from sandbox_kernel.classroom.recheck import Rechecker, recheck
from sandbox_kernel.classroom.results import Results
from sandbox_kernel.classroom.template import new_lesson
from sandbox_kernel.classroom.text import write

pytestmark = pytest.mark.kernel  # each answer runs in a process of its own

RIGHT = 'def greet(name):\n    return f"Hello, {name}!"'


@pytest.fixture
def course(tmp_path: Path) -> Path:
    write(new_lesson("hello", "Hello"), tmp_path / "hello.ipynb")
    return tmp_path


def test_a_right_text_passes_and_the_whole_result_comes_back(course: Path) -> None:
    results = recheck("hello", "greet", RIGHT, course=course)
    assert ("pass", 1.0, 1.0) == (results.status, results.points, results.max_points)
    assert "The greeting has the name in it." == results.tests[0].description
    assert results == Results.from_json(results.to_json())


def test_a_wrong_text_and_one_that_ends_its_process_are_results(course: Path) -> None:
    assert ("fail", 0.0) == _verdict(
        recheck("hello", "greet", 'def greet(name):\n    return "Hello, Ada!"', course=course)
    )
    assert ("error", 0.0) == _verdict(
        recheck("hello", "greet", "import os\ndef greet(name): os._exit(0)", course=course)
    )


def test_checks_that_only_the_server_has_count_here(tmp_path: Path) -> None:
    lesson = new_lesson("hello", "Hello")
    lesson.cells[4].metadata[KEY]["visibility"] = "server"
    write(lesson, tmp_path / "hello.ipynb")
    assert ("pass", 1.0) == _verdict(recheck("hello", "greet", RIGHT, course=tmp_path))


@pytest.mark.parametrize(
    ("lesson", "exercise", "said"),
    [("nothing", "greet", "no lesson 'nothing' was found"), ("hello", "nothing", "it has greet")],
)
def test_what_does_not_exist_is_refused_in_one_sentence(course: Path, lesson: str, exercise: str, said: str) -> None:
    with pytest.raises(LessonError, match=said):
        recheck(lesson, exercise, RIGHT, course=course)


def test_one_that_is_kept_gives_the_same_and_keeps_nothing(course: Path) -> None:
    kept = Rechecker()
    texts = (RIGHT, 'def greet(name):\n    return "Hello, Ada!"', "import os\ndef greet(name): os._exit(0)", RIGHT)
    try:
        found = [_verdict(kept.recheck("hello", "greet", text, course=course)) for text in texts]
        with pytest.raises(LessonError, match="it has greet"):
            kept.recheck("hello", "nothing", RIGHT, course=course)
    finally:
        kept.close()
    assert [("pass", 1.0), ("fail", 0.0), ("error", 0.0), ("pass", 1.0)] == found


def test_one_that_is_kept_and_was_killed_is_replaced(course: Path) -> None:
    kept = Rechecker()
    try:
        kept.recheck("hello", "greet", RIGHT, course=course)
        assert kept._kept is not None
        kept._kept.process.kill()
        kept._kept.process.wait()
        assert ("pass", 1.0) == _verdict(kept.recheck("hello", "greet", RIGHT, course=course))
    finally:
        kept.close()


def test_no_answer_in_time_is_said(course: Path) -> None:
    with pytest.raises(LessonError, match=r"was not checked within 0\.001 s"):
        recheck("hello", "greet", RIGHT, course=course, timeout_s=0.001)


def _verdict(results: Results) -> tuple[str, float]:
    return results.status, results.points
