"""The one shape of a catalogue answer: columns, rows of exact cells, and what opens each figure.

A page, a file and a frozen report read this and nothing else. A cell is an exact integer (grams, Wh, days, counts:
the column says which), exact text (a rate, rounded already), a name in both languages with its code, or None where
there is no value. A row carries the filters that narrow the question to it; a figure column says which figure it
opens into. Both together are the address of what is behind a cell, so one opener serves every report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from registry.domain.mass import kg_text
from registry.domain.rules import RuleRow
from reports.columns import Column, Opens, Row, Table
from reports.opening import SOURCES, Asked
from reports.selection import Selection
from reports.words import Words


@dataclass(frozen=True, kw_only=True)
class Named:
    """A code with its name: a stream, an area, a site, a verdict."""

    code: str
    words: Words


Cell = int | str | Named | None
ROW_NAMES: Final = (
    *("site", "organisation", "area", "month", "quarter", "year"),
    *("stream", "product", "process", "source", "substance"),
)
"""what a row may be named by, in the order a chart says it"""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What a report draws of its own columns.

    `kind`: stacked · bar · line · sankey · map. `label`: the columns that name a category (of a sankey: from and to).
    `series`: the columns drawn; `target`: the column of the line to reach, where there is one.
    """

    kind: str
    title: Words
    label: tuple[str, ...]
    series: tuple[str, ...]
    target: str | None = None


@dataclass(frozen=True, kw_only=True)
class About:
    """What a report is, in both languages. `question`: one sentence a person would ask. `source`: who says so."""

    name: str
    title: Words
    group: str
    question: Words
    definition: Words
    source: str
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """`narrowing`: query parameters that narrow the report's question to this row, over its own."""

    cells: Mapping[str, Cell]
    narrowing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Note:
    """A finding that says itself: its code, where it stands, its facts, and the sentence they go into."""

    code: str
    template: Words
    where: tuple[Named | str, ...] = ()
    facts: Mapping[str, str | Named] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """The sentence."""
        return self.template[language].format_map({key: said(value, language) for key, value in self.facts.items()})

    def place(self, language: str) -> str:
        """The row it is about."""
        return " · ".join(each for each in (said(part, language) for part in self.where) if each)


@dataclass(frozen=True, kw_only=True)
class TableReport:
    """One answered question. `totals`: cells over the whole selection, by column key; empty where none make sense.

    Rows broken down by place do not sum to the totals: what one part received from another was input of that part,
    but none of the whole. `forecast`: demonstration data of the model is among it, and must be said. `estimate`: the
    sentence that marks figures which are estimates.
    """

    about: About
    selection: Selection
    columns: Sequence[Column]
    rows: Sequence[TableRow]
    findings: tuple[Note, ...] = ()
    rules: tuple[RuleRow, ...] = ()
    totals: Mapping[str, Cell] = field(default_factory=dict)
    forecast: bool = False
    estimate: Words | None = None

    @property
    def name(self) -> str:
        """The entry's name."""
        return self.about.name


def code_of(cell: Cell) -> str:
    """The code of a named cell, the text of any other; empty for none."""
    return cell.code if isinstance(cell, Named) else str(cell or "")


def said(cell: Cell, language: str) -> str:
    """A text cell in words. Figures are not for this: their column says how."""
    return cell.words[language] if isinstance(cell, Named) else str("" if cell is None else cell)


def written(column: Column, cell: Cell) -> str | None:
    """A cell as exact text without its name: grams as kg, Wh as kWh, the rest as it stands."""
    if cell is None:
        return None
    if isinstance(cell, Named):
        return cell.code
    return kg_text(cell) if column.kind == "mass" and isinstance(cell, int) else str(cell)


def asked_of_cell(row: TableRow, column: Column) -> Asked | None:
    """The figure a cell opens into; None for a cell that is no figure. What a column leaves open its row says."""
    opens = column.opens
    if opens is None or not isinstance(row.cells.get(column.key), int):
        return None
    return Asked(
        source=opens.source or code_of(row.cells.get("source")) or SOURCES[0],
        substance=opens.substance or code_of(row.cells.get("substance")),
        name=(opens.figure or code_of(row.cells.get("figure"))).format(**_codes(row)),
    )


def _codes(row: TableRow) -> dict[str, str]:
    return {key: code_of(cell) for key, cell in row.cells.items()}


def opening_parameters(report: TableReport, row: TableRow, column: Column) -> dict[str, str] | None:
    """The query parameters of what is behind a cell: the same question, narrowed to the row; None if it opens not.

    The cut-off is left to whoever asks, as in `Selection.parameters`.
    """
    asked = asked_of_cell(row, column)
    if asked is None:
        return None
    narrowed = {**report.selection.parameters(), **row.narrowing, **(column.opens.narrowing if column.opens else {})}
    return {name: value for name, value in {**narrowed, "by": "product", "figure": asked.text}.items() if value}


def table_of(report: TableReport, language: str) -> Table:
    """The rows for any renderer: every named column is two, its code and its name."""
    columns = [part for column in report.columns for part in _parts(column)]
    return Table(name=report.name, columns=columns, rows=[_texts(report.columns, row, language) for row in report.rows])


def _parts(column: Column) -> tuple[Column, ...]:
    if column.kind != "named":
        return (column,)
    code = {language: f"{text} ({CODE[language]})" for language, text in column.words.items()}
    return (
        Column(key=column.key, words=code),
        Column(key=f"{column.key}_name", words=column.words),
    )


CODE: Final[Words] = MappingProxyType({"zh": "代码", "en": "code"})


def _texts(columns: Sequence[Column], row: TableRow, language: str) -> Row:
    found: dict[str, str | None] = {}
    for column in columns:
        cell = row.cells.get(column.key)
        found[column.key] = said(cell, language) if column.kind == "text" else written(column, cell)
        if column.kind == "named":
            found[f"{column.key}_name"] = said(cell, language) or None
    return found


def names(key: str, zh: str, en: str) -> Column:
    """A column of names with their codes."""
    return Column(key=key, words={"zh": zh, "en": en}, kind="named")


def text(key: str, zh: str, en: str) -> Column:
    """A column of text."""
    return Column(key=key, words={"zh": zh, "en": en})


def figure(key: str, words: Words, *, opens: Opens | None = None, unit: str = "kg") -> Column:
    """A column of grams (Wh), written in kg (kWh). Without `opens` it opens into the figure of its own key."""
    return Column(key=key, words=words, kind="mass", unit=unit, opens=opens or Opens(figure=key, substance="mass"))


def rate(key: str, words: Words) -> Column:
    """A column of percentages, rounded already."""
    return Column(key=key, words=words, kind="percent", unit="%")
