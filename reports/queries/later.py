"""What was recorded after an answer and touches its figures: the events a published report does not know."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.periods import ZONE
from registry.store.events import EventRow
from reports.freezing import Later
from reports.queries.lines import lines_of
from reports.selection import Selection


def later_events(session: Session, selection: Selection, *, after_seq: int, limit: int) -> Sequence[Later]:
    """Events behind `after_seq` with postings in the selection, in the order of the ledger. One SELECT."""
    lines = lines_of(selection)
    touching = select(lines.c.seq).where(lines.c.seq > after_seq).distinct()
    query = select(EventRow).where(EventRow.seq > after_seq, EventRow.seq.in_(touching)).order_by(EventRow.seq)
    return [
        Later(
            seq=row.seq,
            id=row.id,
            kind=row.kind,
            occurred_at=row.occurred_at_utc.astimezone(ZONE).isoformat(timespec="seconds"),
            recorded_at=row.recorded_at_utc.astimezone(ZONE).isoformat(timespec="seconds"),
        )
        for row in session.scalars(query.limit(limit))
    ]
