"""What one learner did in one sandbox: every attempt with its text and result, in SQLite. Nothing is ever deleted.

It lies in the sandbox's own directory, so it moves, is copied and is backed up with the work it tells of. It is the
learner's own record: whoever gives marks checks the recorded text again (`grader.grade`), so editing this file wins nothing.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox_kernel.classroom.results import Results, Status

FILE = "lessons.db"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS attempt (
  number INTEGER PRIMARY KEY, lesson TEXT NOT NULL, lesson_version TEXT NOT NULL, exercise TEXT NOT NULL,
  time REAL NOT NULL, answer TEXT NOT NULL, status TEXT NOT NULL, points REAL NOT NULL, max_points REAL NOT NULL,
  results TEXT NOT NULL, counts INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS attempt_of ON attempt (lesson, exercise, number);
CREATE TABLE IF NOT EXISTS hint (
  lesson TEXT NOT NULL, exercise TEXT NOT NULL, position INTEGER NOT NULL, time REAL NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a learner stands with one exercise. `failed` counts attempts of their own, not the untouched starter."""

    attempts: int = 0
    failed: int = 0
    best_points: float = 0.0
    status: Status | None = None
    hints: int = 0


class Progress:
    """Opened by the desk for one request; a damaged file is set aside and a new one begun."""

    def __init__(self, directory: Path, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / FILE
        try:
            self._database = _open(path)
        except sqlite3.DatabaseError:
            path.replace(path.with_suffix(f".damaged-{int(clock())}"))
            self._database = _open(path)

    def close(self) -> None:
        self._database.close()

    def record(self, lesson: str, version: str, answer: str, results: Results, *, counts: bool) -> None:
        """`counts` is false for an untouched starter: it is kept, and opens no hint."""
        row = (lesson, version, results.exercise, self._clock(), answer, results.status, results.points)
        with self._database:
            self._database.execute(
                "INSERT INTO attempt (lesson, lesson_version, exercise, time, answer, status, points, max_points, "
                "results, counts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, results.max_points, json.dumps(results.to_json()), counts),
            )

    def record_hint(self, lesson: str, exercise: str, position: int) -> None:
        with self._database:
            self._database.execute("INSERT INTO hint VALUES (?, ?, ?, ?)", (lesson, exercise, position, self._clock()))

    def standing(self, lesson: str, version: str, exercise: str) -> Standing:
        return standing_of(self._database, lesson, version, exercise)

    def last_answer(self, lesson: str, exercise: str) -> str:
        """The text of the newest attempt; empty when there is none."""
        row = self._database.execute(
            "SELECT answer FROM attempt WHERE lesson = ? AND exercise = ? ORDER BY number DESC LIMIT 1",
            (lesson, exercise),
        ).fetchone()
        return str(row[0]) if row else ""


def standing_of(database: sqlite3.Connection, lesson: str, version: str, exercise: str) -> Standing:
    """What was done by this major version of the lesson: with another one the exercise means something else, and what was
    recorded before stays where it is and counts no more."""
    key = (lesson, exercise, f"{version.partition('.')[0]}.%")
    attempts, failed, best = database.execute(
        "SELECT count(*), coalesce(sum(status != 'pass'), 0), coalesce(max(points), 0) FROM attempt "
        "WHERE lesson = ? AND exercise = ? AND lesson_version LIKE ? AND counts",
        key,
    ).fetchone()
    last = database.execute(
        "SELECT status FROM attempt WHERE lesson = ? AND exercise = ? AND lesson_version LIKE ? AND counts "
        "ORDER BY number DESC LIMIT 1",
        key,
    ).fetchone()
    (hints,) = database.execute(
        "SELECT coalesce(max(position), 0) FROM hint WHERE lesson = ? AND exercise = ?", key[:2]
    ).fetchone()
    status = last[0] if last and last[0] in ("pass", "fail", "error") else None
    return Standing(int(attempts), int(failed), float(best), status, int(hints))


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=5.0)
    database.executescript(_SCHEMA)
    return database
