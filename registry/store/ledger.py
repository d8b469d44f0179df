"""The double-entry mass ledger: one entry per booked event, postings that sum to zero per substance."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.store.base import Base, BigId, Grams, Word


class EntryRow(Base):
    """Append-only. `reverses_seq` names the entry it negates."""

    __tablename__ = "entries"

    seq: Mapped[int] = mapped_column(BigId, ForeignKey("events.seq"), primary_key=True, autoincrement=False)
    reverses_seq: Mapped[int | None] = mapped_column(BigId, ForeignKey("entries.seq"), unique=True)


class PostingRow(Base):
    """Append-only. Grams (or Wh for energy), signed; balances are sums."""

    __tablename__ = "postings"
    __table_args__ = (
        Index("ix_postings_batch", "batch_id", "account"),
        Index("ix_postings_account", "account", "site_id", "substance"),
    )

    seq: Mapped[int] = mapped_column(BigId, ForeignKey("entries.seq"), primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[Word]
    site_id: Mapped[str] = mapped_column(String(36), ForeignKey("sites.id"))
    batch_id: Mapped[str] = mapped_column(String(36), ForeignKey("batches.id"))
    substance: Mapped[Word]
    amount: Mapped[Grams]
