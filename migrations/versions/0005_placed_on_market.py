"""What producers placed on the market, append-only like everything that others compute with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TABLE = "placed_on_market"
KEY = ("organisation_id", "stream", "product", "division_code", "year", "version")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("organisation_id", sa.String(36), nullable=False),
        sa.Column("stream", sa.String(64), nullable=False),
        sa.Column("product", sa.String(64), nullable=False),
        sa.Column("division_code", sa.String(6), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=True),
        sa.Column("declared_by", sa.String(36), nullable=False),
        sa.Column("recorded_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_placed_on_market"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_placed_on_market_organisation_id_organisations"
        ),
        sa.UniqueConstraint(*KEY, name="uq_placed_on_market_key"),
    )
    op.create_index("ix_placed_on_market_year", TABLE, ["year", "stream"])
    _GUARD[op.get_context().dialect.name]()


def downgrade() -> None:
    # The triggers go with their table; PostgreSQL's function belongs to step 0004.
    op.drop_table(TABLE)


def _sqlite() -> None:
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER tr_{TABLE}_no_{verb} BEFORE {verb.upper()} ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, 'append_only: {TABLE}'); END"
        )


def _postgresql() -> None:
    op.execute(
        f"CREATE TRIGGER tr_{TABLE}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


_GUARD = {"sqlite": _sqlite, "postgresql": _postgresql}
