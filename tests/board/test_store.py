from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from sandbox_kernel.board import people
from sandbox_kernel.board import tables as t
from sandbox_kernel.board.store import Store
from sandbox_kernel.wire_class import Checked, Event, Opened


def event(key: str, what: object = None, taken: float | None = None) -> Event:
    return Event(key, time.time() if taken is None else taken, what or Opened("till"))  # type: ignore[arg-type]


def answer(exercise: str = "refund", status: str = "pass") -> Checked:
    return Checked("till", "1.0.0", exercise, "x = 1", status, 3.0, 3.0)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'class.sqlite'}")
    yield made
    made.close()


def test_the_migrations_give_the_tables_of_this_release(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "classroom_version"})
        assert [] == compare_metadata(context, t.metadata)


def test_an_event_that_comes_twice_counts_once(store: Store) -> None:
    store.take("ada", [event("a", answer())])
    keys, changed, fresh = store.take("ada", [event("a", answer()), event("b", answer(status="fail"))])
    assert (["a", "b"], 1) == (keys, len(fresh))
    assert 2 == changed[0].attempts
    assert 2 == len(store.rows(sa.select(t.attempt)))


def test_the_same_key_of_another_learner_is_another_event(store: Store) -> None:
    store.take("ada", [event("a")])
    assert 1 == len(store.take("bob", [event("a")])[2])


def test_standings_come_back_after_a_restart(tmp_path: Path, store: Store) -> None:
    store.take("ada", [event("a", answer(status="fail")), event("b", answer(status="fail"))])
    again = Store(f"sqlite:///{tmp_path / 'class.sqlite'}")
    assert [("ada", "refund", 2)] == [(one.learner, one.exercise, one.failures) for one in again.standings()]
    again.close()


def test_a_servers_clock_is_believed_only_for_the_time_that_the_service_was_away(tmp_path: Path, store: Store) -> None:
    now = time.time()
    assert now - 3 == store.counted(now - 3, now)
    assert now == store.counted(now - 60, now), "the service was here a minute ago"
    assert now == store.counted(now + 60, now), "nobody hands in from the future"
    with store.engine.begin() as connection:
        connection.execute(t.uptime.update().values(last=now - 100))
    again = Store(f"sqlite:///{tmp_path / 'class.sqlite'}")
    assert now - 60 == again.counted(now - 60, now)
    assert now == again.counted(now - 200, now)
    again.close()


def test_an_answer_after_the_deadline_is_late(store: Store) -> None:
    store.write(t.deadline.insert().values(lesson="till", time=time.time() - 60))
    store.take("ada", [event("a", answer())])
    assert [True] == [row["late"] for row in store.rows(sa.select(t.attempt))]


def test_deleting_a_learner_leaves_no_row_that_names_them(store: Store) -> None:
    store.set_people([{"name": "ada", "shown": "Ada", "role": "learner"}])
    store.take("ada", [event("a", answer())])
    store.take("bob", [event("b", answer())])
    store.note("teach", "looked", "ada", "look 1 began")
    people.delete(store, "ada")
    for table in t.metadata.sorted_tables:
        assert "ada" not in str(store.rows(sa.select(table))), table.name
    assert 1 == len(store.rows(sa.select(t.attempt)))


def test_what_is_older_than_the_retention_goes(store: Store) -> None:
    now = time.time()
    store.take("ada", [event("a", answer())])
    people.delete_old(store, 30, now + 29 * people.DAY_S)
    assert 1 == len(store.rows(sa.select(t.attempt)))
    people.delete_old(store, 30, now + 31 * people.DAY_S)
    assert [] == store.rows(sa.select(t.attempt)) + store.rows(sa.select(t.event)) + store.rows(sa.select(t.standing))
