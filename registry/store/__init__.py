"""Imports every row module, so that Alembic sees one metadata."""

from registry.store import batches, events, ledger, origins, parties
from registry.store.base import Base

__all__ = ["Base", "batches", "events", "ledger", "origins", "parties"]
