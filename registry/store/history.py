"""What happened to batches, read back: touched rows, what stands on an event, its postings with their origins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from registry.domain.ledger import Place, Posting
from registry.domain.origins import Origin, origin_from_key
from registry.store.batches import BatchPlaceRow, BatchRow
from registry.store.events import EventBatchRow, EventRow
from registry.store.journal import place_from_json
from registry.store.ledger import EntryRow, PostingRow
from registry.store.origins import OriginRow, PostingOriginRow


def touched(session: Session, seq: int) -> Sequence[EventBatchRow]:
    """The batches an event touched."""
    return session.scalars(select(EventBatchRow).where(EventBatchRow.seq == seq).order_by(EventBatchRow.batch_id)).all()


def touched_ids(session: Session, seq: int) -> list[str]:
    """Their ids."""
    return [row.batch_id for row in touched(session, seq)]


def batches_of(session: Session, seq: int) -> Sequence[BatchRow]:
    """The same as what they are."""
    query = select(BatchRow).join(EventBatchRow, EventBatchRow.batch_id == BatchRow.id).where(EventBatchRow.seq == seq)
    return session.scalars(query).all()


def arrived_before(session: Session, batch_id: str, seq: int) -> date | None:
    """Since when a batch lay where it was before an event touched it; None where it did not exist."""
    query = (
        select(EventBatchRow.arrived_on)
        .where(EventBatchRow.batch_id == batch_id, EventBatchRow.seq < seq)
        .order_by(EventBatchRow.seq.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def reversals_of(session: Session, event_id: str) -> Sequence[EventRow]:
    """Reversals naming the event, pending ones included."""
    return session.scalars(
        select(EventRow).where(EventRow.target_id == event_id, EventRow.kind == "reverse").order_by(EventRow.seq)
    ).all()


def standing_on(session: Session, seq: int) -> list[str]:
    """Ids of later events on any batch the event touched; one taken back and its reversal no longer stand."""
    batches = select(EventBatchRow.batch_id).where(EventBatchRow.seq == seq)
    later = session.execute(
        select(EventRow.id, EventRow.kind, EventRow.target_id)
        .join(EventBatchRow, EventBatchRow.seq == EventRow.seq)
        .where(EventBatchRow.batch_id.in_(batches), EventRow.seq > seq)
        .distinct()
        .order_by(EventRow.id)
    ).all()
    gone = {row.target_id for row in later if row.kind == "reverse"}
    return [row.id for row in later if row.kind != "reverse" and row.id not in gone]


def last_events_elsewhere(session: Session, place: Place) -> set[str]:
    """Ids of the last events of those batches in its container that do not stand where the place is."""
    here = and_(
        BatchPlaceRow.site_id == place.site_id,
        BatchPlaceRow.holder_id == place.holder_id,
        BatchPlaceRow.to_site_id.is_(None),
    )
    query = (
        select(EventRow.id)
        .join(BatchPlaceRow, BatchPlaceRow.last_seq == EventRow.seq)
        .where(BatchPlaceRow.container_id == place.container_id, ~here)
    )
    return set(session.scalars(query))


def has_entry(session: Session, seq: int) -> bool:
    """Whether the event was booked with postings."""
    return session.get(EntryRow, seq) is not None


def mass_before(session: Session, batch_id: str, seq: int) -> int:
    """The book mass a batch had before an event touched it."""
    earlier = session.scalars(
        select(EventBatchRow.after)
        .where(EventBatchRow.batch_id == batch_id, EventBatchRow.seq < seq)
        .order_by(EventBatchRow.seq.desc())
        .limit(1)
    ).first()
    return place_from_json(earlier)[1] if earlier else 0


def postings_of(session: Session, seq: int) -> list[Posting]:
    """The postings of an entry with their origins, in line order."""
    return [posting for _, posting in postings_between(session, seq, seq)]


def all_postings(session: Session, *, chunk: int = 2_000) -> Iterator[tuple[int, Posting]]:
    """Every posting of the ledger with its entry's seq, in order, read in chunks of entries."""
    last = session.scalars(select(EntryRow.seq).order_by(EntryRow.seq.desc()).limit(1)).first() or 0
    for start in range(0, last + 1, chunk):
        yield from postings_between(session, start, min(start + chunk - 1, last))


def postings_between(session: Session, first: int, last: int) -> Iterator[tuple[int, Posting]]:
    """The postings of entries `first` to `last`, each with its entry's seq, in order."""
    rows = session.execute(
        select(
            PostingRow.seq,
            PostingRow.line,
            PostingRow.account,
            PostingRow.site_id,
            PostingRow.batch_id,
            PostingRow.substance,
            PostingRow.amount,
            OriginRow.key,
            PostingOriginRow.amount.label("part"),
        )
        .outerjoin(
            PostingOriginRow, (PostingOriginRow.seq == PostingRow.seq) & (PostingOriginRow.line == PostingRow.line)
        )
        .outerjoin(OriginRow, OriginRow.id == PostingOriginRow.origin_id)
        .where(PostingRow.seq >= first, PostingRow.seq <= last)
        .order_by(PostingRow.seq, PostingRow.line, OriginRow.key)
    )
    here: tuple[int, int] | None = None
    facts = None
    origins: dict[Origin, int] = {}
    for row in rows:
        if (row.seq, row.line) != here:
            if facts is not None and here is not None:
                yield here[0], _posting(facts, origins)
            here, facts, origins = (row.seq, row.line), row, {}
        if row.key is not None:
            origins[origin_from_key(row.key)] = row.part
    if facts is not None and here is not None:
        yield here[0], _posting(facts, origins)


def _posting(row: object, origins: dict[Origin, int]) -> Posting:
    names = ("account", "site_id", "batch_id", "substance", "amount")
    return Posting(**{name: getattr(row, name) for name in names}, origins=origins)
