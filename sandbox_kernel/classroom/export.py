"""A lesson as an nbgrader course: a directory to run `nbgrader` in.

nbgrader's own way to make the students' version empties every cell marked as a solution; our exercises bring a starter, so
the configuration leaves that step out and the exported notebook has the starters already. Checks are locked grade cells:
under nbgrader they return their points, because a check that only prints a failure would earn full marks there.
"""

from __future__ import annotations

from pathlib import Path

from sandbox_kernel.classroom.build import student_of
from sandbox_kernel.classroom.lessons import KEY
from sandbox_kernel.classroom.text import Notebook, write

CONFIG = '''"""nbgrader for lessons of sandbox-kernel: starters are in the notebooks already, so nothing is cleared."""

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "{course}"
c.ExecutePreprocessor.timeout = {timeout}
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
'''


def export_course(lesson: Notebook, directory: Path) -> list[Path]:
    """Writes `nbgrader_config.py` and `source/ID/ID.ipynb`; returns both. An existing configuration is left alone."""
    manifest = lesson.metadata[KEY]
    notebook = directory / "source" / manifest["id"] / f"{manifest['id']}.ipynb"
    write(nbgrader_source(lesson), notebook)
    config = directory / "nbgrader_config.py"
    if not config.exists():
        config.write_text(CONFIG.format(course=manifest["id"], timeout=int(manifest["limits"]["cell_seconds"])))
    return [config, notebook]


def nbgrader_source(lesson: Notebook) -> Notebook:
    """The student copy with nbgrader's metadata on its exercises and checks."""
    copied = student_of(lesson)
    for cell in copied.cells:
        meta = cell.metadata.get(KEY, {})
        if meta.get("role") == "exercise":
            cell.metadata["nbgrader"] = _marks(meta["id"], solution=True)
        elif meta.get("role") == "check":
            cell.metadata["nbgrader"] = _marks(meta["id"], grade=True, locked=True) | {"points": meta["points"]}
    return copied


def _marks(cell_id: str, *, grade: bool = False, solution: bool = False, locked: bool = False) -> dict[str, object]:
    flags = {"grade": grade, "solution": solution, "locked": locked, "task": False}
    return {"schema_version": 3, "grade_id": cell_id, **flags}
