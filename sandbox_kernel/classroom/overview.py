"""How far somebody is in a course: what `jupyter sandbox learn` shows, read from the lessons and the records beside them.

A record lies in a sandbox's own directory, so code in the sandbox can write anything into it: it is opened for reading,
with a bound on size and on work, and what does not read like a record counts as none.
"""

from __future__ import annotations

import re
import sqlite3
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sandbox_kernel.classroom.course import COURSE_FILE, Course, Entry, load_course
from sandbox_kernel.classroom.lessons import Exercise, Lesson, load_lesson
from sandbox_kernel.classroom.progress import FILE, Standing, standing_of

_MOST_BYTES = 64 << 20
_MOST_STEPS = 2_000  # of a thousand instructions of SQLite's each
_HEADING = re.compile(r"^#{1,6} +(?P<text>.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ExerciseCard:
    """`title` is the heading of its prompt."""

    id: str
    title: str
    standing: Standing

    @property
    def passed(self) -> bool:
        return self.standing.status == "pass"


@dataclass(frozen=True, slots=True)
class LessonCard:
    """`path` is that of the notebook below the course's directory; `seen` when something was last checked in it, or 0."""

    id: str
    title: str
    path: str
    minutes: int
    goals: tuple[str, ...]
    after: tuple[str, ...]
    exercises: tuple[ExerciseCard, ...]
    seen: float = 0.0

    @property
    def passed(self) -> int:
        return sum(exercise.passed for exercise in self.exercises)

    @property
    def is_done(self) -> bool:
        return self.passed == len(self.exercises)

    @property
    def next_exercise(self) -> ExerciseCard | None:
        return next((exercise for exercise in self.exercises if not exercise.passed), None)


@dataclass(frozen=True, slots=True)
class Overview:
    """`first` is the lesson to open when nothing was done yet; empty for the first of all."""

    title: str
    lessons: tuple[LessonCard, ...]
    first: str = ""

    @property
    def resume(self) -> LessonCard | None:
        """Where to go on: in the lesson that was worked in last, else in the first one after it that is not done."""
        begun = max(self.lessons, key=lambda lesson: lesson.seen, default=None)
        if begun is None:
            return None
        if begun.seen == 0:
            return next((lesson for lesson in self.lessons if lesson.id == self.first), self.lessons[0])
        at = self.lessons.index(begun)
        return next((lesson for lesson in (*self.lessons[at:], *self.lessons[:at]) if not lesson.is_done), None)


def find_course(root: Path) -> Course | None:
    """The course that a server with this root directory shows."""
    for directory in (root, root / "lessons", root / "sandbox-lessons"):
        if (directory / COURSE_FILE).is_file():
            return load_course(directory)
    return None


def overview(course: Course) -> Overview:
    """Raises LessonError when a lesson of the course cannot be read."""
    return Overview(course.title, tuple(_lesson(course, entry) for entry in course.entries), course.open_first)


def _lesson(course: Course, entry: Entry) -> LessonCard:
    path = course.student_path(entry)
    lesson = load_lesson(path)
    standings, seen = _record(path.parent / "sandboxes" / path.stem / ".sandbox" / FILE, lesson)
    return LessonCard(
        id=entry.id,
        title=lesson.title,
        path=path.relative_to(course.directory).as_posix(),
        minutes=lesson.minutes,
        goals=tuple(lesson.goals.values()),
        after=entry.after,
        exercises=tuple(
            ExerciseCard(e.id, _title(e), standings.get(e.id, Standing())) for e in lesson.exercises.values()
        ),
        seen=seen,
    )


def _title(exercise: Exercise) -> str:
    for prompt in exercise.prompts:
        if match := _HEADING.search(prompt.source):
            return match["text"].strip()
    return exercise.id


def heading_link(title: str) -> str:
    """The fragment by which JupyterLab scrolls to a heading."""
    return quote(title.replace(" ", "-"), safe="-:,")


def _record(path: Path, lesson: Lesson) -> tuple[Mapping[str, Standing], float]:
    try:
        facts = path.lstat()
        if not stat.S_ISREG(facts.st_mode) or not 0 < facts.st_size <= _MOST_BYTES:
            return {}, 0.0
        return _read(path, lesson.id, lesson.version, lesson.exercises)
    except (OSError, sqlite3.Error, TypeError, ValueError):
        return {}, 0.0


def _read(path: Path, lesson: str, version: str, exercises: Iterable[str]) -> tuple[Mapping[str, Standing], float]:
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=1.0)
    try:
        steps = iter(range(_MOST_STEPS))
        database.set_progress_handler(lambda: next(steps, None) is None, 1000)
        database.execute("PRAGMA trusted_schema = OFF")
        standings = {name: standing_of(database, lesson, version, name) for name in exercises}
        (seen,) = database.execute("SELECT max(time) FROM attempt WHERE lesson = ?", (lesson,)).fetchone()
        return standings, float(seen or 0.0)
    finally:
        database.close()
