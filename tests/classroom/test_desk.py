"""The desk: what a learner gets for a request, and what is kept of it. Checks themselves run in `test_forged.py`."""

from __future__ import annotations

import copy
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from sandbox_kernel.classroom import desk
from sandbox_kernel.classroom.lessons import Cell, Exercise, Lesson, load_lesson
from sandbox_kernel.classroom.progress import FILE, Progress, Standing
from sandbox_kernel.classroom.results import Results, TestResult, summarise
from sandbox_kernel.classroom.template import new_lesson
from sandbox_kernel.classroom.text import write

RIGHT = 'def greet(name):\n    return f"Hello, {name}!"'
WRONG = 'def greet(name):\n    return "Hello, Ada!"'


def graded(
    lesson: Lesson, exercise: Exercise, answer: str, *, checks: tuple[Cell, ...] | None = None, nursery: None = None
) -> Results:
    """A grader that knows one right answer: the real one starts processes."""
    status = "pass" if answer == RIGHT else "fail"
    tests = [TestResult(cell.id, status) for cell in checks or ()]  # type: ignore[arg-type]  # one of the two
    return summarise(exercise.id, tests, sum(float(cell.meta["points"]) for cell in checks or ()))


class Learner:
    """Asks the desk, in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.check = load_lesson(directory / "hello.ipynb").exercises["greet"].checks[0].body

    def ask(self, verb: str, **details: object) -> dict[str, Any]:
        place = {"start": str(self.directory), "directory": str(self.directory)}
        return desk.answer({"verb": verb, "lesson": "hello", "exercise": "greet", **place, **details})

    def answers(self, text: str) -> dict[str, Any]:
        return self.ask("check", answer=text, check=self.check)


@pytest.fixture
def learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Learner:
    write(new_lesson("hello", "Hello"), tmp_path / "hello.ipynb")
    monkeypatch.setattr(desk, "grade", graded)
    return Learner(tmp_path)


def test_opening_a_lesson_shows_goals_and_what_is_done(learner: Learner) -> None:
    reply = learner.ask("open")
    assert "Hello (about 10 minutes, 1 points)" in reply["text"]
    assert "greet: not tried yet" in reply["text"]
    assert "write a function that uses its argument" in reply["html"]


def test_an_answer_is_checked_and_kept(learner: Learner) -> None:
    assert "pass" == learner.answers(RIGHT)["results"]["status"]
    assert "passed after 1 attempt, best 1 points" in learner.ask("progress")["text"]


def test_the_newest_answer_is_checked_again_after_a_restart(learner: Learner) -> None:
    learner.answers(WRONG)
    assert "fail" == learner.answers("")["results"]["status"]


def test_a_check_without_any_answer_says_what_to_do(learner: Learner) -> None:
    assert "run the cell with your answer" in learner.answers("")["refused"]


def test_an_untouched_starter_opens_no_hint(learner: Learner) -> None:
    learner.answers(load_lesson(learner.directory / "hello.ipynb").exercises["greet"].starter.body)
    assert "opens when you have checked an answer of your own" in learner.ask("hint")["text"]
    assert "not tried yet" in learner.ask("progress")["text"]


def test_a_failed_attempt_opens_the_first_hint(learner: Learner) -> None:
    learner.answers(WRONG)
    assert "An f-string puts a value into a text." == learner.ask("hint")["text"]


def test_hints_open_one_by_one_and_stay_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = new_lesson("hello", "Hello")
    second = copy.deepcopy(lesson.cells[5])
    second.id = "greet-hint-2"
    second.source = "Second."
    second.metadata["sandbox_kernel"].update(id="greet-hint-2", order=2)
    lesson.cells.insert(6, second)
    write(lesson, tmp_path / "hello.ipynb")
    monkeypatch.setattr(desk, "grade", graded)
    learner = Learner(tmp_path)
    learner.answers(WRONG)
    assert "An f-string puts a value into a text." == learner.ask("hint")["text"]
    again = learner.ask("hint")["text"]
    assert "An f-string" in again
    assert "The next hint for 'greet' opens when you have checked one more answer of your own." in again
    assert "Second." not in again
    learner.answers(WRONG)
    assert learner.ask("hint")["text"].endswith("Second.")
    assert learner.ask("hint")["text"].endswith("Second.")
    learner.answers(RIGHT)
    assert ["An f-string puts a value into a text.", "Second."] == learner.ask("hint")["markdown"]


def test_the_solution_opens_after_the_attempts_of_the_policy_or_a_pass(learner: Learner) -> None:
    assert "opens after 3 more attempts" in learner.ask("solution")["text"]
    for _ in range(3):
        learner.answers(WRONG)
    assert 'return f"Hello, {name}!"' in learner.ask("solution")["text"]


def test_a_pass_opens_the_solution_at_once(learner: Learner) -> None:
    learner.answers(RIGHT)
    assert 'return f"Hello, {name}!"' in learner.ask("solution")["text"]


def test_a_changed_check_is_run_but_counts_for_nothing(learner: Learner) -> None:
    changed = learner.ask("check", answer=RIGHT, check="def test_x(lab):\n    pass")
    assert 0.0 == changed["results"]["points"]
    assert "not tried yet" in learner.ask("progress")["text"]


def with_second_check(directory: Path, visibility: str) -> None:
    lesson = new_lesson("hello", "Hello")
    second = copy.deepcopy(lesson.cells[4])
    second.id = "second"
    second.source += "\n# another one"
    second.metadata["sandbox_kernel"].update(id="second", points=2, visibility=visibility)
    lesson.cells.insert(5, second)
    write(lesson, directory / "hello.ipynb")


@pytest.mark.parametrize(
    ("visibility", "tests", "points"), [("visible", ["greet-check", "second"], 3.0), ("server", ["greet-check"], 1.0)]
)
def test_one_check_runs_all_that_learners_have_and_none_that_only_the_server_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visibility: str, tests: list[str], points: float
) -> None:
    with_second_check(tmp_path, visibility)
    monkeypatch.setattr(desk, "grade", graded)
    for asked in ({"check": Learner(tmp_path).check}, {"all": True}):
        results = Learner(tmp_path).ask("check", answer=RIGHT, **asked)["results"]
        assert (tests, points) == ([test["name"] for test in results["tests"]], results["points"])


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"lesson": "nothing"}, "no lesson 'nothing' was found"),
        ({"exercise": "nothing"}, "has no exercise 'nothing'; it has greet"),
        ({"verb": "dance"}, "the desk knows no 'dance'"),
    ],
)
def test_what_does_not_exist_is_refused_in_one_sentence(learner: Learner, details: dict[str, str], said: str) -> None:
    assert said in learner.ask(**{"verb": "hint", **details})["refused"]


def test_the_starter_comes_back_whole(learner: Learner) -> None:
    assert learner.ask("starter")["source"].startswith("%%sandbox_answer greet\ndef greet(name):")


def test_every_attempt_is_kept_with_its_text(tmp_path: Path) -> None:
    progress = Progress(tmp_path, clock=lambda: 1.0)
    for text in ("one", "two"):
        progress.record("a", "1.0.0", text, Results("x", "fail"), counts=True)
    assert Standing(attempts=2, failed=2, status="fail") == progress.standing("a", "1.0.0", "x")
    assert Standing() == progress.standing("b", "1.0.0", "x")
    progress.close()
    with sqlite3.connect(tmp_path / FILE) as database:
        assert [("one",), ("two",)] == database.execute("SELECT answer FROM attempt ORDER BY number").fetchall()
    database.close()


def test_results_of_another_major_version_are_kept_and_count_no_more(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    progress.record("a", "1.2.0", "text", Results("x", "pass", points=1.0), counts=True)
    assert "pass" == progress.standing("a", "1.9.1", "x").status
    assert Standing() == progress.standing("a", "2.0.0", "x")
    progress.close()


def test_a_damaged_record_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database" * 100)
    progress = Progress(tmp_path, clock=lambda: 5.0)
    assert Standing() == progress.standing("a", "1.0.0", "x")
    progress.close()
    assert (tmp_path / "lessons.damaged-5").exists()


def test_results_are_what_exercise_platforms_read() -> None:
    results = summarise("x", [TestResult("test_a", "pass"), TestResult("test_b", "fail", message="no")], 3)
    data = json.loads(json.dumps(results.to_json()))
    assert (3, "fail", 1.5) == (data["version"], data["status"], data["points"])
    assert {"name", "description", "status", "message", "output", "seconds"} <= set(data["tests"][0])


def test_no_tests_are_never_a_pass() -> None:
    assert ("error", 0.0) == ((none := summarise("x", [], 3)).status, none.points)
