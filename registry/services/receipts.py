"""What a sender gets back: built from the stored rows, so that the same event always gives the same receipt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.domain.case import Move
from registry.domain.ledger import Place
from registry.domain.refusals import Refusal
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


@dataclass(frozen=True, kw_only=True)
class ItemResult:
    """The answer for one event: created · exists · waiting · rejected · conflict."""

    id: str
    status: str
    receipt: Receipt | None = None
    refusal: Refusal | None = None


def receipt_of(session: Session, row: EventRow) -> Receipt:
    """The receipt of a stored event."""
    codes = json.loads(row.frozen).get("codes", {})
    touched = [
        (each.batch_id, each.role, *journal.place_from_json(each.after))
        for each in event_queries.touched(session, [row.seq])
    ]
    return _receipt(row, touched, codes)


def receipt_from(row: EventRow, moves: Sequence[Move], codes: Mapping[str, str]) -> Receipt:
    """The same receipt, out of what was stored a moment ago."""
    return _receipt(row, [(move.batch_id, move.role, move.after, move.mass_g) for move in moves], codes)


def _receipt(row: EventRow, touched: Sequence[tuple[str, str, Place | None, int]], codes: Mapping[str, str]) -> Receipt:
    batches = [
        ReceiptBatch(
            batch_id=batch_id,
            code=codes.get(batch_id),
            role=role,
            mass_g=mass_g,
            status=place.status if place else "",
        )
        for batch_id, role, place, mass_g in touched
    ]
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
