"""Each rule of the linter, by the one change to a good lesson that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nbformat
import pytest

from sandbox_kernel.classroom.lessons import KEY
from sandbox_kernel.classroom.lint import static_findings
from sandbox_kernel.classroom.template import new_lesson

Lesson = nbformat.NotebookNode


def found(lesson: Lesson) -> list[tuple[str, str]]:
    return [(finding.rule, finding.cell) for finding in static_findings(lesson)]


def change(number: int, **meta: Any) -> Callable[[Lesson], None]:
    return lambda lesson: lesson.cells[number].metadata[KEY].update(meta)


def source(number: int, text: str) -> Callable[[Lesson], None]:
    return lambda lesson: lesson.cells[number].update(source=text)


def drop(number: int) -> Callable[[Lesson], None]:
    return lambda lesson: lesson.cells.pop(number)


def manifest(**values: Any) -> Callable[[Lesson], None]:
    return lambda lesson: lesson.metadata[KEY].update(values)


def quiz(text: str) -> Callable[[Lesson], None]:
    def broken(lesson: Lesson) -> None:
        lesson.cells[0].source = text
        lesson.cells[0].metadata[KEY] = {"role": "quiz", "id": "welcome", "kind": "single"}

    return broken


def rename(lesson: Lesson) -> None:
    lesson.cells[0].id = lesson.cells[2].id = "same"
    for number in (0, 2):
        lesson.cells[number].metadata[KEY]["id"] = "same"


def output(lesson: Lesson) -> None:
    lesson.cells[1].outputs = [nbformat.v4.new_output("stream", text="x")]


def test_the_lesson_to_start_from_is_free_of_findings() -> None:
    assert [] == static_findings(new_lesson("one", "A title"))


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (manifest(version="1.0"), ("manifest", "")),
        (manifest(colour="red"), ("manifest", "")),
        (manifest(requires={"python": ">=3.11", "packages": [], "network": True, "after": []}), ("manifest", "")),
        (manifest(goals=[{"id": "other", "text": "another goal"}]), ("goals", "")),
        (lambda lesson: lesson.metadata.pop(KEY), ("manifest", "")),
        (lambda lesson: lesson.cells[0].metadata.pop(KEY), ("role", "welcome")),
        (change(0, role="poem"), ("cell-keys", "welcome")),
        (change(0, points=3), ("cell-keys", "welcome")),
        (change(3, points=0), ("cell-keys", "greet")),
        (change(3, points=2), ("points", "greet")),
        (change(4, visibility="secret"), ("cell-keys", "greet-check")),
        (rename, ("unique-ids", "same")),
        (output, ("no-outputs", "start")),
        (change(0, role="demo"), ("cell-type", "welcome")),
        (source(3, "%%sandbox_answer other\nx = 1"), ("magic", "greet")),
        (source(6, "greet = print"), ("magic", "greet-solution")),
        (drop(2), ("complete", "greet")),
        (drop(4), ("complete", "greet")),
        (drop(5), ("complete", "greet")),
        (drop(6), ("complete", "greet")),
        (source(0, "![](till.svg)"), ("alt-text", "welcome")),
        (source(0, "<img src='till.svg'>"), ("alt-text", "welcome")),
        (source(1, "import requests"), ("no-network", "start")),
        (source(1, "from urllib.request import urlopen"), ("no-network", "start")),
        (source(1, "%load https://example.org/x.py"), ("no-network", "start")),
        (quiz("Which?\n\n- [ ] this"), ("quiz", "welcome")),
        (quiz("Which?\n\n- [ ] this\n- [ ] that"), ("quiz", "welcome")),
        (quiz("Which?\n\n- [x] this\n- [x] that"), ("quiz", "welcome")),
        (change(7, exercise="gone"), ("stray", "greet-wrong")),
        (change(5, order=2), ("stray", "greet")),
        (source(4, "%%sandbox_check greet\nx = 1"), ("check-code", "greet-check")),
        (source(4, "%%sandbox_check greet\nx ="), ("check-code", "greet-check")),
        (source(4, "%%sandbox_check greet\ndef test_x(lab):\n    pass"), ("check-words", "greet-check")),
        (
            source(4, '%%sandbox_check greet\ndef test_x(lab):\n    """It is."""\n    assert lab.answer.x == 1'),
            ("check-words", "greet-check"),
        ),
    ],
)
def test_a_fault_is_found_and_named(broken: Callable[[Lesson], None], expected: tuple[str, str]) -> None:
    lesson = new_lesson("one", "A title")
    broken(lesson)
    assert expected in found(lesson)


def test_a_finding_says_where_and_what_to_do() -> None:
    lesson = new_lesson("one", "A title")
    source(0, "![](till.svg)")(lesson)
    (finding,) = static_findings(lesson)
    assert "welcome: a picture has no alternative text; say in one sentence what it shows [alt-text]" == str(finding)
