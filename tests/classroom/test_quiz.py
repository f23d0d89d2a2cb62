"""Quizzes: read from Markdown, judged with reasons."""

from __future__ import annotations

from pathlib import Path

import nbformat

from sandbox_kernel.classroom import desk
from sandbox_kernel.classroom.lessons import KEY
from sandbox_kernel.classroom.quiz import Choice, Quiz, judge, read_quiz
from sandbox_kernel.classroom.template import new_lesson
from sandbox_kernel.classroom.text import from_text, to_text, write

SOURCE = (
    "What stays\nafter a reload?\n\n- [x] the state\n- [ ] the old text\n"
    "> It is kept,\n> as a version.\n- [x] the worker"
)
QUIZ = Quiz(
    "What stays\nafter a reload?",
    (Choice("the state", True), Choice("the old text", False, "It is kept, as a version."), Choice("the worker", True)),
)


def test_a_quiz_is_read_from_markdown() -> None:
    assert QUIZ == read_quiz(SOURCE)


def test_exactly_the_right_ones_pass() -> None:
    assert (True, []) == judge(QUIZ, {0, 2})


def test_each_choice_that_is_wrong_is_named_with_its_reason() -> None:
    passed, notes = judge(QUIZ, {0, 1})
    assert not passed
    assert ["b) the old text: this is not so. It is kept, as a version.", "c) the worker: this belongs to it."] == notes


def test_the_desk_asks_and_judges_without_giving_the_answer_away(tmp_path: Path) -> None:
    lesson = new_lesson("hello", "Hello")
    meta = {"role": "quiz", "id": "stays", "kind": "multi"}
    cell = {"id": "stays", "cell_type": "markdown", "source": SOURCE, "metadata": {KEY: meta}}
    lesson.cells.append(nbformat.from_dict(cell))
    assert lesson == from_text(to_text(lesson))
    write(lesson, tmp_path / "hello.ipynb")
    request = {
        "verb": "quiz",
        "lesson": "hello",
        "exercise": "stays",
        "start": str(tmp_path),
        "directory": str(tmp_path),
    }
    asked = desk.answer(request)
    assert ["the state", "the old text", "the worker"] == asked["choices"]
    assert "a) the state" in asked["text"]
    assert "Right." == desk.answer({**request, "picked": "ac"})["text"]
    assert "Not yet. b) the old text: this is not so." in desk.answer({**request, "picked": "abc"})["text"]
    assert "has no quiz 'greet'" in desk.answer({**request, "exercise": "greet"})["refused"]
