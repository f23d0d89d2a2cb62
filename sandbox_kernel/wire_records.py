"""What messages are made of: frozen msgspec records. Public through `wire`, which alone imports them."""

from __future__ import annotations

from typing import Literal, dataclass_transform

import msgspec

Severity = Literal["error", "warning", "info"]
Outcome = Literal["live", "accepted", "rejected", "staged"]


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what messages are made of."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Message(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="type"):
    """Base of all messages."""


class Problem(Record):
    """One finding of the compiler. `line` and `column` count from 1; 0 where there is no place."""

    severity: Severity
    message: str
    hint: str = ""
    code: str = ""
    module: str = ""
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0


class ObjectReport(Record):
    """What a reload did to one object; `action` is a word of `reload.report.ORDER`, such as `patched` or `kept old`."""

    module: str
    name: str
    action: str
    reason: str = ""


class VersionInfo(Record):
    """One version of a module. `number` counts from 1 per module; `parent` is 0 for the first."""

    module: str
    number: int
    sha256: str
    time: float
    author: str
    message: str
    outcome: Outcome
    parent: int = 0
    reason: str = ""
    duration_ms: float = 0.0
    added_lines: int = 0
    removed_lines: int = 0
    tags: list[str] = []


class ModuleInfo(Record):
    """A module of the sandbox. `edited` is true when the saved file differs from the live version."""

    name: str
    live: int
    newest: int
    versions: int
    edited: bool
    path: str
    lines: int = 0


class TreeNode(Record):
    """A supervisor or worker. `status`: running, suspended, restarting, stopped, blocked, crashed."""

    id: str
    name: str
    kind: Literal["supervisor", "worker"]
    status: str
    restarts: int = 0
    max_restarts: int = 0
    max_seconds: float = 0.0
    strategy: str = ""
    mailbox: int = 0
    module: str = ""
    version: str = ""
    age_s: float = 0.0
    state: str = ""
    last_crash: str = ""
    children: list[TreeNode] = []


class DiffRow(Record):
    """One row of a side-by-side diff: a line number is 0 where that side is empty."""

    kind: Literal["same", "changed", "added", "removed"]
    left_line: int
    left: str
    right_line: int
    right: str
