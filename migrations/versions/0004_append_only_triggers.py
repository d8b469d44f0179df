"""What was captured is never altered: the database itself refuses UPDATE, DELETE and (on PostgreSQL) TRUNCATE.

Batch places and released codes stay writable, because they are projections that `verify` re-derives; private rows stay
erasable, because the law says so.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = (
    "events",
    "event_batches",
    "batches",
    "batch_edges",
    "entries",
    "postings",
    "origins",
    "posting_origins",
    "issued_codes",
)


def upgrade() -> None:
    _UP[op.get_context().dialect.name]()


def downgrade() -> None:
    _DOWN[op.get_context().dialect.name]()


def _sqlite_up() -> None:
    for table in TABLES:
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER tr_{table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'append_only: {table}'); END"
            )


def _sqlite_down() -> None:
    for table in TABLES:
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER tr_{table}_no_{verb}")


def _postgresql_up() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'append_only: %', TG_TABLE_NAME; END $$"
    )
    for table in TABLES:
        # Per statement: one that matches no row is refused as well, and TRUNCATE knows no rows at all.
        op.execute(
            f"CREATE TRIGGER tr_{table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _postgresql_down() -> None:
    for table in TABLES:
        op.execute(f"DROP TRIGGER tr_{table}_append_only ON {table}")
    op.execute("DROP FUNCTION refuse_change()")


_UP = {"sqlite": _sqlite_up, "postgresql": _postgresql_up}
_DOWN = {"sqlite": _sqlite_down, "postgresql": _postgresql_down}
