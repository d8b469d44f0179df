"""The postings of a selection: the one way every report goes through the ledger.

Every question goes over the origins of postings (posting_origins), whose rows sum to the postings: a cohort is
chosen by its origins, a flow by when and where it was posted. A reversal counts where its target counts (same
moment, kind and place), so that the two net out in every figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, cast, func, literal

from registry.store.events import EventRow
from registry.store.ledger import PostingRow
from registry.store.origins import OriginRow, PostingOriginRow
from registry.store.parties import SiteRow
from registry.store.recount import FACTS, Original, by_origin
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


def lines_of(selection: Selection) -> Subquery:
    """The postings of a selection, one row per origin, with all dimensions and what a contribution tells.

    A subquery, because the two engines differ in how they group by an expression with bound values.
    """
    return postings_of(selection).where(EventRow.recorded_at_utc <= selection.as_of_utc).subquery("lines")


def postings_of(selection: Selection) -> Select[Any]:
    """As `lines_of`, whenever they were recorded."""
    raw = Raw(**{name: FACTS[name] for name in Raw.__dataclass_fields__})
    found = dict(dimensions(raw, selection))
    if selection.by == "stream":
        found["product"] = literal("")
    return _joined(
        *(column.label(name) for name, column in found.items()),
        PostingOriginRow.amount.label("amount"),
        literal(1).label("lines"),
        FACTS["forecast"].label("forecast"),
        PostingRow.seq.label("seq"),
        PostingRow.batch_id.label("batch_id"),
        PostingRow.site_id.label("posted_site_id"),
        SiteRow.organisation_id.label("site_organisation_id"),
    ).where(*origin_conditions(raw, selection), *place_conditions(raw, selection), *_times(selection))


def _times(selection: Selection) -> list[ColumnElement[bool]]:
    """Of a flow what happened in the period; a cohort is chosen by its origins."""
    if selection.basis == "cohort":
        return []
    return [
        Original.occurred_at_utc >= selection.period.start_at_utc,
        Original.occurred_at_utc < selection.period.end_at_utc,
    ]


def _joined(*columns: ColumnElement[Any]) -> Select[Any]:
    return (
        by_origin(*columns)
        .join(OriginRow, OriginRow.id == PostingOriginRow.origin_id)
        .join(SiteRow, SiteRow.id == PostingRow.site_id)
        .join(Here, Here.id == Original.site_id)
    )


def frame_of(rows: Iterable[Sequence[Any]], names: Sequence[str], *, whole: Sequence[str]) -> pd.DataFrame:
    """A frame of these rows; `whole` columns are Int64, all others objects."""
    frame = pd.DataFrame([tuple(row) for row in rows], columns=list(names), dtype=object)
    return frame.astype(dict.fromkeys(whole, "Int64"))


def total(amount: ColumnElement[int]) -> ColumnElement[int]:
    """The sum of integers, an integer on both engines."""
    # PostgreSQL sums BIGINT into NUMERIC, which would come back as Decimal.
    return cast(func.sum(amount), BigInteger)
