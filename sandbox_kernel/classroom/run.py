"""Runs a lesson from top to bottom without a browser, in a directory of its own, with the kernel that it names."""

from __future__ import annotations

import copy
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbclient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from sandbox_kernel.classroom.course import find_notebook
from sandbox_kernel.classroom.lessons import KEY, lesson_from_notebook
from sandbox_kernel.classroom.text import Notebook, read, write

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Run:
    """`notebook` has the outputs; `fault` is empty, or one sentence that names the cell where it stopped."""

    notebook: Notebook
    fault: str = ""

    @property
    def ok(self) -> bool:
        return not self.fault


def run(notebook: Notebook, directory: Path | None = None) -> Run:
    """Executes all code cells with the lesson's limit per cell; never raises for what a cell does.

    `directory` is where the kernel works; none gives a temporary one. The notebook itself is changed: it gets the outputs.
    """
    limit = lesson_from_notebook(notebook).limits.cell_seconds
    with tempfile.TemporaryDirectory(prefix="lesson-") as temporary:
        where = {"metadata": {"path": str(directory or temporary)}}
        client = nbclient.NotebookClient(notebook, timeout=limit, resources=where, record_timing=False)
        try:
            client.execute(stdout=subprocess.DEVNULL)  # ipykernel greets the terminal it thinks it has
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            return Run(notebook, f"cell '{_stopped_at(notebook)}' stopped the run: {_reason(error)}")
    return Run(notebook)


def run_file(path: Path) -> Run:
    """Runs a lesson or a student copy in a directory of its own that has the whole lesson: its checks are read there."""
    notebook = read(path)
    lesson = lesson_from_notebook(notebook, origin=str(path))
    whole = notebook if lesson.kind == "lesson" else read(find_notebook(lesson.id, path.resolve().parent))
    with tempfile.TemporaryDirectory(prefix="lesson-") as directory:
        write(whole, Path(directory) / "lesson.ipynb")
        return run(notebook, Path(directory))


def _stopped_at(notebook: Notebook) -> str:
    """The last code cell that was started: nbclient's errors do not name it."""
    started = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.execution_count is not None]
    last = started[-1] if started else notebook.cells[0]
    return str(last.metadata.get(KEY, {}).get("id", last.id))


def _reason(error: Exception) -> str:
    """A UsageError has no traceback; nbclient's own text then ends with a rule of dashes."""
    text = error.evalue if isinstance(error, CellExecutionError) and error.ename == "UsageError" else str(error)
    lines = [line for line in _COLOURS.sub("", text).splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"


def twice(notebook: Notebook) -> Notebook:
    """The same notebook with all its code cells once more at the end: running all again must work in the same sandbox."""
    longer = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            again = copy.deepcopy(cell)
            again.id = f"again-{cell.id}"[:64]
            longer.cells.append(again)
    return longer
