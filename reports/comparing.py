"""A report with the period before beside it: each figure and rate again, and by how much it changed. Pure.

Rows are the same row when everything that names them is the same; a month, quarter or year is compared with the one
as far before as the periods lie apart. What was there before and is no more stands at the end, at zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from registry.domain.periods import parse_period
from reports.columns import Column, Opens
from reports.selection import Selection
from reports.tabular import Cell, TableReport, TableRow, code_of

BEFORE: Final = "_before"
CHANGE: Final = "_change"
_TIMES: Final = ("month", "quarter", "year")
_SAID: Final = ("verdict", "status")
"""what a report says of a row, which may differ from one period to the next"""
_NAMING: Final = ("instrument",)
_NUMBERS: Final = ("mass", "percent", "rate")
_WORDS: Final = {
    BEFORE: {"zh": "{name}（上期）", "en": "{name}, period before"},
    CHANGE: {"zh": "{name}（变化）", "en": "{name}, change"},
}
Key = tuple[str, ...]


def compared(now: TableReport, before: TableReport) -> TableReport:
    """Both answers in one: of the same entry, asked of two periods."""
    numbers = [column for column in now.columns if column.kind in _NUMBERS]
    earlier = {_key(row, now, before.selection, now.selection): row for row in before.rows}
    rows = [_beside(row, earlier.pop(_key(row, now, None, None), None), numbers) for row in now.rows]
    rows += [_gone(row, numbers) for row in earlier.values()]
    return replace(
        now,
        columns=[part for column in now.columns for part in _columns(column, before.selection)],
        rows=tuple(rows),
        totals=_beside(TableRow(cells=now.totals), TableRow(cells=before.totals), numbers).cells if now.totals else {},
        forecast=now.forecast or before.forecast,
    )


def _columns(column: Column, before: Selection) -> Sequence[Column]:
    if column.kind not in _NUMBERS:
        return (column,)
    opens = None
    if column.opens and before.by not in _TIMES:
        period = {"from": before.period.start.isoformat(), "to": before.period.end.isoformat()}
        opens = Opens(
            figure=column.opens.figure,
            substance=column.opens.substance,
            source=column.opens.source,
            narrowing={**column.opens.narrowing, **period},
        )
    return (
        column,
        replace(column, key=column.key + BEFORE, words=_worded(column, BEFORE), opens=opens),
        replace(column, key=column.key + CHANGE, words=_worded(column, CHANGE), opens=None),
    )


def _worded(column: Column, which: str) -> Mapping[str, str]:
    return {language: text.format(name=column.words[language]) for language, text in _WORDS[which].items()}


def _key(row: TableRow, report: TableReport, before: Selection | None, now: Selection | None) -> Key:
    """What names a row; the times of a row before are those of the row it is compared with."""
    found = []
    for column in report.columns:
        if (column.kind == "named" and column.key not in _SAID) or column.key in _NAMING:
            code = code_of(row.cells.get(column.key))
            moved = before and now and column.key in _TIMES and code
            found.append(_later(code, before, now) if moved and before and now else code)
    return tuple(found)


def _later(code: str, before: Selection, now: Selection) -> str:
    months = _months(now) - _months(before)
    first = parse_period(code).start
    place = first.year * 12 + first.month - 1 + months
    year, month = place // 12, place % 12 + 1
    if len(code) == 4:
        return str(year)
    return f"{year}-Q{(month + 2) // 3}" if "Q" in code else f"{year}-{month:02}"


def _months(selection: Selection) -> int:
    return selection.period.start.year * 12 + selection.period.start.month


def _beside(row: TableRow, before: TableRow | None, numbers: Sequence[Column]) -> TableRow:
    cells: dict[str, Cell] = dict(row.cells)
    for column in numbers:
        if column.key not in row.cells:
            continue
        now, then = row.cells[column.key], before.cells.get(column.key) if before else None
        if then is None and isinstance(now, int):
            then = 0
        cells[column.key + BEFORE] = then
        cells[column.key + CHANGE] = _change(now, then)
    return replace(row, cells=cells)


def _gone(row: TableRow, numbers: Sequence[Column]) -> TableRow:
    empty = {
        column.key: 0 if isinstance(row.cells.get(column.key), int) else None
        for column in numbers
        if column.key in row.cells
    }
    return _beside(TableRow(cells={**row.cells, **empty}, narrowing=row.narrowing), row, numbers)


def _change(now: Cell, then: Cell) -> Cell:
    """Grams exactly; of rates the difference of what is shown, in points; nothing where one of them has no value."""
    if isinstance(now, int) and isinstance(then, int):
        return now - then
    if isinstance(now, str) and isinstance(then, str):
        return f"{Decimal(now) - Decimal(then)}"
    return None
