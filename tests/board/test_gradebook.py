from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox_kernel.board import tables as t
from sandbox_kernel.board.gradebook import gradebook, gradebook_csv, harmless, nbgrader_csv, totals
from sandbox_kernel.board.store import Store
from sandbox_kernel.wire_class import Checked, Event

MOST = {("till", "refund"): 3.0, ("till", "count"): 2.0}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'class.sqlite'}")
    made.set_people([{"name": "ada", "shown": "=HYPERLINK(1)", "role": "learner"}])
    for key in "abc":
        made.take("ada", [Event(key, time.time(), Checked("till", "1", "refund", key, "pass", 99.0, 3.0))])
    yield made
    made.close()


def judge(store: Store, answer: str, points: float, *, late: bool = False) -> None:
    values = {"state": "done", "points": points, "status": "pass" if points == 3 else "fail", "late": late}
    store.write(t.attempt.update().where(t.attempt.c.answer == answer).values(**values))


def test_claimed_points_count_for_nothing(store: Store) -> None:
    (grade,) = gradebook(store, MOST)
    assert (0.0, "waiting", 3) == (grade.points, grade.status, grade.waiting)
    assert {} == totals(store)


def test_the_best_answer_in_time_counts(store: Store) -> None:
    judge(store, "a", 2.0)
    judge(store, "b", 1.0)
    judge(store, "c", 3.0, late=True)
    (grade,) = gradebook(store, MOST)
    assert (2.0, 3.0, 1, "fail") == (grade.points, grade.max_points, grade.late, grade.status)
    assert {"ada": 2.0} == totals(store)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "  =1", "|x", "\uff1d1"])
def test_nothing_in_an_export_runs_as_a_formula(text: str) -> None:
    assert "'" + text == harmless(text)


def test_the_csv_is_quoted_and_parses_back(store: Store) -> None:
    judge(store, "a", 2.0)
    rows = list(csv.DictReader(io.StringIO(gradebook_csv(gradebook(store, MOST)))))
    assert ("ada", "'=HYPERLINK(1)", "2.0") == (rows[0]["learner"], rows[0]["shown"], rows[0]["points"])


def test_nbgraders_columns_have_a_line_per_lesson_and_learner(store: Store) -> None:
    judge(store, "a", 2.0)
    text = nbgrader_csv(gradebook(store, MOST), {"ada": "Ada", "bob": "Bob"}, {"till": 5.0}, {"till": 0.0})
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [("till", "ada", "2.0", "5.0"), ("till", "bob", "0", "5.0")] == [
        (row["assignment"], row["student_id"], row["score"], row["max_score"]) for row in rows
    ]
