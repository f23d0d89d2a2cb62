"""A lesson's two forms: MyST Markdown that people write and diff, and the notebook that Jupyter opens.

jupytext drops every cell id, so the id stands in the cell's metadata too and is written back here. MyST cannot carry
every notebook (a line `+++` inside a Markdown cell ends it), so `to_text` reads its own output back and refuses what
would not survive, naming the cell, instead of losing it.

Weighed: MyST, percent scripts and R Markdown keep the same metadata; MyST is the one whose prose reads as prose, and a
lesson is mostly prose.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jupytext
import nbformat

from sandbox_kernel.classroom.lessons import KEY, LessonError

FORMAT = "md:myst"
KERNELSPEC = {"name": "sandbox", "display_name": "Sandbox (Python)", "language": "python"}
_VERSION_LINE = re.compile(r"^ +jupytext_version: .*\n", re.MULTILINE)

Notebook = Any  # nbformat's NotebookNode is a dict with attributes and has no types


def to_text(notebook: Notebook) -> str:
    """The notebook as MyST. Outputs are left out. Raises LessonError when a cell would not come back as it is."""
    plain = normalised(notebook)
    written: str = _VERSION_LINE.sub("", jupytext.writes(plain, fmt=FORMAT))
    _refuse_losses(plain, from_text(written))
    return written


def from_text(text: str) -> Notebook:
    """The notebook that a MyST text describes; each cell has the id that its metadata names."""
    return normalised(jupytext.reads(text, fmt=FORMAT))


def read(path: Path) -> Notebook:
    """Reads either form, by the file's suffix."""
    try:
        text = path.read_text(encoding="utf-8")
        return from_text(text) if path.suffix == ".md" else normalised(nbformat.reads(text, as_version=4))
    except FileNotFoundError:
        raise LessonError(f"there is no file {path}; `lesson new` makes a lesson to start from") from None
    except IsADirectoryError:
        raise LessonError(f"{path} is a folder; name the lessons in it, as {path}/*.ipynb") from None
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, ValueError) as error:
        raise LessonError(f"{path} cannot be read as a notebook: {error}") from None


def write(notebook: Notebook, path: Path) -> None:
    """Writes either form, by the file's suffix; the same content writes the same bytes."""
    text = to_text(notebook) if path.suffix == ".md" else nbformat.writes(notebook) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def normalised(notebook: Notebook) -> Notebook:
    """A copy without outputs, counts and tool metadata, with format 4.5 and every cell id as its metadata says."""
    cells = [_cell(cell, number) for number, cell in enumerate(notebook.cells, start=1)]
    metadata: dict[str, Any] = {  # Any: JSON
        "jupytext": {"notebook_metadata_filter": KEY},
        "kernelspec": dict(notebook.metadata.get("kernelspec") or KERNELSPEC),
        "language_info": {"name": "python"},
    }
    if KEY in notebook.metadata:
        metadata[KEY] = notebook.metadata[KEY]
    return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})


def _cell(cell: Notebook, number: int) -> dict[str, Any]:  # Any: JSON
    own = cell.metadata.get(KEY, {}).get("id")
    fresh: dict[str, Any] = {  # Any: JSON
        "id": own or f"cell-{number}",
        "cell_type": cell.cell_type,
        "metadata": {key: value for key, value in cell.metadata.items() if key not in ("execution", "trusted")},
        "source": cell.source,
    }
    if cell.cell_type == "code":
        fresh |= {"outputs": [], "execution_count": None}
    return fresh


def _refuse_losses(before: Notebook, after: Notebook) -> None:
    for old, new in zip(before.cells, after.cells, strict=False):
        if (old.cell_type, old.source, old.metadata) != (new.cell_type, new.source, new.metadata):
            raise LessonError(
                f"cell '{old.id}' does not survive as text; take out lines of only '+++', code-cell fences and blank "
                "first or last lines"
            )
    if len(before.cells) != len(after.cells):
        raise LessonError(f"{len(before.cells)} cells became {len(after.cells)} as text; give every cell some content")
