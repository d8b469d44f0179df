"""Imports every row module, so that Alembic sees one metadata."""

from registry.store import (
    batches,
    carrying,
    cells,
    events,
    evidence,
    ledger,
    market,
    origins,
    parties,
    photos,
    publications,
    tallies,
)
from registry.store.base import Base

__all__ = [
    "Base",
    "batches",
    "carrying",
    "cells",
    "events",
    "evidence",
    "ledger",
    "market",
    "origins",
    "parties",
    "photos",
    "publications",
    "tallies",
]
