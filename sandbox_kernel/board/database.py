"""The service's database: SQLite in a file by default, PostgreSQL by its URL; brought to today's shape at each start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.dialects import postgresql, sqlite

from sandbox_kernel.errors import SandboxError


class DatabaseError(SandboxError):
    """The database cannot be opened; the text says which and what to do."""


def connect(url: str) -> sa.Engine:
    """An engine whose database has all tables of this release. DatabaseError when it cannot be reached or is newer."""
    try:
        engine = sa.create_engine(_with_driver(url))
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _set_up_sqlite)
        migrate(engine)
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        shown = sa.engine.make_url(url).render_as_string(hide_password=True)
        raise DatabaseError(f"the database {shown} cannot be used ({error}); check its URL and that it runs") from None
    return engine


def migrate(engine: sa.Engine, to: str = "head") -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def insert_once(engine: sa.Engine, table: sa.Table) -> Any:  # Any: an insert of either dialect
    """An INSERT that does nothing where the row is there already."""
    make = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing()


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1) if url.startswith("postgresql://") else url


def _set_up_sqlite(connection: Any, _: Any) -> None:  # Any: the driver's connection
    cursor = connection.cursor()
    for line in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {line}")
    cursor.close()
