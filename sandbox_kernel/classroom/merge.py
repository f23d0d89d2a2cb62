"""A newer lesson brought into a notebook that somebody works in. Pure: notebooks in, changes out.

Three texts per cell, found by the cell's id in the lesson: what was handed out (`base`), what is handed out now (`new`),
what stands there (`mine`). A cell that still reads as it was handed out takes the new text; whatever the learner wrote or
changed stays as it is and is named. An exercise counts as written once it differs from its starter.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox_kernel.classroom.lessons import KEY, strip_magic

Notebook = dict[str, Any]  # JSON
RawCell = dict[str, Any]  # JSON


@dataclass(frozen=True, slots=True)
class Change:
    """One step, in order: `replace` the cell with this lesson id, `insert` after `after` ("" is the top), or `remove`."""

    do: str
    id: str
    cell: RawCell = field(default_factory=dict)
    after: str = ""

    def to_json(self) -> dict[str, object]:
        return {"do": self.do, "id": self.id, "cell": self.cell, "after": self.after}


@dataclass(frozen=True, slots=True)
class Merge:
    """`kept` are the ids of cells that the learner had changed and that therefore stayed."""

    changes: tuple[Change, ...]
    kept: tuple[str, ...]


def plan(base: Notebook, new: Notebook, mine: Notebook) -> Merge:
    """What to do to `mine`, which handed-out cells in it allow and which do not."""
    old, here = _by_id(base), _by_id(mine)
    changes: list[Change] = []
    kept: list[str] = []
    after = ""
    for name, cell in _by_id(new).items():
        if name in here:
            if not same(here[name], cell):
                if name in old and _is_written(old[name], here[name]):
                    if not same(old[name], cell):
                        kept.append(name)
                else:
                    changes.append(Change("replace", name, cell))
            after = name
        elif name not in old:
            changes.append(Change("insert", name, cell, after))
            after = name
        else:
            kept.append(name)  # the learner took it out
    for name, cell in old.items():
        if name in here and name not in _by_id(new):
            if _is_written(cell, here[name]):
                kept.append(name)
            else:
                changes.append(Change("remove", name))
    return Merge(tuple(changes), tuple(kept))


def apply(mine: Notebook, merge: Merge) -> Notebook:
    """The notebook with the changes; every other cell is the same object as before."""
    made = copy.copy(mine)
    cells: list[RawCell] = list(mine["cells"])
    for change in merge.changes:
        at = next((index for index, cell in enumerate(cells) if lesson_id(cell) == change.id), -1)
        if change.do == "replace" and at >= 0:
            cells[at] = {**cells[at], **copy.deepcopy(change.cell)}
        elif change.do == "remove" and at >= 0:
            del cells[at]
        elif change.do == "insert" and at < 0:
            before = next((index for index, cell in enumerate(cells) if lesson_id(cell) == change.after), -1)
            cells.insert(before + 1, copy.deepcopy(change.cell))
    made["cells"] = cells
    return made


def lesson_id(cell: RawCell) -> str:
    """The id that a cell has in its lesson; empty for a learner's own and for copies that a learner made."""
    name = cell.get("metadata", {}).get(KEY, {}).get("id")
    return str(name) if name and name == cell.get("id") else ""


def source(cell: RawCell) -> str:
    text = cell.get("source", "")
    return text if isinstance(text, str) else "".join(text)


def same(left: RawCell, right: RawCell) -> bool:
    return source(left) == source(right) and left.get("cell_type") == right.get("cell_type")


def lesson_of(notebook: Notebook) -> str:
    """The lesson that a notebook is a learner's copy of; empty for any other."""
    meta = notebook.get("metadata", {}).get(KEY, {})
    return str(meta.get("id", "")) if isinstance(meta, dict) and meta.get("kind") == "student" else ""


def reloads(base: Notebook, merge: Merge) -> list[tuple[str, str, str]]:
    """Modules of the lesson that changed: name, text as handed out before, text now. An exercise's is the learner's."""
    before = _by_id(base)
    found: list[tuple[str, str, str]] = []
    for change in merge.changes:
        meta = change.cell.get("metadata", {}).get(KEY, {})
        if change.do == "replace" and meta.get("role") == "module" and change.id in before:
            found.append((str(meta["name"]), strip_magic(source(before[change.id])), strip_magic(source(change.cell))))
    return found


def module_texts(notebook: Notebook) -> frozenset[str]:
    """The texts of the lesson's own modules, without spaces round them."""
    cells = (cell for _, cell in _named(notebook) if cell.get("metadata", {}).get(KEY, {}).get("role") == "module")
    return frozenset(strip_magic(source(cell)).strip() for cell in cells)


def _by_id(notebook: Notebook) -> dict[str, RawCell]:
    return dict(_named(notebook))


def _named(notebook: Notebook) -> Iterator[tuple[str, RawCell]]:
    for cell in notebook.get("cells", []):
        if name := lesson_id(cell):
            yield name, cell


def _is_written(handed_out: RawCell, now: RawCell) -> bool:
    return source(handed_out).strip() != source(now).strip()
