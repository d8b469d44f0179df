"""What producers placed on the market: declarations, of which a later one supersedes the earlier of the same key."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.store.base import Base, Grams, Id, IdKey, Moment, Word


class PlacedOnMarketRow(Base):
    """One declaration. Append-only: a correction is the next `version` of its key, a withdrawal one without mass.

    The key is (organisation, stream, product, division, year); `product` is empty where none is named, because NULL
    would make two equal keys different.
    """

    __tablename__ = "placed_on_market"
    __table_args__ = (
        UniqueConstraint(
            "organisation_id",
            "stream",
            "product",
            "division_code",
            "year",
            "version",
            name="uq_placed_on_market_key",
        ),
        Index("ix_placed_on_market_year", "year", "stream"),
    )

    id: Mapped[IdKey]
    organisation_id: Mapped[Id] = mapped_column(ForeignKey("organisations.id"))
    stream: Mapped[Word]
    product: Mapped[Word]
    division_code: Mapped[str] = mapped_column(String(6))
    year: Mapped[int]
    version: Mapped[int]
    """1, 2, 3 …: the highest stands"""
    mass_g: Mapped[Grams | None]
    """None: withdrawn. Zero is a declaration of nothing sold."""
    declared_by: Mapped[Id]
    recorded_at_utc: Mapped[Moment]
