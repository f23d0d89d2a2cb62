"""Where lessons are: a course is a directory with `course.toml`, and a lesson is three files in it.

    course.toml                      the order: [[lesson]] path, id, version, after
    07-hot-code-loading.ipynb        the student copy: what people open
    source/07-hot-code-loading.md    what its author writes
    source/07-hot-code-loading.ipynb the whole lesson, built from it: what the desk reads

Standard library only, as the desk imports it for every check.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox_kernel.classroom.lessons import Lesson, LessonError, load_lesson

COURSE_FILE = "course.toml"
VARIABLE = "SANDBOX_KERNEL_COURSE"  # a directory that is looked into first: in a classroom, what the service handed out
_PARENTS = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One lesson of a course; `after` are the ids of the lessons that come before it."""

    id: str
    version: str
    stem: str
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """A course on disk. Paths are made, not checked: a missing file is told by whoever opens it."""

    directory: Path
    title: str
    entries: tuple[Entry, ...]
    open_first: str = ""

    def entry(self, lesson_id: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.id == lesson_id), None)

    def text_path(self, entry: Entry) -> Path:
        return self.directory / "source" / f"{entry.stem}.md"

    def whole_path(self, entry: Entry) -> Path:
        return self.directory / "source" / f"{entry.stem}.ipynb"

    def student_path(self, entry: Entry) -> Path:
        return self.directory / f"{entry.stem}.ipynb"


def load_course(directory: Path) -> Course:
    """Raises LessonError when there is no course or its file does not parse."""
    path = directory / COURSE_FILE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        entries = tuple(
            Entry(raw["id"], raw["version"], raw["path"].removesuffix(".ipynb"), tuple(raw.get("after", ())))
            for raw in data["lesson"]
        )
    except FileNotFoundError:
        raise LessonError(f"there is no {COURSE_FILE} in {directory}; name a directory that has one") from None
    except (tomllib.TOMLDecodeError, KeyError, AttributeError, UnicodeDecodeError) as error:
        raise LessonError(f"{path} is not a course ({error}); each [[lesson]] needs path, id and version") from None
    return Course(directory, str(data.get("title", directory.name)), entries, str(data.get("open_first", "")))


def shipped_directory() -> Path:
    """The lessons that come with the package: beside it in a checkout, else where a wheel puts them."""
    checkout = Path(__file__).resolve().parent.parent.parent / "lessons"
    return checkout if (checkout / COURSE_FILE).is_file() else Path(sys.prefix) / "share" / "sandbox-kernel" / "lessons"


def find_lesson(lesson_id: str, start: Path) -> Lesson:
    """The whole lesson of that id: near `start` first, then among the shipped ones. Raises LessonError."""
    return load_lesson(find_notebook(lesson_id, start))


def find_notebook(lesson_id: str, start: Path) -> Path:
    """The file of that lesson."""
    near = [path for path in _places(start) if (path / COURSE_FILE).is_file()]
    for directory in near:
        if (path := _in_course(directory, lesson_id)) is not None:
            return path
    for path in _loose_notebooks(start):
        try:
            lesson = load_lesson(path)
        except LessonError:  # some other notebook
            continue
        if lesson.id == lesson_id and lesson.kind == "lesson":
            return path
    if shipped_directory() not in near and (path := _in_course(shipped_directory(), lesson_id)) is not None:
        return path
    raise LessonError(
        f"no lesson '{lesson_id}' was found near {start} or among the shipped ones; check the id in %sandbox_lesson"
    )


def _in_course(directory: Path, lesson_id: str) -> Path | None:
    if not (directory / COURSE_FILE).is_file():
        return None
    course = load_course(directory)
    entry = course.entry(lesson_id)
    return None if entry is None else course.whole_path(entry)


def _places(start: Path) -> Iterator[Path]:
    if handed_out := os.environ.get(VARIABLE):
        yield Path(handed_out)
    here = start.resolve()
    for directory in [here, *list(here.parents)[:_PARENTS]]:
        yield directory
        yield directory / "lessons"


def _loose_notebooks(start: Path) -> Iterator[Path]:
    for directory in (start, start / "source"):
        if directory.is_dir():
            yield from sorted(directory.glob("*.ipynb"))
