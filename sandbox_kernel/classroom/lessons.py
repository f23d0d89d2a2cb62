"""A lesson as data: what a notebook's `sandbox_kernel` metadata says, read from plain JSON.

The desk (`classroom.desk`) reads a lesson for every check, so this file imports the standard library only: jupytext
takes more than a second to import, reading the built notebook two milliseconds. Text and notebook are turned into each
other in `classroom.text`; nothing here runs a cell.

Weighed: (a) the metadata key on each cell, as here; (b) tags and magic comments (readable, but no place for structured
values, and learners edit them away); (c) a file beside the notebook that names cells (it goes stale at the first copied
cell). The key travels with its cell through every Jupyter tool that keeps metadata.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sandbox_kernel.errors import SandboxError

SCHEMA = 1
KEY = "sandbox_kernel"
ROLES = ("prompt", "module", "exercise", "check", "hint", "solution", "wrong", "quiz", "setup", "demo")
CODE_ROLES = ("module", "exercise", "check", "solution", "wrong", "setup", "demo")
TEXT_ROLES = ("prompt", "hint", "quiz")

_MAGIC = re.compile(r"%%sandbox_(?P<magic>module|answer|check)[ \t]+(?P<words>[^\n]*)")


class LessonError(SandboxError):
    """A lesson cannot be read or built; the text names the file or cell and what to do."""


@dataclass(frozen=True, slots=True)
class Magic:
    """The first line of a cell: `%%sandbox_module till --exercise refund` is module `till`, exercise `refund`."""

    name: Literal["module", "answer", "check"]
    target: str
    exercise: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a lesson. `meta` is what stands under `sandbox_kernel`, `source` the whole text, magic included."""

    id: str
    cell_type: str
    role: str
    source: str
    meta: Mapping[str, Any]  # Any: JSON

    @property
    def body(self) -> str:
        """The source without its cell magic: the code itself, its first line numbered 1."""
        return strip_magic(self.source)

    @property
    def magic(self) -> Magic | None:
        return read_magic(self.source)


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise with everything that belongs to it, found by `exercise` keys, never by position."""

    id: str
    points: float
    goals: tuple[str, ...]
    target: str
    starter: Cell
    prompts: tuple[Cell, ...] = ()
    checks: tuple[Cell, ...] = ()
    hints: tuple[Cell, ...] = ()
    solutions: tuple[Cell, ...] = ()
    wrongs: tuple[Cell, ...] = ()

    @property
    def is_module(self) -> bool:
        magic = self.starter.magic
        return magic is not None and magic.name == "module"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one cell and one check may take."""

    cell_seconds: float = 60.0
    check_seconds: float = 10.0
    memory_mb: int = 512


@dataclass(frozen=True, slots=True)
class Policy:
    """After how many failed attempts a learner may see the first hint and the solution."""

    hint_after_attempts: int = 1
    solution_after_attempts: int = 3


@dataclass(frozen=True, slots=True)
class Lesson:
    """A whole lesson or a student copy of one; `manifest` is the notebook's own metadata."""

    id: str
    title: str
    version: str
    kind: str
    minutes: int
    goals: Mapping[str, str]
    limits: Limits
    policy: Policy
    cells: tuple[Cell, ...]
    exercises: Mapping[str, Exercise]
    manifest: Mapping[str, Any] = field(repr=False)  # Any: JSON

    @property
    def modules(self) -> dict[str, Cell]:
        """The lesson's own module cells by cell id: checks start from these, never from what a learner ran."""
        return {cell.id: cell for cell in self.cells if cell.role == "module"}

    @property
    def points(self) -> float:
        return sum(exercise.points for exercise in self.exercises.values())


def read_magic(source: str) -> Magic | None:
    """The lesson magic on the first line of a cell, or None."""
    match = _MAGIC.match(source)
    if match is None:
        return None
    words = match["words"].split()
    if match["magic"] != "module":
        return Magic(match["magic"], "", words[0] if words else "")  # type: ignore[arg-type]  # the pattern knows three
    exercise = ""
    if "--exercise" in words[:-1]:
        at = words.index("--exercise")
        exercise = words[at + 1]
        words = words[:at] + words[at + 2 :]
    return Magic("module", words[0] if words else "", exercise)


def strip_magic(source: str) -> str:
    """The cell's text without its magic line and any following option lines."""
    return source.partition("\n")[2] if source.startswith("%%") else source


def lesson_from_notebook(notebook: Mapping[str, Any], *, origin: str = "this notebook") -> Lesson:  # Any: JSON
    """Raises LessonError when `notebook` carries no lesson; what is merely wrong in one is the linter's business."""
    manifest = notebook.get("metadata", {}).get(KEY)
    if not isinstance(manifest, Mapping) or not isinstance(manifest.get("id"), str):
        raise LessonError(f"{origin} is no lesson: its metadata has no '{KEY}' with an 'id'; start with `lesson new`")
    if manifest.get("schema") != SCHEMA:
        raise LessonError(
            f"{origin} has lesson schema {manifest.get('schema')!r}, this version reads {SCHEMA}; update sandbox-kernel"
        )
    cells = tuple(_cells(notebook))
    return Lesson(
        id=manifest["id"],
        title=str(manifest.get("title", manifest["id"])),
        version=str(manifest.get("version", "0.0.0")),
        kind=str(manifest.get("kind", "lesson")),
        minutes=int(manifest.get("minutes", 0)),
        goals={goal["id"]: goal["text"] for goal in manifest.get("goals", [])},
        limits=Limits(**manifest.get("limits", {})),
        policy=Policy(**manifest.get("policy", {})),
        cells=cells,
        exercises=_exercises(cells),
        manifest=manifest,
    )


def load_lesson(path: Path) -> Lesson:
    """Reads a built notebook. Raises LessonError when there is none or it cannot be read."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LessonError(f"there is no lesson at {path}; build it with `lesson build`") from None
    except (OSError, ValueError) as error:
        raise LessonError(
            f"{path} cannot be read as a notebook ({error}); build it again with `lesson build`"
        ) from None
    return lesson_from_notebook(notebook, origin=str(path))


def _cells(notebook: Mapping[str, Any]) -> Iterator[Cell]:  # Any: JSON
    """Cells that count. A copied cell gets a new notebook id and keeps its metadata: it is scratch, so it is left out."""
    for raw in notebook.get("cells", []):
        meta = raw.get("metadata", {}).get(KEY, {})
        source = raw.get("source", "")
        text = source if isinstance(source, str) else "".join(source)
        if meta.get("id") in (None, raw.get("id")):
            yield Cell(raw.get("id", ""), raw.get("cell_type", ""), meta.get("role", ""), text, meta)


def _exercises(cells: tuple[Cell, ...]) -> dict[str, Exercise]:
    found: dict[str, Exercise] = {}
    for starter in cells:
        if starter.role != "exercise":
            continue
        found[starter.id] = Exercise(
            id=starter.id,
            points=float(starter.meta.get("points", 1)),
            goals=tuple(starter.meta.get("goals", ())),
            target=str(starter.meta.get("target", "")),
            starter=starter,
            prompts=_of(cells, "prompt", starter.id),
            checks=_of(cells, "check", starter.id),
            hints=tuple(sorted(_of(cells, "hint", starter.id), key=lambda cell: cell.meta.get("order", 0))),
            solutions=_of(cells, "solution", starter.id),
            wrongs=_of(cells, "wrong", starter.id),
        )
    return found


def _of(cells: tuple[Cell, ...], role: str, exercise: str) -> tuple[Cell, ...]:
    return tuple(cell for cell in cells if cell.role == role and cell.meta.get("exercise") == exercise)
