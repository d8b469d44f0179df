"""Most indicators are one thing: figures of a balance side by side, and shares of some in others. A sheet says which.

`asked_sheet` asks the ledger for the cells, `frame_of` makes the answer: pure, sums in integers, a share rounded once,
half up, never clamped; without a denominator it has no value and a finding. A sheet's figures are those of FIGURES,
so each opens into the postings it is the sum of. DOMAIN §5, §6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from registry.domain.rules import RuleRow
from reports.balances import balances, bucketed, total_of
from reports.columns import Column, Opens
from reports.dimensions import column_of, named, place_of
from reports.numbers import exact_percent, percent
from reports.queries.cube import cube
from reports.queries.lines import CELL_COLUMNS
from reports.queries.names import names_of
from reports.selection import NO_PROCESS, NO_PRODUCT, Selection
from reports.tabular import About, Cell, Named, Note, TableReport, TableRow, rate
from reports.words import FIGURES as FIGURE_WORDS
from reports.words import RATE_WORDS, Words

COLLECTED: Final = "collected"
_HUNDRED: Final = Decimal(100)
_ZERO: Final = {
    "zh": "没有“{figure}”，{rate}等比率无法计算",
    "en": "No “{figure}”, so {rate} and the like have no value",
}
_ABOVE: Final = {"zh": "{rate} 为 {percent}%，超过 100%", "en": "{rate} is {percent}%, above 100%"}
_NEGATIVE: Final = {"zh": "“{account}”为负（{grams} 克）", "en": "“{account}” is negative ({grams} g)"}


@dataclass(frozen=True, kw_only=True)
class Part:
    """A column of figures. `substance`: mass, energy, or empty for the row's own."""

    key: str
    figure: str = ""
    substance: str = "mass"
    words: Words = field(default_factory=dict)

    @property
    def named(self) -> Words:
        """Its own words, or those of its figure."""
        return self.words or FIGURE_WORDS[self.summed]

    @property
    def summed(self) -> str:
        """The key of FIGURES it adds up."""
        return self.figure or self.key

    @property
    def column(self) -> Column:
        """How it is written, and what it opens into."""
        unit = "kWh" if self.substance == "energy" else "kg"
        opens = Opens(figure=self.summed, substance=self.substance)
        return Column(key=self.key, words=self.named, kind="mass", unit=unit, opens=opens)


@dataclass(frozen=True, kw_only=True)
class Share:
    """A column of percentages: the sum of some parts over the sum of others. `whole`: more than 100 % is odd."""

    key: str
    over: tuple[str, ...]
    under: tuple[str, ...]
    words: Words = field(default_factory=dict)
    whole: bool = True

    @property
    def named(self) -> Words:
        """Its own words, or those of the rate of its key."""
        return self.words or RATE_WORDS[self.key]


@dataclass(frozen=True, kw_only=True)
class Group:
    """One row in the making: what names it, its figures by part, its place in the report's order."""

    key: Mapping[str, str]
    values: Mapping[str, int]
    where: tuple[Named | str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What an entry adds to a row beyond figures and shares."""

    cells: Mapping[str, Cell] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    rules: tuple[RuleRow, ...] = ()


def _unjudged(groups: Sequence[Group], _selection: Selection) -> list[Judged]:
    return [Judged()] * len(groups)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a report puts side by side.

    `rows`: what names a row beside the selection's breakdown (stream, product, process, source, substance); `asks`:
    what else (process) the cells are to tell apart.
    `sources`: whose mass counts; pseudo-origins count in no rate. `substances`: whose balances make a row of their
    own, where `substance` is among `rows`. `judge`: (all rows, selection) → what more there is to say of each.
    """

    about: About
    parts: tuple[Part, ...]
    shares: tuple[Share, ...] = ()
    rows: tuple[str, ...] = ("stream", "product")
    asks: tuple[str, ...] = ()
    sources: tuple[str, ...] = (COLLECTED,)
    substances: Callable[[str], bool] = lambda _code: True
    more: tuple[Column, ...] = ()
    judge: Callable[[Sequence[Group], Selection], Sequence[Judged]] = _unjudged
    keep: Callable[[Mapping[str, int]], bool] = lambda values: any(values.values())

    def dims(self, selection: Selection) -> tuple[str, ...]:
        """The columns that name a row of this question, the breakdown included."""
        kept = tuple(each for each in self.rows if (each, selection.by) != ("product", "stream"))
        return kept if selection.by in kept else (selection.by, *kept)


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What a sheet's frame is made of."""

    cells: pd.DataFrame
    names: Mapping[str, Words]


def asked_sheet(sheet: Sheet) -> Callable[[Any, Selection], Gathered]:
    """The query of a sheet: one SELECT, and one more for names where the rows are sites or organisations."""
    extra = ("process",) if "process" in (*sheet.rows, *sheet.asks) else ()

    def query(session: Any, selection: Selection) -> Gathered:
        cells = cube(session, selection, (*CELL_COLUMNS, *extra))
        return Gathered(cells=cells, names=names_of(session, selection.by, cells["bucket"].unique()))

    return query


def framed_sheet(sheet: Sheet) -> Callable[[Gathered, Selection], TableReport]:
    """The pure half of a sheet."""
    return lambda gathered, selection: frame_of(sheet, gathered, selection)


def frame_of(sheet: Sheet, gathered: Gathered, selection: Selection) -> TableReport:
    """The answer: rows in the order of streams, products and places, findings of each, totals over all."""
    cells = gathered.cells[gathered.cells["source"].isin(sheet.sources)]
    dims = sheet.dims(selection)
    found = _groups(sheet, bucketed(cells, selection), selection)
    groups = [_placed(group, dims, gathered) for group in sorted(found, key=lambda group: _order(dims, group))]
    rows: list[TableRow] = []
    notes: list[Note] = []
    rules: list[RuleRow] = []
    for group, judged in zip(groups, sheet.judge(groups, selection), strict=True):
        names = dict(zip(dims, group.where, strict=True))
        texts = {**names, **group.values, **_rates(sheet, group.values), **judged.cells}
        rows.append(TableRow(cells=texts, narrowing=narrowing_of(selection, group.key)))
        notes += [*_notes(sheet, group, selection), *judged.notes]
        rules += judged.rules
    totals = {} if "substance" in dims else _totals(sheet, gathered.cells)
    return TableReport(
        about=sheet.about,
        selection=selection,
        columns=_columns(sheet, dims),
        rows=tuple(rows),
        findings=tuple(notes),
        rules=tuple(dict.fromkeys(rules)),
        totals={**totals, **_rates(sheet, totals)} if totals else {},
        forecast=bool(len(cells)) and bool(cells["forecast"].max()),
    )


def _placed(group: Group, dims: Sequence[str], gathered: Gathered) -> Group:
    where = tuple(named(dim, group.key[dim], gathered.names) for dim in dims)
    return Group(key=group.key, values=group.values, where=where)


def _columns(sheet: Sheet, dims: Sequence[str]) -> tuple[Column, ...]:
    return (
        *(column_of(dim) for dim in dims),
        *(part.column for part in sheet.parts),
        *(rate(share.key, share.named) for share in sheet.shares),
        *sheet.more,
    )


def _order(dims: Sequence[str], group: Group) -> tuple[Any, ...]:
    return tuple(place_of(dim, group.key[dim]) for dim in dims)


def _groups(sheet: Sheet, cells: pd.DataFrame, selection: Selection) -> Iterator[Group]:
    """The rows: balances of the parts' substances laid side by side."""
    own = "substance" in sheet.rows
    dims = [dim for dim in sheet.dims(selection) if dim != "substance"]
    columns = ["bucket" if dim not in (*sheet.rows, "stream", "product") else dim for dim in dims]
    wanted = {part.substance for part in sheet.parts}
    chosen = cells["substance"].map(lambda code: sheet.substances(code) if own else code in wanted).astype(bool)
    found: dict[tuple[str, ...], dict[str, int]] = {}
    for balance in balances(cells[chosen], [*columns, "substance"], {part.summed for part in sheet.parts}):
        substance = balance.key["substance"]
        key = (*(balance.key[column] for column in columns), *([substance] if own else []))
        values = found.setdefault(key, dict.fromkeys((part.key for part in sheet.parts), 0))
        values.update(
            {part.key: balance.figures[part.summed] for part in sheet.parts if part.substance in ("", substance)}
        )
    for key, values in found.items():
        if sheet.keep(values):
            yield Group(key=dict(zip([*dims, *(["substance"] if own else [])], key, strict=True)), values=values)


def narrowing_of(selection: Selection, key: Mapping[str, str]) -> dict[str, str]:
    """The filters that narrow a question to one row."""
    found = selection.row_parameters(key.get(selection.by, ""))
    if "stream" in key:
        found["stream"] = key["stream"]
    if "product" in key and key.get("source", COLLECTED) == COLLECTED:
        found["product"] = key["product"] or NO_PRODUCT
    if "process" in key:
        found["process"] = key["process"] or NO_PROCESS
    return found


def _rates(sheet: Sheet, values: Mapping[str, int]) -> dict[str, str | None]:
    return {share.key: percent(*sums_of(share, values)) for share in sheet.shares}


def sums_of(share: Share, values: Mapping[str, int]) -> tuple[int, int]:
    """What a share divides by what."""
    return sum(values[key] for key in share.over), sum(values[key] for key in share.under)


def _notes(sheet: Sheet, group: Group, selection: Selection) -> Iterator[Note]:
    words = {part.key: part.named for part in sheet.parts}
    empty: dict[tuple[str, ...], Share] = {}
    for share in sheet.shares:
        over, under = sums_of(share, group.values)
        if under == 0:
            empty.setdefault(share.under, share)
        elif share.whole and exact_percent(over, under) > _HUNDRED:
            facts: dict[str, str | Named] = {"rate": _named(share), "percent": percent(over, under) or ""}
            yield Note(code="rate_above_100", template=_ABOVE, where=group.where, facts=facts)
    for under_keys, share in empty.items():
        figure = Named(code="+".join(under_keys), words=_joined(words[key] for key in under_keys))
        yield Note(
            code="zero_denominator",
            template=_ZERO,
            where=group.where,
            facts={"figure": figure, "rate": _named(share)},
        )
    # On the flow basis these two are changes, which may fall; a cohort's are what is there.
    for account in ("stock", "transit") if selection.basis == "cohort" else ():
        if group.values.get(account, 0) < 0:
            facts = {"account": Named(code=account, words=words[account]), "grams": str(group.values[account])}
            yield Note(code="negative_stock", template=_NEGATIVE, where=group.where, facts=facts)


def _named(share: Share) -> Named:
    return Named(code=share.key, words=share.named)


def _joined(parts: Iterable[Words]) -> Words:
    found = list(parts)
    return {language: " + ".join(each[language] for each in found) for language in ("zh", "en")}


def _totals(sheet: Sheet, cells: pd.DataFrame) -> dict[str, int]:
    mine = cells[cells["source"] == COLLECTED]
    return {part.key: total_of(mine[mine["substance"] == part.substance], part.summed) for part in sheet.parts}
