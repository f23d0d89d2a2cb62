"""Statistics of the version store, and the retention that its owner may ask for. Used by `store`."""

from __future__ import annotations

from sqlite3 import Connection

from sandbox_kernel.versions.queries import module_row
from sandbox_kernel.versions.records import ModuleStatistics, StoreStatistics


def store_statistics(db: Connection) -> StoreStatistics:
    changes = dict(db.execute("SELECT outcome, count(*) FROM change GROUP BY outcome").fetchall())
    (modules,) = db.execute("SELECT count(*) FROM module").fetchone()
    (versions,) = db.execute("SELECT count(*) FROM version").fetchone()
    source_bytes, stored_bytes = db.execute("SELECT total(size), total(length(body)) FROM text").fetchone()
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    (page_bytes,) = db.execute("PRAGMA page_size").fetchone()
    return StoreStatistics(
        modules=modules,
        versions=versions,
        changes=sum(changes.values()),
        accepted=changes.get("accepted", 0),
        rejected=changes.get("rejected", 0),
        source_bytes=int(source_bytes),
        stored_bytes=int(stored_bytes),
        file_bytes=pages * page_bytes,
    )


def module_statistics(db: Connection, module: str) -> ModuleStatistics:
    module_id, live, _ = module_row(db, module)
    versions, added, removed, size, first, last = db.execute(
        "SELECT count(*), total(v.added), total(v.removed), total(t.size), min(v.time), max(v.time) "
        "FROM version v JOIN text t ON t.id = v.text_id WHERE v.module_id = ?",
        (module_id,),
    ).fetchone()
    decided = db.execute(
        "SELECT c.outcome, c.kind, c.duration_ms FROM member b JOIN change c ON c.id = b.change_id WHERE b.module_id = ?",
        (module_id,),
    ).fetchall()
    durations = sorted(duration for outcome, _, duration in decided if outcome == "accepted")
    return ModuleStatistics(
        module=module,
        live=live,
        versions=versions,
        accepted=len(durations),
        rejected=sum(outcome == "rejected" for outcome, _, _ in decided),
        rollbacks=sum(outcome == "accepted" and kind == "rollback" for outcome, kind, _ in decided),
        added_lines=int(added),
        removed_lines=int(removed),
        source_bytes=int(size),
        first=first or 0.0,
        last=last or 0.0,
        median_ms=durations[len(durations) // 2] if durations else 0.0,
    )


def prune(db: Connection, *, keep_last: int, keep_tagged: bool) -> int:
    """Forgets old versions of every module; the number of forgotten ones.

    What is live or undecided stays, whatever its age, and so do the numbers of all others: they are never given again.
    The timeline keeps its entries; an undo that would need a forgotten version is forgotten as well.
    """
    db.execute(
        "CREATE TEMP TABLE old AS SELECT v.module_id, v.number FROM version v JOIN module m ON m.id = v.module_id "
        "WHERE v.number <> m.live AND v.outcome <> 'staged' AND v.number <= coalesce((SELECT o.number FROM version o "
        "WHERE o.module_id = v.module_id ORDER BY o.number DESC LIMIT 1 OFFSET ?), 0) "
        "AND NOT (? AND EXISTS (SELECT 1 FROM tag t WHERE t.module_id = v.module_id AND t.number = v.number))",
        (keep_last, keep_tagged),
    )
    for table in ("tag", "state", "version"):
        db.execute(f"DELETE FROM {table} WHERE (module_id, number) IN (SELECT module_id, number FROM old)")
    (forgotten,) = db.execute("SELECT count(*) FROM old").fetchone()
    db.execute("DROP TABLE old")
    db.execute("DELETE FROM text WHERE id NOT IN (SELECT text_id FROM version)")
    _forget_steps(db)
    return int(forgotten)


def _forget_steps(db: Connection) -> None:
    """Undo goes back in order and redo forward, so a step that cannot be taken ends the line."""
    missing = (
        "SELECT {pick}(c.id) FROM change c JOIN member b ON b.change_id = c.id WHERE c.place = '{place}' "
        "AND b.{column} <> 0 AND NOT EXISTS "
        "(SELECT 1 FROM version v WHERE v.module_id = b.module_id AND v.number = b.{column})"
    )
    (newest,) = db.execute(missing.format(pick="max", place="done", column="before")).fetchone()
    db.execute("UPDATE change SET place = '' WHERE place = 'done' AND id <= ?", (newest or 0,))
    (oldest,) = db.execute(missing.format(pick="min", place="undone", column="number")).fetchone()
    if oldest is not None:
        db.execute("UPDATE change SET place = '' WHERE place = 'undone' AND id >= ?", (oldest,))
