"""A newer version of a lesson brought into a learner's notebook, and of a course into a learner's directory.

What the learner did not touch takes the new text; whatever they wrote stays, and is named, so that they can ask for the
new starter (`%sandbox_reset`). Nothing is lost: the notebook as it was is kept beside it.

What was handed out is read from the notebook itself: locked cells cannot have been changed, and every other cell
remembers the hash of its text. Weighed: keeping the handed-out notebook beside it (one more file to lose or to edit), and
comparing with the new one alone (then an old text and a learner's own look the same).
"""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any

from sandbox_kernel.classroom import merge
from sandbox_kernel.classroom.course import Entry, load_course
from sandbox_kernel.classroom.lessons import KEY, LessonError, strip_magic
from sandbox_kernel.classroom.merge import Notebook, RawCell, lesson_id, source
from sandbox_kernel.classroom.student import STARTER, sha256

BEFORE = "before-updates"


def updated(mine: Notebook, new: Notebook) -> tuple[Notebook, tuple[str, ...]]:
    """The learner's notebook with the newer lesson in it, and the ids of the cells whose new text it does not have, because
    the learner wrote something there.

    Raises LessonError when the two are not student copies of one lesson.
    """
    if not merge.lesson_of(mine) or merge.lesson_of(mine) != merge.lesson_of(new):
        raise LessonError("only a student copy can be updated, and only from a newer copy of the same lesson")
    newer = {name: cell for cell in new["cells"] if (name := lesson_id(cell))}
    planned = merge.plan(_handed_out(mine), new, mine)
    made = merge.apply(mine, planned)
    made["metadata"] = {**mine.get("metadata", {}), KEY: copy.deepcopy(new["metadata"][KEY])}
    offered = []
    for at, cell in enumerate(made["cells"]):
        name = lesson_id(cell)
        if name in planned.kept and name in newer:
            if _starter(cell) != _starter(newer[name]):
                offered.append(name)
            metadata = {**cell["metadata"], KEY: copy.deepcopy(newer[name]["metadata"][KEY])}
            made["cells"][at] = {**cell, "metadata": metadata}
    return made, tuple(offered)


def _handed_out(mine: Notebook) -> Notebook:
    """The notebook as it was given to the learner, as far as it tells: a cell that was changed has no text in it."""
    cells = [cell if _is_untouched(cell) else {**cell, "source": ""} for cell in mine["cells"] if lesson_id(cell)]
    return {**mine, "cells": cells}


def _is_untouched(cell: RawCell) -> bool:
    if cell.get("metadata", {}).get("editable") is False:
        return True
    return _starter(cell) == sha256(strip_magic(source(cell)))


def _starter(cell: RawCell) -> str:
    return str(cell["metadata"][KEY].get(STARTER, ""))


def bring_up_to_date(shipped: Path, own: Path) -> list[str]:
    """Each lesson of the course in `shipped` that is newer than, or missing in, `own`; a sentence for each that changed.

    A notebook that cannot be read is left alone and named. The lessons' own files (texts, pictures, whole notebooks) are
    replaced: nobody works in them.
    """
    course = load_course(shipped)
    said = [line for entry in course.entries if (line := _bring(shipped, own, entry))]
    for name in ("source", "images"):
        if (shipped / name).is_dir():
            shutil.copytree(shipped / name, own / name, dirs_exist_ok=True)
    shutil.copyfile(shipped / "course.toml", own / "course.toml")
    return said


def _bring(shipped: Path, own: Path, entry: Entry) -> str:
    name = f"{entry.stem}.ipynb"
    target = own / name
    if not target.exists():
        shutil.copyfile(shipped / name, target)
        return f"{name} is new"
    return update_file(target, shipped / name)


def update_file(mine: Path, new: Path) -> str:
    """Updates one notebook on disk when `new` has another version; a sentence about it, empty when nothing was to do."""
    newer: Notebook = json.loads(new.read_text(encoding="utf-8"))
    try:
        before: Notebook = json.loads(mine.read_text(encoding="utf-8"))
        old, version = _version(before), _version(newer)
        if old == version:
            return ""
        made, kept = updated(before, newer)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, LessonError):
        return f"{mine.name} cannot be read as a copy of its lesson and was left alone; move it away to get a new one"
    backup = mine.parent / BEFORE / f"{mine.stem}-{old}.ipynb"
    backup.parent.mkdir(exist_ok=True)
    shutil.copyfile(mine, backup)
    mine.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    told = f"{mine.name} was updated from {old} to {version}; how it was is kept in {BEFORE}/{backup.name}"
    if kept:
        told += f"; your own text stayed in {', '.join(kept)} (%sandbox_reset shows a new starter)"
    return told


def _version(notebook: dict[str, Any]) -> str:  # Any: JSON
    return str(notebook["metadata"][KEY]["version"])
