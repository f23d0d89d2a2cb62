"""The tables of the classroom service. It alone writes them; `migrations/` brings an older database to this shape.

Text sizes are bounded where a learner chooses the text. Times are seconds since 1970.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

metadata: Final = sa.MetaData()
NAME: Final = sa.String(32)
IDENT: Final = sa.String(128)


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _time(name: str = "time") -> sa.Column[float]:
    return sa.Column(name, sa.Double, nullable=False, default=0.0)


person = sa.Table(
    "person",
    metadata,
    sa.Column("name", NAME, primary_key=True),
    sa.Column("shown", sa.String(200), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    _time("seen"),
)

event = sa.Table(
    "event",
    metadata,
    _number(),
    sa.Column("learner", NAME, nullable=False),
    sa.Column("key", sa.String(64), nullable=False),
    _time("taken"),
    _time("received"),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.UniqueConstraint("learner", "key", name="event_once"),
)

attempt = sa.Table(
    "attempt",
    metadata,
    _number(),
    sa.Column("event", sa.Integer, nullable=False),
    sa.Column("learner", NAME, nullable=False, index=True),
    sa.Column("lesson", IDENT, nullable=False),
    sa.Column("version", sa.String(32), nullable=False),
    sa.Column("exercise", IDENT, nullable=False),
    _time(),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("claimed", sa.String(8), nullable=False),
    sa.Column("claimed_points", sa.Double, nullable=False),
    sa.Column("state", sa.String(8), nullable=False, index=True),  # waiting, done, skipped
    sa.Column("status", sa.String(8), nullable=False, default=""),
    sa.Column("points", sa.Double, nullable=False, default=0.0),
    sa.Column("message", sa.Text, nullable=False, default=""),
    sa.Column("revision", sa.Integer, nullable=False, default=0),
    sa.Column("late", sa.Boolean, nullable=False, default=False),
)

standing = sa.Table(
    "standing",
    metadata,
    sa.Column("learner", NAME, primary_key=True),
    sa.Column("lesson", IDENT, primary_key=True),
    sa.Column("exercise", IDENT, primary_key=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("status", sa.String(8), nullable=False),
    sa.Column("best", sa.Double, nullable=False),
    sa.Column("hints", sa.Integer, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    _time("progressed"),
    _time("trying"),
    _time("changed"),
)

revision = sa.Table(
    "revision",
    metadata,
    _number(),
    sa.Column("lesson", IDENT, nullable=False, index=True),
    sa.Column("stem", sa.String(200), nullable=False),
    sa.Column("version", sa.String(32), nullable=False),
    sa.Column("student", sa.Text, nullable=False),
    sa.Column("whole", sa.Text, nullable=False),
    _time(),
    sa.Column("author", NAME, nullable=False),
    sa.Column("note", sa.String(500), nullable=False, default=""),
    sa.Column("takes_back", sa.Integer, nullable=False, default=0),
)

outcome = sa.Table(
    "outcome",
    metadata,
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("learner", NAME, primary_key=True),
    sa.Column("outcome", sa.String(8), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    _time(),
)

look = sa.Table(
    "look",
    metadata,
    _number(),
    sa.Column("learner", NAME, nullable=False, index=True),
    sa.Column("viewer", NAME, nullable=False),
    _time("began"),
    _time("ended"),
)

suggestion = sa.Table(
    "suggestion",
    metadata,
    _number(),
    sa.Column("learner", NAME, nullable=False, index=True),
    sa.Column("author", NAME, nullable=False),
    sa.Column("lesson", IDENT, nullable=False),
    sa.Column("exercise", IDENT, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("note", sa.String(500), nullable=False, default=""),
    sa.Column("state", sa.String(8), nullable=False),  # open, accepted, declined
    _time(),
    _time("decided"),
)

deadline = sa.Table("deadline", metadata, sa.Column("lesson", IDENT, primary_key=True), _time())

audit = sa.Table(
    "audit",
    metadata,
    _number(),
    _time(),
    sa.Column("who", NAME, nullable=False),
    sa.Column("what", sa.String(32), nullable=False),
    sa.Column("learner", NAME, nullable=False, default=""),
    sa.Column("detail", sa.String(500), nullable=False, default=""),
)

uptime = sa.Table("uptime", metadata, sa.Column("boot", sa.Integer, primary_key=True), _time("began"), _time("last"))
