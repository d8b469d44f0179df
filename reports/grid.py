"""Any answer of the catalogue as a page shows it: headers, rows of readable cells, and what opens each figure. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reports.columns import KINDS, Column
from reports.numbers import grouped, kg_shown, t_shown
from reports.tabular import Cell, Named, TableReport, TableRow, opening_parameters, said

MOST_ROWS: Final = 400
"""above it a page is no reading any more: the files have all rows"""
MOST_CARDS: Final = 4
_TEN_TONNES_G: Final = 10_000_000
_LARGE: Final[Mapping[str, str]] = {"kg": "t", "kWh": "MWh"}
_ADDRESSED: Final = frozenset({"text", "named", "id"})


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One cell. `opens`: the query parameters of what is behind it, where it is a figure that opens."""

    text: str
    number: bool
    opens: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Rows as wide as `headers`. `hidden`: how many rows the files have beyond these. `cards`: (label, text, unit)."""

    headers: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[Shown]]
    hidden: int
    cards: Sequence[tuple[str, str, str]] = ()


def grid_of(report: TableReport, language: str) -> Grid:
    """A report of the common shape; columns that have nothing to say are left out."""
    columns = [column for column in report.columns if _speaks(column, report.rows)]
    rows = report.rows[:MOST_ROWS]
    return Grid(
        headers=[(column.header(language), _is_number(column)) for column in columns],
        rows=[[_shown(report, row, column, language) for column in columns] for row in rows],
        hidden=len(report.rows) - len(rows),
        cards=_cards(report, language),
    )


def _speaks(column: Column, rows: Sequence[TableRow]) -> bool:
    return any(row.cells.get(column.key) not in (None, "", 0) for row in rows)


def _is_number(column: Column) -> bool:
    return KINDS[column.kind].number


def _shown(report: TableReport, row: TableRow, column: Column, language: str) -> Shown:
    cell = row.cells.get(column.key)
    return Shown(
        text=readable(column, cell, language),
        number=_is_number(column),
        opens=opening_parameters(report, row, column) if cell else None,
    )


def readable(column: Column, cell: Cell, language: str) -> str:
    """A cell for people: mass with one decimal, rates as rounded already, names in words, a dash for no value."""
    if isinstance(cell, Named) or column.kind in _ADDRESSED:
        return said(cell, language)
    if cell is None:
        return "—"
    if column.kind == "mass" and isinstance(cell, int):
        return kg_shown(cell)
    return str(cell) if column.kind == "whole" else grouped(str(cell))


def _cards(report: TableReport, language: str) -> list[tuple[str, str, str]]:
    """Totals for the head of the page: the first mass, then rates; shares of a base after rates of their own."""
    known = [column for column in report.columns if report.totals.get(column.key) not in (None, "")]
    masses = [column for column in known if column.kind == "mass"]
    rates = sorted((column for column in known if column.kind != "mass"), key=lambda column: "_of_" in column.key)
    return [_card(column, report.totals[column.key], language) for column in (*masses[:1], *rates)][:MOST_CARDS]


def _card(column: Column, cell: Cell, language: str) -> tuple[str, str, str]:
    """Large masses in t, so that a phone can show them."""
    if column.kind == "mass" and isinstance(cell, int) and abs(cell) >= _TEN_TONNES_G and column.unit in _LARGE:
        return column.words[language], t_shown(cell), _LARGE[column.unit]
    return column.words[language], readable(column, cell, language), column.unit
