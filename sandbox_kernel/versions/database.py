"""The SQLite file under the version store: opening, the choices of PRAGMA, the schema, damage. Only `store` uses it.

One connection, guarded by a lock, is the only writer; reads take the same lock (each is well under a millisecond).
Python's own transaction handling is off (`isolation_level=None`): every write names its transaction.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sandbox_kernel.errors import StoreError

FILE = "versions.db"
APPLICATION_ID = 0x53424B56  # "SBKV": tells our file from any other SQLite file
BUSY_MS = 5000

PRAGMAS = (
    # Readers (an export, a host that looks) never wait for the writer, and a commit is one append to the log.
    "PRAGMA journal_mode=WAL",
    # FULL syncs the log at every commit: what was acknowledged survives kill -9 and, if the disk keeps its word, the
    # loss of power. NORMAL would survive kill -9 too, but could lose the last commits with the power. An accepted
    # change costs two commits; a sync costs 0.1 to 5 ms beside some 10 ms of compilation.
    "PRAGMA synchronous=FULL",
    # The constraints between changes, versions and texts are part of "never a torn version".
    "PRAGMA foreign_keys=ON",
    # Sorting and temporary indexes never leave files beside the sandbox's modules.
    "PRAGMA temp_store=MEMORY",
    # After a checkpoint the log shrinks back to this, so that a copied sandbox stays small.
    "PRAGMA journal_size_limit=4194304",
    # No memory map: a file cut short under us is an error we can report, not a SIGBUS in the learner's kernel.
    "PRAGMA mmap_size=0",
)

# Each step brings the file from the version of its place in the list to the next (PRAGMA user_version).
MIGRATIONS = (
    """
    CREATE TABLE text (
        id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, body BLOB NOT NULL
    );
    CREATE TABLE module (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
        live INTEGER NOT NULL DEFAULT 0, newest INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE version (
        module_id INTEGER NOT NULL REFERENCES module(id), number INTEGER NOT NULL,
        text_id INTEGER NOT NULL REFERENCES text(id), parent INTEGER NOT NULL,
        time REAL NOT NULL, author TEXT NOT NULL, note TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('staged', 'accepted', 'rejected')),
        reason TEXT NOT NULL DEFAULT '', duration_ms REAL NOT NULL DEFAULT 0,
        added INTEGER NOT NULL, removed INTEGER NOT NULL,
        PRIMARY KEY (module_id, number), UNIQUE (module_id, text_id)
    ) WITHOUT ROWID;
    CREATE INDEX version_text ON version(text_id);
    CREATE TABLE change (
        id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, author TEXT NOT NULL, note TEXT NOT NULL,
        time REAL NOT NULL, outcome TEXT NOT NULL CHECK (outcome IN ('staged', 'accepted', 'rejected')),
        stage TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', report TEXT NOT NULL DEFAULT '{}',
        duration_ms REAL NOT NULL DEFAULT 0,
        target INTEGER NOT NULL DEFAULT 0,
        place TEXT NOT NULL DEFAULT '' CHECK (place IN ('', 'done', 'undone'))
    );
    CREATE INDEX change_place ON change(place, id) WHERE place <> '';
    CREATE INDEX change_staged ON change(id) WHERE outcome = 'staged';
    CREATE TABLE member (
        change_id INTEGER NOT NULL REFERENCES change(id), module_id INTEGER NOT NULL REFERENCES module(id),
        number INTEGER NOT NULL, before INTEGER NOT NULL,
        PRIMARY KEY (change_id, module_id)
    ) WITHOUT ROWID;
    CREATE INDEX member_module ON member(module_id, change_id);
    CREATE TABLE tag (
        module_id INTEGER NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY (module_id, name), FOREIGN KEY (module_id, number) REFERENCES version(module_id, number)
    ) WITHOUT ROWID;
    CREATE INDEX tag_number ON tag(module_id, number);
    CREATE TABLE state (
        module_id INTEGER NOT NULL, number INTEGER NOT NULL, time REAL NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (module_id, number), FOREIGN KEY (module_id, number) REFERENCES version(module_id, number)
    );
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    """,
)

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Database:
    """An open file. `transaction()` and `cursor()` hold the lock; both turn SQLite's errors into StoreError."""

    def __init__(self, path: Path, connection: sqlite3.Connection, syncing: threading.Thread | None = None) -> None:
        self.path = path
        self._syncing = syncing
        self._lock = threading.RLock()
        self._closed = False
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, whatever ends the block, an interrupt of the learner included."""
        with self.cursor() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def cursor(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._closed:
                raise StoreError(f"the version store {self.path} is closed; open it again")
            try:
                yield self._connection
            except sqlite3.DatabaseError as error:
                raise StoreError(_sentence(self.path, error)) from error

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own that sees the store as it is now, while others go on writing."""
        try:
            connection = _reader(self.path)
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                connection.close()
        except sqlite3.DatabaseError as error:
            raise StoreError(_sentence(self.path, error)) from error

    def close(self) -> None:
        if self._syncing is not None:
            self._syncing.join()  # its connection must not outlive ours: the file may be moved or removed next
        with self._lock:
            if not self._closed:
                self._closed = True
                self._connection.close()


def open_database(directory: Path) -> tuple[Database, Path | None]:
    """Opens or creates the file. A damaged one is renamed aside; the second value says where to."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        ignore = directory / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")  # the directory hides itself; git itself is never touched
    except OSError as error:
        raise StoreError(
            f"the version store cannot be made in {directory}: {error.strerror}; check the path"
        ) from error
    path = directory / FILE
    try:
        if path.is_file() or not os.path.lexists(path):  # else code of an earlier run left something else there
            return Database(path, *_connect(path)), None
    except sqlite3.DatabaseError as error:
        if not _is_damage(error):
            raise StoreError(_sentence(path, error)) from error
    aside = _put_aside(path)
    try:
        return Database(path, *_connect(path)), aside
    except sqlite3.DatabaseError as error:
        raise StoreError(_sentence(path, error)) from error


def open_for_reading(directory: Path) -> Database:
    """For those who only look. A file that is missing, damaged or of another format is an error."""
    path = directory / FILE
    if not path.exists():
        raise StoreError(f"there is no version store in {directory}; start the sandbox once to make one")
    try:
        connection = _reader(path)
        try:
            _check_format(connection, path)
        except BaseException:
            connection.close()
            raise
    except sqlite3.DatabaseError as error:
        raise StoreError(_sentence(path, error)) from error
    return Database(path, connection)


def _reader(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000)


def _connect(path: Path) -> tuple[sqlite3.Connection, threading.Thread | None]:
    """The thread syncs a new file; None for one that was there."""
    syncing = None
    # check_same_thread is off because the lock above serialises all use, from whichever thread it comes.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000)
    try:
        have = _check_format(connection, path)  # before the first PRAGMA that would alter another program's file
        if have:
            _set_up(connection)
            _migrate(connection, have)
        else:
            syncing = _make(connection, path)
        found = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found != ("ok",):
            error = sqlite3.DatabaseError(str(found and found[0]))
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
    except BaseException:
        connection.close()
        raise
    return connection, syncing


def _set_up(connection: sqlite3.Connection) -> None:
    for pragma in PRAGMAS:
        connection.execute(pragma)


def _make(connection: sqlite3.Connection, path: Path) -> threading.Thread:
    """A new file has nothing to lose yet: waiting for the disk at each step would be most of a kernel's start (30 ms of
    the 40 that a sandbox takes to open). It is synced once, beside the start, long before anybody's first change."""
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA journal_mode=WAL")
    _migrate(connection, 0)
    _set_up(connection)
    syncing = threading.Thread(target=_sync, args=(path,), name="sandbox-store-sync", daemon=True)
    syncing.start()
    return syncing


def _sync(path: Path) -> None:
    """By a connection of its own: opening and closing the file any other way would drop SQLite's locks on it."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=BUSY_MS / 1000)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _check_format(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the schema; 0 for a new file."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (have,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables and application != APPLICATION_ID:
        raise StoreError(f"{path} belongs to another program; move it away or choose another directory")
    if have > len(MIGRATIONS):
        raise StoreError(
            f"{path} was written by a newer sandbox-kernel (format {have}, this one knows {len(MIGRATIONS)}); "
            "install that release or newer"
        )
    return int(have)


def _migrate(connection: sqlite3.Connection, have: int) -> None:
    for step in range(have, len(MIGRATIONS)):
        connection.executescript(
            f"BEGIN IMMEDIATE; {MIGRATIONS[step]}; PRAGMA application_id={APPLICATION_ID}; "
            f"PRAGMA user_version={step + 1}; COMMIT;"
        )


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def _sentence(path: Path, error: sqlite3.DatabaseError) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _DAMAGE:
        return f"the version store {path} is damaged ({error}); restart the kernel: it is kept aside and the files load"
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"the version store {path} is busy: another program writes to it; close that program and try again"
    if code == sqlite3.SQLITE_FULL:
        return f"the version store {path} could not be written: the disk is full; free some space and try again"
    return f"the version store {path} could not be used ({error}); check that the directory is writable"


def _put_aside(path: Path) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%S")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    count = 1
    while aside.exists():
        count += 1
        aside = path.with_name(f"{path.name}.damaged-{stamp}-{count}")
    try:
        for suffix in ("-wal", "-shm", ""):  # the database last: until then the next start finds the damage again
            source = path.with_name(path.name + suffix)
            if os.path.lexists(source):
                os.replace(source, aside.with_name(aside.name + suffix))
    except OSError as error:
        raise StoreError(
            f"the version store {path} is damaged and could not be renamed ({error.strerror}); move it away by hand"
        ) from error
    return aside
