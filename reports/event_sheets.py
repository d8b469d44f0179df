"""Reports of events are one thing: figures of events side by side, in rows of a breakdown. A sheet says which.

A part is a figure of `reports.tallies`, so each cell opens into the events it is the sum of. Sums are integers; a share
is rounded once, half up; without a denominator it has no value. DOMAIN §6, §7.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from registry.domain.events import KINDS
from registry.domain.rules import RuleRow
from reports.columns import Column, Opens
from reports.dimensions import column_of, named, place_of
from reports.numbers import percent
from reports.queries.names import names_of
from reports.queries.tallies import OPEN, tallied
from reports.selection import NO_PROCESS, NO_PRODUCT, Selection
from reports.tabular import About, Cell, Named, Note, TableReport, TableRow, names, rate
from reports.tallies import COUNT, DISCREPANCIES, EVENTS, NONE, TALLY_FIGURES, measure_of
from reports.words import Words

_FROM_MONTH: Final[Mapping[str, Callable[[str], str]]] = {
    "month": lambda month: month,
    "quarter": lambda month: f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}",
    "year": lambda month: month[:4],
}
_OWN: Final[Mapping[str, Column]] = {
    "kind": names("kind", "事件", "Event"),
    "type": names("type", "差异类型", "Discrepancy"),
    "other_site": names("other_site", "对方站点", "Other side"),
}
_NOBODY: Final[Words] = {"zh": "—", "en": "—"}
BREAKDOWNS: Final = ("site", "organisation", "area", "stream", "product", "month", "quarter", "year")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A column of sums. `figure` is a key of TALLY_FIGURES, or names the row's `type` in braces; `detail`: the
    dimension that narrows it further. `is_open`: only what is not settled.
    """

    key: str
    words: Words
    figure: str
    substance: str = COUNT
    detail: str = ""
    is_open: bool = False

    def of(self, row: Mapping[str, Any]) -> int:
        """What a row of sums adds to it."""
        name = self.figure.format(type=row.get("type", "")).removesuffix("_open")
        figure = TALLY_FIGURES[name]
        fits = (
            row["word"] in figure.counted
            and (figure.reasons is None or row["reason"] in figure.reasons)
            and (figure.explained is None or bool(row["reason"]) is figure.explained)
            and (not self.is_open or row["state"] == OPEN)
        )
        return int(row[measure_of(figure, self.substance)]) if fits else 0

    def column(self, dims: Sequence[str]) -> Column:
        """How it is written, and what it opens into, in rows named by these dimensions."""
        figure = f"{self.figure}.{{{self.detail}}}" if self.detail in dims else self.figure
        unit = {COUNT: "", "energy": "kWh"}.get(self.substance, "kg")
        opens = Opens(figure=figure, substance=self.substance, source=EVENTS)
        return Column(key=self.key, words=self.words, kind="mass" if unit else "whole", unit=unit, opens=opens)


@dataclass(frozen=True, kw_only=True)
class Share:
    """A column of percentages: one part over another."""

    key: str
    over: str
    under: str
    words: Words


@dataclass(frozen=True, kw_only=True)
class Group:
    """One row: what names it, its sums, its shares, and how often each reason was given."""

    key: Mapping[str, str]
    where: tuple[Named, ...]
    values: Mapping[str, int]
    rates: Mapping[str, str | None]
    reasons: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class EventSheet:
    """`words`: the lines that count; `rows`: what names a row beside the breakdown; `splits`: what parts look at.

    `by_origin`: areas are those of collection. `keep`: which rows are shown (totals count all); `order`: of rows,
    else by their names; `more`: columns that `told` fills; `judge`: what is found in all rows.
    """

    about: About
    words: frozenset[str]
    parts: tuple[Part, ...]
    shares: tuple[Share, ...] = ()
    rows: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    by_origin: bool = False
    keep: Callable[[Mapping[str, int]], bool] = lambda values: any(values.values())
    order: Callable[[Group], Any] | None = None
    more: tuple[Column, ...] = ()
    told: Callable[[Group], Mapping[str, Cell]] = lambda _group: {}
    judge: Callable[[Sequence[Group], Selection], Iterable[Note]] = lambda _groups, _selection: ()
    rules: Callable[[Selection], tuple[RuleRow, ...]] = lambda _selection: ()

    def dims(self, selection: Selection) -> tuple[str, ...]:
        """What names a row of this question. The other side stands beside a site only."""
        kept = tuple(each for each in self.rows if each != "other_site" or selection.by == "site")
        return kept if selection.by in kept else (selection.by, *kept)


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What a sheet's frame is made of. `more`: findings the ledger itself tells."""

    sums: pd.DataFrame
    names: Mapping[str, Words]
    more: Sequence[Note] = field(default_factory=tuple)


def _source(sheet: EventSheet, dimension: str) -> tuple[str, ...]:
    """The keys of the sums that a dimension is made of."""
    if dimension == "area":
        return ("origin",) if sheet.by_origin else ("division",)
    if dimension == "type":
        return ("word", "reason")
    return ("month",) if dimension in _FROM_MONTH else (dimension,)


def ask(sheet: EventSheet, session: Any, selection: Selection, more: Sequence[Note] = ()) -> Gathered:
    """The sums, in two SELECTs at most, and the names of sites and organisations, in one for each."""
    dims = sheet.dims(selection)
    keys = dict.fromkeys(("word", "reason", *sheet.splits, *(key for dim in dims for key in _source(sheet, dim))))
    sums = tallied(session, selection, sheet.words, tuple(keys), by_origin=sheet.by_origin)
    found: dict[str, Words] = {}
    sites = [*(sums["site"] if "site" in keys else ()), *(sums["other_site"] if "other_site" in keys else ())]
    if sites:
        found |= names_of(session, "site", sites)
    if "organisation" in keys:
        found |= names_of(session, "organisation", sums["organisation"])
    return Gathered(sums=sums, names=found, more=more)


def asked(sheet: EventSheet) -> Callable[[Any, Selection], Gathered]:
    """The query of a sheet."""
    return lambda session, selection: ask(sheet, session, selection)


def framed(sheet: EventSheet) -> Callable[[Gathered, Selection], TableReport]:
    """The pure half of a sheet."""
    return lambda gathered, selection: frame_of(sheet, gathered, selection)


def frame_of(sheet: EventSheet, gathered: Gathered, selection: Selection) -> TableReport:
    """The answer: rows, shares, findings, and totals over all."""
    dims = sheet.dims(selection)
    every = _groups(sheet, gathered, selection)
    totals = {part.key: sum(group.values[part.key] for group in every) for part in sheet.parts}
    shown = (group for group in every if sheet.keep(group.values))
    groups = sorted(shown, key=sheet.order or (lambda group: _order(dims, group)))
    sums = gathered.sums
    own = "substance" in dims
    return TableReport(
        about=sheet.about,
        selection=selection,
        columns=(
            *(_OWN.get(dim) or column_of(dim) for dim in dims),
            *(part.column(dims) for part in sheet.parts),
            *(rate(share.key, share.words) for share in sheet.shares),
            *sheet.more,
        ),
        rows=tuple(_row(sheet, group, dims, selection) for group in groups),
        findings=(*gathered.more, *sheet.judge(groups, selection)),
        rules=sheet.rules(selection),
        totals={} if own else {**totals, **_rates(sheet, totals)},
        forecast=bool(len(sums)) and bool(sums["forecast"].max()),
    )


def _row(sheet: EventSheet, group: Group, dims: Sequence[str], selection: Selection) -> TableRow:
    cells: dict[str, Cell] = {**dict(zip(dims, group.where, strict=True)), **group.values, **group.rates}
    return TableRow(cells={**cells, **sheet.told(group)}, narrowing=_narrowing(selection, group.key))


def _narrowing(selection: Selection, key: Mapping[str, str]) -> dict[str, str]:
    found = selection.row_parameters(key.get(selection.by, "")) if selection.by != "process" else {}
    if "stream" in key:
        found["stream"] = key["stream"]
    if "product" in key:
        found["product"] = key["product"] or NO_PRODUCT
    if "process" in key:
        found["process"] = key["process"] or NO_PROCESS
    return found


def _groups(sheet: EventSheet, gathered: Gathered, selection: Selection) -> list[Group]:
    dims = sheet.dims(selection)
    parts = dict(selection.area_children)
    sums: dict[tuple[str, ...], dict[str, int]] = {}
    reasons: dict[tuple[str, ...], Counter[str]] = {}
    for row in gathered.sums.to_dict("records"):
        told: dict[str, Any] = {**row, "type": _type(row)}  # type: ignore[dict-item]  # pandas types keys loosely
        key = tuple(_code(sheet, dim, told, parts) for dim in dims)
        values = sums.setdefault(key, dict.fromkeys((part.key for part in sheet.parts), 0))
        for part in sheet.parts:
            values[part.key] += part.of(told)
        if row["reason"]:
            reasons.setdefault(key, Counter())[str(row["reason"])] += int(row["count"])
    return [
        Group(
            key=dict(zip(dims, key, strict=True)),
            where=tuple(_named(dim, code, gathered.names) for dim, code in zip(dims, key, strict=True)),
            values=values,
            rates=_rates(sheet, values),
            reasons={reason: count for reason, count in sorted(reasons.get(key, {}).items()) if count},
        )
        for key, values in sums.items()
    ]


def _type(row: Mapping[Any, Any]) -> str:
    """Which discrepancy a row of sums is; empty for none."""
    for name, figure in DISCREPANCIES.items():
        if row["word"] in figure.counted and (figure.reasons is None or row["reason"] in figure.reasons):
            return name
    return ""


def _code(sheet: EventSheet, dim: str, row: Mapping[str, Any], parts: Mapping[str, str]) -> str:
    if dim == "area":
        return parts.get(row["origin" if sheet.by_origin else "division"], "")
    if dim == "other_site":
        return row["other_site"] or NONE
    code: str = _FROM_MONTH[dim](row["month"]) if dim in _FROM_MONTH else row[dim]
    return code


def _named(dim: str, code: str, known: Mapping[str, Words]) -> Named:
    if dim == "kind":
        kind = KINDS[code]
        return Named(code=code, words={"zh": kind.name_zh, "en": kind.name_en})
    if dim == "type":
        return Named(code=code, words=DISCREPANCIES[code].words)
    if dim == "other_site":
        return Named(code=code, words=known.get(code, _NOBODY))
    return named(dim, code, known)


def _order(dims: Sequence[str], group: Group) -> tuple[Any, ...]:
    return tuple(
        each.words["zh"] if dim in (*_OWN, "site", "organisation") else place_of(dim, each.code)
        for dim, each in zip(dims, group.where, strict=True)
    )


def _rates(sheet: EventSheet, values: Mapping[str, int]) -> dict[str, str | None]:
    return {share.key: percent(values[share.over], values[share.under]) for share in sheet.shares}
