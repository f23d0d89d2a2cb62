"""Events on their way to the classroom service: on disk until the service says that it has them.

One SQLite file in the server's private directory. An event has the same key however often it is put in or sent, so a
crash at any point loses none and doubles none. Calls take a millisecond and are made on the server's loop.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time as clock
from collections.abc import Callable
from pathlib import Path

import msgspec

from sandbox_kernel.wire_class import BATCH, Event, What

MOST_EVENTS = 20_000


class Outbox:
    def __init__(self, path: Path, time: Callable[[], float] = clock.time) -> None:
        self._time = time
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS event (number INTEGER PRIMARY KEY, key TEXT UNIQUE, time REAL, what BLOB)"
        )

    def close(self) -> None:
        self._database.close()

    @property
    def is_full(self) -> bool:
        """Then events stay where they are, in the sandboxes' own directories, until some were sent."""
        return self.waiting() >= MOST_EVENTS

    def waiting(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM event").fetchone()[0])

    def put(self, what: What, key: str = "") -> None:
        """Durable when this returns. The same key again changes nothing."""
        body = msgspec.json.encode(what)
        key = key or hashlib.sha256(body + str(self._time()).encode()).hexdigest()[:32]
        self._database.execute(
            "INSERT OR IGNORE INTO event (key, time, what) VALUES (?, ?, ?)", (key, self._time(), body)
        )

    def oldest(self, most: int = BATCH) -> list[Event]:
        rows = self._database.execute("SELECT key, time, what FROM event ORDER BY number LIMIT ?", (most,))
        return [Event(key, time, msgspec.json.decode(what, type=What)) for key, time, what in rows]

    def sent(self, keys: list[str]) -> None:
        self._database.executemany("DELETE FROM event WHERE key = ?", [(key,) for key in keys])
