"""A newer lesson in a learner's notebook: untouched cells are replaced, what was written stays, nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox_kernel.classroom.build import build_course, student_of
from sandbox_kernel.classroom.course import load_course
from sandbox_kernel.classroom.lessons import KEY, LessonError
from sandbox_kernel.classroom.template import new_lesson
from sandbox_kernel.classroom.text import write
from sandbox_kernel.classroom.update import BEFORE, bring_up_to_date, update_file, updated

Cells = dict[str, str]
DEMO = {"id": "try-it", "cell_type": "code", "source": "greet('Ada')", "metadata": {}, "outputs": []}


def student(version: str = "1.0.0", **sources: str) -> dict[str, Any]:
    """A student copy, with a demo cell, of the small lesson in which these cells read otherwise."""
    lesson = new_lesson("hello", "Hello")
    lesson.metadata[KEY]["version"] = version
    demo = {**DEMO, "metadata": {KEY: {"role": "demo", "id": "try-it"}}, "execution_count": None}
    lesson.cells.append(type(lesson.cells[0])(demo))
    for cell in lesson.cells:
        cell.source = sources.get(cell.id.replace("-", "_"), cell.source)
    made: dict[str, Any] = json.loads(json.dumps(student_of(lesson)))
    return made


def texts(notebook: dict[str, Any]) -> Cells:
    return {cell["id"]: cell["source"] for cell in notebook["cells"]}


def wrote(notebook: dict[str, Any], cell_id: str, text: str) -> dict[str, Any]:
    for cell in notebook["cells"]:
        if cell["id"] == cell_id:
            cell["source"] = text
    return notebook


NEW_STARTER = "%%sandbox_answer greet\ndef greet(name, greeting):\n    raise NotImplementedError"
MINE = "%%sandbox_answer greet\ndef greet(name):\n    return 'mine'"


def test_locked_and_untouched_cells_take_the_new_text() -> None:
    newer = student(
        "1.1.0", welcome="# Hello again", greet_check="%%sandbox_check greet\n...", greet=NEW_STARTER, try_it="2"
    )
    made, offered = updated(student(), newer)
    assert (texts(newer), ()) == (texts(made), offered)
    assert "1.1.0" == made["metadata"][KEY]["version"]


def test_what_the_learner_wrote_stays_and_the_new_starter_is_offered() -> None:
    made, offered = updated(wrote(student(), "greet", MINE), student("2.0.0", greet=NEW_STARTER, welcome="# New"))
    assert (MINE, "# New", ("greet",)) == (texts(made)["greet"], texts(made)["welcome"], offered)


def test_a_written_answer_to_an_unchanged_exercise_is_not_mentioned() -> None:
    made, offered = updated(wrote(student(), "greet", MINE), student("1.0.1", welcome="# New"))
    assert (MINE, ()) == (texts(made)["greet"], offered)


def test_an_edited_demo_stays() -> None:
    made, _ = updated(wrote(student(), "try-it", "greet('me')"), student("1.1.0", try_it="greet('Grace')"))
    assert "greet('me')" == texts(made)["try-it"]


def test_cells_of_ones_own_and_copies_stay_where_they_are() -> None:
    mine = student()
    copied = {**next(cell for cell in mine["cells"] if cell["id"] == "greet"), "id": "a-copy", "source": "copied"}
    mine["cells"][2:2] = [{"id": "my-own", "cell_type": "markdown", "metadata": {}, "source": "a note"}, copied]
    made, _ = updated(mine, student("1.1.0", welcome="# New"))
    assert ["welcome", "start", "my-own", "a-copy"] == [cell["id"] for cell in made["cells"]][:4]
    assert ("a note", "copied") == (texts(made)["my-own"], texts(made)["a-copy"])


def test_new_cells_come_in_at_their_place_and_old_untouched_ones_go() -> None:
    newer = student("1.1.0")
    extra = {
        "id": "extra",
        "cell_type": "markdown",
        "metadata": {KEY: {"role": "prompt", "id": "extra"}},
        "source": "!",
    }
    newer["cells"] = [*newer["cells"][:2], extra, *(c for c in newer["cells"][2:] if c["id"] != "try-it")]
    made, _ = updated(student(), newer)
    assert [cell["id"] for cell in newer["cells"]] == [cell["id"] for cell in made["cells"]]


def test_a_second_update_finds_what_the_first_one_left() -> None:
    once, _ = updated(wrote(student(), "greet", MINE), student("1.1.0", greet=NEW_STARTER))
    twice, offered = updated(once, student("1.2.0", greet=NEW_STARTER, welcome="# Third"))
    assert (MINE, "# Third", ()) == (texts(twice)["greet"], texts(twice)["welcome"], offered)


@pytest.mark.parametrize("other", [{"metadata": {}, "cells": []}, "lesson"])
def test_what_is_no_copy_of_the_lesson_is_refused(other: Any) -> None:
    with pytest.raises(LessonError, match="only a student copy can be updated"):
        updated(json.loads(json.dumps(new_lesson("hello", "Hello"))) if other == "lesson" else other, student())


def test_the_notebook_as_it_was_is_kept_beside_it(tmp_path: Path) -> None:
    mine, newer = tmp_path / "hello.ipynb", tmp_path / "newer.ipynb"
    mine.write_text(json.dumps(wrote(student(), "greet", MINE)))
    newer.write_text(json.dumps(student("1.1.0", greet=NEW_STARTER)))
    before = mine.read_text()
    assert "updated from 1.0.0 to 1.1.0" in (said := update_file(mine, newer))
    assert "your own text stayed in greet" in said
    assert before == (tmp_path / BEFORE / "hello-1.0.0.ipynb").read_text()
    assert "" == update_file(mine, newer)


def test_a_notebook_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "hello.ipynb").write_text("{ half")
    (tmp_path / "newer.ipynb").write_text(json.dumps(student("1.1.0")))
    assert "was left alone" in update_file(tmp_path / "hello.ipynb", tmp_path / "newer.ipynb")
    assert "{ half" == (tmp_path / "hello.ipynb").read_text()


def test_a_course_is_brought_up_to_date(tmp_path: Path) -> None:
    """What is missing is handed out; what is old is updated; a learner's other files stay."""
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    for name in ("one", "two"):
        lesson = new_lesson(name, name.title())
        write(lesson, shipped / "source" / f"{name}.md")
    entries = "".join(f'[[lesson]]\npath = "{n}.ipynb"\nid = "{n}"\nversion = "0.1.0"\n' for n in ("one", "two"))
    (shipped / "course.toml").write_text(f'title = "Course"\n{entries}')
    build_course(load_course(shipped))
    own.mkdir()
    (own / "notes.txt").write_text("mine")
    assert ["one.ipynb is new", "two.ipynb is new"] == bring_up_to_date(shipped, own)
    assert [] == bring_up_to_date(shipped, own)
    assert "mine" == (own / "notes.txt").read_text()
    assert (shipped / "source" / "one.ipynb").read_bytes() == (own / "source" / "one.ipynb").read_bytes()
