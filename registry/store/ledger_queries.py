"""Sums over the ledger: balances, what batches hold, and of which origin. Integers in SQL, never a float."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, and_, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.store.batches import BatchRow
from registry.store.events import EventRow
from registry.store.ledger import EntryRow, PostingRow
from registry.store.origins import OriginRow, PostingOriginRow
from registry.store.parties import SiteRow


class Balance(NamedTuple):
    """One sum of the ledger, in grams (Wh for energy)."""

    account: str
    site_id: str
    stream: str
    substance: str
    amount: int


class BatchBalance(NamedTuple):
    """What one batch has in one account."""

    batch_id: str
    account: str
    substance: str
    amount: int


class OriginBalance(NamedTuple):
    """What one batch holds of one origin."""

    origin: OriginRow
    substance: str
    amount: int


_SUM = cast(func.sum(PostingRow.amount), BigInteger)
# PostgreSQL sums BIGINT into NUMERIC, which would come back as Decimal.


def of_batches(session: Session, batch_ids: Collection[str]) -> Sequence[BatchBalance]:
    """Sums per batch, account and substance that are not zero."""
    query = (
        select(PostingRow.batch_id, PostingRow.account, PostingRow.substance, _SUM)
        .where(PostingRow.batch_id.in_(batch_ids))
        .group_by(PostingRow.batch_id, PostingRow.account, PostingRow.substance)
        .having(_SUM != 0)
        .order_by(PostingRow.batch_id, PostingRow.account, PostingRow.substance)
    )
    return [BatchBalance(*row) for row in session.execute(query)]


def origins_of(session: Session, batch_id: str, *, accounts: Collection[str]) -> Sequence[OriginBalance]:
    """What the batch holds in these accounts by origin and substance, zero sums left out."""
    amount = cast(func.sum(PostingOriginRow.amount), BigInteger)
    query = (
        select(PostingOriginRow.origin_id, PostingRow.substance, amount)
        .join(PostingRow, and_(PostingRow.seq == PostingOriginRow.seq, PostingRow.line == PostingOriginRow.line))
        .where(PostingRow.batch_id == batch_id, PostingRow.account.in_(accounts))
        .group_by(PostingOriginRow.origin_id, PostingRow.substance)
        .having(amount != 0)
    )
    sums = session.execute(query).all()
    rows = session.scalars(select(OriginRow).where(OriginRow.id.in_({row[0] for row in sums})))
    known = {row.id: row for row in rows}
    return [OriginBalance(known[row[0]], row[1], row[2]) for row in sums]


def collected_by(session: Session, organisation_id: str, origin_ids: Collection[int]) -> set[int]:
    """Which of these origins the organisation itself has collected into."""
    query = (
        select(PostingOriginRow.origin_id)
        .join(PostingRow, and_(PostingRow.seq == PostingOriginRow.seq, PostingRow.line == PostingOriginRow.line))
        .join(EventRow, EventRow.seq == PostingRow.seq)
        .where(
            PostingOriginRow.origin_id.in_(origin_ids),
            PostingRow.account == "origin:end_of_life",
            EventRow.organisation_id == organisation_id,
        )
        .distinct()
    )
    return set(session.scalars(query))


def balances(
    session: Session,
    *,
    conditions: Sequence[ColumnElement[bool]],
    after: tuple[str, str, str, str] | None,
    limit: int,
) -> Sequence[Balance]:
    """Sums by (account, site, stream, substance) in that order; `after` is the last key seen."""
    keys = (PostingRow.account, PostingRow.site_id, BatchRow.stream, PostingRow.substance)
    query = select(*keys, _SUM).join(BatchRow, BatchRow.id == PostingRow.batch_id).where(*conditions)
    if after is not None:
        query = query.where(_beyond(keys, after))
    query = query.group_by(*keys).having(_SUM != 0).order_by(*keys).limit(limit)
    return [Balance(*row) for row in session.execute(query)]


def _beyond(keys: Sequence[InstrumentedAttribute[str]], after: Sequence[str]) -> ColumnElement[bool]:
    """Lexicographically after: spelled out, because row values are compared differently by the two engines."""
    steps = []
    for place, (key, value) in enumerate(zip(keys, after, strict=True)):
        same = [k == v for k, v in zip(keys[:place], after[:place], strict=True)]
        steps.append(and_(*same, key > value))
    return or_(*steps)


def having(
    *, account: str | None, site_id: str | None, substance: str | None, stream: str | None
) -> list[ColumnElement[bool]]:
    """Conditions of balances; None: any."""
    filters = (
        (PostingRow.account, account),
        (PostingRow.site_id, site_id),
        (PostingRow.substance, substance),
        (BatchRow.stream, stream),
    )
    return [column == value for column, value in filters if value is not None]


def within(division_codes: Collection[str]) -> ColumnElement[bool]:
    """Condition: posted at a site of these divisions."""
    return PostingRow.site_id.in_(select(SiteRow.id).where(SiteRow.division_code.in_(division_codes)))


def at_organisation(organisation_id: str) -> ColumnElement[bool]:
    """Condition: posted at a site of the organisation."""
    return PostingRow.site_id.in_(select(SiteRow.id).where(SiteRow.organisation_id == organisation_id))


def entry(session: Session, seq: int) -> EntryRow | None:
    """The entry of an event, None where it posted nothing."""
    return session.get(EntryRow, seq)


def postings(session: Session, seq: int) -> Sequence[PostingRow]:
    """The lines of one entry."""
    return session.scalars(select(PostingRow).where(PostingRow.seq == seq).order_by(PostingRow.line)).all()
