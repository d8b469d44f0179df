"""The collection rate report: collected in a year ÷ the mean of what was placed on the market over a scheme's years.

Pure: a frame of sums in, a report out. The rate itself is the domain's, the same that the calculators answer with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from registry.domain.refusals import Refusal
from registry.domain.schemes import CollectionRate, Scheme, SchemeFinding, collection_rate, scheme_for
from reports.selection import Selection

NAME: Final = "collection_rate"
COLLECTED: Final = "collected"
PLACED: Final = "placed"
COLUMNS: Final = ("side", "stream", "product", "bucket", "year", "amount", "forecast")
BREAKDOWNS: Final = ("product", "stream", "area")

Key = tuple[str, str, str]
"""stream, product, part of the area"""


def years_of(selection: Selection) -> tuple[int, ...]:
    """The calendar years of the period. Refusals: period_not_year_aligned, unknown_breakdown."""
    period = selection.period
    if (period.start.month, period.start.day, period.end.month, period.end.day) != (1, 1, 1, 1):
        raise Refusal("period_not_year_aligned", **{"from": period.start.isoformat(), "to": period.end.isoformat()})
    if selection.by not in BREAKDOWNS:
        raise Refusal("unknown_breakdown", value=selection.by, known=list(BREAKDOWNS))
    return tuple(range(period.start.year, period.end.year))


def scheme_of(selection: Selection, year: int) -> Scheme:
    """The scheme asked for, as it reads for a year. Refusal collection_scheme_unknown, also where none is named."""
    return scheme_for(selection.scheme or "", year)


@dataclass(frozen=True, kw_only=True)
class CollectionLine:
    """One rate. `placed_g`: year → grams, of the window's years that there are figures of."""

    stream: str
    product: str
    bucket: str
    year: int
    scheme: Scheme
    collected_g: int
    placed_g: Mapping[int, int]
    rate: CollectionRate

    @property
    def findings(self) -> tuple[SchemeFinding, ...]:
        """What cannot be, or leaves no rate."""
        return self.rate.findings


@dataclass(frozen=True, kw_only=True)
class CollectionReport:
    """One answered question. `forecast`: demonstration data of the model is among it, and must be said."""

    selection: Selection
    lines: tuple[CollectionLine, ...]
    forecast: bool
    name: str = NAME


def collection(cells: pd.DataFrame, selection: Selection) -> CollectionReport:
    """The report over these sums: a line per stream, product, part of the area and year that has any figure."""
    part_of = selection.area_children if selection.by == "area" else {}
    sums: dict[str, defaultdict[Key, dict[int, int]]] = {side: defaultdict(dict) for side in (COLLECTED, PLACED)}
    for row in cells.to_dict("records"):
        key = (row["stream"], row["product"], part_of.get(row["bucket"], ""))
        years = sums[row["side"]][key]
        years[int(row["year"])] = years.get(int(row["year"]), 0) + int(row["amount"])
    lines = [
        line
        for key in sorted({*sums[COLLECTED], *sums[PLACED]})
        for year in years_of(selection)
        if (line := _line(key, year, sums[COLLECTED].get(key, {}), sums[PLACED].get(key, {}), selection))
    ]
    forecast = bool(len(cells)) and bool(cells["forecast"].max())
    return CollectionReport(selection=selection, lines=tuple(lines), forecast=forecast)


def _line(
    key: Key, year: int, collected: Mapping[int, int], placed: Mapping[int, int], selection: Selection
) -> CollectionLine | None:
    scheme = scheme_of(selection, year)
    rate = collection_rate(scheme=scheme, year=year, collected_g=collected.get(year, 0), placed_on_market_g=placed)
    if year not in collected and not rate.window:
        return None
    stream, product, bucket = key
    return CollectionLine(
        stream=stream,
        product=product,
        bucket=bucket,
        year=year,
        scheme=scheme,
        collected_g=collected.get(year, 0),
        placed_g={each: placed[each] for each in rate.window},
        rate=rate,
    )
