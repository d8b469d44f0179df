"""Tables on paper: wide ones in bands that repeat what names a row, long ones over pages that repeat their header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reports.columns import KINDS, Column, Row, Table
from reports.numbers import grouped
from reports.render.paper import (
    INK,
    LEADING,
    LINE,
    MARGIN_MM,
    MM_PER_POINT,
    ROOM_MM,
    SOFT,
    STRONG,
    TINT,
    Box,
    Flow,
    Stroke,
    Words,
)

_SIZE_PT: Final = 7.5
_LINE_MM: Final = _SIZE_PT * MM_PER_POINT * LEADING
_PAD_MM: Final = 1.6
_TEXT_MOST_MM: Final = 48.0
_NUMBER_LEAST_MM: Final = 13.0
_NAMES_MOST_MM: Final = 130.0
_STRETCH: Final = 1.5


@dataclass(frozen=True, kw_only=True)
class _Laid:
    """A column with its width, its header in lines, and the text of each of its cells."""

    column: Column
    width_mm: float
    header: Sequence[str]
    cells: Sequence[str]

    @property
    def number(self) -> bool:
        return KINDS[self.column.kind].number and self.column.kind != "whole"


def flow_table(flow: Flow, table: Table, language: str, *, empty: str) -> None:
    """The table from where the flow stands. Columns that say the same in every row are said once, above."""
    if not table.rows:
        flow.paragraph(empty, colour=SOFT)
        return
    columns, common = _told(table)
    if common:
        said = [f"{column.words[language]} {table.rows[0][column.key]}" for column in common]
        flow.paragraph(" · ".join(said), size_pt=_SIZE_PT, colour=SOFT)
        flow.skip(1.0)
    laid = [_laid(flow, column, table.rows, language) for column in columns]
    for band in _bands(laid):
        _flow_band(flow, band, len(table.rows))
        flow.skip(3.0)


def _told(table: Table) -> tuple[list[Column], list[Column]]:
    """The columns worth their room, and those whose one value holds for all rows. A code stands back for its name."""
    keys = {column.key for column in table.columns}
    shown = [
        column
        for column in table.columns
        if f"{column.key}_name" not in keys and any(row.get(column.key) not in (None, "", "0") for row in table.rows)
    ]
    common = [
        column
        for column in shown
        if not KINDS[column.kind].number
        and len(table.rows) > 1
        and len({row.get(column.key) for row in table.rows}) == 1
    ]
    return [column for column in shown if column not in common], common


def _laid(flow: Flow, column: Column, rows: Sequence[Row], language: str) -> _Laid:
    fonts = flow.fonts
    cells = [fonts.printable(text) for text in _texts(column, rows)]
    natural_mm = max(fonts.width_mm(cell, _SIZE_PT) for cell in cells)
    header = fonts.printable(column.header(language))
    words_mm = max(fonts.width_mm(word, _SIZE_PT, bold=True) for word in header.split())
    header_mm = min(fonts.width_mm(header, _SIZE_PT, bold=True), max(words_mm if header.isascii() else 0.0, 17.0))
    number = KINDS[column.kind].number
    inner_mm = max(natural_mm if number else min(natural_mm, _TEXT_MOST_MM), min(header_mm, 30.0))
    inner_mm = max(inner_mm, _NUMBER_LEAST_MM if number else 0.0)
    return _Laid(
        column=column,
        width_mm=inner_mm + 2 * _PAD_MM,
        header=fonts.wrapped(header, inner_mm, _SIZE_PT, bold=True),
        cells=cells,
    )


def _texts(column: Column, rows: Sequence[Row]) -> list[str]:
    """Numbers grouped, with as many decimals as the longest of them has: their points stand in line."""
    values = [row.get(column.key) for row in rows]
    if not KINDS[column.kind].number or column.kind == "whole":
        return [value or "" for value in values]
    decimals = max((len(value.partition(".")[2]) for value in values if value), default=0)
    return ["" if value is None else grouped(_padded(value, decimals)) for value in values]


def _padded(value: str, decimals: int) -> str:
    if value == "0":
        return value
    whole, _, rest = value.partition(".")
    return f"{whole}.{rest:0<{decimals}}" if decimals else whole


def _bands(columns: Sequence[_Laid]) -> list[list[_Laid]]:
    """As many columns beside each other as the page is wide; each band begins with the columns that name a row."""
    names: list[_Laid] = []
    for column in columns:
        if column.number or sum(each.width_mm for each in names) + column.width_mm > _NAMES_MOST_MM:
            break
        names.append(column)
    rest = columns[len(names) :]
    bands: list[list[_Laid]] = [list(names)]
    for column in rest:
        if sum(each.width_mm for each in bands[-1]) + column.width_mm > ROOM_MM and len(bands[-1]) > len(names):
            bands.append(list(names))
        bands[-1].append(column)
    return bands


def _stretched(band: Sequence[_Laid]) -> list[float]:
    """The widths, given what is left of the page as far as that does not tear the columns apart."""
    widths = [each.width_mm for each in band]
    factor = min(_STRETCH, ROOM_MM / sum(widths))
    return [width * factor for width in widths]


def _flow_band(flow: Flow, band: Sequence[_Laid], count: int) -> None:
    widths = _stretched(band)
    wrapped = [
        [flow.fonts.wrapped(text, width - 2 * _PAD_MM, _SIZE_PT) for text in each.cells] if not each.number else None
        for each, width in zip(band, widths, strict=True)
    ]
    header_mm = max(len(each.header) for each in band) * _LINE_MM + 2.2
    flow.need(header_mm + 4 * _LINE_MM)
    _header(flow, band, widths, header_mm)
    for row in range(count):
        lines = [[each.cells[row]] if text is None else text[row] for each, text in zip(band, wrapped, strict=True)]
        height_mm = max(len(each) for each in lines) * _LINE_MM + 1.2
        if flow.need(height_mm):
            _header(flow, band, widths, header_mm)
        _row(flow, band, widths, lines, height_mm)
    flow.put(_across(flow.y_mm, sum(widths), STRONG))


def _header(flow: Flow, band: Sequence[_Laid], widths: Sequence[float], height_mm: float) -> None:
    flow.put(Box(x_mm=MARGIN_MM, y_mm=flow.y_mm, width_mm=sum(widths), height_mm=height_mm, colour=TINT))
    left_mm = MARGIN_MM
    for each, width_mm in zip(band, widths, strict=True):
        top_mm = flow.y_mm + height_mm - 1.2 - len(each.header) * _LINE_MM
        _cell(flow, each, each.header, (left_mm, top_mm, width_mm), bold=True)
        left_mm += width_mm
    flow.skip(height_mm)
    flow.put(_across(flow.y_mm, sum(widths), STRONG))


def _row(
    flow: Flow, band: Sequence[_Laid], widths: Sequence[float], lines: Sequence[Sequence[str]], height_mm: float
) -> None:
    left_mm = MARGIN_MM
    for each, text, width_mm in zip(band, lines, widths, strict=True):
        _cell(flow, each, text, (left_mm, flow.y_mm + 0.6, width_mm))
        left_mm += width_mm
    flow.skip(height_mm)
    flow.put(_across(flow.y_mm, sum(widths), LINE))


def _cell(
    flow: Flow, laid: _Laid, lines: Sequence[str], place: tuple[float, float, float], *, bold: bool = False
) -> None:
    left_mm, top_mm, width_mm = place
    x_mm = left_mm + width_mm - _PAD_MM if laid.number else left_mm + _PAD_MM
    for number, text in enumerate(lines, start=1):
        flow.put(
            Words(
                text=text,
                x_mm=x_mm,
                y_mm=top_mm + number * _LINE_MM - _LINE_MM * 0.28,
                size_pt=_SIZE_PT,
                bold=bold,
                colour=INK,
                align="right" if laid.number else "left",
            )
        )


def _across(y_mm: float, width_mm: float, colour: str) -> Stroke:
    return Stroke(x_mm=MARGIN_MM, y_mm=y_mm, to_x_mm=MARGIN_MM + width_mm, to_y_mm=y_mm, colour=colour, width_mm=0.15)
