"""The postings of a selection: the one way every report goes through the ledger.

Every question goes over the origins of postings (posting_origins), whose rows sum to the postings: a cohort is
chosen by its origins, a flow by when and where it was posted. A reversal counts where its target counts (same
moment, kind and place), so that the two net out in every figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Select, String, Subquery, and_, case, cast, func, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from registry.store.batches import BatchRow
from registry.store.events import EventRow
from registry.store.ledger import EntryRow, PostingRow
from registry.store.origins import OriginRow, PostingOriginRow
from registry.store.parties import SiteRow
from reports.queries.dimensions import (
    COLLECTED,
    Here,
    Raw,
    dimensions,
    flag,
    origin_conditions,
    place_conditions,
)
from reports.selection import Selection

__all__ = ["CELL_COLUMNS", "COLLECTED", "flag", "frame_of", "lines_of", "total"]

CELL_COLUMNS = ("source", "stream", "product", "bucket", "here", "kind", "inside", "account", "direction", "substance")
"""What a cell is grouped by; `bucket` and `here` (where the event happened) are divisions or a month, or empty."""

_Original = aliased(EventRow, name="original")
_POSTING = and_(PostingRow.seq == PostingOriginRow.seq, PostingRow.line == PostingOriginRow.line)


class local_month(GenericFunction[str]):  # noqa: N801  # named as SQL functions are
    """YYYY-MM of a moment, in the jurisdiction's zone."""

    type = String()
    inherit_cache = True


@compiles(local_month, "sqlite")
def _month_sqlite(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    return f"strftime('%Y-%m', {compiler.process(element.clauses, **more)}, '+8 hours')"


@compiles(local_month, "postgresql")
def _month_postgresql(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **more)} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"


class process_in(GenericFunction[str]):  # noqa: N801  # named as SQL functions are
    """The process an event's body names."""

    type = String()
    inherit_cache = True


@compiles(process_in, "sqlite")
def _process_sqlite(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_extract({compiler.process(element.clauses, **more)}, '$.details.process')"


@compiles(process_in, "postgresql")
def _process_postgresql(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    return f"(({compiler.process(element.clauses, **more)})::jsonb -> 'details' ->> 'process')"


def lines_of(selection: Selection) -> Subquery:
    """The postings of a selection, one row per origin, with all dimensions and what a contribution tells.

    A subquery, because the two engines differ in how they group by an expression with bound values.
    """
    forwards = or_(
        and_(PostingOriginRow.amount > 0, EntryRow.reverses_seq.is_(None)),
        and_(PostingOriginRow.amount < 0, EntryRow.reverses_seq.is_not(None)),
    )
    raw = Raw(
        month=local_month(_Original.occurred_at_utc),
        kind=_Original.kind,
        process=case((_Original.kind == "process", func.coalesce(process_in(_Original.body), "")), else_=literal("")),
        account=PostingRow.account,
        direction=case((forwards, 1), else_=-1),
        substance=PostingRow.substance,
        batch_stream=BatchRow.stream,
    )
    found = dict(dimensions(raw, selection))
    if selection.by == "stream":
        found["product"] = literal("")
    return (
        _joined(
            *(column.label(name) for name, column in found.items()),
            PostingOriginRow.amount.label("amount"),
            flag(_Original.recorded_by_loader.is_(True)).label("forecast"),
            PostingRow.seq.label("seq"),
            PostingRow.batch_id.label("batch_id"),
            PostingRow.site_id.label("posted_site_id"),
            SiteRow.organisation_id.label("site_organisation_id"),
        )
        .where(
            EventRow.recorded_at_utc <= selection.as_of_utc,
            *origin_conditions(raw, selection),
            *place_conditions(raw, selection),
            *_times(selection),
        )
        .subquery("lines")
    )


def _times(selection: Selection) -> list[ColumnElement[bool]]:
    """Of a flow what happened in the period; a cohort is chosen by its origins."""
    if selection.basis == "cohort":
        return []
    return [
        _Original.occurred_at_utc >= selection.period.start_at_utc,
        _Original.occurred_at_utc < selection.period.end_at_utc,
    ]


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
        .join(Here, Here.id == _Original.site_id)
    )


def frame_of(rows: Iterable[Sequence[Any]], names: Sequence[str], *, whole: Sequence[str]) -> pd.DataFrame:
    """A frame of these rows; `whole` columns are Int64, all others objects."""
    frame = pd.DataFrame([tuple(row) for row in rows], columns=list(names), dtype=object)
    return frame.astype(dict.fromkeys(whole, "Int64"))


def total(amount: ColumnElement[int]) -> ColumnElement[int]:
    """The sum of integers, an integer on both engines."""
    # PostgreSQL sums BIGINT into NUMERIC, which would come back as Decimal.
    return cast(func.sum(amount), BigInteger)
