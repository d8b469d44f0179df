"""Organisations, sites, licences, accounts, keys, label rolls and the audit of refusals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TABLES = (
    "organisations",
    "sites",
    "licences",
    "users",
    "api_keys",
    "code_rolls",
    "issued_codes",
    "refusals",
)

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _organisations()
    _sites()
    _licences()
    _users()
    _api_keys()
    _code_rolls()
    _issued_codes()
    _refusals()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("uscc", sa.String(18), nullable=True),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("created_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
        sa.UniqueConstraint("uscc", name="uq_organisations_uscc"),
    )


def _sites() -> None:
    op.create_table(
        "sites",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("organisation_id", sa.String(36), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("division_code", sa.String(6), nullable=False),
        sa.Column("streams", sa.Text(), nullable=False),
        sa.Column("longitude", sa.Numeric(9, 6), nullable=True),
        sa.Column("latitude", sa.Numeric(9, 6), nullable=True),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("closed_at_utc", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_sites_organisation_id_organisations"
        ),
    )
    op.create_index("ix_sites_division_code", "sites", ["division_code"])
    op.create_index("ix_sites_organisation_id", "sites", ["organisation_id"])


def _licences() -> None:
    op.create_table(
        "licences",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("site_id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(200), nullable=False),
        sa.Column("process", sa.String(64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_licences"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_licences_window")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_licences_site_id_sites"),
    )
    op.create_index("ix_licences_site_id", "licences", ["site_id"])


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("organisation_id", sa.String(36), nullable=True),
        sa.Column("site_id", sa.String(36), nullable=True),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("division_code", sa.String(6), nullable=True),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("session_salt", sa.String(32), nullable=False),
        sa.Column("disabled_at_utc", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_users_organisation_id_organisations"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_users_site_id_sites"),
        sa.UniqueConstraint("name", name="uq_users_name"),
    )
    op.create_index("ix_users_organisation_id", "users", ["organisation_id"])


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("prefix", sa.String(8), nullable=False),
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("organisation_id", sa.String(36), nullable=True),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("division_code", sa.String(6), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at_utc", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_api_keys_organisation_id_organisations"
        ),
        sa.UniqueConstraint("secret_sha256", name="uq_api_keys_secret_sha256"),
    )
    op.create_index("ix_api_keys_organisation_id", "api_keys", ["organisation_id"])
    op.create_index("ix_api_keys_prefix", "api_keys", ["prefix"])


def _code_rolls() -> None:
    op.create_table(
        "code_rolls",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("site_id", sa.String(36), nullable=False),
        sa.Column("issued_by", sa.String(36), nullable=False),
        sa.Column("issued_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_code_rolls"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_code_rolls_site_id_sites"),
    )
    op.create_index("ix_code_rolls_site_id", "code_rolls", ["site_id"])


def _issued_codes() -> None:
    op.create_table(
        "issued_codes",
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("roll_id", sa.String(36), nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_issued_codes"),
        sa.ForeignKeyConstraint(["roll_id"], ["code_rolls.id"], name="fk_issued_codes_roll_id_code_rolls"),
    )
    op.create_index("ix_issued_codes_roll", "issued_codes", ["roll_id"])


def _refusals() -> None:
    op.create_table(
        "refusals",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(36), nullable=True),
        sa.Column("operation", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(80), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_refusals"),
    )
    op.create_index("ix_refusals_actor_id", "refusals", ["actor_id"])
    op.create_index("ix_refusals_at_utc", "refusals", ["at_utc"])
