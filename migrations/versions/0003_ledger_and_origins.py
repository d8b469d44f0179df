"""The mass ledger: entries, postings, origins and the origin split of every posting."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = (
    "entries",
    "postings",
    "origins",
    "posting_origins",
)

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _entries()
    _postings()
    _origins()
    _posting_origins()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("seq", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("reverses_seq", BIG_ID, nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_entries"),
        sa.ForeignKeyConstraint(["reverses_seq"], ["entries.seq"], name="fk_entries_reverses_seq_entries"),
        sa.ForeignKeyConstraint(["seq"], ["events.seq"], name="fk_entries_seq_events"),
        sa.UniqueConstraint("reverses_seq", name="uq_entries_reverses_seq"),
    )


def _postings() -> None:
    op.create_table(
        "postings",
        sa.Column("seq", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("site_id", sa.String(36), nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("substance", sa.String(64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "line", name="pk_postings"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_postings_batch_id_batches"),
        sa.ForeignKeyConstraint(["seq"], ["entries.seq"], name="fk_postings_seq_entries"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_postings_site_id_sites"),
    )
    op.create_index("ix_postings_account", "postings", ["account", "site_id", "substance"])
    op.create_index("ix_postings_batch", "postings", ["batch_id", "account"])


def _origins() -> None:
    op.create_table(
        "origins",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("stream", sa.String(64), nullable=True),
        sa.Column("product", sa.String(64), nullable=True),
        sa.Column("producer_id", sa.String(36), nullable=True),
        sa.Column("division_code", sa.String(6), nullable=True),
        sa.Column("month", sa.String(7), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_origins"),
        sa.ForeignKeyConstraint(["producer_id"], ["organisations.id"], name="fk_origins_producer_id_organisations"),
        sa.UniqueConstraint("key", name="uq_origins_key"),
    )
    op.create_index("ix_origins_division_code", "origins", ["division_code"])
    op.create_index("ix_origins_month", "origins", ["month"])
    op.create_index("ix_origins_producer_id", "origins", ["producer_id"])


def _posting_origins() -> None:
    op.create_table(
        "posting_origins",
        sa.Column("seq", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "line", "origin_id", name="pk_posting_origins"),
        sa.ForeignKeyConstraint(["origin_id"], ["origins.id"], name="fk_posting_origins_origin_id_origins"),
        sa.ForeignKeyConstraint(["seq", "line"], ["postings.seq", "postings.line"], name="fk_posting_origins_posting"),
    )
    op.create_index("ix_posting_origins_origin", "posting_origins", ["origin_id"])
