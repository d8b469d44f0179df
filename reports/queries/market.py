"""What was collected by year, and what was placed on the market in the years a scheme looks at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, literal, select
from sqlalchemy.orm import Session

from registry.domain.ledger import ORIGIN_END_OF_LIFE
from registry.domain.periods import Period
from registry.domain.substances import MASS
from registry.services.market import standing_ids
from registry.store.market import PlacedOnMarketRow
from reports.collection import COLLECTED as COLLECTED_SIDE
from reports.collection import COLUMNS, PLACED, scheme_of, years_of
from reports.queries.cube import cube
from reports.queries.dimensions import COLLECTED
from reports.queries.lines import frame_of, total
from reports.selection import NO_PRODUCT, Selection


def collected_and_placed(session: Session, selection: Selection) -> pd.DataFrame:
    """COLUMNS, `amount` in grams. One SELECT per year of the period, and one for the market.

    Refusals: collection_scheme_unknown, period_not_year_aligned, unknown_breakdown.
    """
    found = [row for year in years_of(selection) for row in _collected(session, selection, year)]
    found += _placed(session, selection)
    return frame_of(found, COLUMNS, whole=("year", "amount", "forecast"))


def _collected(session: Session, selection: Selection, year: int) -> Iterator[tuple[Any, ...]]:
    asked = selection.narrowed(period=Period(date(year, 1, 1), date(year + 1, 1, 1)))
    frame = cube(session, asked, ("stream", "product", "bucket"), only=_COLLECTION)
    for stream, product, bucket, amount, forecast in frame.itertuples(index=False):
        yield (COLLECTED_SIDE, stream, product, bucket, year, -amount, forecast)


_COLLECTION = {"source": [COLLECTED], "account": [ORIGIN_END_OF_LIFE], "substance": [MASS]}


def _placed(session: Session, selection: Selection) -> list[tuple[Any, ...]]:
    """The declarations that stood at the cut-off, of the area's places, as far as the reader's own."""
    window = {each for year in years_of(selection) for each in scheme_of(selection, year).years(year)}
    market = (
        select(
            PlacedOnMarketRow.stream.label("stream"),
            (literal("") if selection.by == "stream" else PlacedOnMarketRow.product).label("product"),
            (PlacedOnMarketRow.division_code if selection.by == "area" else literal("")).label("bucket"),
            PlacedOnMarketRow.year.label("year"),
            PlacedOnMarketRow.mass_g.label("amount"),
        )
        .where(
            PlacedOnMarketRow.id.in_(standing_ids(selection.as_of_utc)),
            PlacedOnMarketRow.mass_g.is_not(None),
            PlacedOnMarketRow.year.in_(sorted(window)),
            PlacedOnMarketRow.division_code.in_(sorted(selection.divisions)),
            *_filters(selection),
        )
        .subquery("market")
    )
    keys = [market.c[name] for name in ("stream", "product", "bucket", "year")]
    query: Select[Any] = select(*keys, total(market.c.amount)).group_by(*keys)
    return [(PLACED, *row, 0) for row in session.execute(query)]


def _filters(selection: Selection) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if selection.stream:
        found.append(PlacedOnMarketRow.stream == selection.stream)
    if selection.product:
        found.append(PlacedOnMarketRow.product == ("" if selection.product == NO_PRODUCT else selection.product))
    own = selection.reader.producer_id or selection.reader.organisation_id
    if own:
        found.append(PlacedOnMarketRow.organisation_id == own)
    return found
