"""The gradebook: for each learner and exercise the best answer in time, as the service itself checked it.

Only points that the service found count. An answer after the deadline is listed as late and earns nothing; a learner's own
claim stands beside it, for comparison and for nothing else.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sandbox_kernel.board import tables as t
from sandbox_kernel.board.store import Store

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Grade:
    """`waiting` counts answers that are still to be checked."""

    learner: str
    shown: str
    lesson: str
    exercise: str
    points: float
    max_points: float
    status: str
    attempts: int
    late: int
    waiting: int
    time: float


def totals(store: Store) -> dict[str, float]:
    """Points per learner over all exercises."""
    best = (
        sa.select(
            t.attempt.c.learner,
            t.attempt.c.lesson,
            t.attempt.c.exercise,
            sa.func.max(t.attempt.c.points).label("points"),
        )
        .where((t.attempt.c.state == "done") & t.attempt.c.late.is_(False))
        .group_by(t.attempt.c.learner, t.attempt.c.lesson, t.attempt.c.exercise)
        .subquery()
    )
    wanted = sa.select(best.c.learner, sa.func.sum(best.c.points).label("points")).group_by(best.c.learner)
    return {row["learner"]: float(row["points"]) for row in store.rows(wanted)}


def gradebook(store: Store, most: dict[tuple[str, str], float], lesson: str = "", learner: str = "") -> list[Grade]:
    """One entry per learner and exercise that was tried; `most` are the points to be had by lesson and exercise."""
    wanted = sa.select(t.attempt).order_by(t.attempt.c.id)
    if lesson:
        wanted = wanted.where(t.attempt.c.lesson == lesson)
    if learner:
        wanted = wanted.where(t.attempt.c.learner == learner)
    people = {row["name"]: row["shown"] for row in store.rows(sa.select(t.person))}
    by_exercise: dict[tuple[str, str, str], list[dict[str, Any]]] = {}  # Any: rows
    for row in store.rows(wanted):
        by_exercise.setdefault((row["learner"], row["lesson"], row["exercise"]), []).append(row)
    return [_grade(key, rows, people, most) for key, rows in sorted(by_exercise.items())]


def _grade(
    key: tuple[str, str, str], rows: list[dict[str, Any]], people: dict[str, str], most: dict[tuple[str, str], float]
) -> Grade:  # Any: rows
    learner, lesson, exercise = key
    counted = [row for row in rows if row["state"] == "done" and not row["late"]]
    best = max(counted, key=lambda row: (row["points"], -row["id"]), default=None)
    return Grade(
        learner, people.get(learner, learner), lesson, exercise,
        points=best["points"] if best else 0.0,
        max_points=most.get((lesson, exercise), 0.0),
        status=best["status"] if best else "waiting" if any(row["state"] == "waiting" for row in rows) else "",
        attempts=sum(row["state"] != "skipped" or row["status"] != "" for row in rows),
        late=sum(bool(row["late"]) for row in rows),
        waiting=sum(row["state"] == "waiting" for row in rows),
        time=best["time"] if best else 0.0,
    )  # fmt: skip


def as_csv(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Quoted in full, and nothing in it runs as a formula when a spreadsheet opens it."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    for row in rows:
        writer.writerow([harmless(value) for value in row])
    return out.getvalue()


def harmless(value: object) -> object:
    """Text that a spreadsheet would calculate gets an apostrophe in front; numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" \u00a0\ufeff").startswith(_FORMULA):
        return "'" + value
    return value


def gradebook_csv(grades: Iterable[Grade]) -> str:
    from datetime import UTC, datetime

    header = ("learner", "shown", "lesson", "exercise", "points", "max_points", "status", "attempts", "late", "time")
    return as_csv(
        header,
        (
            (g.learner, g.shown, g.lesson, g.exercise, g.points, g.max_points, g.status, g.attempts, g.late,
             datetime.fromtimestamp(g.time, UTC).isoformat() if g.time else "")
            for g in grades
        ),
    )  # fmt: skip


def nbgrader_csv(grades: Iterable[Grade], people: dict[str, str], most: dict[str, float], due: dict[str, float]) -> str:
    """The columns that `nbgrader export` writes: one line per assignment (lesson) and student."""
    from datetime import UTC, datetime

    header = (
        "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
        "late_submission_penalty", "score", "max_score",
    )  # fmt: skip
    found: dict[tuple[str, str], list[Grade]] = {}
    for grade in grades:
        found.setdefault((grade.lesson, grade.learner), []).append(grade)

    def stamp(time: float) -> str:
        return str(datetime.fromtimestamp(time, UTC).replace(tzinfo=None)) if time else ""

    rows = []
    for lesson, max_score in sorted(most.items()):
        for name in sorted(people):
            each = found.get((lesson, name), [])
            score = sum(grade.points for grade in each)
            last = max((grade.time for grade in each), default=0.0)
            rows.append(
                (
                    lesson,
                    stamp(due.get(lesson, 0.0)),
                    stamp(last),
                    name,
                    "",
                    people[name],
                    "",
                    score,
                    0.0,
                    score,
                    max_score,
                )
            )
    return as_csv(header, rows)
