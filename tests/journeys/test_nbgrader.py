"""The export, graded by nbgrader itself: full points for the solutions, none for the starters. Skips without nbgrader."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox_kernel.classroom.course import Entry, load_course, shipped_directory
from sandbox_kernel.classroom.export import export_course
from sandbox_kernel.classroom.lessons import KEY, load_lesson
from sandbox_kernel.classroom.text import read, write

pytestmark = [pytest.mark.kernel, pytest.mark.soak]

COURSE = load_course(shipped_directory())


@pytest.mark.parametrize("entry", COURSE.entries, ids=lambda entry: entry.id)
def test_nbgrader_gives_all_points_to_solutions_and_none_to_starters(entry: Entry, tmp_path: Path) -> None:
    api = pytest.importorskip("nbgrader.api", reason="nbgrader is not installed; pip install nbgrader")

    def nbgrader(*words: str) -> None:
        command = [sys.executable, "-m", "nbgrader", *words, entry.id, "--create"]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # it starts `alembic` by name
        environment = {**os.environ, "PATH": path}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert 0 == done.returncode, done.stderr

    export_course(read(COURSE.text_path(entry)), tmp_path)
    nbgrader("generate_assignment")
    lesson = load_lesson(COURSE.whole_path(entry))
    released = read(tmp_path / "release" / entry.id / f"{entry.id}.ipynb")
    solved = copy.deepcopy(released)
    for cell in solved.cells:
        exercise = lesson.exercises.get(cell.metadata.get(KEY, {}).get("id", ""))
        if exercise is not None:
            cell.source = exercise.solutions[0].source
    for learner, notebook in (("solver", solved), ("starter", released)):
        write(notebook, tmp_path / "submitted" / learner / entry.id / f"{entry.id}.ipynb")
    nbgrader("autograde")
    with api.Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        scores = {s.student.id: (s.score, s.max_score) for s in book.assignment_submissions(entry.id)}
    assert {"solver": (lesson.points, lesson.points), "starter": (0.0, lesson.points)} == scores
