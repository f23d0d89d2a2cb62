"""What the version store hands out, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["live", "accepted", "rejected", "staged"]


@dataclass(frozen=True, slots=True)
class Version:
    """A text of a module. `parent` is what was live when it first came (0: nothing); `reason` why it was rejected.

    `outcome`: `live` now, `accepted` (was live once), `rejected`, `staged` (undecided). `added` and `removed` count
    lines against the parent. `time` is seconds since the epoch.
    """

    module: str
    number: int
    sha256: str
    source: str
    time: float
    author: str
    note: str
    parent: int
    outcome: Outcome
    reason: str
    duration_ms: float
    added: int = 0
    removed: int = 0
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the timeline. `versions` is what it makes live, `before` what was live instead; 0 means none.

    `report` is JSON text of whoever decided; `target` is the change that an undo or redo concerns.
    """

    id: int
    kind: str
    author: str
    note: str
    time: float
    outcome: Literal["staged", "accepted", "rejected"]
    stage: str
    reason: str
    report: str
    duration_ms: float
    target: int
    versions: Mapping[str, int]
    before: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """What an undo or redo would make live: numbers (0: the module goes away) and their sources (None: the same)."""

    kind: str
    target: int
    versions: Mapping[str, int]
    sources: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class ModuleStatistics:
    """Of one module. Times are seconds since the epoch; `median_ms` is over its accepted changes."""

    module: str
    live: int
    versions: int
    accepted: int
    rejected: int
    rollbacks: int
    added_lines: int
    removed_lines: int
    source_bytes: int
    first: float
    last: float
    median_ms: float


@dataclass(frozen=True, slots=True)
class StoreStatistics:
    """Of the whole store. `stored_bytes` is what the texts take compressed, `file_bytes` the size of the file."""

    modules: int
    versions: int
    changes: int
    accepted: int
    rejected: int
    source_bytes: int
    stored_bytes: int
    file_bytes: int
