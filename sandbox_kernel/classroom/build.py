"""Builds a course: of each lesson's text the whole notebook and the student copy. The same text gives the same bytes."""

from __future__ import annotations

from pathlib import Path

from sandbox_kernel.classroom.course import Course
from sandbox_kernel.classroom.lessons import KEY, LessonError
from sandbox_kernel.classroom.student import student_copy
from sandbox_kernel.classroom.text import Notebook, read, write


def student_of(lesson: Notebook) -> Notebook:
    """The student copy, with the lesson's id and version as salt of its quiz hashes, so that it can be built again."""
    manifest = lesson.metadata.get(KEY, {})
    return student_copy(lesson, salt=f"{manifest.get('id')}-{manifest.get('version')}".encode().hex())


def build_course(course: Course) -> list[Path]:
    """Writes all notebooks. Raises LessonError for a text that says another id or version than the course."""
    wrote: list[Path] = []
    for entry in course.entries:
        text_path = course.text_path(entry)
        lesson = read(text_path)
        manifest = lesson.metadata.get(KEY, {})
        if (manifest.get("id"), manifest.get("version")) != (entry.id, entry.version):
            says = f"{manifest.get('id')} {manifest.get('version')}"
            raise LessonError(f"{text_path} is {says}, the course says {entry.id} {entry.version}; make them equal")
        for path, notebook in ((course.whole_path(entry), lesson), (course.student_path(entry), student_of(lesson))):
            write(notebook, path)
            wrote.append(path)
    return wrote
