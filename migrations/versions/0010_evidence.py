"""Evidence notes as they stand, and the append-only entries and lines of their own double entry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

APPEND_ONLY = ("evidence_entries", "evidence_lines")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_POOL = ("site_id", "stream", "outcome", "month")


def upgrade() -> None:
    _notes()
    _entries()
    _lines()
    for table in APPEND_ONLY:
        _GUARD[op.get_context().dialect.name](table)


def downgrade() -> None:
    # The triggers go with their tables; PostgreSQL's function belongs to step 0004.
    for table in ("evidence_lines", "evidence_entries", "evidence_notes"):
        op.drop_table(table)


def _pool_columns() -> list[sa.Column[str]]:
    return [
        sa.Column("site_id", sa.String(36), nullable=False),
        sa.Column("stream", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(64), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("producer_id", sa.String(36), nullable=False),
    ]


def _notes() -> None:
    op.create_table(
        "evidence_notes",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("issuer_id", sa.String(36), nullable=False),
        *_pool_columns(),
        sa.Column("parent_id", sa.String(36), nullable=True),
        sa.Column("holder_id", sa.String(36), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("paused_in", sa.String(64), nullable=False),
        sa.Column("scheme", sa.String(64), nullable=False),
        sa.Column("material", sa.String(64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("created_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_notes"),
        sa.ForeignKeyConstraint(["issuer_id"], ["organisations.id"], name="fk_evidence_notes_issuer_id_organisations"),
        sa.ForeignKeyConstraint(["holder_id"], ["organisations.id"], name="fk_evidence_notes_holder_id_organisations"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_evidence_notes_site_id_sites"),
    )
    op.create_index("ix_evidence_notes_issuer_id", "evidence_notes", ["issuer_id"])
    op.create_index("ix_evidence_notes_pool", "evidence_notes", list(_POOL))
    op.create_index("ix_evidence_notes_holder", "evidence_notes", ["holder_id", "state"])


def _entries() -> None:
    op.create_table(
        "evidence_entries",
        sa.Column("seq", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("note_id", sa.String(36), nullable=False),
        sa.Column("actor_id", sa.String(36), nullable=False),
        sa.Column("organisation_id", sa.String(36), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("recorded_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_evidence_entries"),
        sa.UniqueConstraint("id", name="uq_evidence_entries_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_evidence_entries_note", "evidence_entries", ["note_id", "seq"])


def _lines() -> None:
    op.create_table(
        "evidence_lines",
        sa.Column("seq", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        *_pool_columns(),
        sa.Column("note_id", sa.String(36), nullable=False),
        sa.Column("holder_id", sa.String(36), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "line", name="pk_evidence_lines"),
        sa.ForeignKeyConstraint(["seq"], ["evidence_entries.seq"], name="fk_evidence_lines_seq_evidence_entries"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_evidence_lines_site_id_sites"),
    )
    op.create_index("ix_evidence_lines_pool", "evidence_lines", list(_POOL))
    op.create_index("ix_evidence_lines_note", "evidence_lines", ["note_id"])


def _sqlite(table: str) -> None:
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER tr_{table}_no_{verb} BEFORE {verb.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'append_only: {table}'); END"
        )


def _postgresql(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER tr_{table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


_GUARD = {"sqlite": _sqlite, "postgresql": _postgresql}
