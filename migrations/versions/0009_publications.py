"""Published reports and their bytes, append-only: what was submitted stays readable for ever."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = ("publications", "publication_files")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "publications",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("verify_code", sa.String(16), nullable=False),
        sa.Column("report", sa.String(64), nullable=False),
        sa.Column("series", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("division_code", sa.String(6), nullable=False),
        sa.Column("cut_off_utc", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seq", BIG_ID, nullable=False),
        sa.Column("method", sa.String(64), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("published_by", sa.String(36), nullable=False),
        sa.Column("publisher_role", sa.String(64), nullable=False),
        sa.Column("publisher_division", sa.String(6), nullable=True),
        sa.Column("publisher_name", sa.String(200), nullable=False),
        sa.Column("published_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_publications"),
        sa.UniqueConstraint("verify_code", name="uq_publications_verify_code"),
        sa.UniqueConstraint("series", "number", name="uq_publications_series_number"),
        sa.UniqueConstraint("series", "cut_off_utc", "method", name="uq_publications_question"),
    )
    op.create_index("ix_publications_division_code", "publications", ["division_code"])
    op.create_table(
        "publication_files",
        sa.Column("publication_id", sa.String(36), nullable=False),
        sa.Column("format", sa.String(10), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("publication_id", "format", "language", name="pk_publication_files"),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name="fk_publication_files_publication_id_publications"
        ),
    )
    op.create_index("ix_publication_files_sha256", "publication_files", ["sha256"])
    for table in TABLES:
        _GUARD[op.get_context().dialect.name](table)


def downgrade() -> None:
    # The triggers go with their tables; PostgreSQL's function belongs to step 0004.
    for table in reversed(TABLES):
        op.drop_table(table)


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
