"""What `verify` reads: everything, in order, a window at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.domain.case import SiteFacts
from registry.domain.ledger import Place
from registry.store.batches import BatchCodeRow, BatchPlaceRow, BatchRow, ContainerRow
from registry.store.events import BatchEdgeRow, EventBatchRow, EventRow
from registry.store.ledger import EntryRow
from registry.store.origins import OriginRow
from registry.store.parties import OrganisationRow, SiteRow
from registry.store.states import place_of

WINDOW = 1_000


def count(session: Session) -> int:
    """How many events there are."""
    return session.scalar(select(func.count()).select_from(EventRow)) or 0


def events(session: Session) -> Iterator[EventRow]:
    """Every event in the order of the ledger."""
    last = 0
    while True:
        rows = session.scalars(select(EventRow).where(EventRow.seq > last).order_by(EventRow.seq).limit(WINDOW)).all()
        yield from rows
        if len(rows) < WINDOW:
            return
        last = rows[-1].seq
        session.expunge_all()


def reversed_ids(session: Session) -> frozenset[str]:
    """Events that a reversal took back."""
    rows = session.scalars(select(EventRow.target_id).where(EventRow.kind == "reverse", EventRow.status != "pending"))
    return frozenset(target for target in rows if target is not None)


def targets(session: Session) -> frozenset[str]:
    """Events that any reversal names, pending ones included."""
    rows = session.scalars(select(EventRow.target_id).where(EventRow.kind == "reverse"))
    return frozenset(target for target in rows if target is not None)


def names(session: Session) -> dict[tuple[str, str, str, int], int | None]:
    """(batch or container, scheme, value, bound_seq) → released_seq."""
    rows = session.execute(
        select(
            func.coalesce(BatchCodeRow.batch_id, BatchCodeRow.container_id, ""),
            BatchCodeRow.scheme,
            BatchCodeRow.value,
            BatchCodeRow.bound_seq,
            BatchCodeRow.released_seq,
        )
    )
    return {(holder, scheme, value, bound): released for holder, scheme, value, bound, released in rows}


def batches(session: Session) -> dict[str, tuple[object, ...]]:
    """Batch → stream, product, producer, the event that made it."""
    rows = session.execute(
        select(BatchRow.id, BatchRow.stream, BatchRow.product, BatchRow.producer_id, BatchRow.created_seq)
    )
    return {row[0]: tuple(row[1:]) for row in rows}


def carriers(session: Session) -> dict[str, str]:
    """Container → organisation."""
    return {
        row.id: row.organisation_id for row in session.execute(select(ContainerRow.id, ContainerRow.organisation_id))
    }


def reverses(session: Session) -> dict[int, int]:
    """Entry → the entry it negates."""
    rows = session.execute(select(EntryRow.seq, EntryRow.reverses_seq).where(EntryRow.reverses_seq.is_not(None)))
    return {seq: target for seq, target in rows if target is not None}


def origins(session: Session) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """The key of each origin, and the columns that reports read."""
    for row in session.scalars(select(OriginRow).order_by(OriginRow.id)):
        yield row.key, (row.kind, row.stream, row.product, row.producer_id, row.division_code, row.month)


def site_facts(session: Session) -> dict[str, SiteFacts]:
    """Every site."""
    rows = session.execute(select(SiteRow.id, SiteRow.organisation_id, SiteRow.division_code))
    return {
        row.id: SiteFacts(id=row.id, organisation_id=row.organisation_id, division_code=row.division_code)
        for row in rows
    }


def organisation_kinds(session: Session) -> dict[str, str]:
    """Site → kind of its organisation."""
    query = select(SiteRow.id, OrganisationRow.kind).join(
        OrganisationRow, OrganisationRow.id == SiteRow.organisation_id
    )
    return {row.id: row.kind for row in session.execute(query)}


def days_of(session: Session, seq: int) -> dict[str, date | None]:
    """Batch → since when it lies where an event left it."""
    rows = session.execute(select(EventBatchRow.batch_id, EventBatchRow.arrived_on).where(EventBatchRow.seq == seq))
    return {row.batch_id: row.arrived_on for row in rows}


def days(session: Session) -> dict[str, date | None]:
    """Batch → since when it lies where it lies."""
    rows = session.execute(select(BatchPlaceRow.batch_id, BatchPlaceRow.arrived_on))
    return {row.batch_id: row.arrived_on for row in rows}


def touched(session: Session, seq: int) -> set[tuple[object, ...]]:
    """(batch, role, before, after) of one event."""
    rows = session.execute(
        select(EventBatchRow.batch_id, EventBatchRow.role, EventBatchRow.before, EventBatchRow.after).where(
            EventBatchRow.seq == seq
        )
    )
    return {tuple(row) for row in rows}


def edges(session: Session, seq: int) -> set[tuple[object, ...]]:
    """(from, to, mass) of one event."""
    rows = session.execute(
        select(BatchEdgeRow.from_batch_id, BatchEdgeRow.to_batch_id, BatchEdgeRow.mass_g).where(BatchEdgeRow.seq == seq)
    )
    return {tuple(row) for row in rows}


def places(session: Session) -> Iterator[tuple[str, Place, int]]:
    """Where each batch is, and its book mass."""
    for row in session.scalars(select(BatchPlaceRow).order_by(BatchPlaceRow.batch_id)):
        yield row.batch_id, place_of(row), row.mass_g
