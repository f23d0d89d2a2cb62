"""Every read and write of the service's database. Blocking: called from the service's one database thread.

Taking events is one transaction per batch: the events, the attempts and the standings that follow from them. What was
acknowledged was committed before, so a killed service has lost nothing of it; what comes a second time is known by its
key and changes nothing.
"""

from __future__ import annotations

import time as clock
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import msgspec
import sqlalchemy as sa

from sandbox_kernel.board import tables as t
from sandbox_kernel.board.database import connect, insert_once
from sandbox_kernel.board.standing import Standing, after, part_of
from sandbox_kernel.wire_class import Checked, Decided, Event, Fixed, Hinted, Opened, Quizzed, Stumbled

Row = dict[str, Any]  # Any: of whatever type the column is
IN_TIME_S = 10.0  # an event taken less than this ago has its own time; older ones only when the service was away


class Store:
    def __init__(self, url: str) -> None:
        self.engine = connect(url)
        with self.engine.begin() as connection:
            last = connection.execute(sa.select(sa.func.max(t.uptime.c.boot))).scalar()
            self._boot = (last or 0) + 1
            before = connection.execute(sa.select(sa.func.max(t.uptime.c.last))).scalar()
            self._began = clock.time()
            self._away_since = float(before or self._began)
            connection.execute(t.uptime.insert().values(boot=self._boot, began=self._began, last=self._began))

    def close(self) -> None:
        self.engine.dispose()

    def still_here(self) -> None:
        """Called every few seconds: what a learner's server says of a time when the service was here is not believed."""
        with self.engine.begin() as connection:
            connection.execute(t.uptime.update().where(t.uptime.c.boot == self._boot).values(last=clock.time()))

    # -- events -------------------------------------------------------------------------------------------------

    def take(self, learner: str, events: Sequence[Event]) -> tuple[list[str], list[Standing], list[Event]]:
        """Stores a batch: the keys that are now safe, the standings that changed, and the events that were new."""
        received = clock.time()
        changed: dict[tuple[str, str], Standing] = {}
        fresh: list[Event] = []
        with self.engine.begin() as connection:
            for event in events:
                number = self._insert(connection, learner, event, received)
                if number is not None:
                    fresh.append(event)
                    self._follow(connection, learner, number, event, self.counted(event.time, received), changed)
            for standing in changed.values():
                _put(connection, standing)
        return [event.key for event in events], list(changed.values()), fresh

    def counted(self, taken: float, received: float) -> float:
        """The time that counts for a deadline: the learner's server's word is taken for the time that nobody else saw."""
        taken = min(taken, received)
        unseen = self._away_since - IN_TIME_S <= taken <= self._began + IN_TIME_S
        return taken if unseen or received - taken < IN_TIME_S else received

    def _insert(self, connection: sa.Connection, learner: str, event: Event, received: float) -> int | None:
        body = msgspec.json.encode(event.what).decode()
        values = {"learner": learner, "key": event.key, "taken": event.time, "received": received}
        kind = str(msgspec.to_builtins(event.what)["type"])
        row = insert_once(self.engine, t.event).values(**values, kind=kind, body=body).returning(t.event.c.id)
        return connection.execute(row).scalar()

    def _follow(
        self,
        connection: sa.Connection,
        learner: str,
        number: int,
        event: Event,
        time: float,
        changed: dict[tuple[str, str], Standing],
    ) -> None:
        match event.what:
            case Opened() | Checked() | Hinted() | Quizzed() | Stumbled() as what:
                key = (what.lesson, part_of(what))
                before = changed.get(key) or _standing(connection, learner, *key)
                changed[key] = after(before, what, time)
                if isinstance(what, Checked):
                    self._record(connection, learner, number, what, time)
            case Fixed() as what:
                _forget(connection, t.outcome, revision=what.revision, learner=learner)
                values = {"revision": what.revision, "learner": learner, "outcome": what.outcome, "time": time}
                connection.execute(t.outcome.insert().values(**values, detail=what.detail[:500]))
            case Decided() as what:
                open_one = (t.suggestion.c.id == what.suggestion) & (t.suggestion.c.learner == learner)
                state = "accepted" if what.accepted else "declined"
                connection.execute(
                    t.suggestion.update()
                    .where(open_one & (t.suggestion.c.state == "open"))
                    .values(state=state, decided=time)
                )

    def _record(self, connection: sa.Connection, learner: str, number: int, what: Checked, time: float) -> None:
        due = connection.execute(sa.select(t.deadline.c.time).where(t.deadline.c.lesson == what.lesson)).scalar()
        connection.execute(
            t.attempt.insert().values(
                event=number, learner=learner, lesson=what.lesson, version=what.version[:32], exercise=what.exercise,
                time=time, answer=what.answer, claimed=what.status, claimed_points=what.points,
                state="waiting" if what.counts else "skipped", status="", points=0.0, message="", revision=0,
                late=time > (due or float("inf")),
            )
        )  # fmt: skip

    # -- what was stored ------------------------------------------------------------------------------------------

    def standings(self) -> list[Standing]:
        with self.engine.connect() as connection:
            return [Standing(**row) for row in connection.execute(sa.select(t.standing)).mappings()]

    def rows(self, wanted: sa.Select[Any]) -> list[Row]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(wanted).mappings()]

    def write(self, *statements: sa.Executable) -> int:
        """All of them or none; the number that the last INSERT gave its row."""
        with self.engine.begin() as connection:
            number = 0
            for statement in statements:
                result = connection.execute(statement)
                if isinstance(statement, sa.Insert) and result.inserted_primary_key:
                    key = result.inserted_primary_key[0]
                    number = key if isinstance(key, int) else number
        return number

    def set_people(self, people: Iterable[Row]) -> None:
        """The roster as it stands now; who left it keeps their work until it is deleted."""
        with self.engine.begin() as connection:
            for one in people:
                seen = connection.execute(sa.select(t.person.c.seen).where(t.person.c.name == one["name"])).scalar()
                _forget(connection, t.person, name=one["name"])
                connection.execute(t.person.insert().values(**one, seen=seen or 0.0))

    def note(self, who: str, what: str, learner: str = "", detail: str = "") -> None:
        """An entry of the audit log."""
        values = {"time": clock.time(), "who": who, "what": what, "learner": learner, "detail": detail[:500]}
        self.write(t.audit.insert().values(**values))


def _standing(connection: sa.Connection, learner: str, lesson: str, exercise: str) -> Standing:
    key = (t.standing.c.learner == learner) & (t.standing.c.lesson == lesson) & (t.standing.c.exercise == exercise)
    row = connection.execute(sa.select(t.standing).where(key)).mappings().first()
    return Standing(**row) if row else Standing(learner, lesson, exercise)


def _put(connection: sa.Connection, standing: Standing) -> None:
    _forget(connection, t.standing, learner=standing.learner, lesson=standing.lesson, exercise=standing.exercise)
    connection.execute(t.standing.insert().values(**asdict(standing)))


def _forget(connection: sa.Connection, table: sa.Table, **key: object) -> None:
    connection.execute(table.delete().where(sa.and_(*(table.c[name] == value for name, value in key.items()))))
