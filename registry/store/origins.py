"""Where the mass came from: origin rows that sum to every posting, substance by substance."""

from __future__ import annotations

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.store.base import Base, BigId, Grams, Word


class OriginRow(Base):
    """One origin, kept once. Append-only. `key` is its canonical text, so that two writers cannot make it twice."""

    __tablename__ = "origins"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[Word]
    """collected · addition · unknown"""
    stream: Mapped[str | None] = mapped_column(String(64))
    product: Mapped[str | None] = mapped_column(String(64))
    producer_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    division_code: Mapped[str | None] = mapped_column(String(6), index=True)
    month: Mapped[str | None] = mapped_column(String(7), index=True)
    """YYYY-MM of collection in the jurisdiction's zone"""


class PostingOriginRow(Base):
    """The share of one posting that one origin has. Append-only; sums to the posting's amount."""

    __tablename__ = "posting_origins"
    __table_args__ = (
        ForeignKeyConstraint(["seq", "line"], ["postings.seq", "postings.line"], name="fk_posting_origins_posting"),
        Index("ix_posting_origins_origin", "origin_id"),
    )

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    origin_id: Mapped[int] = mapped_column(BigId, ForeignKey("origins.id"), primary_key=True, autoincrement=False)
    amount: Mapped[Grams]
