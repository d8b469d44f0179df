"""Stock and ageing 库存与库龄: what lies in stock or travels at the cut-off, by how long it does. DOMAIN §2, §6."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from reports.columns import Column, Opens
from reports.dimensions import column_of, named, place_of
from reports.entry import Entry
from reports.numbers import kg_shown
from reports.queries.aged import aged
from reports.queries.names import names_of
from reports.selection import NO_PRODUCT, Selection
from reports.tabular import About, Chart, Named, Note, TableReport, TableRow, names
from reports.tallies import AGES, EVENTS, SINCE, STATES, UNKNOWN_AGE, AgeFigure, classes
from reports.words import Words

_CLASSES: Final = (*classes(), UNKNOWN_AGE)
_OLDEST: Final = str(AGES[-1])
_OLD: Final = {
    "zh": "{kg} 千克已在此一年以上",
    "en": "{kg} kg have been here for a year or more",
}
_BREAKDOWNS: Final = ("site", "organisation", "area", "stream", "product")
ABOUT: Final = About(
    name="stock_ageing",
    title={"zh": "库存与库龄", "en": "Stock and ageing"},
    group="books",
    question={
        "zh": "截止时哪里还压着什么，压了多久？",
        "en": "What lies where at the cut-off, and for how long?",
    },
    definition={
        "zh": "数据截止时在库与在途的账面质量，与所选期间无关。"
        "库龄有两种：到达本站点之日起（在途：发出之日起；拆分合并不变年轻，"
        "处理产出重新起算），以及收集之日起（按收集月份的首日计，"
        "不把库存说年轻；来源不明者为不明）。品类为批次自身的品类。",
        "en": "Book mass in stock and in transit at the cut-off, "
        "whatever period is asked for. Two ages: since it came to "
        "this site (in transit: since it set out; splitting and "
        "merging make nothing younger, what a process makes is "
        "new), and since collection (from the first day of its month, so that no stock is called younger than it is; "
        "unknown for what has no source). The product is the batch's own.",
    },
    source="batch places and origins",
    charts=(
        Chart(
            kind="stacked",
            title={"zh": "到站后库龄", "en": "Age since arrival"},
            label=(*_BREAKDOWNS, "state"),
            series=tuple(f"site_{age}" for age in _CLASSES),
        ),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """Sums by age since arrival and since collection, and the names of sites and organisations."""

    sums: Mapping[str, pd.DataFrame]
    names: Mapping[str, Words]


def _query(session: Any, selection: Selection) -> Gathered:
    """Four SELECTs, and one for names."""
    sums = {since: aged(session, selection, since) for since in SINCE}
    ids = sums["site"][selection.by] if selection.by in ("site", "organisation") else ()
    return Gathered(sums=sums, names=names_of(session, selection.by, ids))


def _frame(gathered: Gathered, selection: Selection) -> TableReport:
    parts = selection.area_children
    rows: dict[tuple[str, str], dict[str, int]] = {}
    for since, frame in gathered.sums.items():
        for row in frame.to_dict("records"):
            code = parts.get(row["division"], "") if selection.by == "area" else row[selection.by]
            values = rows.setdefault((code, row["state"]), dict.fromkeys(_COLUMNS, 0))
            values[f"{since}_{row['age']}"] += int(row["mass_g"])
            if since == "site":
                values["total"] += int(row["mass_g"])
    found = sorted(
        ((_names(selection, key, gathered.names), values) for key, values in rows.items() if any(values.values())),
        key=lambda each: _order(selection, each[0]),
    )
    totals = {key: sum(values[key] for _, values in found) for key in _COLUMNS}
    return TableReport(
        about=ABOUT,
        selection=selection,
        columns=(column_of(selection.by), names("state", "状态", "State"), *_columns()),
        rows=tuple(
            TableRow(cells={selection.by: place, "state": state, **values}, narrowing=_narrowing(selection, place.code))
            for (place, state), values in found
        ),
        findings=tuple(_old(where, values) for where, values in found if values[f"site_{_OLDEST}"] > 0),
        totals=totals,
        forecast=any(len(frame) and bool(frame["forecast"].max()) for frame in gathered.sums.values()),
    )


_COLUMNS: Final = ("total", *(f"{since}_{age}" for since in SINCE for age in _CLASSES))


def _columns() -> list[Column]:
    found = []
    for key in _COLUMNS:
        since, _, age = key.partition("_")
        figure = AgeFigure(state="", since=since if age else "", age=age)
        opens = Opens(figure="lying_{state}" if not age else f"lying_{{state}}_{key}", substance="mass", source=EVENTS)
        found.append(Column(key=key, words=figure.words, kind="mass", unit="kg", opens=opens))
    return found


def _names(selection: Selection, key: tuple[str, str], known: Mapping[str, Words]) -> tuple[Named, Named]:
    code, state = key
    return named(selection.by, code, known), Named(code=state, words=STATES[state])


def _order(selection: Selection, where: Sequence[Named]) -> tuple[Any, ...]:
    place, state = where
    own = place.words["zh"] if selection.by in ("site", "organisation") else place_of(selection.by, place.code)
    return own, list(STATES).index(state.code)


def _narrowing(selection: Selection, code: str) -> dict[str, str]:
    if selection.by in ("stream", "product"):
        return {selection.by: code or NO_PRODUCT}
    return selection.row_parameters(code)


def _old(where: tuple[Named, Named], values: Mapping[str, int]) -> Note:
    facts = {"kg": kg_shown(values[f"site_{_OLDEST}"])}
    return Note(code="lies_a_year", template=_OLD, where=where, facts=facts)


ENTRY: Final = Entry(about=ABOUT, query=_query, frame=_frame, bases=("flow",), breakdowns=_BREAKDOWNS)
