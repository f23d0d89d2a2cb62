"""The course in a learner's folder: handed out when they come in, and brought to each newer revision.

`files/*.ipynb` are the learner's. `private/course` is what checks and hints are read from (in sight of the sandboxes, never
writable); `private/base` is each lesson as it was handed out last, to tell the learner's text from the lesson's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from sandbox_kernel.classroom import merge
from sandbox_kernel.classroom.merge import Merge, Notebook
from sandbox_kernel.errors import HandInRefused
from sandbox_kernel.host import handin
from sandbox_kernel.wire_class import LessonAt

MOST_NOTEBOOKS = 200
NOTEBOOK_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pending:
    """A newer lesson for one notebook: what to do to it, and which modules that changes."""

    path: str
    merge: Merge
    reloads: list[tuple[str, str, str]]
    handed_out: frozenset[str]


class Lessons:
    def __init__(self, files: Path, private: Path) -> None:
        self.files = files
        self.course = private / "course"
        self._base = private / "base"
        self._known_file = private / "revisions.json"
        for place in (self.course / "source", self._base):
            place.mkdir(parents=True, exist_ok=True)
        self.known: dict[str, int] = json.loads(self._known_file.read_text()) if self._known_file.exists() else {}

    def set_course(self, toml: str) -> None:
        _write(self.course / "course.toml", toml)

    def missing_pictures(self, names: list[str]) -> list[str]:
        return [name for name in names if name == Path(name).name and not (self.files / "images" / name).exists()]

    def add_picture(self, name: str, data: bytes) -> None:
        place = self.files / "images"
        if not place.is_symlink():
            place.mkdir(exist_ok=True)
            _write(place / name, data)

    def hand_out(self, lesson: LessonAt) -> None:
        """The learner's copy, where there is none; a deleted one comes back fresh when they come in again."""
        _write(self.course / "source" / f"{lesson.stem}.ipynb", lesson.whole)
        path = self.files / f"{lesson.stem}.ipynb"
        if not path.exists() and not any(True for _ in self.copies(lesson.lesson)):
            _write(path, lesson.student)
            _write(self._base / f"{lesson.lesson}.ipynb", lesson.student)
            self.done(lesson)

    def plans(self, lesson: LessonAt) -> list[Pending]:
        """What this revision changes in each of the learner's copies."""
        new, base = _notebook(lesson.student), self._read_base(lesson)
        found = []
        for path, mine in self.copies(lesson.lesson):
            planned = merge.plan(base, new, mine)
            found.append(Pending(path, planned, merge.reloads(base, planned), merge.module_texts(base)))
        return found

    def apply(self, pending: Pending) -> None:
        """To the file on disk. OSError, HandInRefused and ValueError when it cannot be read or written now."""
        mine = self._read(pending.path)
        if pending.merge.changes:
            _write(
                self.files / pending.path, json.dumps(merge.apply(mine, pending.merge), ensure_ascii=False, indent=1)
            )

    def done(self, lesson: LessonAt) -> None:
        """The revision is what was handed out last from here on."""
        _write(self._base / f"{lesson.lesson}.ipynb", lesson.student)
        self.known[lesson.lesson] = lesson.revision
        _write(self._known_file, json.dumps(self.known))

    def copies(self, lesson: str) -> Iterator[tuple[str, Notebook]]:
        """The learner's notebooks of this lesson, wherever they moved them."""
        for path in self._notebooks():
            try:
                notebook = self._read(path)
            except (OSError, ValueError, HandInRefused):
                continue
            if merge.lesson_of(notebook) == lesson:
                yield path, notebook

    def read(self, path: str) -> Notebook:
        return self._read(path)

    def _notebooks(self) -> Iterator[str]:
        count = 0
        for folder, names, files in os.walk(self.files, followlinks=False):
            names[:] = [name for name in names if not name.startswith(".") and name != "sandboxes"]
            for name in sorted(files):
                if name.endswith(".ipynb") and count < MOST_NOTEBOOKS:
                    count += 1
                    yield str(Path(folder, name).relative_to(self.files))

    def _read(self, path: str) -> Notebook:
        return _notebook(handin.read(self.files, path, most_bytes=NOTEBOOK_BYTES).decode())

    def _read_base(self, lesson: LessonAt) -> Notebook:
        path = self._base / f"{lesson.lesson}.ipynb"
        return _notebook(path.read_text(encoding="utf-8")) if path.exists() else _notebook(lesson.student)


def _notebook(text: str) -> Notebook:
    found: Any = msgspec.json.decode(text)  # Any: JSON
    if not isinstance(found, dict) or not isinstance(found.get("cells"), list):
        raise ValueError("this is no notebook")
    if not all(isinstance(cell, dict) and isinstance(cell.get("metadata", {}), dict) for cell in found["cells"]):
        raise ValueError("a cell of this notebook is none")
    return found


def _write(path: Path, content: str | bytes) -> None:
    """Whole or not at all, also when the machine stops half way. A link in its place is replaced, not followed."""
    fresh = path.with_name(f".{path.name}.fresh")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    with open(descriptor, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
