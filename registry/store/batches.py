"""Batches, the codes that name them, the containers that carry them, and where each one is now."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.store.base import Base, BigId, Grams, Id, IdKey, Moment, Word


class BatchRow(Base):
    """What carries a mark. Append-only."""

    __tablename__ = "batches"

    id: Mapped[IdKey]
    stream: Mapped[Word] = mapped_column(index=True)
    product: Mapped[str | None] = mapped_column(String(64))
    """chemistry, grade or fraction: LFP, NCM, black_mass, li2co3 …"""
    producer_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    created_seq: Mapped[int] = mapped_column(BigId, ForeignKey("events.seq"))


class BatchPlaceRow(Base):
    """Where a batch is now: a projection of the events, the row that writers lock, re-derived by `verify`."""

    __tablename__ = "batch_places"
    __table_args__ = (
        Index("ix_batch_places_holder", "holder_id", "status", "batch_id"),
        Index("ix_batch_places_to_site", "to_site_id", "status"),
    )

    batch_id: Mapped[str] = mapped_column(String(36), ForeignKey("batches.id"), primary_key=True)
    status: Mapped[Word]
    """stock · transit · cascade · reuse · closed (consumed, or its fate is final) · void (its creation was reversed)"""
    site_id: Mapped[Id] = mapped_column(ForeignKey("sites.id"), index=True)
    """where it is; in transit: the site it left"""
    to_site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"))
    """the named receiver while it travels; a second life travels as cascade or reuse, with this set"""
    holder_id: Mapped[Id] = mapped_column(ForeignKey("organisations.id"))
    """the organisation that answers for it; in transit: the sender"""
    container_id: Mapped[str | None] = mapped_column(ForeignKey("containers.id"), index=True)
    fit: Mapped[bool] = mapped_column(default=False)
    """its last inspection found it fit for reuse or cascade"""
    mass_g: Mapped[Grams]
    last_seq: Mapped[int] = mapped_column(BigId)
    """the latest event that touched it"""
    arrived_on: Mapped[date | None]
    """local day since when it lies there (in transit: travels); a split or merge does not make it younger"""


class BatchCodeRow(Base):
    """A name of a batch or container. One live thing per (scheme, value); free again once released."""

    __tablename__ = "batch_codes"
    __table_args__ = (
        Index(
            "uq_batch_codes_live",
            "scheme",
            "value",
            unique=True,
            sqlite_where=text("released_seq IS NULL"),
            postgresql_where=text("released_seq IS NULL"),
        ),
        Index("ix_batch_codes_value", "value"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("batches.id"), index=True)
    container_id: Mapped[str | None] = mapped_column(ForeignKey("containers.id"), index=True)
    scheme: Mapped[Word]
    """registry · gb34014 · gs1 · serial"""
    value: Mapped[str] = mapped_column(String(120))
    bound_seq: Mapped[int] = mapped_column(BigId)
    released_seq: Mapped[int | None] = mapped_column(BigId)


class ContainerRow(Base):
    """A cage, a truck body: carries batches, holds no mass of its own."""

    __tablename__ = "containers"

    id: Mapped[IdKey]
    organisation_id: Mapped[Id] = mapped_column(ForeignKey("organisations.id"), index=True)
    created_at_utc: Mapped[Moment]
