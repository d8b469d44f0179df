"""The ledger summed by any choice of dimensions: what every report that adds up postings is made from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd
from sqlalchemy import Select, Subquery, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from registry.store.cells import MassCellRow
from registry.store.events import EventRow
from registry.store.origins import OriginRow, PostingOriginRow
from registry.store.parties import SiteRow
from reports.queries.dimensions import DIMENSIONS, WHOLE, Here, Raw, dimensions, origin_conditions, place_conditions
from reports.queries.lines import frame_of, lines_of, postings_of, total
from reports.selection import Selection

BROKEN_DOWN = (*DIMENSIONS, "bucket", "here")
_EVERYTHING: Mapping[str, Collection[Any]] = MappingProxyType({})


def cube(
    session: Session, selection: Selection, keys: Sequence[str], *, only: Mapping[str, Collection[Any]] = _EVERYTHING
) -> pd.DataFrame:
    """Sums of the selection's postings by origin, grouped by `keys`: those columns, then `amount` and `forecast`.

    `amount`: grams (Wh where the substance is energy), Int64, signed as posted. `forecast`: 1 where demonstration
    data is among it. One SELECT; where nothing answers, the frame is empty and has all columns. Keys, any of:

    - `source` (collected · addition · unknown), `stream` (the origin's; the batch's for a pseudo-origin),
      `batch_stream`, `product`, `producer_id`, `origin_division`, `origin_month`: where the mass came from
    - `month` (local, of the event), `kind`, `process` (code, empty for other kinds): of the event
    - `site_id`, `organisation_id`, `division`: where it is posted
    - `here_site_id`, `here_division`: where the event happened; `inside` (1 or 0): whether within the selection
    - `account`, `direction` (sign of the posting), `substance`
    - `bucket`, `here`: the selection's breakdown of the place or time of posting, and of where the event happened

    `only`: dimension → the values that count, of a report that needs few of them: the rest is not even read.

    A reversal counts with the moment, kind, process, place and direction of its target. Sites and organisations that
    the reader may not know by name are all called `selection.OTHERS`. A `product` is empty where the selection is
    broken down by stream. Raises ValueError for no key and KeyError for an unknown one.
    """
    if not keys:
        raise ValueError("a cube needs a key")
    if unknown := {*keys, *only} - set(BROKEN_DOWN):
        raise KeyError(sorted(unknown))
    names = (*keys, "amount", "forecast")
    found = session.execute(_sums(selection, keys, only))
    return frame_of(found, names, whole=[name for name in names if name in WHOLE])


def _sums(selection: Selection, keys: Sequence[str], only: Mapping[str, Collection[Any]] = _EVERYTHING) -> Select[Any]:
    """Sums over the cells less what was recorded after the cut-off; over the postings where cells are too coarse.

    Each side is summed by itself first: neither engine does so through a union.
    """
    # Asked this way round, both planners begin with the few events that came after the cut-off.
    after = PostingOriginRow.seq.in_(select(EventRow.seq).where(EventRow.recorded_at_utc > selection.as_of_utc))
    if _in_whole_months(selection):
        sides = [
            _side(cells_of(selection), keys, only, sign=1),
            _side(postings_of(selection).where(after).subquery("later"), keys, only, sign=-1),
        ]
    else:
        sides = [_side(lines_of(selection), keys, only, sign=1)]
    both = union_all(*sides).subquery("both")
    columns = [both.c[key] for key in keys]
    forecast = case((func.sum(both.c.of_model) > 0, 1), else_=0)
    return select(*columns, total(both.c.amount), forecast).group_by(*columns).having(func.sum(both.c.lines) > 0)


def _side(rows: Subquery, keys: Sequence[str], only: Mapping[str, Collection[Any]], *, sign: int) -> Select[Any]:
    """Sums by key: amount, how many lines, and how many of those the model told."""
    columns = [rows.c[key] for key in keys]
    sums = (total(rows.c.amount), total(rows.c.lines), total(rows.c.forecast * rows.c.lines))
    labels = ("amount", "lines", "of_model")
    counted = [rows.c[name].in_(sorted(values)) for name, values in only.items()]
    summed = ((each * sign).label(label) for each, label in zip(sums, labels, strict=True))
    return select(*columns, *summed).where(*counted).group_by(*columns)


def _in_whole_months(selection: Selection) -> bool:
    """Whether the question asks for nothing finer than the month of an event."""
    return selection.basis == "cohort" or (selection.period.start.day, selection.period.end.day) == (1, 1)


def cells_of(selection: Selection) -> Subquery:
    """The kept sums of a selection with all dimensions, `amount`, `lines` and `forecast`; whenever recorded."""
    raw = Raw(**{name: getattr(MassCellRow, name) for name in Raw.__dataclass_fields__})
    found = dict(dimensions(raw, selection))
    if selection.by == "stream":
        found["product"] = literal("")
    query = (
        select(
            *(column.label(name) for name, column in found.items()),
            MassCellRow.amount.label("amount"),
            MassCellRow.lines.label("lines"),
            MassCellRow.forecast.label("forecast"),
        )
        .join(OriginRow, OriginRow.id == MassCellRow.origin_id)
        .join(SiteRow, SiteRow.id == MassCellRow.site_id)
        .join(Here, Here.id == MassCellRow.here_site_id)
        .where(*origin_conditions(raw, selection), *place_conditions(raw, selection))
    )
    if selection.basis == "flow":
        months = selection.months
        query = query.where(MassCellRow.month >= months[0][0], MassCellRow.month <= months[-1][0])
    return query.subquery("cells")
