"""The shipped lessons in real kernels: they run from top to bottom, again in the same sandbox, and show what they should."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from sandbox_kernel.classroom.build import student_of
from sandbox_kernel.classroom.course import Entry, load_course, shipped_directory
from sandbox_kernel.classroom.lessons import KEY, LessonError, lesson_from_notebook
from sandbox_kernel.classroom.lint import check_findings, static_findings
from sandbox_kernel.classroom.run import Run, run, run_file, twice
from sandbox_kernel.classroom.template import new_lesson
from sandbox_kernel.classroom.text import read, write

COURSE = load_course(shipped_directory())
TILL = "hot-code-loading"


def shown(notebook: nbformat.NotebookNode, cell_id: str) -> str:
    """All that a cell shows as plain text."""
    (cell,) = (cell for cell in notebook.cells if cell.id == cell_id)
    return "\n".join(
        output.get("text") or output.get("data", {}).get("text/plain") or "\n".join(output.get("traceback", ()))
        for output in cell.outputs
    )


@pytest.fixture(scope="module")
def till() -> Run:
    """The lesson of the till as a learner gets it, run twice in one sandbox."""
    return run(twice(read(COURSE.student_path(_entry(TILL)))))


def _entry(lesson_id: str) -> Entry:
    entry = COURSE.entry(lesson_id)
    assert entry is not None
    return entry


@pytest.mark.parametrize("entry", COURSE.entries, ids=lambda entry: entry.id)
def test_the_notebooks_are_those_of_the_text(entry: Entry) -> None:
    lesson = read(COURSE.text_path(entry))
    assert lesson == read(COURSE.whole_path(entry)), "build it again: jupyter sandbox lesson course lessons"
    assert student_of(lesson) == read(COURSE.student_path(entry)), (
        "build it again: jupyter sandbox lesson course lessons"
    )


@pytest.mark.parametrize("entry", COURSE.entries, ids=lambda entry: entry.id)
def test_no_rule_that_reading_shows_is_broken(entry: Entry) -> None:
    assert [] == static_findings(read(COURSE.text_path(entry)))


@pytest.mark.parametrize("entry", COURSE.entries, ids=lambda entry: entry.id)
def test_every_picture_is_there(entry: Entry) -> None:
    wanted = {
        part.split(")")[0]
        for cell in read(COURSE.student_path(entry)).cells
        if cell.cell_type == "markdown"
        for part in cell.source.split("](")[1:]
        if part.split(")")[0].endswith(".svg")
    }
    assert set() == {name for name in wanted if not (COURSE.directory / name).is_file()}


@pytest.mark.kernel
@pytest.mark.parametrize("entry", COURSE.entries, ids=lambda entry: entry.id)
def test_solutions_pass_starters_fail_and_wrong_answers_earn_their_message(entry: Entry) -> None:
    assert [] == check_findings(lesson_from_notebook(read(COURSE.whole_path(entry))))


@pytest.mark.kernel
@pytest.mark.parametrize("entry", [e for e in COURSE.entries if e.id != TILL], ids=lambda entry: entry.id)
def test_a_lesson_runs_twice_in_one_sandbox(entry: Entry) -> None:
    assert "" == run(twice(read(COURSE.student_path(entry)))).fault


@pytest.mark.kernel
def test_the_till_runs_twice_in_one_sandbox(till: Run) -> None:
    assert "" == till.fault


@pytest.mark.kernel
def test_the_till_keeps_its_drawer_over_ten_reloads(till: Run) -> None:
    said = shown(till.notebook, "ten-reloads")
    assert 10 == said.count("is live")
    for line in ("the same till as before: True", "taken in meanwhile: 10.00 euros", "says edition 10!"):
        assert line in said
    assert "0 of 3 restarts" in shown(till.notebook, "tree-now")


@pytest.mark.kernel
def test_a_call_in_flight_is_answered_by_the_code_that_took_it(till: Run) -> None:
    said = shown(till.notebook, "call-in-flight")
    assert "says edition 10!" in said.split("asked before the change:")[1].split("\n")[0]
    assert "says the newest till!" in said.split("asked after the change:")[1].split("\n")[0]


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("cell", "reason"),
    [("refused-syntax", "expected ':'"), ("refused-import", "'nine'"), ("refused-migration", "KeyError: 'cent'")],
)
def test_three_bad_versions_are_refused_with_the_reason(till: Run, cell: str, reason: str) -> None:
    said = shown(till.notebook, cell)
    assert reason in said
    assert "Nothing was changed" in said


@pytest.mark.kernel
def test_after_the_refusals_everything_goes_on(till: Run) -> None:
    said = shown(till.notebook, "still-selling")
    assert "0.80 euros paid" in said
    assert "the same till as before: True" in said
    assert "Receipt: 3.50 euros" in said


@pytest.mark.kernel
def test_a_rollback_keeps_the_drawer(till: Run) -> None:
    said = shown(till.notebook, "rollback")
    assert "till v1 is live again" in said
    assert "the same till as before: True" in said


@pytest.mark.kernel
def test_checks_of_untouched_starters_say_what_to_do_and_open_no_hint(till: Run) -> None:
    assert "refund: not yet (0 of 4 points)" in shown(till.notebook, "refund-check")
    assert "not written yet" in shown(till.notebook, "same-till-check")
    assert "opens when you have checked an answer of your own" in shown(till.notebook, "refund-hint-1")
    assert "refund: not tried yet" in shown(till.notebook, "progress")


@pytest.mark.kernel
def test_a_learner_who_answers_gets_points_hints_and_progress() -> None:
    lesson = lesson_from_notebook(read(COURSE.whole_path(_entry(TILL))))
    copied = read(COURSE.student_path(_entry(TILL)))
    answers = {e.id: e.solutions[0].source for e in lesson.exercises.values()}
    answers["refund"] = answers["refund"].replace("if cents <= state", "if cents < state")
    for cell in copied.cells:
        cell.source = answers.get(cell.metadata[KEY]["id"], cell.source)
    done = run(copied)
    assert "" == done.fault
    assert "500 out of 500 is enough: look at your < and <=" in shown(done.notebook, "refund-check")
    assert "a refund is a sale that goes the other way" in shown(done.notebook, "refund-hint-1").lower()
    assert "count-sales: passed (4 of 4 points)" in shown(done.notebook, "count-sales-check")
    assert "same-till: passed after 1 attempt, best 2 points" in shown(done.notebook, "progress")


@pytest.mark.kernel
def test_nbconvert_executes_the_lesson_as_it_lies_there(tmp_path: Path) -> None:
    path = COURSE.student_path(_entry(TILL))
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", "--execute", str(path)]
    done = subprocess.run(
        [*command, "--output-dir", str(tmp_path)], capture_output=True, text=True, timeout=180, check=False
    )
    assert 0 == done.returncode, done.stderr
    page = next(tmp_path.glob("*.html")).read_text(encoding="utf-8")
    assert "taken in meanwhile: 10.00 euros" in page


@pytest.mark.kernel
def test_a_copy_runs_from_its_file_with_the_whole_lesson_beside_it(tmp_path: Path) -> None:
    lesson = new_lesson("hello", "Hello")
    write(student_of(lesson), tmp_path / "copy.ipynb")
    with pytest.raises(LessonError, match=f"no lesson 'hello' was found near {tmp_path}"):
        run_file(tmp_path / "copy.ipynb")
    write(lesson, tmp_path / "hello.ipynb")
    assert "" == run_file(tmp_path / "copy.ipynb").fault
    assert ["copy.ipynb", "hello.ipynb"] == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.kernel
def test_a_run_that_stops_says_what_the_cell_said(tmp_path: Path) -> None:
    lesson = new_lesson("hello", "Hello")
    lesson.cells[1].source = "%sandbox_lesson another"
    write(lesson, tmp_path / "hello.md")
    fault = run_file(tmp_path / "hello.md").fault
    assert fault.startswith("cell 'start' stopped the run: no lesson 'another' was found near ")
