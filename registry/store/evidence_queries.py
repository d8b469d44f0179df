"""What the mass ledger posted to outcomes, and what evidence has been made of it. Integers in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, and_, cast, exists, func, select
from sqlalchemy.orm import Session, aliased

from registry.domain.evidence import Pool
from registry.domain.ledger import MASS, outcome_account
from registry.domain.outcomes import LADDER
from registry.store.batches import BatchCodeRow
from registry.store.events import BatchEdgeRow, EventBatchRow, EventRow
from registry.store.evidence import EvidenceEntryRow, EvidenceLineRow, EvidenceNoteRow
from registry.store.ledger import EntryRow, PostingRow
from registry.store.origins import OriginRow, PostingOriginRow
from registry.store.parties import LicenceRow, SiteRow

_OUTCOMES = {outcome_account(each.code): each.code for each in LADDER if each.processed_into}
_GRAMS = cast(func.sum(PostingOriginRow.amount), BigInteger)
_LINES = cast(func.sum(EvidenceLineRow.amount), BigInteger)
_REVERSAL = aliased(EntryRow)


class Posted(NamedTuple):
    """Grams of a known origin that one event posted to (or, `retire`, took back from) an outcome, by producer."""

    seq: int
    event_id: str
    kind: str
    body: str
    occurred_at: datetime
    batch_id: str
    site_id: str
    outcome: str
    stream: str
    producer_id: str
    grams: int


def _posted(kind: str, *conditions: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    taken_back = exists().where(_REVERSAL.reverses_seq == PostingRow.seq)
    return [
        EventRow.kind == kind,
        PostingRow.account.in_(_OUTCOMES),
        PostingRow.substance == MASS,
        OriginRow.kind == "collected",
        ~taken_back,
        *conditions,
    ]


def _rows(session: Session, conditions: Collection[ColumnElement[bool]]) -> list[Posted]:
    keys = (
        PostingRow.seq,
        EventRow.id,
        EventRow.kind,
        EventRow.body,
        EventRow.occurred_at_utc,
        PostingRow.batch_id,
        PostingRow.site_id,
        PostingRow.account,
        OriginRow.stream,
        OriginRow.producer_id,
    )
    query = (
        select(*keys, _GRAMS)
        .join(EventRow, EventRow.seq == PostingRow.seq)
        .join(PostingOriginRow, and_(PostingOriginRow.seq == PostingRow.seq, PostingOriginRow.line == PostingRow.line))
        .join(OriginRow, OriginRow.id == PostingOriginRow.origin_id)
        .where(*conditions)
        .group_by(*keys)
        .order_by(PostingRow.seq, PostingRow.batch_id)
    )
    return [
        Posted(*row[:7], outcome=_OUTCOMES[row[7]], stream=row[8] or "", producer_id=row[9] or "", grams=row[10])
        for row in session.execute(query)
    ]


def processed(
    session: Session,
    *,
    site_ids: Collection[str],
    start_at_utc: datetime,
    end_at_utc: datetime,
    stream: str | None = None,
    outcome: str | None = None,
) -> list[Posted]:
    """What plants posted to outcomes in a time, processes that were taken back left out."""
    conditions = [
        PostingRow.site_id.in_(site_ids),
        EventRow.occurred_at_utc >= start_at_utc,
        EventRow.occurred_at_utc < end_at_utc,
    ]
    if stream is not None:
        conditions.append(OriginRow.stream == stream)
    if outcome is not None:
        conditions.append(PostingRow.account == outcome_account(outcome))
    return _rows(session, _posted("process", *conditions))


def taken_back(session: Session, batch_ids: Collection[str]) -> list[Posted]:
    """What retire events took out of the outcomes of these batches; `grams` is negative."""
    if not batch_ids:
        return []
    return _rows(session, _posted("retire", PostingRow.batch_id.in_(batch_ids), PostingRow.amount < 0))


def second_time(session: Session) -> set[str]:
    """Batches made out of what came back from a second life: it has earned its evidence there."""
    returned = (
        select(EventBatchRow.batch_id.label("id"))
        .join(EventRow, EventRow.seq == EventBatchRow.seq)
        .where(
            EventRow.kind == "retire",
            EventBatchRow.role.in_(("about", "out")),
            ~exists().where(_REVERSAL.reverses_seq == EventRow.seq),
        )
        .cte("returned", recursive=True)
    )
    below = select(BatchEdgeRow.to_batch_id).join(returned, returned.c.id == BatchEdgeRow.from_batch_id)
    return set(session.scalars(select(returned.union(below).c.id)))


def lock_site(session: Session, site_id: str) -> SiteRow | None:
    """The site, locked against other evidence of it until the transaction ends; captures there go on.

    Whatever is read afterwards in this transaction is what those before have committed.
    """
    query = select(SiteRow).where(SiteRow.id == site_id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).first()


def licences(session: Session, site_ids: Collection[str]) -> Sequence[LicenceRow]:
    """All licences of these sites."""
    return session.scalars(select(LicenceRow).where(LicenceRow.site_id.in_(site_ids))).all()


def sites_of(
    session: Session, *, organisation_id: str | None = None, division_codes: Collection[str] | None = None
) -> list[str]:
    """Ids of sites: all, of an organisation, or of divisions."""
    query = select(SiteRow.id).order_by(SiteRow.id)
    if organisation_id is not None:
        query = query.where(SiteRow.organisation_id == organisation_id)
    if division_codes is not None:
        query = query.where(SiteRow.division_code.in_(sorted(division_codes)))
    return list(session.scalars(query))


def registry_codes(session: Session, batch_ids: Collection[str]) -> dict[str, str]:
    """The registry code of each batch that has one."""
    query = select(BatchCodeRow.batch_id, BatchCodeRow.value).where(
        BatchCodeRow.batch_id.in_(batch_ids), BatchCodeRow.scheme == "registry"
    )
    return {batch_id: value for batch_id, value in session.execute(query) if batch_id is not None}


def of_pool(pool: Pool) -> list[ColumnElement[bool]]:
    """Condition on lines: of this pool."""
    row = EvidenceLineRow
    return [
        row.site_id == pool.site_id,
        row.stream == pool.stream,
        row.outcome == pool.outcome,
        row.month == pool.month,
        row.producer_id == pool.producer_id,
    ]


def sums(session: Session, pool: Pool) -> dict[str, int]:
    """Grams by account of a pool."""
    query = select(EvidenceLineRow.account, _LINES).where(*of_pool(pool)).group_by(EvidenceLineRow.account)
    return {row[0]: row[1] for row in session.execute(query)}


def sums_by_pool(session: Session, site_ids: Collection[str]) -> dict[Pool, dict[str, int]]:
    """Grams by pool and account of these sites."""
    row = EvidenceLineRow
    keys = (row.site_id, row.stream, row.outcome, row.month, row.producer_id, row.account)
    found: dict[Pool, dict[str, int]] = {}
    for *key, account, grams in session.execute(select(*keys, _LINES).where(row.site_id.in_(site_ids)).group_by(*keys)):
        pool = Pool(**dict(zip(("site_id", "stream", "outcome", "month", "producer_id"), key, strict=True)))
        found.setdefault(pool, {})[account] = grams
    return found


def note_by_id(session: Session, note_id: str) -> EvidenceNoteRow | None:
    """The note as it stands now, whatever this session read before."""
    query = select(EvidenceNoteRow).where(EvidenceNoteRow.id == note_id)
    return session.scalars(query.execution_options(populate_existing=True)).first()


def entry_by_id(session: Session, entry_id: str) -> EvidenceEntryRow | None:
    """The entry with this client-made id."""
    return session.scalars(select(EvidenceEntryRow).where(EvidenceEntryRow.id == entry_id)).first()


def entries_of(session: Session, note_id: str) -> Sequence[EvidenceEntryRow]:
    """What was done with a note, in order."""
    query = select(EvidenceEntryRow).where(EvidenceEntryRow.note_id == note_id).order_by(EvidenceEntryRow.seq)
    return session.scalars(query).all()
