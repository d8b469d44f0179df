"""The postings of a selection: the one way every report goes through the ledger.

Every question goes over the origins of postings (posting_origins), whose rows sum to the postings: a cohort is
chosen by its origins, a flow by when and where it was posted. A reversal counts where its target counts (same
moment, kind and place), so that the two net out in every figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, and_, case, cast, func, literal, or_, select, true
from sqlalchemy.orm import aliased

from registry.domain.origins import ADDITION, UNKNOWN
from registry.store.batches import BatchRow
from registry.store.events import EventRow
from registry.store.ledger import EntryRow, PostingRow
from registry.store.origins import OriginRow, PostingOriginRow
from registry.store.parties import SiteRow
from reports.selection import NO_PRODUCT, Selection

COLLECTED = "collected"
PSEUDO = (ADDITION.kind, UNKNOWN.kind)

CELL_COLUMNS = ("source", "stream", "product", "bucket", "here", "kind", "inside", "account", "direction", "substance")
"""What a cell is grouped by; `bucket` and `here` (where the event happened) are divisions or a month, or empty."""

_Original = aliased(EventRow, name="original")
_OriginalSite = aliased(SiteRow, name="original_site")
_POSTING = and_(PostingRow.seq == PostingOriginRow.seq, PostingRow.line == PostingOriginRow.line)


def lines_of(selection: Selection) -> Subquery:
    """The postings of a selection, one row per origin, named as CELL_COLUMNS and what a contribution tells.

    A subquery, because the two engines differ in how they group by an expression with bound values.
    """
    bucket, here = _buckets(selection)
    is_collected = OriginRow.kind == COLLECTED
    forwards = or_(
        and_(PostingOriginRow.amount > 0, EntryRow.reverses_seq.is_(None)),
        and_(PostingOriginRow.amount < 0, EntryRow.reverses_seq.is_not(None)),
    )
    product = OriginRow.product if selection.by != "stream" else literal("")
    return (
        _joined(
            OriginRow.kind.label("source"),
            func.coalesce(case((is_collected, OriginRow.stream), else_=BatchRow.stream), "").label("stream"),
            func.coalesce(product, "").label("product"),
            bucket.label("bucket"),
            here.label("here"),
            _Original.kind.label("kind"),
            flag(_happened_inside(selection)).label("inside"),
            PostingRow.account.label("account"),
            case((forwards, 1), else_=-1).label("direction"),
            PostingRow.substance.label("substance"),
            PostingOriginRow.amount.label("amount"),
            flag(EventRow.recorded_by_loader.is_(True)).label("forecast"),
            PostingRow.seq.label("seq"),
            PostingRow.batch_id.label("batch_id"),
            PostingRow.site_id.label("site_id"),
            SiteRow.division_code.label("division_code"),
            SiteRow.organisation_id.label("site_organisation_id"),
        )
        .where(EventRow.recorded_at_utc <= selection.as_of_utc, *_conditions(selection))
        .subquery("lines")
    )


def flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _joined(*columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(PostingOriginRow)
        .join(PostingRow, _POSTING)
        .join(OriginRow, OriginRow.id == PostingOriginRow.origin_id)
        .join(BatchRow, BatchRow.id == PostingRow.batch_id)
        .join(EntryRow, EntryRow.seq == PostingRow.seq)
        .join(EventRow, EventRow.seq == PostingRow.seq)
        .join(_Original, _Original.seq == func.coalesce(EntryRow.reverses_seq, EntryRow.seq))
        .join(SiteRow, SiteRow.id == PostingRow.site_id)
        .join(_OriginalSite, _OriginalSite.id == _Original.site_id)
    )


def _buckets(selection: Selection) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """What breaks the rows down, and the same of the place where the event happened."""
    nothing: ColumnElement[str] = literal("")
    if selection.by == "area":
        if selection.basis == "cohort":
            return _text(OriginRow.division_code), nothing
        return _text(SiteRow.division_code), _text(_OriginalSite.division_code)
    if selection.by == "month":
        return (_text(OriginRow.month) if selection.basis == "cohort" else _month(selection)), nothing
    return nothing, nothing


def _text(column: Any) -> ColumnElement[str]:
    return func.coalesce(column, "")


def _month(selection: Selection) -> ColumnElement[str]:
    """The local month of the event, by the moments at which months begin: no engine's own calendar is asked."""
    ends = [(_Original.occurred_at_utc < end_utc, literal(month)) for month, end_utc in selection.months]
    return case(*ends, else_=literal(""))


def _conditions(selection: Selection) -> list[ColumnElement[bool]]:
    return [*_origins_of(selection), *_postings_of(selection)]


def _origins_of(selection: Selection) -> list[ColumnElement[bool]]:
    """Which origins count. Pseudo-origins have no stream: on the flow basis they count by their batch's."""
    mine: list[ColumnElement[bool]] = [OriginRow.kind == COLLECTED]
    if selection.stream:
        mine.append(OriginRow.stream == selection.stream)
    if selection.product:
        mine.append(_text(OriginRow.product) == ("" if selection.product == NO_PRODUCT else selection.product))
    if selection.reader.producer_id:
        mine.append(OriginRow.producer_id == selection.reader.producer_id)
    if selection.basis == "cohort":
        return [
            *mine,
            OriginRow.division_code.in_(sorted(selection.divisions)),
            OriginRow.month >= selection.months[0][0],
            OriginRow.month <= selection.months[-1][0],
        ]
    if selection.product or selection.reader.producer_id:
        return mine
    theirs: list[ColumnElement[bool]] = [OriginRow.kind.in_(PSEUDO)]
    if selection.stream:
        theirs.append(BatchRow.stream == selection.stream)
    return [or_(and_(*mine), and_(*theirs))]


def _postings_of(selection: Selection) -> list[ColumnElement[bool]]:
    """Which postings count: all of a cohort's; of a flow those of the period at the area's sites."""
    found: list[ColumnElement[bool]] = []
    if selection.basis == "flow":
        found += [
            _Original.occurred_at_utc >= selection.period.start_at_utc,
            _Original.occurred_at_utc < selection.period.end_at_utc,
            SiteRow.division_code.in_(sorted(selection.divisions)),
        ]
    if selection.reader.organisation_id:
        found.append(SiteRow.organisation_id == selection.reader.organisation_id)
    return found


def _happened_inside(selection: Selection) -> ColumnElement[bool]:
    """Whether the event happened at a site of the selection (its postings may lie at another one's)."""
    where: list[ColumnElement[bool]] = [true()]
    if selection.basis == "flow":
        where.append(_OriginalSite.division_code.in_(sorted(selection.divisions)))
    if selection.reader.organisation_id:
        where.append(_OriginalSite.organisation_id == selection.reader.organisation_id)
    return and_(*where)


def frame_of(rows: Iterable[Sequence[Any]], names: Sequence[str], *, whole: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame([tuple(row) for row in rows], columns=list(names), dtype=object)
    return frame.astype(dict.fromkeys(whole, "Int64"))


def total(amount: ColumnElement[int]) -> ColumnElement[int]:
    # PostgreSQL sums BIGINT into NUMERIC, which would come back as Decimal.
    return cast(func.sum(amount), BigInteger)
