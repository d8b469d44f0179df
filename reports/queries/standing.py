"""Where the ledger stands: what an answer may be kept by."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.store.events import EventRow


def last_seq(session: Session) -> int:
    """The number of the last event: as long as it is the same, the same question has the same answer. One SELECT."""
    return session.scalar(select(func.max(EventRow.seq))) or 0
