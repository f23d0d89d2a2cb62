"""The start page of a course: what is done, where to go on, and what it makes of records that are none."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox_kernel.classroom.build import build_course
from sandbox_kernel.classroom.course import Course, load_course
from sandbox_kernel.classroom.learn_handler import page
from sandbox_kernel.classroom.learn_page import learn_page
from sandbox_kernel.classroom.overview import Overview, overview
from sandbox_kernel.classroom.progress import FILE, Progress
from sandbox_kernel.classroom.results import Results, Status
from sandbox_kernel.classroom.template import new_lesson
from sandbox_kernel.classroom.text import write

NAMES = ("one", "two", "three")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("course")
    for name in NAMES:
        write(new_lesson(name, name.title()), directory / "source" / f"{name}.md")
    entries = [f'[[lesson]]\npath = "{name}.ipynb"\nid = "{name}"\nversion = "0.1.0"\n' for name in NAMES]
    (directory / "course.toml").write_text('title = "Live & well"\nopen_first = "two"\n' + "".join(entries))
    build_course(load_course(directory))
    return directory


@pytest.fixture
def course(built: Path, tmp_path: Path) -> Course:
    """The course without any record, in a directory of its own."""
    for path in (*built.glob("*.ipynb"), built / "course.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return load_course(tmp_path)


def record_of(course: Course, lesson: str) -> Path:
    path = course.directory / "sandboxes" / lesson / ".sandbox" / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def tried(course: Course, lesson: str, status: Status, at: float, version: str = "0.1.0") -> None:
    progress = Progress(record_of(course, lesson).parent, clock=lambda: at)
    points = 1.0 if status == "pass" else 0.0
    progress.record(lesson, version, "text", Results("greet", status, points=points, max_points=1.0), counts=True)
    progress.close()


def resumed(course: Course) -> str:
    lesson = overview(course).resume
    return lesson.id if lesson else ""


def shown(seen: Overview) -> str:
    return learn_page(seen, base="/lab/tree/")


def test_a_new_course_begins_with_the_lesson_that_it_names(course: Course) -> None:
    seen = overview(course)
    assert ("two", [0, 0, 0]) == (resumed(course), [lesson.passed for lesson in seen.lessons])
    html = shown(seen)
    assert "Begin with Lesson 2: Two" in html
    assert 'class="button" href="/lab/tree/two.ipynb">Start<' in html
    assert "Live &amp; well" in html
    assert "3 lessons, 0 of 3 exercises passed" in html


def test_a_begun_lesson_is_resumed_at_its_next_exercise(course: Course) -> None:
    tried(course, "three", "fail", at=5.0)
    html = shown(overview(course))
    assert "Go on with Lesson 3: Three" in html
    assert 'href="/lab/tree/three.ipynb#Exercise-1">Resume<' in html
    assert "✗ not yet" in html


def test_after_a_finished_lesson_comes_the_next_one_that_is_not(course: Course) -> None:
    tried(course, "two", "pass", at=1.0)
    tried(course, "one", "pass", at=2.0)
    assert "three" == resumed(course)
    tried(course, "three", "pass", at=3.0)
    assert "" == resumed(course)
    html = shown(overview(course))
    assert "You have passed everything" in html
    assert 3 == html.count(">done<")


def test_the_lesson_that_was_worked_in_last_goes_first(course: Course) -> None:
    tried(course, "three", "fail", at=1.0)
    tried(course, "one", "fail", at=2.0)
    assert "one" == resumed(course)


def test_results_of_an_older_major_version_count_no_more(course: Course) -> None:
    tried(course, "one", "pass", at=1.0, version="9.0.0")
    assert 0 == overview(course).lessons[0].passed


def _endless(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE VIEW attempt AS WITH RECURSIVE n(lesson) AS (SELECT 1 UNION ALL SELECT lesson + 1 FROM n) "
            "SELECT lesson, lesson AS exercise, lesson AS lesson_version, 1 AS counts, 'pass' AS status, 1 AS points, "
            "1 AS number, 1 AS time FROM n"
        )
        database.execute("CREATE TABLE hint (lesson, exercise, position, time)")
    database.close()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"this is no database" * 100),
        lambda path: path.symlink_to("/dev/zero"),
        os.mkfifo,
        Path.mkdir,
        _endless,
        lambda path: sqlite3.connect(path).close(),
    ],
    ids=["no database", "a link", "a pipe", "a directory", "an endless view", "an empty file"],
)
def test_what_is_no_record_counts_as_none(course: Course, spoil: Callable[[Path], object]) -> None:
    spoil(record_of(course, "one"))
    assert [0, 0, 0] == [lesson.passed for lesson in overview(course).lessons]


def test_a_record_is_only_read(course: Course) -> None:
    tried(course, "one", "pass", at=1.0)
    path = record_of(course, "one")
    before = path.read_bytes()
    overview(course)
    assert (before, [FILE]) == (path.read_bytes(), [each.name for each in path.parent.iterdir()])


def test_the_page_finds_the_course_below_its_servers_root(course: Course, tmp_path: Path) -> None:
    assert "/base/lab/tree/two.ipynb" in page(tmp_path, "/base/")
    (tmp_path.parent / "root").mkdir()
    os.rename(tmp_path, inside := tmp_path.parent / "root" / "lessons")
    assert "/base/lab/tree/lessons/two.ipynb" in page(inside.parent, "/base/")
    os.rename(inside, tmp_path)


def test_without_a_course_the_page_says_how_to_get_one(tmp_path: Path) -> None:
    assert "jupyter sandbox learn" in page(tmp_path, "/")
    (tmp_path / "course.toml").write_text("title = 3\n[[lesson]]\n")
    assert "cannot be read" in page(tmp_path, "/")
