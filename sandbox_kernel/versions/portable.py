"""A sandbox's whole history as one file of JSON lines, and back. The format is described in docs/history-format.md.

A file may come from anyone: every field is checked, every text against its sha256, and nothing is imported unless all
of it is good.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from sqlite3 import Connection, IntegrityError
from typing import Any, BinaryIO

from sandbox_kernel.errors import StoreError
from sandbox_kernel.versions.artifact import digest
from sandbox_kernel.versions.queries import add_text, unpack
from sandbox_kernel.versions.source_text import check_name

FORMAT, FORMAT_VERSION = "sandbox-kernel-history", 1
LINE_LIMIT = 64 << 20
Json = dict[str, Any]  # Any: JSON


def write(db: Connection, path: Path, *, now: float) -> int:
    """Writes the file in one step (a kill leaves the old file or none); the number of lines. `db` is a snapshot."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            count = _write_lines(file, _records(db, now))
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        _sync_directory(path.parent)
    except OSError as error:
        raise StoreError(f"the history could not be written to {path}: {error.strerror}; check the path") from error
    finally:
        with suppress(OSError):  # a read-only directory refuses even that
            part.unlink(missing_ok=True)
    return count


def read(db: Connection, path: Path) -> int:
    """Fills an empty store, inside the caller's transaction; the number of versions."""
    if db.execute("SELECT 1 FROM module UNION ALL SELECT 1 FROM change").fetchone():
        raise StoreError("this sandbox has a history already; import the file into a new sandbox")
    reader = _Reader(db, path.name)
    try:
        with path.open("rb") as file:
            for number, record in _read_lines(file, path.name):
                reader.take(number, record)
    except OSError as error:
        raise StoreError(f"the history {path} could not be read: {error.strerror}; check the path") from error
    return reader.finish()


# -- writing ------------------------------------------------------------------------------------------------------


def _write_lines(file: BinaryIO, records: Iterator[Json]) -> int:
    seal, count = sha256(), 0
    for record in records:
        line = json.dumps(record, separators=(",", ":")).encode("ascii") + b"\n"
        seal.update(line)
        file.write(line)
        count += 1
    file.write(json.dumps({"type": "end", "lines": count, "sha256": seal.hexdigest()}).encode("ascii") + b"\n")
    return count + 1


def _records(db: Connection, now: float) -> Iterator[Json]:
    yield {"type": "history", "format": FORMAT, "version": FORMAT_VERSION, "exported": now}
    yield from _rows(db, "module", "SELECT name, live, newest FROM module ORDER BY name")
    for sha, body in db.execute("SELECT sha256, body FROM text ORDER BY id"):
        yield {"type": "text", "sha256": sha, "source": unpack(body)}
    yield from _rows(
        db,
        "version",
        "SELECT m.name AS module, v.number, t.sha256, v.parent, v.time, v.author, v.note, v.outcome, v.reason, "
        "v.duration_ms, v.added, v.removed FROM version v JOIN module m ON m.id = v.module_id "
        "JOIN text t ON t.id = v.text_id ORDER BY m.name, v.number",
    )
    columns = "id, kind, author, note, time, outcome, stage, reason, report, duration_ms, target, place"
    for record in _rows(db, "change", f"SELECT {columns} FROM change ORDER BY id"):
        members = db.execute(
            "SELECT m.name, b.number, b.before FROM member b JOIN module m ON m.id = b.module_id WHERE b.change_id = ?",
            (record["id"],),
        )
        yield record | {"members": [list(member) for member in members]}
    on = "JOIN module m ON m.id = x.module_id ORDER BY m.name, x.number"
    yield from _rows(db, "tag", f"SELECT m.name AS module, x.number, x.name FROM tag x {on}")
    for record in _rows(db, "state", f"SELECT m.name AS module, x.number, x.time, x.body FROM state x {on}"):
        yield record | {"body": base64.b64encode(record["body"]).decode("ascii")}
    for key, value in db.execute("SELECT key, value FROM meta ORDER BY key"):
        yield {"type": "meta", "key": key, "value": json.loads(value)}


def _rows(db: Connection, kind: str, query: str) -> Iterator[Json]:
    cursor = db.execute(query)
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield {"type": kind, **dict(zip(names, row, strict=True))}


def _sync_directory(directory: Path) -> None:
    fd = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


# -- reading ------------------------------------------------------------------------------------------------------


def _read_lines(file: BinaryIO, name: str) -> Iterator[tuple[int, Json]]:
    seal, number = sha256(), 0
    while line := file.readline(LINE_LIMIT + 1):
        number += 1
        try:
            record = json.loads(line) if len(line) <= LINE_LIMIT else None
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise _unreadable(name, number, "it is no JSON object")
        if record.get("type") == "end":
            if record.get("lines") != number - 1 or record.get("sha256") != seal.hexdigest():
                raise _unreadable(name, number, "lines are missing or were altered")
            return
        seal.update(line)
        yield number, record
    raise _unreadable(name, number + 1, "the file is cut short")


class _Reader:
    def __init__(self, db: Connection, name: str) -> None:
        self._db, self._name = db, name
        self._modules: dict[str, int] = {}
        self._live: dict[str, int] = {}
        self._texts: dict[str, int] = {}
        self._versions = 0
        self._headed = False

    def take(self, line: int, record: Json) -> None:
        kind = record.get("type")
        method = getattr(self, f"_{kind}", None) if kind in _KINDS else None
        if method is None or self._headed == (kind == "history"):
            raise _unreadable(
                self._name, line, "it is no entry of a history" if self._headed else "no history begins here"
            )
        try:
            method(record)
        except (KeyError, TypeError, ValueError, OverflowError, IntegrityError) as error:
            raise _unreadable(self._name, line, f"{kind}: {error}") from error

    def finish(self) -> int:
        if not self._headed:
            raise _unreadable(self._name, 1, "the file is empty")
        for name, live in self._live.items():
            accepted = "SELECT 1 FROM version WHERE module_id = ? AND number = ? AND outcome = 'accepted'"
            if live and not self._db.execute(accepted, (self._modules[name], live)).fetchone():
                raise StoreError(f"{self._name}: the live version {live} of '{name}' is missing; nothing was imported")
        return self._versions

    def _history(self, record: Json) -> None:
        if record.get("format") != FORMAT:
            raise ValueError("this file is no history of a sandbox")
        if record.get("version") != FORMAT_VERSION:
            raise ValueError(f"format {record.get('version')} is not known; install a newer sandbox-kernel")
        self._headed = True

    def _module(self, record: Json) -> None:
        name = _str(record, "name")
        wrong = check_name(name)
        if wrong is not None and wrong.severity == "error":
            raise ValueError(wrong.message)
        self._live[name] = _int(record, "live")
        row = (name, self._live[name], _int(record, "newest"))
        cursor = self._db.execute("INSERT INTO module (name, live, newest) VALUES (?, ?, ?)", row)
        self._modules[name] = int(cursor.lastrowid or 0)

    def _text(self, record: Json) -> None:
        source, sha = _str(record, "source"), _str(record, "sha256")
        if digest(source) != sha:
            raise ValueError("the text does not have this sha256")
        self._texts[sha] = add_text(self._db, sha, source)

    def _version(self, record: Json) -> None:
        module_id, number = self._modules[_str(record, "module")], _int(record, "number")
        (newest,) = self._db.execute("SELECT newest FROM module WHERE id = ?", (module_id,)).fetchone()
        if not 1 <= number <= newest:
            raise ValueError(f"number {number} is not between 1 and {newest}")
        self._db.execute(
            "INSERT INTO version (module_id, number, text_id, parent, time, author, note, outcome, reason, duration_ms, "
            "added, removed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(module_id, number, self._texts[_str(record, "sha256")]),
                *(_int(record, "parent"), _float(record, "time")),
                *(_str(record, key) for key in ("author", "note", "outcome", "reason")),
                *(_float(record, "duration_ms"), _int(record, "added"), _int(record, "removed")),
            ),
        )
        self._versions += 1

    def _change(self, record: Json) -> None:
        change_id = _int(record, "id")
        self._db.execute(
            "INSERT INTO change (id, kind, author, note, outcome, stage, reason, report, place, time, duration_ms, "
            "target) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                change_id,
                *(_str(record, key) for key in ("kind", "author", "note", "outcome")),
                *(_str(record, key) for key in ("stage", "reason", "report", "place")),
                *(_float(record, key) for key in ("time", "duration_ms")),
                _int(record, "target"),
            ),
        )
        for name, number, before in record["members"]:
            row = (change_id, self._modules[name], _natural(number), _natural(before))
            self._db.execute("INSERT INTO member VALUES (?, ?, ?, ?)", row)

    def _tag(self, record: Json) -> None:
        row = (self._modules[_str(record, "module")], _str(record, "name"), _int(record, "number"))
        self._db.execute("INSERT INTO tag VALUES (?, ?, ?)", row)

    def _state(self, record: Json) -> None:
        body = base64.b64decode(_str(record, "body"), validate=True)
        row = (self._modules[_str(record, "module")], _int(record, "number"), _float(record, "time"), body)
        self._db.execute("INSERT INTO state VALUES (?, ?, ?, ?)", row)

    def _meta(self, record: Json) -> None:
        self._db.execute("INSERT INTO meta VALUES (?, ?)", (_str(record, "key"), json.dumps(record["value"])))


_KINDS = ("history", "module", "text", "version", "change", "tag", "state", "meta")


def _str(record: Json, key: str) -> str:
    value = record[key]
    if not isinstance(value, str):
        raise TypeError(f"'{key}' must be a text")
    return value


def _int(record: Json, key: str) -> int:
    return _natural(record[key])


def _natural(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**53:
        raise TypeError(f"{value!r} is no whole number from 0")
    return value


def _float(record: Json, key: str) -> float:
    value = record[key]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"'{key}' must be a number")
    return float(value)


def _unreadable(name: str, line: int, why: str) -> StoreError:
    return StoreError(f"line {line} of {name} cannot be imported: {why}; nothing was imported, export the file again")
