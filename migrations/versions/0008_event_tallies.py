"""What events count for, line by line (append-only) and summed, and since when each batch lies where it lies.

Databases that hold events already are counted by the same function that counts at capture.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from registry.services import counting_again

revision = "0008"
down_revision = "0007"

LINES = "event_tallies"
TOUCHED = "event_batches"
CELLS = "event_cells"
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = ("kind", "reason", "process", "substance", "stream", "product")
MEASURES = ("count", "mass_g", "energy_wh", "content_g", "outputs_g")


def upgrade() -> None:
    for table in ("batch_places", TOUCHED):
        op.add_column(table, sa.Column("arrived_on", sa.Date(), nullable=True))
    _create_lines()
    _create_cells()
    unguard, guard = _GUARDS[op.get_context().dialect.name]
    unguard(TOUCHED)
    with Session(bind=op.get_bind()) as session:
        counting_again.fill(session)
    guard(TOUCHED)
    guard(LINES)


def downgrade() -> None:
    # The triggers go with their table; PostgreSQL's function belongs to step 0004.
    op.drop_table(CELLS)
    op.drop_table(LINES)
    for table in (TOUCHED, "batch_places"):
        op.drop_column(table, "arrived_on")


def _create_lines() -> None:
    op.create_table(
        LINES,
        sa.Column("seq", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("forecast", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(64), nullable=False),
        *(sa.Column(name, sa.String(64), nullable=False) for name in WORDS),
        *(sa.Column(name, sa.String(36), nullable=False) for name in ("producer_id", "site_id", "other_site_id")),
        sa.Column("division_code", sa.String(6), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in MEASURES),
        sa.PrimaryKeyConstraint("seq", "line", name=f"pk_{LINES}"),
        sa.ForeignKeyConstraint(["seq"], ["events.seq"], name=f"fk_{LINES}_seq_events"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=f"fk_{LINES}_batch_id_batches"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=f"fk_{LINES}_site_id_sites"),
    )
    op.create_index(f"ix_{LINES}_word", LINES, ["word", "month", "site_id"])
    op.create_index(f"ix_{LINES}_batch", LINES, ["batch_id"])


def _create_cells() -> None:
    keys = ("word", "month", "site_id", "other_site_id", *WORDS, "producer_id", "division_code", "forecast")
    lengths = {"month": 7, "site_id": 36, "other_site_id": 36, "producer_id": 36, "division_code": 6}
    op.create_table(
        CELLS,
        *(sa.Column(name, sa.String(lengths.get(name, 64)), nullable=False) for name in keys if name != "forecast"),
        sa.Column("forecast", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in MEASURES),
        sa.PrimaryKeyConstraint(*keys, name=f"pk_{CELLS}"),
    )


def _guard_sqlite(table: str) -> None:
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER tr_{table}_no_{verb} BEFORE {verb.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'append_only: {table}'); END"
        )


def _unguard_sqlite(table: str) -> None:
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER tr_{table}_no_{verb}")


def _guard_postgresql(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER tr_{table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _unguard_postgresql(table: str) -> None:
    op.execute(f"DROP TRIGGER tr_{table}_append_only ON {table}")


_GUARDS = {
    "sqlite": (_unguard_sqlite, _guard_sqlite),
    "postgresql": (_unguard_postgresql, _guard_postgresql),
}
