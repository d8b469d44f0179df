"""The kept rows of refused attempts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.store.parties import RefusalRow


def record(
    session: Session, *, actor_id: str | None, operation: str, code: str, subject: str | None, now: datetime
) -> None:
    """Keep one refused attempt."""
    session.add(RefusalRow(at_utc=now, actor_id=actor_id, operation=operation, code=code, subject=subject))


def recent(session: Session, *, limit: int = 100) -> Sequence[RefusalRow]:
    """The latest refused attempts, newest first."""
    return session.scalars(select(RefusalRow).order_by(RefusalRow.id.desc()).limit(limit)).all()
