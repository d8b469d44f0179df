"""Photos beside their event: erasable, so without the guard that facts have."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "event_photos",
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "sha256", name="pk_event_photos"),
    )


def downgrade() -> None:
    op.drop_table("event_photos")
