"""The SQL of the version store, as functions on a connection, each inside its caller's transaction. Only `store`,
`upkeep` and `portable` use it.
"""

from __future__ import annotations

import zlib
from sqlite3 import Connection
from typing import Any

from sandbox_kernel.errors import ModuleNotFound, StoreError, VersionNotFound
from sandbox_kernel.versions.artifact import digest
from sandbox_kernel.versions.diff import count_lines
from sandbox_kernel.versions.records import Change, Version

LAST = 2**62  # above every number and id
_SEPARATOR = "\x1f"  # between tags in one column

VERSION = f"""
    SELECT m.name, v.number, t.sha256, t.body, v.time, v.author, v.note, v.parent,
           CASE WHEN m.live = v.number THEN 'live' ELSE v.outcome END, v.reason, v.duration_ms, v.added, v.removed,
           (SELECT group_concat(name, '{_SEPARATOR}') FROM tag WHERE module_id = m.id AND number = v.number)
    FROM version v JOIN module m ON m.id = v.module_id JOIN text t ON t.id = v.text_id
"""
CHANGE = "SELECT id, kind, author, note, time, outcome, stage, reason, report, duration_ms, target FROM change"


def pack(source: str) -> bytes:
    """zlib at its fastest level; docs/versions.md has the sizes and times that were measured."""
    return zlib.compress(source.encode("utf-8", "surrogatepass"), 1)


def unpack(body: bytes) -> str:
    try:
        return zlib.decompress(body).decode("utf-8", "surrogatepass")
    except (zlib.error, UnicodeDecodeError) as error:
        raise StoreError(
            f"a stored text is damaged ({error}); restart the kernel and look at docs/versions.md"
        ) from error


def module_row(db: Connection, module: str, *, create: bool = False) -> tuple[int, int, int]:
    """Id, live number, newest number."""
    query = "SELECT id, live, newest FROM module WHERE name = ?"
    row = db.execute(query, (module,)).fetchone()
    if row is None and create:
        db.execute("INSERT INTO module (name) VALUES (?)", (module,))
        row = db.execute(query, (module,)).fetchone()
    if row is None:
        raise ModuleNotFound(module, [name for (name,) in db.execute("SELECT name FROM module ORDER BY name")])
    return int(row[0]), int(row[1]), int(row[2])


def version_row(db: Connection, module: str, number: int) -> tuple[int, int]:
    """Id of the module and the number, once it is known that this version exists."""
    module_id, _, newest = module_row(db, module)
    found = db.execute("SELECT 1 FROM version WHERE module_id = ? AND number = ?", (module_id, number)).fetchone()
    if found is None:
        raise VersionNotFound(module, number, newest)
    return module_id, number


def version_from(row: tuple[Any, ...]) -> Version:  # Any: columns of a row of VERSION
    tags = tuple(sorted(row[13].split(_SEPARATOR))) if row[13] else ()
    return Version(*[*row[:3], unpack(row[3]), *row[4:13], tags])


def add_version(
    db: Connection, module: tuple[int, int, int], source: str, *, now: float, author: str, note: str
) -> int:
    """The number of this text: that of the version which has it already, or a new one. `module` is its row."""
    module_id, live, newest = module
    sha256 = digest(source)
    row = db.execute(
        "SELECT v.number FROM version v JOIN text t ON t.id = v.text_id WHERE v.module_id = ? AND t.sha256 = ?",
        (module_id, sha256),
    ).fetchone()
    if row is not None:
        db.execute(
            "UPDATE version SET outcome = 'staged' WHERE module_id = ? AND number = ? AND outcome = 'rejected'",
            (module_id, row[0]),
        )
        return int(row[0])
    added, removed = count_lines(_live_text(db, module_id, live), source)
    db.execute(
        "INSERT INTO version (module_id, number, text_id, parent, time, author, note, outcome, added, removed) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 'staged', ?, ?)",
        (module_id, newest + 1, add_text(db, sha256, source), live, now, author, note, added, removed),
    )
    db.execute("UPDATE module SET newest = ? WHERE id = ?", (newest + 1, module_id))
    return newest + 1


def add_text(db: Connection, sha256: str, source: str) -> int:
    """Texts are shared by all modules."""
    row = db.execute("SELECT id FROM text WHERE sha256 = ?", (sha256,)).fetchone()
    if row is not None:
        return int(row[0])
    size = len(source.encode("utf-8", "surrogatepass"))
    query = "INSERT INTO text (sha256, size, body) VALUES (?, ?, ?)"
    return int(db.execute(query, (sha256, size, pack(source))).lastrowid or 0)


def change_of(db: Connection, change_id: int) -> Change:
    row = db.execute(f"{CHANGE} WHERE id = ?", (change_id,)).fetchone()
    if row is None:
        raise StoreError(f"there is no change {change_id} in this sandbox; the timeline lists those there are")
    return change_from(db, row)


def change_from(db: Connection, row: tuple[Any, ...]) -> Change:  # Any: columns of a row of CHANGE
    members = db.execute(
        "SELECT m.name, b.number, b.before FROM member b JOIN module m ON m.id = b.module_id "
        "WHERE b.change_id = ? ORDER BY m.name",
        (row[0],),
    ).fetchall()
    after = {name: number for name, number, _ in members}
    return Change(*[*row, after, {name: before for name, _, before in members}])


def undecided(db: Connection, change_id: int) -> Change:
    change = change_of(db, change_id)
    if change.outcome != "staged":
        raise StoreError(f"change {change_id} was {change.outcome} already; stage the sources again as a new change")
    return change


def make_live(db: Connection, change_id: int, duration_ms: float) -> None:
    """What was live is looked up again: another change may have been accepted since this one was staged."""
    db.execute(
        "UPDATE member SET before = (SELECT live FROM module WHERE id = module_id) WHERE change_id = ?", (change_id,)
    )
    db.execute(
        "UPDATE version SET outcome = 'accepted', reason = '', duration_ms = ? WHERE (module_id, number) IN "
        "(SELECT module_id, number FROM member WHERE change_id = ?)",
        (duration_ms, change_id),
    )
    db.execute(
        "UPDATE module SET live = (SELECT number FROM member WHERE module_id = module.id AND change_id = ?) "
        "WHERE id IN (SELECT module_id FROM member WHERE change_id = ?)",
        (change_id, change_id),
    )


def place(db: Connection, change: Change) -> None:
    """Keeps the line of undo and redo: `done` can be undone, newest first; `undone` can be redone, oldest first."""
    if change.kind == "undo" and change.target:
        db.execute("UPDATE change SET place = 'undone' WHERE id = ? AND place = 'done'", (change.target,))
    elif change.kind == "redo" and change.target:
        db.execute("UPDATE change SET place = 'done' WHERE id = ? AND place = 'undone'", (change.target,))
    elif change.versions != change.before:
        db.execute("UPDATE change SET place = '' WHERE place = 'undone'")
        db.execute("UPDATE change SET place = 'done' WHERE id = ?", (change.id,))


def mark_rejected(db: Connection, change_id: int, stage: str, reason: str, report: str, duration_ms: float) -> None:
    db.execute(
        "UPDATE change SET outcome = 'rejected', stage = ?, reason = ?, report = ?, duration_ms = ? WHERE id = ?",
        (stage, reason, report, duration_ms, change_id),
    )
    # A text that another undecided change holds too stays staged.
    db.execute(
        "UPDATE version SET outcome = 'rejected', reason = ?, duration_ms = ? WHERE outcome = 'staged' "
        "AND (module_id, number) IN (SELECT module_id, number FROM member WHERE change_id = ?) "
        "AND NOT EXISTS (SELECT 1 FROM member b JOIN change c ON c.id = b.change_id WHERE c.outcome = 'staged' "
        "AND b.module_id = version.module_id AND b.number = version.number)",
        (reason, duration_ms, change_id),
    )


def _live_text(db: Connection, module_id: int, live: int) -> str:
    row = db.execute(
        "SELECT t.body FROM version v JOIN text t ON t.id = v.text_id WHERE v.module_id = ? AND v.number = ?",
        (module_id, live),
    ).fetchone()
    return "" if row is None else unpack(row[0])
