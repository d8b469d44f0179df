"""Keys of devices whose signed files count, and who brought each such event in: the latter append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TABLE = "event_carriers"
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "device_keys",
        sa.Column("id", sa.String(43), nullable=False),
        sa.Column("user_id", sa.String(36), nullable=False),
        sa.Column("x", sa.String(43), nullable=False),
        sa.Column("y", sa.String(43), nullable=False),
        sa.Column("session_salt", sa.String(32), nullable=False),
        sa.Column("enrolled_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_device_keys"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_device_keys_user_id_users"),
    )
    op.create_index("ix_device_keys_user_id", "device_keys", ["user_id"])
    op.create_table(
        TABLE,
        sa.Column("seq", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("carrier_id", sa.String(36), nullable=False),
        sa.Column("key_id", sa.String(43), nullable=False),
        sa.Column("vouched_by", sa.String(64), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("carried_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_event_carriers"),
        sa.ForeignKeyConstraint(["seq"], ["events.seq"], name="fk_event_carriers_seq_events"),
    )
    op.create_index("ix_event_carriers_carrier_id", TABLE, ["carrier_id"])
    _GUARD[op.get_context().dialect.name]()


def downgrade() -> None:
    # The triggers go with their table; PostgreSQL's function belongs to step 0004.
    op.drop_table(TABLE)
    op.drop_table("device_keys")


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
