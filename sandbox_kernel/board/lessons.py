"""The course as the service has it: from `course.toml` on disk into revisions in the database.

A learner's server gets two texts of each lesson: the student copy, and the lesson that the learner's desk reads for checks
and hints. The second has no solutions, no wrong answers and no checks that are for the service only, so a learner who
reads every file there is finds none of them. The whole lesson stays here, where answers are checked again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox_kernel.classroom.course import COURSE_FILE, Course, Entry, load_course
from sandbox_kernel.classroom.lessons import KEY, Lesson, LessonError, load_lesson

_KEPT_BACK = ("solution", "wrong")


@dataclass(frozen=True, slots=True)
class OnDisk:
    """One lesson's notebooks as text, in a form that says the same for the same content."""

    lesson: str
    stem: str
    version: str
    student: str
    whole: str


def read_course(directory: Path) -> tuple[str, dict[str, OnDisk]]:
    """`course.toml` and its lessons by id. LessonError names what is missing."""
    course = load_course(directory)
    return (directory / COURSE_FILE).read_text(encoding="utf-8"), {e.id: read_lesson(course, e) for e in course.entries}


def read_lesson(course: Course, entry: Entry) -> OnDisk:
    student, whole = (_text(path) for path in (course.student_path(entry), course.whole_path(entry)))
    return OnDisk(entry.id, entry.stem, entry.version, student, whole)


def _text(path: Path) -> str:
    try:
        return json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False, sort_keys=True)
    except FileNotFoundError:
        raise LessonError(f"{path} is missing; build the course with: jupyter sandbox lesson course DIR") from None
    except ValueError as error:
        raise LessonError(f"{path} is no notebook ({error}); build the course again") from None


def pictures(directory: Path) -> list[str]:
    """The names of the course's pictures, which lie in `images`."""
    place = directory / "images"
    return sorted(path.name for path in place.iterdir() if path.is_file()) if place.is_dir() else []


def for_learners(whole: str) -> str:
    """The lesson without what a learner must not be able to read."""
    notebook: dict[str, Any] = json.loads(whole)  # Any: JSON
    notebook["cells"] = [cell for cell in notebook["cells"] if not _is_kept_back(cell)]
    return json.dumps(notebook, ensure_ascii=False, sort_keys=True)


def _is_kept_back(cell: dict[str, Any]) -> bool:  # Any: as above
    meta = cell.get("metadata", {}).get(KEY, {})
    return meta.get("role") in _KEPT_BACK or meta.get("visibility") == "server"


def parse(whole: str, place: Path) -> Lesson:
    """A stored lesson for the grader, which reads files; `place` is a scratch directory."""
    path = place / "lesson.ipynb"
    path.write_text(whole, encoding="utf-8")
    return load_lesson(path)
