"""What a sender gets back: built from the stored rows, so that the same event always gives the same receipt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.store import event_queries, journal
from registry.store.events import EventRow


@dataclass(frozen=True, kw_only=True)
class ReceiptBatch:
    """A batch the event made or touched: role in · out · about, its book mass after it, the code it was given here."""

    batch_id: str
    code: str | None
    role: str
    mass_g: int
    status: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Proof that an event was taken: `seq` is its place in the ledger, `sha256` that of its canonical body."""

    id: str
    seq: int
    kind: str
    status: str
    recorded_at: datetime
    sha256: str
    batches: tuple[ReceiptBatch, ...]
    findings: tuple[Mapping[str, Any], ...]


def receipt_of(session: Session, row: EventRow) -> Receipt:
    """The receipt of a stored event."""
    codes = json.loads(row.frozen).get("codes", {})
    batches = []
    for touched in event_queries.touched(session, [row.seq]):
        place, mass_g = journal.place_from_json(touched.after)
        batches.append(
            ReceiptBatch(
                batch_id=touched.batch_id,
                code=codes.get(touched.batch_id),
                role=touched.role,
                mass_g=mass_g,
                status=place.status if place else "",
            )
        )
    return Receipt(
        id=row.id,
        seq=row.seq,
        kind=row.kind,
        status=row.status,
        recorded_at=row.recorded_at_utc,
        sha256=row.sha256,
        batches=tuple(sorted(batches, key=lambda batch: (batch.role, batch.batch_id))),
        findings=tuple(json.loads(row.findings)),
    )
