"""The first shape of the classroom's database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("event", sa.Integer, nullable=False),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("lesson", sa.String(128), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("exercise", sa.String(128), nullable=False),
        sa.Column("time", sa.Double, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("claimed", sa.String(8), nullable=False),
        sa.Column("claimed_points", sa.Double, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("points", sa.Double, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
    )
    op.create_index("ix_attempt_learner", "attempt", ["learner"])
    op.create_index("ix_attempt_state", "attempt", ["state"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("time", sa.Double, nullable=False),
        sa.Column("who", sa.String(32), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("detail", sa.String(500), nullable=False),
    )
    op.create_table(
        "deadline",
        sa.Column("lesson", sa.String(128), primary_key=True),
        sa.Column("time", sa.Double, nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("taken", sa.Double, nullable=False),
        sa.Column("received", sa.Double, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("learner", "key", name="event_once"),
    )
    op.create_table(
        "look",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("viewer", sa.String(32), nullable=False),
        sa.Column("began", sa.Double, nullable=False),
        sa.Column("ended", sa.Double, nullable=False),
    )
    op.create_index("ix_look_learner", "look", ["learner"])
    op.create_table(
        "outcome",
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("learner", sa.String(32), primary_key=True),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("time", sa.Double, nullable=False),
    )
    op.create_table(
        "person",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("shown", sa.String(200), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("seen", sa.Double, nullable=False),
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("lesson", sa.String(128), nullable=False),
        sa.Column("stem", sa.String(200), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("student", sa.Text, nullable=False),
        sa.Column("whole", sa.Text, nullable=False),
        sa.Column("time", sa.Double, nullable=False),
        sa.Column("author", sa.String(32), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("takes_back", sa.Integer, nullable=False),
    )
    op.create_index("ix_revision_lesson", "revision", ["lesson"])
    op.create_table(
        "standing",
        sa.Column("learner", sa.String(32), primary_key=True),
        sa.Column("lesson", sa.String(128), primary_key=True),
        sa.Column("exercise", sa.String(128), primary_key=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("best", sa.Double, nullable=False),
        sa.Column("hints", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("progressed", sa.Double, nullable=False),
        sa.Column("trying", sa.Double, nullable=False),
        sa.Column("changed", sa.Double, nullable=False),
    )
    op.create_table(
        "suggestion",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("learner", sa.String(32), nullable=False),
        sa.Column("author", sa.String(32), nullable=False),
        sa.Column("lesson", sa.String(128), nullable=False),
        sa.Column("exercise", sa.String(128), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("time", sa.Double, nullable=False),
        sa.Column("decided", sa.Double, nullable=False),
    )
    op.create_index("ix_suggestion_learner", "suggestion", ["learner"])
    op.create_table(
        "uptime",
        sa.Column("boot", sa.Integer, primary_key=True),
        sa.Column("began", sa.Double, nullable=False),
        sa.Column("last", sa.Double, nullable=False),
    )
