"""Evidence: notes as they stand, and the append-only entries and lines that made them so.

A second double entry over the mass ledger: the lines of an entry sum to zero, balances are sums of lines.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.store.base import Base, BigId, Grams, Id, IdKey, Moment, Word


class EvidenceNoteRow(Base):
    """One note as it stands. A projection of its entries: `verify` derives it again."""

    __tablename__ = "evidence_notes"
    __table_args__ = (
        Index("ix_evidence_notes_pool", "site_id", "stream", "outcome", "month"),
        Index("ix_evidence_notes_holder", "holder_id", "state"),
    )

    id: Mapped[IdKey]
    issuer_id: Mapped[Id] = mapped_column(ForeignKey("organisations.id"), index=True)
    site_id: Mapped[Id] = mapped_column(ForeignKey("sites.id"))
    stream: Mapped[Word]
    outcome: Mapped[Word]
    month: Mapped[str] = mapped_column(String(7))
    """YYYY-MM of the outcome in the jurisdiction's zone"""
    producer_id: Mapped[str] = mapped_column(String(36))
    """whose own grams they are; empty: traded"""
    parent_id: Mapped[str | None] = mapped_column(String(36))
    """the note it was split off"""
    holder_id: Mapped[Id] = mapped_column(ForeignKey("organisations.id"))
    mass_g: Mapped[Grams]
    state: Mapped[Word]
    paused_in: Mapped[Word]
    """the state before a suspension; empty otherwise"""
    scheme: Mapped[str] = mapped_column(String(64), default="")
    """with material and year: the obligation it was retired against"""
    material: Mapped[str] = mapped_column(String(64), default="")
    year: Mapped[int | None]
    created_at_utc: Mapped[Moment]
    changed_at_utc: Mapped[Moment]


class EvidenceEntryRow(Base):
    """One action on evidence. Append-only; `seq` is their order."""

    __tablename__ = "evidence_entries"
    __table_args__ = (Index("ix_evidence_entries_note", "note_id", "seq"), {"sqlite_autoincrement": True})

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    """made by the client where it cares: the same again changes nothing"""
    action: Mapped[Word]
    """draft · claim · release, or an action of domain.evidence"""
    note_id: Mapped[str] = mapped_column(String(36))
    """empty for a release"""
    actor_id: Mapped[Id]
    organisation_id: Mapped[str | None] = mapped_column(String(36))
    body: Mapped[str] = mapped_column(Text)
    """canonical JSON of what was asked: ids and quantities"""
    reason: Mapped[str] = mapped_column(String(500))
    state: Mapped[Word]
    """of the note afterwards; empty for a release"""
    recorded_at_utc: Mapped[Moment]


class EvidenceLineRow(Base):
    """One line of an entry: grams into an account of a pool (negative: out of it). Append-only."""

    __tablename__ = "evidence_lines"
    __table_args__ = (
        Index("ix_evidence_lines_pool", "site_id", "stream", "outcome", "month"),
        Index("ix_evidence_lines_note", "note_id"),
    )

    seq: Mapped[int] = mapped_column(BigId, ForeignKey("evidence_entries.seq"), primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[Word]
    """available · ring_fenced · issued · held · retired"""
    site_id: Mapped[Id] = mapped_column(ForeignKey("sites.id"))
    stream: Mapped[Word]
    outcome: Mapped[Word]
    month: Mapped[str] = mapped_column(String(7))
    producer_id: Mapped[str] = mapped_column(String(36))
    note_id: Mapped[str] = mapped_column(String(36))
    """empty on lines of the pool itself"""
    holder_id: Mapped[str] = mapped_column(String(36))
    amount: Mapped[Grams]
