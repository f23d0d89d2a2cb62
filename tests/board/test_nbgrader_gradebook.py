"""Our export beside nbgrader's own: its gradebook, filled with the same grades, exports the same table. Skips without it."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sqlalchemy", reason="the extra `classroom` is not installed")

from sandbox_kernel.board import tables as t
from sandbox_kernel.board.gradebook import Grade, gradebook, nbgrader_csv
from sandbox_kernel.board.store import Store
from sandbox_kernel.wire_class import Checked, Event

pytestmark = [
    pytest.mark.process,
    pytest.mark.soak,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),  # nbgrader's own way with its sessions
]

PEOPLE = {"ada": "Ada", "bob": "Bob", "cleo": "Cleo"}
MOST = {("till", "refund"): 3.0, ("till", "count"): 2.0, ("maps", "zoom"): 4.0}
FOUND = {  # the points that the service found
    ("ada", "till", "refund"): 3.0,
    ("ada", "till", "count"): 1.5,
    ("bob", "maps", "zoom"): 4.0,
    ("bob", "till", "refund"): 0.0,
}
NUMBERS = ("raw_score", "late_submission_penalty", "score", "max_score")
DUE = 1_800_000_000.0


def our_grades(place: Path) -> list[Grade]:
    store = Store(f"sqlite:///{place / 'class.sqlite'}")
    store.set_people([{"name": name, "shown": shown, "role": "learner"} for name, shown in PEOPLE.items()])
    for (name, lesson, exercise), points in FOUND.items():
        most = MOST[lesson, exercise]
        checked = Checked(lesson, "1", exercise, "answer", "fail", points, most)
        store.take(name, [Event(f"{name}{lesson}{exercise}", time.time(), checked)])
        mine = (t.attempt.c.learner == name) & (t.attempt.c.exercise == exercise)
        store.write(t.attempt.update().where(mine).values(state="done", status="fail", points=points))
    grades = gradebook(store, MOST)
    store.close()
    return grades


def fill(book: Any, grades: list[Grade], ours: list[dict[str, str]]) -> None:  # Any: nbgrader has no types
    """As somebody does who takes a class's grades into nbgrader: a lesson is an assignment, an exercise a graded cell."""
    for name, shown in PEOPLE.items():
        book.add_student(name, first_name=shown)
    for lesson in ("till", "maps"):
        due = next(row["duedate"] for row in ours if row["assignment"] == lesson)
        book.add_assignment(lesson, duedate=due or None)
        book.add_notebook(lesson, lesson)
        for (of, exercise), points in MOST.items():
            if of == lesson:
                book.add_grade_cell(exercise, lesson, lesson, max_score=points, cell_type="code")
    for row in ours:
        if row["timestamp"]:
            book.add_submission(row["assignment"], row["student_id"], timestamp=row["timestamp"])
    for grade in grades:
        cell = book.find_grade(grade.exercise, grade.lesson, grade.lesson, grade.learner)
        cell.manual_score = grade.points
        cell.needs_manual_grade = False
    book.db.commit()


def table(text: str) -> dict[tuple[str, str], dict[str, object]]:
    rows = {}
    for row in csv.DictReader(io.StringIO(text)):
        key = (row.pop("assignment"), row.pop("student_id"))
        rows[key] = {name: float(value or 0) if name in NUMBERS else value for name, value in row.items()}
    return rows


def test_nbgraders_own_gradebook_with_these_grades_exports_the_same_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = pytest.importorskip("nbgrader.api", reason="nbgrader is not installed; pip install nbgrader")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")  # it starts `alembic`
    grades = our_grades(tmp_path)
    ours = nbgrader_csv(grades, PEOPLE, {"till": 5.0, "maps": 4.0}, {"till": DUE})
    with api.Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        fill(book, grades, list(csv.DictReader(io.StringIO(ours))))
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "export", "--to", "grades.csv"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    assert table((tmp_path / "grades.csv").read_text()) == table(ours)
