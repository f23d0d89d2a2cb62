"""A notebook as somebody who looks over a shoulder sees it: the text of its cells and outputs, cut to a bounded size.

Nothing of it can run where it is shown: no HTML, no widgets, no pictures.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from sandbox_kernel.classroom.lessons import KEY
from sandbox_kernel.classroom.merge import lesson_id, source
from sandbox_kernel.errors import HandInRefused
from sandbox_kernel.host import handin
from sandbox_kernel.wire_class import Cell, Page

MOST_CELLS = 400
MOST_SOURCE = 20_000
MOST_OUTPUT = 4_000
_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def page_of(root: Path, path: str) -> Page | None:
    """The saved notebook; None when it cannot be read now."""
    try:
        data = handin.read(root, path)
        raw: Any = msgspec.json.decode(data)  # Any: JSON
        cells = [_cell(cell) for cell in raw["cells"][:MOST_CELLS]]
        return Page(path, cells, (root / path).lstat().st_mtime)
    except (HandInRefused, OSError, msgspec.DecodeError, KeyError, TypeError, AttributeError):
        return None


def newest(root: Path) -> str:
    """The notebook that was saved last, near the top of the folder; empty without any."""
    found = [path for pattern in ("*.ipynb", "*/*.ipynb") for path in root.glob(pattern) if not path.is_symlink()]
    return str(max(found, key=lambda path: path.lstat().st_mtime).relative_to(root)) if found else ""


def _cell(cell: dict[str, Any]) -> Cell:  # Any: JSON
    meta = cell.get("metadata", {}).get(KEY, {})
    output = "".join(_text(each) for each in cell.get("outputs", []))
    return Cell(
        id=lesson_id(cell),
        role=str(meta.get("role", "")),
        kind=str(cell.get("cell_type", "")),
        source=source(cell)[:MOST_SOURCE],
        output=_ESCAPES.sub("", output)[:MOST_OUTPUT],
    )


def _text(output: dict[str, Any]) -> str:  # Any: as above
    kind = output.get("output_type")
    if kind == "stream":
        return _joined(output.get("text", ""))
    if kind == "error":
        return f"{output.get('ename', '')}: {output.get('evalue', '')}\n"
    return _joined(output.get("data", {}).get("text/plain", "")) + "\n"


def _joined(text: object) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text)
