"""What happened, as it was sent: append-only; names, notes and photos beside it, erasable."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.store.base import Base, BigId, Grams, Id, Json, Moment, Word


class EventRow(Base):
    """One captured event. Append-only."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_occurred", "occurred_at_utc"),
        Index("ix_events_recorded", "recorded_at_utc"),
        Index("ix_events_site", "site_id", "seq"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    """the order of the ledger"""
    id: Mapped[str] = mapped_column(String(36), unique=True)
    """made by the client before the first send: the idempotency key for ever"""
    kind: Mapped[Word]
    status: Mapped[Word]
    """booked · pending (a reversal that waits for the other party) · handled (load, unload: no postings)"""
    actor_id: Mapped[Id] = mapped_column(index=True)
    organisation_id: Mapped[Id] = mapped_column(ForeignKey("organisations.id"), index=True)
    site_id: Mapped[Id] = mapped_column(ForeignKey("sites.id"))
    occurred_at_utc: Mapped[Moment]
    recorded_at_utc: Mapped[Moment]
    clock_offset_ms: Mapped[int] = mapped_column(default=0)
    recorded_by_loader: Mapped[bool] = mapped_column(default=False)
    """the demonstration loader set recorded_at"""
    body: Mapped[Json]
    """canonical JSON of the event as hashed: ids and quantities only"""
    sha256: Mapped[str] = mapped_column(String(64))
    frozen: Mapped[Json]
    """what the server decided with and drew: resolved ids, codes, parameters; `verify` replays body + frozen"""
    findings: Mapped[Json]
    target_id: Mapped[str | None] = mapped_column(String(36), index=True)
    """the event a reversal names"""


class EventBatchRow(Base):
    """Which batches an event touched, and how. Append-only."""

    __tablename__ = "event_batches"
    __table_args__ = (Index("ix_event_batches_batch", "batch_id", "seq"),)

    seq: Mapped[int] = mapped_column(BigId, ForeignKey("events.seq"), primary_key=True)
    batch_id: Mapped[str] = mapped_column(String(36), ForeignKey("batches.id"), primary_key=True)
    role: Mapped[Word]
    """in · out · about (touched, stays itself)"""
    before: Mapped[Json]
    """its place before, JSON, or the empty text when it did not exist"""
    after: Mapped[Json]
    arrived_on: Mapped[date | None]
    """local day since when it lies where the event left it"""


class BatchEdgeRow(Base):
    """Mass that went from one batch into another by an event. Append-only."""

    __tablename__ = "batch_edges"
    __table_args__ = (Index("ix_batch_edges_to", "to_batch_id"), Index("ix_batch_edges_from", "from_batch_id"))

    seq: Mapped[int] = mapped_column(BigId, ForeignKey("events.seq"), primary_key=True)
    from_batch_id: Mapped[str] = mapped_column(String(36), ForeignKey("batches.id"), primary_key=True)
    to_batch_id: Mapped[str] = mapped_column(String(36), ForeignKey("batches.id"), primary_key=True)
    mass_g: Mapped[Grams]


class EventPrivateRow(Base):
    """Names, notes, photos, positions: linked from the hashed body by a salted digest, erasable."""

    __tablename__ = "event_private"

    event_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    """note · person · vehicle · position · photo (the digests of what comes after)"""
    salt: Mapped[str] = mapped_column(String(32))
    value: Mapped[str] = mapped_column(Text)
