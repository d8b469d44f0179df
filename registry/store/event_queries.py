"""Questions about events: what was captured, what it touched, what stands beside it. Rows in and out, no rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from registry.store.events import BatchEdgeRow, EventBatchRow, EventPrivateRow, EventRow
from registry.store.parties import SiteRow

Touch = tuple[EventRow, EventBatchRow]


def event(session: Session, event_id: str) -> EventRow | None:
    """The event with this id."""
    return session.scalars(select(EventRow).where(EventRow.id == event_id)).first()


def by_seq(session: Session, seqs: Collection[int]) -> dict[int, EventRow]:
    """Events by their place in the ledger."""
    return {row.seq: row for row in session.scalars(select(EventRow).where(EventRow.seq.in_(seqs)))}


def of_batch(session: Session, batch_id: str, *, after_seq: int = 0, limit: int | None = None) -> Sequence[Touch]:
    """Everything that touched the batch, in the order of the ledger."""
    query = (
        select(EventRow, EventBatchRow)
        .join(EventBatchRow, EventBatchRow.seq == EventRow.seq)
        .where(EventBatchRow.batch_id == batch_id, EventRow.seq > after_seq)
        .order_by(EventRow.seq)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def touched(session: Session, seqs: Collection[int]) -> Sequence[EventBatchRow]:
    """The batches these events touched."""
    query = select(EventBatchRow).where(EventBatchRow.seq.in_(seqs)).order_by(EventBatchRow.seq, EventBatchRow.batch_id)
    return session.scalars(query).all()


def naming(session: Session, event_ids: Collection[str]) -> Sequence[EventRow]:
    """Reversals that name any of these events."""
    query = select(EventRow).where(EventRow.kind == "reverse", EventRow.target_id.in_(event_ids)).order_by(EventRow.seq)
    return session.scalars(query).all()


def page(
    session: Session, *, conditions: Sequence[ColumnElement[bool]], before_seq: int | None, limit: int
) -> Sequence[EventRow]:
    """Latest events first; `before_seq` is the last one seen."""
    query = select(EventRow).where(*conditions)
    if before_seq is not None:
        query = query.where(EventRow.seq < before_seq)
    return session.scalars(query.order_by(EventRow.seq.desc()).limit(limit)).all()


def having(
    *,
    kind: str | None = None,
    site_id: str | None = None,
    status: str | None = None,
    batch_id: str | None = None,
    occurred_from: datetime | None = None,
    occurred_to: datetime | None = None,
    recorded_from: datetime | None = None,
) -> list[ColumnElement[bool]]:
    """Conditions of a list of events; times are half-open, None means any."""
    wanted = [
        column == value
        for column, value in ((EventRow.kind, kind), (EventRow.site_id, site_id), (EventRow.status, status))
        if value is not None
    ]
    if occurred_from is not None:
        wanted.append(EventRow.occurred_at_utc >= occurred_from)
    if occurred_to is not None:
        wanted.append(EventRow.occurred_at_utc < occurred_to)
    if recorded_from is not None:
        wanted.append(EventRow.recorded_at_utc >= recorded_from)
    if batch_id is not None:
        wanted.append(exists().where(EventBatchRow.seq == EventRow.seq, EventBatchRow.batch_id == batch_id))
    return wanted


def by_organisation(organisation_id: str) -> ColumnElement[bool]:
    """Condition: captured in the name of the organisation."""
    return EventRow.organisation_id == organisation_id


def within(division_codes: Collection[str]) -> ColumnElement[bool]:
    """Condition: captured at a site of these divisions."""
    return EventRow.site_id.in_(select(SiteRow.id).where(SiteRow.division_code.in_(division_codes)))


def edges_into(session: Session, batch_ids: Collection[str]) -> Sequence[BatchEdgeRow]:
    """Mass that came into these batches from others."""
    query = select(BatchEdgeRow).where(BatchEdgeRow.to_batch_id.in_(batch_ids))
    return session.scalars(query.order_by(BatchEdgeRow.seq, BatchEdgeRow.from_batch_id)).all()


def edges_out_of(session: Session, batch_ids: Collection[str]) -> Sequence[BatchEdgeRow]:
    """Mass that went out of these batches into others."""
    query = select(BatchEdgeRow).where(BatchEdgeRow.from_batch_id.in_(batch_ids))
    return session.scalars(query.order_by(BatchEdgeRow.seq, BatchEdgeRow.to_batch_id)).all()


def notes(session: Session, event_ids: Collection[str]) -> Sequence[EventPrivateRow]:
    """The erasable rows that stand beside these events."""
    query = select(EventPrivateRow).where(EventPrivateRow.event_id.in_(event_ids))
    return session.scalars(query.order_by(EventPrivateRow.event_id, EventPrivateRow.kind)).all()


def erase_notes(session: Session, event_id: str, *, kind: str | None) -> Sequence[str]:
    """Delete the erasable rows of one event (None: every kind); which kinds went. The event itself stays."""
    query = delete(EventPrivateRow).where(EventPrivateRow.event_id == event_id)
    if kind is not None:
        query = query.where(EventPrivateRow.kind == kind)
    return session.scalars(query.returning(EventPrivateRow.kind)).all()
