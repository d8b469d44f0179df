"""Published reports: frozen answers and their bytes, append-only; the same question again has the next number."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.store.base import Base, BigId, Id, IdKey, Json, Moment, Name, Word


class PublicationRow(Base):
    """One submission of one question. Append-only: what supersedes it or makes it stale is found by asking."""

    __tablename__ = "publications"
    __table_args__ = (
        UniqueConstraint("series", "number", name="uq_publications_series_number"),
        UniqueConstraint("series", "cut_off_utc", "method", name="uq_publications_question"),
    )

    id: Mapped[IdKey]
    verify_code: Mapped[str] = mapped_column(String(16), unique=True)
    report: Mapped[Word]
    series: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the question without its cut-off: what two submissions of the same thing share"""
    number: Mapped[int]
    """1, 2, 3 … within the series"""
    query: Mapped[Json]
    """the question's parameters, canonical"""
    division_code: Mapped[str] = mapped_column(String(6), index=True)
    cut_off_utc: Mapped[Moment]
    last_seq: Mapped[int] = mapped_column(BigId)
    """the last event of the ledger when it was answered; 0 for an empty one"""
    method: Mapped[Word]
    figures: Mapped[Json]
    """the table as it was answered, canonical: keys of the columns, and the rows' cells as text"""
    published_by: Mapped[Id]
    publisher_role: Mapped[Word]
    publisher_division: Mapped[str | None] = mapped_column(String(6))
    publisher_name: Mapped[Name]
    published_at_utc: Mapped[Moment]


class PublicationFileRow(Base):
    """The bytes of a publication in one format and language. Append-only."""

    __tablename__ = "publication_files"
    __table_args__ = (Index("ix_publication_files_sha256", "sha256"),)

    publication_id: Mapped[str] = mapped_column(String(36), ForeignKey("publications.id"), primary_key=True)
    format: Mapped[str] = mapped_column(String(10), primary_key=True)
    language: Mapped[str] = mapped_column(String(5), primary_key=True)
    """`any` where the format speaks both"""
    name: Mapped[Name]
    media_type: Mapped[Name]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
