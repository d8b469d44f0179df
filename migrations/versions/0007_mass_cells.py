"""The ledger pre-summed into cells, filled from what is there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TABLE = "mass_cells"
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = (
    *("month", "site_id", "origin_id", "here_site_id", "kind", "process", "account", "direction", "substance"),
    *("batch_stream", "forecast", "lane"),
)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("site_id", sa.String(36), nullable=False),
        sa.Column("origin_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("here_site_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("process", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("direction", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("substance", sa.String(64), nullable=False),
        sa.Column("batch_stream", sa.String(64), nullable=False),
        sa.Column("forecast", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lane", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*KEY, name="pk_mass_cells"),
        sqlite_with_rowid=False,
    )
    month, process = _MONTH_AND_PROCESS[op.get_context().dialect.name]
    op.execute(
        f"""
        INSERT INTO mass_cells ({", ".join(KEY)}, amount, lines)
        SELECT {month}, p.site_id, o.origin_id, t.site_id, t.kind,
               CASE WHEN t.kind = 'process' THEN coalesce({process}, '') ELSE '' END, p.account,
               CASE WHEN (o.amount > 0 AND n.reverses_seq IS NULL) OR (o.amount < 0 AND n.reverses_seq IS NOT NULL)
                    THEN 1 ELSE -1 END,
               p.substance, b.stream, CASE WHEN t.recorded_by_loader THEN 1 ELSE 0 END, 0, sum(o.amount), count(*)
          FROM posting_origins o
          JOIN postings p ON p.seq = o.seq AND p.line = o.line
          JOIN batches b ON b.id = p.batch_id
          JOIN entries n ON n.seq = o.seq
          JOIN events t ON t.seq = coalesce(n.reverses_seq, n.seq)
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
        """  # noqa: S608  # constants
    )


_MONTH_AND_PROCESS = {
    "sqlite": (
        "strftime('%Y-%m', t.occurred_at_utc, '+8 hours')",
        "json_extract(t.body, '$.details.process')",
    ),
    "postgresql": (
        "to_char(t.occurred_at_utc AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')",
        "(t.body::jsonb -> 'details' ->> 'process')",
    ),
}


def downgrade() -> None:
    op.drop_table(TABLE)
