"""Runs the numbered steps over the connection that `registry.store.schema` opens, for commands and tests alike."""

from __future__ import annotations

from alembic import context

from registry.store import Base

connection = context.config.attributes["connection"]

context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_type=True,
    # SQLite can do everything these steps ask for without copying tables; copying would drop the append-only triggers.
    render_as_batch=False,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
