"""The version store: every text of every module, every change that was accepted or rejected, and what is live.

Owned by `runtime.session`; `classroom` and `host` may read it. It knows nothing of files, kernels or workers. Designs
that were weighed (git objects, an append-only log, SQLite) are in docs/versions.md.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from sandbox_kernel.errors import StoreError, VersionNotFound
from sandbox_kernel.versions import portable, queries, upkeep
from sandbox_kernel.versions.database import FILE, Database, open_database, open_for_reading
from sandbox_kernel.versions.records import Change, ModuleStatistics, Step, StoreStatistics, Version

__all__ = ["Change", "Step", "Version", "VersionStore"]


class VersionStore:
    """Open it with `VersionStore.open(directory)`. Every method may be called from any thread.

    `recovered_from` is where a damaged store was put, or None. `clock` gives seconds since the epoch.
    """

    def __init__(
        self,
        database: Database | Callable[[], Database],
        recovered_from: Path | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """A way to make `database` is called once, when it is needed first: that takes as long as all else of a start."""
        self._make: Callable[[], Database] | None = None
        if isinstance(database, Database):
            self._made = database
        else:
            self._make = database
        self._making = threading.Lock()
        self.recovered_from = recovered_from
        self._clock = clock

    @property
    def database(self) -> Database:
        with self._making:
            if self._make is not None:
                self._made, self._make = self._make(), None
            return self._made

    @property
    def is_new(self) -> bool:
        """Whether there is nothing on disk yet."""
        return self._make is not None

    @classmethod
    def open(
        cls,
        directory: str | Path,
        *,
        read_only: bool = False,
        lazy: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> VersionStore:
        """Opens or makes `directory/versions.db`. A damaged file is renamed aside, never deleted and never an error.

        Only a sandbox's own kernel opens it for writing. `read_only` is for all others: nothing is made or mended. `lazy`:
        a missing file is made when something is to be kept.
        """
        if read_only:
            return cls(open_for_reading(Path(directory)), clock=clock)
        if lazy and not os.path.lexists(Path(directory) / FILE):
            return cls(lambda: open_database(Path(directory))[0], clock=clock)
        database, aside = open_database(Path(directory))
        store = cls(database, aside, clock=clock)
        store.reject_staged("the kernel ended before this change was decided")
        return store

    def close(self) -> None:
        with self._making:
            if self._make is not None:
                self._make = _closed
                return
        self.database.close()

    def __enter__(self) -> VersionStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- changes ----------------------------------------------------------------------------------------------

    def stage(
        self, sources: Mapping[str, str | None], *, kind: str, author: str = "", note: str = "", target: int = 0
    ) -> Change:
        """Stores the texts and an undecided change, durably. None: the change takes the module away.

        `kind` is free (`load`, `reload`, `rollback`, ...); `undo` and `redo` name the change they concern in `target`.
        """
        if not sources:
            raise ValueError("a change needs at least one module")
        if not all(isinstance(name, str) and isinstance(text, str | None) for name, text in sources.items()):
            raise TypeError("module names must be texts, and sources texts or None")
        now = self._clock()
        with self.database.transaction() as db:
            cursor = db.execute(
                "INSERT INTO change (kind, author, note, time, outcome, target) VALUES (?, ?, ?, ?, 'staged', ?)",
                (kind, author, note, now, target),
            )
            change_id = int(cursor.lastrowid or 0)
            for module, source in sources.items():
                row = queries.module_row(db, module, create=source is not None)
                number = 0
                if source is not None:
                    number = queries.add_version(db, row, source, now=now, author=author, note=note)
                db.execute("INSERT INTO member VALUES (?, ?, ?, ?)", (change_id, row[0], number, row[1]))
            return queries.change_of(db, change_id)

    def accept(self, change_id: int, *, report: str = "{}", duration_ms: float = 0.0) -> Change:
        """All versions of the change become live, in one transaction that is on disk when this returns."""
        with self.database.transaction() as db:
            queries.undecided(db, change_id)
            queries.make_live(db, change_id, duration_ms)
            db.execute(
                "UPDATE change SET outcome = 'accepted', report = ?, duration_ms = ? WHERE id = ?",
                (report, duration_ms, change_id),
            )
            change = queries.change_of(db, change_id)
            queries.place(db, change)
            return change

    def reject(
        self, change_id: int, *, stage: str, reason: str, report: str = "{}", duration_ms: float = 0.0
    ) -> Change:
        """The change did not happen: what is live stays live. Versions that were live once keep that outcome."""
        with self.database.transaction() as db:
            queries.undecided(db, change_id)
            queries.mark_rejected(db, change_id, stage, reason, report, duration_ms)
            return queries.change_of(db, change_id)

    def reject_staged(self, reason: str) -> int:
        """Rejects what no one decided, as after a kill; the number of changes. `open` calls it."""
        with self.database.transaction() as db:
            staged = [row[0] for row in db.execute("SELECT id FROM change WHERE outcome = 'staged'")]
            for change_id in staged:
                queries.mark_rejected(db, change_id, "interrupted", reason, "{}", 0.0)
        return len(staged)

    def change(self, change_id: int) -> Change:
        with self.database.cursor() as db:
            return queries.change_of(db, change_id)

    def timeline(self, limit: int = 100, before: int = 0) -> list[Change]:
        """Changes over all modules, newest first; `before` pages on: only ids below it."""
        with self.database.cursor() as db:
            found = db.execute(
                f"{queries.CHANGE} WHERE id < ? ORDER BY id DESC LIMIT ?", (before or queries.LAST, limit)
            ).fetchall()
            return [queries.change_from(db, row) for row in found]

    # -- versions ---------------------------------------------------------------------------------------------

    def live(self) -> dict[str, Version]:
        if self.is_new:
            return {}
        with self.database.cursor() as db:
            found = db.execute(f"{queries.VERSION} WHERE v.number = m.live ORDER BY m.name").fetchall()
        return {row[0]: queries.version_from(row) for row in found}

    def live_at(self, change_id: int) -> dict[str, int]:
        """Module -> number of what was live right after a change; a module that was not live has no entry."""
        with self.database.cursor() as db:
            queries.change_of(db, change_id)
            found = db.execute(
                "SELECT m.name, (SELECT b.number FROM member b JOIN change c ON c.id = b.change_id "
                "WHERE b.module_id = m.id AND c.outcome = 'accepted' AND c.id <= ? ORDER BY b.change_id DESC LIMIT 1) "
                "FROM module m ORDER BY m.name",
                (change_id,),
            ).fetchall()
        return {name: number for name, number in found if number}

    def modules(self) -> list[str]:
        """Every module that ever had a version."""
        if self.is_new:
            return []
        with self.database.cursor() as db:
            return [row[0] for row in db.execute("SELECT name FROM module ORDER BY name")]

    def version(self, module: str, number: int) -> Version:
        with self.database.cursor() as db:
            module_id, _, newest = queries.module_row(db, module)
            row = db.execute(
                f"{queries.VERSION} WHERE v.module_id = ? AND v.number = ?", (module_id, number)
            ).fetchone()
        if row is None:
            raise VersionNotFound(module, number, newest)
        return queries.version_from(row)

    def source(self, module: str, number: int) -> str:
        return self.version(module, number).source

    def history(self, module: str, *, limit: int = 100, before: int = 0) -> list[Version]:
        """Newest first; `before` pages on: only numbers below it. Costs the page, however long the history is."""
        with self.database.cursor() as db:
            module_id, _, newest = queries.module_row(db, module)
            found = db.execute(
                f"{queries.VERSION} WHERE v.module_id = ? AND v.number < ? ORDER BY v.number DESC LIMIT ?",
                (module_id, before or newest + 1, limit),
            ).fetchall()
        return [queries.version_from(row) for row in found]

    def newest(self, module: str) -> int:
        with self.database.cursor() as db:
            return queries.module_row(db, module)[2]

    def numbers(self, module: str, *, outcomes: Iterable[str] = ("live", "accepted")) -> list[int]:
        """Numbers in order, without the texts: what `bisection` searches."""
        wanted = {"accepted" if outcome == "live" else outcome for outcome in outcomes}
        with self.database.cursor() as db:
            module_id, _, _ = queries.module_row(db, module)
            found = db.execute("SELECT number, outcome FROM version WHERE module_id = ? ORDER BY number", (module_id,))
            return [number for number, outcome in found if outcome in wanted]

    def resolve(self, module: str, reference: str | int) -> int:
        """The number that a person means: `3`, `v3`, a tag, `live`, `newest`, or `-1` for the one before the live one."""
        with self.database.cursor() as db:
            module_id, live, newest = queries.module_row(db, module)
            text = str(reference).strip()
            tagged = db.execute("SELECT number FROM tag WHERE module_id = ? AND name = ?", (module_id, text)).fetchone()
            digits = text.removeprefix("v")
            if text.startswith("-") and text[1:].isdecimal():
                below = "SELECT number FROM version WHERE module_id = ? AND number < ? AND outcome = 'accepted'"
                query = f"{below} ORDER BY number DESC LIMIT 1 OFFSET ?"
                found = db.execute(query, (module_id, live, int(text) * -1 - 1)).fetchone()
                number = found[0] if found else 0
            elif tagged:
                number = tagged[0]
            elif text in ("live", "newest"):
                number = live if text == "live" else newest
            elif digits.isdecimal():
                number = int(digits)
            else:
                raise ValueError(
                    f"'{text}' is no version of '{module}'; give a number, a tag, 'live', 'newest' or '-1'"
                )
            queries.version_row(db, module, number)
        return int(number)

    # -- undo and redo ----------------------------------------------------------------------------------------

    def undo_step(self) -> Step | None:
        """What to make live to undo the newest change that is not undone yet; None when there is nothing to undo.

        Carry it out with `stage(step.sources, kind="undo", target=step.target)` and `accept`.
        """
        return self._step("undo", "SELECT max(id) FROM change WHERE place = 'done'", "before")

    def redo_step(self) -> Step | None:
        """The same forwards: a new change of another kind forgets what could be redone."""
        return self._step("redo", "SELECT min(id) FROM change WHERE place = 'undone'", "number")

    def _step(self, kind: str, query: str, column: str) -> Step | None:
        with self.database.cursor() as db:
            (target,) = db.execute(query).fetchone()
            if target is None:
                return None
            found = db.execute(
                f"SELECT m.name, b.{column} FROM member b JOIN module m ON m.id = b.module_id "
                "WHERE b.change_id = ? ORDER BY m.name",
                (target,),
            ).fetchall()
            sources = {name: self.source(name, number) if number else None for name, number in found}
        return Step(kind=kind, target=target, versions=dict(found), sources=sources)

    # -- tags and saved state ---------------------------------------------------------------------------------

    def tag(self, module: str, number: int, name: str) -> None:
        """Names a version. A tag is unique in its module; the same name again moves it. A number is no name."""
        if not name.strip() or name.strip().isdigit() or "\x1f" in name:
            raise ValueError(f"'{name}' is no tag; choose a name that is not a number")
        with self.database.transaction() as db:
            module_id, _ = queries.version_row(db, module, number)
            db.execute("INSERT OR REPLACE INTO tag VALUES (?, ?, ?)", (module_id, name.strip(), number))

    def untag(self, module: str, name: str) -> bool:
        """False when there was no such tag."""
        with self.database.transaction() as db:
            module_id, _, _ = queries.module_row(db, module)
            return db.execute("DELETE FROM tag WHERE module_id = ? AND name = ?", (module_id, name)).rowcount > 0

    def tags(self, module: str) -> dict[str, int]:
        with self.database.cursor() as db:
            module_id, _, _ = queries.module_row(db, module)
            return dict(db.execute("SELECT name, number FROM tag WHERE module_id = ? ORDER BY name", (module_id,)))

    def save_state(self, module: str, number: int, body: bytes) -> None:
        """Keeps the state that goes with a version (JSON, as bytes) for a rollback to bring back; the last wins."""
        with self.database.transaction() as db:
            module_id, _ = queries.version_row(db, module, number)
            db.execute("INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?)", (module_id, number, self._clock(), body))

    def state(self, module: str, number: int) -> bytes | None:
        with self.database.cursor() as db:
            module_id, _, _ = queries.module_row(db, module)
            query = "SELECT body FROM state WHERE module_id = ? AND number = ?"
            row = db.execute(query, (module_id, number)).fetchone()
        return None if row is None else bytes(row[0])

    # -- the whole -------------------------------------------------------------------------------------------

    def export_history(self, path: str | Path) -> int:
        """Writes everything to one file of JSON lines (docs/history-format.md), as it is at this moment; its lines.

        Changes may go on meanwhile. A file of that name is replaced in one step.
        """
        with self.database.snapshot() as db:
            return portable.write(db, Path(path), now=self._clock())

    def import_history(self, path: str | Path) -> int:
        """Fills this store, which must be empty, from such a file, all or nothing; the number of versions."""
        with self.database.transaction() as db:
            count = portable.read(db, Path(path))
        self.reject_staged("it was not decided when the history was exported")
        return count

    def statistics(self) -> StoreStatistics:
        with self.database.cursor() as db:
            return upkeep.store_statistics(db)

    def module_statistics(self, module: str) -> ModuleStatistics:
        with self.database.cursor() as db:
            return upkeep.module_statistics(db, module)

    def prune(self, *, keep_last: int, keep_tagged: bool = True) -> int:
        """Forgets all but the newest `keep_last` versions of each module; the number of those forgotten.

        Nothing calls this by itself: the full history is kept unless the owner of the sandbox asks for less.
        """
        if keep_last < 1:
            raise ValueError(f"keep_last must be at least 1, not {keep_last}")
        with self.database.transaction() as db:
            forgotten = upkeep.prune(db, keep_last=keep_last, keep_tagged=keep_tagged)
        if forgotten:
            with self.database.cursor() as db:
                db.execute("VACUUM")  # gives the space back to the disk
        return forgotten

    # -- small values of the session --------------------------------------------------------------------------

    def get_meta(self, key: str) -> Any:  # Any: whatever JSON value was set
        """None when it was never set."""
        if self.is_new:
            return None
        with self.database.cursor() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else json.loads(row[0])

    def set_meta(self, key: str, value: Any) -> None:  # Any: a JSON value
        text = json.dumps(value)
        with self.database.transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, text))


def _closed() -> Database:
    raise StoreError("the version store is closed; open it again")
