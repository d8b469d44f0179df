"""Events as they were sent, batches with their codes and places, and who touched whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = (
    "events",
    "event_private",
    "containers",
    "batches",
    "batch_places",
    "batch_codes",
    "event_batches",
    "batch_edges",
)

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _events()
    _event_private()
    _containers()
    _batches()
    _batch_places()
    _batch_codes()
    _event_batches()
    _batch_edges()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("actor_id", sa.String(36), nullable=False),
        sa.Column("organisation_id", sa.String(36), nullable=False),
        sa.Column("site_id", sa.String(36), nullable=False),
        sa.Column("occurred_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_offset_ms", sa.Integer(), nullable=False),
        sa.Column("recorded_by_loader", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("frozen", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("target_id", sa.String(36), nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_events"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_events_organisation_id_organisations"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_events_site_id_sites"),
        sa.UniqueConstraint("id", name="uq_events_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_actor_id", "events", ["actor_id"])
    op.create_index("ix_events_occurred", "events", ["occurred_at_utc"])
    op.create_index("ix_events_organisation_id", "events", ["organisation_id"])
    op.create_index("ix_events_recorded", "events", ["recorded_at_utc"])
    op.create_index("ix_events_site", "events", ["site_id", "seq"])
    op.create_index("ix_events_target_id", "events", ["target_id"])


def _event_private() -> None:
    op.create_table(
        "event_private",
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "kind", name="pk_event_private"),
    )


def _containers() -> None:
    op.create_table(
        "containers",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("organisation_id", sa.String(36), nullable=False),
        sa.Column("created_at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_containers"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_containers_organisation_id_organisations"
        ),
    )
    op.create_index("ix_containers_organisation_id", "containers", ["organisation_id"])


def _batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("stream", sa.String(64), nullable=False),
        sa.Column("product", sa.String(64), nullable=True),
        sa.Column("producer_id", sa.String(36), nullable=True),
        sa.Column("created_seq", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
        sa.ForeignKeyConstraint(["created_seq"], ["events.seq"], name="fk_batches_created_seq_events"),
        sa.ForeignKeyConstraint(["producer_id"], ["organisations.id"], name="fk_batches_producer_id_organisations"),
    )
    op.create_index("ix_batches_producer_id", "batches", ["producer_id"])
    op.create_index("ix_batches_stream", "batches", ["stream"])


def _batch_places() -> None:
    op.create_table(
        "batch_places",
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("site_id", sa.String(36), nullable=False),
        sa.Column("to_site_id", sa.String(36), nullable=True),
        sa.Column("holder_id", sa.String(36), nullable=False),
        sa.Column("container_id", sa.String(36), nullable=True),
        sa.Column("fit", sa.Boolean(), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("batch_id", name="pk_batch_places"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_batch_places_batch_id_batches"),
        sa.ForeignKeyConstraint(["container_id"], ["containers.id"], name="fk_batch_places_container_id_containers"),
        sa.ForeignKeyConstraint(["holder_id"], ["organisations.id"], name="fk_batch_places_holder_id_organisations"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_batch_places_site_id_sites"),
        sa.ForeignKeyConstraint(["to_site_id"], ["sites.id"], name="fk_batch_places_to_site_id_sites"),
    )
    op.create_index("ix_batch_places_container_id", "batch_places", ["container_id"])
    op.create_index("ix_batch_places_holder", "batch_places", ["holder_id", "status", "batch_id"])
    op.create_index("ix_batch_places_site_id", "batch_places", ["site_id"])
    op.create_index("ix_batch_places_to_site", "batch_places", ["to_site_id", "status"])


def _batch_codes() -> None:
    op.create_table(
        "batch_codes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=True),
        sa.Column("container_id", sa.String(36), nullable=True),
        sa.Column("scheme", sa.String(64), nullable=False),
        sa.Column("value", sa.String(120), nullable=False),
        sa.Column("bound_seq", BIG_ID, nullable=False),
        sa.Column("released_seq", BIG_ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_batch_codes"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_batch_codes_batch_id_batches"),
        sa.ForeignKeyConstraint(["container_id"], ["containers.id"], name="fk_batch_codes_container_id_containers"),
    )
    op.create_index("ix_batch_codes_batch_id", "batch_codes", ["batch_id"])
    op.create_index("ix_batch_codes_container_id", "batch_codes", ["container_id"])
    op.create_index("ix_batch_codes_value", "batch_codes", ["value"])
    op.create_index(
        "uq_batch_codes_live",
        "batch_codes",
        ["scheme", "value"],
        unique=True,
        sqlite_where=sa.text("released_seq IS NULL"),
        postgresql_where=sa.text("released_seq IS NULL"),
    )


def _event_batches() -> None:
    op.create_table(
        "event_batches",
        sa.Column("seq", BIG_ID, nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "batch_id", name="pk_event_batches"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_event_batches_batch_id_batches"),
        sa.ForeignKeyConstraint(["seq"], ["events.seq"], name="fk_event_batches_seq_events"),
    )
    op.create_index("ix_event_batches_batch", "event_batches", ["batch_id", "seq"])


def _batch_edges() -> None:
    op.create_table(
        "batch_edges",
        sa.Column("seq", BIG_ID, nullable=False),
        sa.Column("from_batch_id", sa.String(36), nullable=False),
        sa.Column("to_batch_id", sa.String(36), nullable=False),
        sa.Column("mass_g", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "from_batch_id", "to_batch_id", name="pk_batch_edges"),
        sa.ForeignKeyConstraint(["from_batch_id"], ["batches.id"], name="fk_batch_edges_from_batch_id_batches"),
        sa.ForeignKeyConstraint(["seq"], ["events.seq"], name="fk_batch_edges_seq_events"),
        sa.ForeignKeyConstraint(["to_batch_id"], ["batches.id"], name="fk_batch_edges_to_batch_id_batches"),
    )
    op.create_index("ix_batch_edges_from", "batch_edges", ["from_batch_id"])
    op.create_index("ix_batch_edges_to", "batch_edges", ["to_batch_id"])
