"""Run by Alembic with the connection that `database.migrate` gives it."""

from __future__ import annotations

from alembic import context

from sandbox_kernel.board.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table="classroom_version"
)
with context.begin_transaction():
    context.run_migrations()
