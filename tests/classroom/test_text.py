"""A lesson as text and as notebook: whatever goes in comes back, or is refused by name."""

from __future__ import annotations

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox_kernel.classroom.lessons import KEY, ROLES, LessonError
from sandbox_kernel.classroom.template import new_lesson
from sandbox_kernel.classroom.text import Notebook, from_text, normalised, read, to_text, write

# what MyST can carry in one cell: anything but its own cell marks, and no blank edges
LINES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="`~:+-%\\")
)
SOURCES = st.lists(LINES.map(str.rstrip), min_size=1, max_size=5).map("\n".join).map(str.strip).filter(bool)
IDS = st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,20}", fullmatch=True)


@st.composite
def notebooks(draw: st.DrawFn) -> Notebook:
    cells = []
    for cell_id in draw(st.lists(IDS, min_size=1, max_size=4, unique=True)):
        cell_type = draw(st.sampled_from(["code", "markdown"]))
        meta = {"role": draw(st.sampled_from(ROLES)), "id": cell_id}
        cells.append({"id": cell_id, "cell_type": cell_type, "source": draw(SOURCES), "metadata": {KEY: meta}})
    metadata = {KEY: {"schema": 1, "id": "x", "title": draw(LINES)}}
    return normalised(nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}))


@given(notebooks())
@settings(max_examples=30)
def test_what_becomes_text_comes_back_with_ids_and_metadata(notebook: Notebook) -> None:
    try:
        text = to_text(notebook)
    except LessonError:
        return  # refused by name, which the next test looks at; never lost
    back = from_text(text)
    assert notebook == back
    assert text == to_text(back)


@pytest.mark.parametrize("source", ["above\n+++\nbelow", "blank last line\n\n", "```{code-cell}\nx = 1\n```"])
def test_a_cell_that_text_cannot_carry_is_named(source: str) -> None:
    lesson = new_lesson("one", "A title")
    lesson.cells[0].source = source
    with pytest.raises(LessonError, match=r"cell '(welcome|start)' does not survive|cells became"):
        to_text(lesson)


def test_every_id_and_role_of_a_whole_lesson_survives(tmp_path: object) -> None:
    lesson = new_lesson("one", "A title")
    back = from_text(to_text(lesson))
    assert [(cell.id, cell.metadata) for cell in lesson.cells] == [(cell.id, cell.metadata) for cell in back.cells]
    assert lesson == back


def test_text_does_not_tell_which_jupytext_wrote_it() -> None:
    assert "jupytext_version" not in to_text(new_lesson("one", "A title"))


def test_outputs_and_counts_are_left_out_of_both_forms(tmp_path) -> None:  # type: ignore[no-untyped-def]
    lesson = new_lesson("one", "A title")
    lesson.cells[1].outputs = [nbformat.v4.new_output("stream", text="hello")]
    lesson.cells[1].execution_count = 3
    write(lesson, tmp_path / "one.ipynb")
    assert [] == read(tmp_path / "one.ipynb").cells[1].outputs
    assert "hello" not in to_text(lesson)


def test_a_file_that_is_no_notebook_gets_one_sentence(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "broken.ipynb").write_text("{")
    with pytest.raises(LessonError, match="cannot be read as a notebook"):
        read(tmp_path / "broken.ipynb")
    with pytest.raises(LessonError, match="lesson new"):
        read(tmp_path / "missing.md")
    with pytest.raises(LessonError, match="is a folder; name the lessons in it"):
        read(tmp_path)
