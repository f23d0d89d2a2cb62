"""What learners get, and what they do not."""

from __future__ import annotations

import nbformat
import pytest

from sandbox_kernel.classroom import schema
from sandbox_kernel.classroom.lessons import KEY, LessonError
from sandbox_kernel.classroom.student import sha256, student_copy
from sandbox_kernel.classroom.template import new_lesson


def roles(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell.metadata[KEY]["role"] for cell in notebook.cells]


def test_a_student_copy_has_no_solutions_and_no_wrong_answers() -> None:
    assert ["prompt", "setup", "prompt", "exercise", "check", "hint"] == roles(student_copy(new_lesson("one", "Title")))


def test_prompts_and_checks_are_locked_and_exercises_are_not() -> None:
    copied = student_copy(new_lesson("one", "Title"))
    editable = {cell.metadata[KEY]["id"]: cell.metadata.get("editable", True) for cell in copied.cells}
    assert {"welcome": False, "start": False, "greet-prompt": False, "greet": True, "greet-check": False} == {
        key: value for key, value in editable.items() if key != "greet-hint"
    }
    assert [False] * 6 == [cell.metadata["deletable"] for cell in copied.cells]


def test_an_exercise_remembers_its_starter() -> None:
    lesson = new_lesson("one", "Title")
    copied = student_copy(lesson)
    assert sha256(lesson.cells[3].source.partition("\n")[2]) == copied.cells[3].metadata[KEY]["starter_sha256"]


def test_a_hint_becomes_a_question_for_it() -> None:
    copied = student_copy(new_lesson("one", "Title"))
    assert ("code", "%sandbox_hint greet") == (copied.cells[5].cell_type, copied.cells[5].source)


def test_server_checks_never_reach_a_learner() -> None:
    lesson = new_lesson("one", "Title")
    lesson.cells[4].metadata[KEY]["visibility"] = "server"
    assert "check" not in roles(student_copy(lesson))


def test_a_quiz_asks_and_carries_only_salted_hashes_of_its_answers() -> None:
    lesson = new_lesson("one", "Title")
    source = "What stays?\n\n- [x] the state\n> it is kept\n- [ ] the code\n> it is new"
    meta = {"role": "quiz", "id": "stays", "kind": "single"}
    quiz = {"id": "stays", "cell_type": "markdown", "source": source, "metadata": {KEY: meta}}
    lesson.cells.append(nbformat.from_dict(quiz))
    cell = student_copy(lesson, salt="ab").cells[-1]
    assert ("code", "%sandbox_quiz stays") == (cell.cell_type, cell.source)
    assert [f"ab${sha256('abthe state')}"] == cell.metadata[KEY]["answers"]


def test_the_lesson_itself_is_left_alone() -> None:
    lesson = new_lesson("one", "Title")
    student_copy(lesson)
    assert new_lesson("one", "Title") == lesson


def test_a_copy_of_a_copy_is_refused() -> None:
    with pytest.raises(LessonError, match="kind is not 'lesson'"):
        student_copy(student_copy(new_lesson("one", "Title")))


def test_a_copy_is_a_valid_notebook_whose_metadata_keeps_the_schema() -> None:
    lesson = new_lesson("one", "Title")
    demo = {"id": "try-it", "cell_type": "code", "source": "1", "metadata": {KEY: {"role": "demo", "id": "try-it"}}}
    lesson.cells.append(nbformat.from_dict({**demo, "outputs": [], "execution_count": None}))
    copied = student_copy(lesson)
    nbformat.validate(copied)
    faults = [*schema.manifest_faults(copied.metadata[KEY])]
    faults += [fault for cell in copied.cells for fault in schema.cell_faults(cell.metadata[KEY])]
    assert [] == faults
