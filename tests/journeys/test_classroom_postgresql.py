"""The class's database on a real PostgreSQL: the same tables, once-only events, grades and deletion as on SQLite."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("psycopg", reason="the extra `postgresql` is not installed")
pytest.importorskip("sqlalchemy", reason="the extra `classroom` is not installed")

import psycopg
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from sandbox_kernel.board import people
from sandbox_kernel.board import tables as t
from sandbox_kernel.board.gradebook import totals
from sandbox_kernel.board.store import Store
from sandbox_kernel.wire_class import Checked, Event

pytestmark = pytest.mark.process
ORDINARY = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []  # it refuses root


def program(name: str) -> str:
    found = [shutil.which(name), *map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))]
    return next(filter(None, found), "")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    initdb, postgres = program("initdb"), program("postgres")
    if not initdb or not postgres:
        pytest.skip("no PostgreSQL here")
    place = tmp_path_factory.mktemp("pg", numbered=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    made = [*ORDINARY, initdb, "-D", f"{place}/data", "-A", "trust", "-U", "class", "-N", "--locale=C", "-E", "UTF8"]
    if subprocess.run(made, check=False, **quiet).returncode:  # type: ignore[call-overload]  # two streams
        pytest.skip("PostgreSQL cannot make a database here")
    command = [*ORDINARY, postgres, "-D", f"{place}/data", "-k", str(place), "-c", "listen_addresses=", "-F"]
    server = subprocess.Popen(command, **quiet)  # type: ignore[call-overload]  # as above
    found = f"postgresql://class@/postgres?host={place}"
    try:
        deadline = time.monotonic() + 30
        while not takes_in(found):
            assert server.poll() is None, "PostgreSQL ended before it took anybody in"
            assert time.monotonic() < deadline, "PostgreSQL took nobody in within 30 s"
            time.sleep(0.05)
        yield found
    finally:
        server.terminate()
        server.wait()


def takes_in(address: str) -> bool:
    """Its socket is there before it is ready: it turns away who comes in between."""
    try:
        psycopg.connect(address, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    made = Store(address)
    yield made
    made.close()


def test_the_migrations_give_the_tables_of_this_release(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "classroom_version"})
        assert [] == compare_metadata(context, t.metadata)


def test_events_count_once_and_survive_a_new_start(address: str, store: Store) -> None:
    answer = Checked("till", "1", "refund", "x = 1", "fail", 0.0, 3.0, "not yet")
    store.take("ada", [Event("a", time.time(), answer)])
    store.take("ada", [Event("a", time.time(), answer), Event("b", time.time(), answer)])
    again = Store(address)
    assert [("ada", "refund", 2)] == [(one.learner, one.exercise, one.failures) for one in again.standings()]
    again.close()


def test_grades_and_deletion(store: Store) -> None:
    store.set_people([{"name": "ada", "shown": "Ada", "role": "learner"}])
    store.write(t.attempt.update().values(state="done", points=2.0, status="fail"))
    assert {"ada": 2.0} == totals(store)
    people.delete(store, "ada")
    assert {} == totals(store)
    for table in t.metadata.sorted_tables:
        assert "ada" not in str(store.rows(sa.select(table))), table.name
