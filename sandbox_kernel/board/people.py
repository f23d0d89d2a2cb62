"""One learner's data: all of it to take away, all of it deleted, and the oldest of everybody's deleted by itself."""

from __future__ import annotations

import time as clock
from typing import Any, Final

import sqlalchemy as sa

from sandbox_kernel.board import tables as t
from sandbox_kernel.board.store import Store

DAY_S: Final = 24 * 3600.0
_OF_A_LEARNER: Final = (t.standing, t.attempt, t.event, t.outcome, t.look, t.suggestion)


def everything(store: Store, name: str) -> dict[str, Any]:  # Any: JSON
    """Every row about this learner, by table."""
    found: dict[str, Any] = {"person": store.rows(sa.select(t.person).where(t.person.c.name == name))}
    for table in _OF_A_LEARNER:
        if table is not t.event:  # an attempt and a standing say all that its events said
            found[table.name] = store.rows(sa.select(table).where(table.c.learner == name))
    found["audit"] = store.rows(sa.select(t.audit).where(t.audit.c.learner == name))
    return found


def delete(store: Store, name: str) -> None:
    """Nothing that names the learner is left, in the audit log neither. The name itself comes back with the roster."""
    store.write(
        *(table.delete().where(table.c.learner == name) for table in _OF_A_LEARNER),
        t.person.delete().where(t.person.c.name == name),
        t.audit.update().where(t.audit.c.learner == name).values(learner="", detail="(deleted)"),
        t.audit.update().where(t.audit.c.who == name).values(who="(deleted)"),
    )


def delete_old(store: Store, days: int, now: float | None = None) -> None:
    """Answers, events, looks and the audit log older than `days`; 0 keeps everything. Grades that rest on them go too."""
    if days <= 0:
        return
    before = (now or clock.time()) - days * DAY_S
    store.write(
        t.event.delete().where(t.event.c.received < before),
        t.attempt.delete().where(t.attempt.c.time < before),
        t.standing.delete().where(t.standing.c.changed < before),
        t.outcome.delete().where(t.outcome.c.time < before),
        t.look.delete().where(t.look.c.began < before),
        t.suggestion.delete().where(t.suggestion.c.time < before),
        t.audit.delete().where(t.audit.c.time < before),
    )
