"""What happened to a sandbox, for whoever answers for the machine: starts with their level, limits hit, ends.

Written by the host, outside everything that a sandbox can reach; JSON lines, one file per sandbox directory, at most
twice `MOST_BYTES` of them. `jupyter sandbox audit NAME` shows them. Never holds code, output or secrets.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_data_dir

from sandbox_kernel.errors import SandboxNotFound

MOST_BYTES = 256 * 1024
MOST_FILES = 200


def directory() -> Path:
    return Path(jupyter_data_dir()) / "sandbox-audit"


class Audit:
    """The log of one sandbox. Writing never fails a start: what cannot be written is left out."""

    def __init__(self, name: str, place: Path, clock: Callable[[], float] = time.time) -> None:
        self.name, self.place, self._clock = name, str(place), clock
        self.path = directory() / f"{hashlib.sha256(os.fsencode(place)).hexdigest()[:24]}.jsonl"

    def write(self, what: str, **facts: Any) -> None:  # Any: JSON
        """One entry; `what` is a past-tense word such as `started`, `limit`, `ended`."""
        entry = {"time": round(self._clock(), 3), "what": what, "name": self.name, "directory": self.place, **facts}
        line = json.dumps(entry, default=str) + "\n"
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self.path.exists() and self.path.stat().st_size + len(line) > MOST_BYTES:
                self.path.replace(self.path.with_suffix(".old"))
            fresh = not self.path.exists()
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(line)
            if fresh:
                _forget_oldest(self.path.parent)


def _forget_oldest(where: Path) -> None:
    """Temporary sandboxes come and go: only the logs written last stay. It looks at each only when there are too many."""
    if sum(name.endswith(".jsonl") for name in os.listdir(where)) <= MOST_FILES:
        return
    logs = sorted(where.glob("*.jsonl"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in logs[MOST_FILES * 3 // 4 :]:
        path.with_suffix(".old").unlink(missing_ok=True)
        path.unlink(missing_ok=True)


def entries(name: str) -> list[dict[str, Any]]:  # Any: JSON
    """All entries of the sandboxes with this name or directory, oldest first. SandboxNotFound when there are none."""
    found: list[dict[str, Any]] = []  # Any: as above
    names: set[str] = set()
    for path in [*directory().glob("*.old"), *directory().glob("*.jsonl")]:
        for entry in _read(path):
            names.add(str(entry.get("name")))
            if name in (entry.get("name"), entry.get("directory")):
                found.append(entry)
    if not found:
        raise SandboxNotFound(name, sorted(names)[:20])
    return sorted(found, key=lambda entry: float(entry["time"]))


def _read(path: Path) -> list[dict[str, Any]]:  # Any: as above
    read: list[dict[str, Any]] = []  # Any: as above
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        with contextlib.suppress(ValueError):
            entry = json.loads(line)
            if isinstance(entry, dict) and isinstance(entry.get("time"), int | float):
                read.append(entry)
    return read


def shown(found: list[dict[str, Any]]) -> str:  # Any: as above
    """One line per entry, for people."""
    lines = []
    for entry in found:
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry["time"]))
        facts = {k: v for k, v in entry.items() if k not in ("time", "what", "name", "directory")}
        lines.append(f"{when}  {entry['what']:8} " + "  ".join(f"{k}={v}" for k, v in facts.items()))
    return "\n".join(lines)


def add_command(verbs: Any) -> None:  # Any: argparse gives its sub-parsers no public type
    """`jupyter sandbox audit NAME`, found by its entry point."""
    text = "show when a sandbox was started, at which isolation level, and which limits it hit"
    verb = verbs.add_parser("audit", help=text, description=text.capitalize() + ".")
    verb.add_argument("name", metavar="NAME", help="its name or directory")
    verb.add_argument("--json", action="store_true", help="print one JSON value, for machines")
    verb.set_defaults(act=_command)


def _command(asked: argparse.Namespace) -> Any:  # Any: the command line's own answer, which it is imported by
    from sandbox_kernel.host.commands import Answer  # it loads zmq, which writing a log must not

    found = entries(asked.name)
    return Answer(found, shown(found))
