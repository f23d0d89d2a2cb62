"""What counts in a notebook: cells are found by their ids, so that copying, moving and deleting some changes nothing."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from sandbox_kernel.classroom.grader import grade
from sandbox_kernel.classroom.lessons import KEY, Exercise, lesson_from_notebook
from sandbox_kernel.classroom.results import Results, TestResult, joined, summarise
from sandbox_kernel.classroom.student import student_copy
from sandbox_kernel.classroom.template import new_lesson


def notebook() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(new_lesson("one", "A title")))
    return made


def parts(exercise: Exercise) -> list[list[str]]:
    groups = (exercise.prompts, exercise.checks, exercise.hints, exercise.solutions, exercise.wrongs)
    return [[cell.source for cell in group] for group in groups]


def test_cells_in_another_order_are_the_same_lesson() -> None:
    raw = notebook()
    before = parts(lesson_from_notebook(raw).exercises["greet"])
    random.Random(3).shuffle(raw["cells"])
    assert before == parts(lesson_from_notebook(raw).exercises["greet"])


def test_a_copied_cell_counts_for_nothing() -> None:
    raw = notebook()
    before = lesson_from_notebook(raw)
    for number, cell in enumerate(list(raw["cells"])):
        copied = copy.deepcopy(cell)
        copied.update(id=f"copy-{number}", source="%%sandbox_check greet\nraise SystemExit")
        raw["cells"].insert(0, copied)
    after = lesson_from_notebook(raw)
    assert (before.cells, before.exercises) == (after.cells, after.exercises)


def test_a_learners_own_cells_count_for_nothing() -> None:
    raw = notebook()
    before = lesson_from_notebook(raw)
    raw["cells"].insert(2, {"id": "mine", "cell_type": "code", "source": "x = 1", "metadata": {}})
    exercises = lesson_from_notebook(raw).exercises
    assert before.exercises == exercises


def test_deleting_cells_of_the_copy_changes_nothing_that_the_desk_reads() -> None:
    """The desk reads the whole lesson, never the learner's notebook."""
    whole = new_lesson("one", "A title")
    copied = student_copy(whole)
    copied.cells = copied.cells[:2]
    assert "greet" in lesson_from_notebook(whole).exercises
    assert {} == lesson_from_notebook(copied).exercises
    assert "lesson" == whole.metadata[KEY]["kind"]


def test_points_are_partial() -> None:
    states: list[TestResult] = [
        TestResult("test_a", "pass"),
        TestResult("test_b", "fail"),
        TestResult("test_c", "error"),
    ]
    assert ("error", 1.0) == ((some := summarise("x", states, 3)).status, some.points)
    assert ("fail", 1.5) == ((half := summarise("x", states[:2], 3)).status, half.points)


def test_several_checks_of_an_exercise_add_up() -> None:
    both = joined("x", [summarise("x", [TestResult("a", "pass")], 2), summarise("x", [TestResult("b", "fail")], 3)])
    assert ("fail", 2.0, 5.0, 2) == (both.status, both.points, both.max_points, len(both.tests))
    assert "error" == joined("x", []).status


def test_an_empty_answer_is_told_without_starting_anything() -> None:
    lesson = lesson_from_notebook(new_lesson("one", "A title"))
    results = grade(lesson, lesson.exercises["greet"], "  \n")
    assert ("fail", 0.0) == (results.status, results.points)
    assert "still empty" in results.said()


def test_results_travel_as_json() -> None:
    results = Results(
        "x", "fail", (TestResult("a", "fail", "words", "message", "output", 0.1, "trace"),), "m", 1.0, 2.0
    )
    assert results == Results.from_json(json.loads(json.dumps(results.to_json())))
