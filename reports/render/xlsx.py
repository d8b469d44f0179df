"""A table as a spreadsheet: ids as text, numbers as numbers, units in a frozen header, its definition, its chart."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from reports.columns import KINDS, Column, Table
from reports.facts import Facts
from reports.render.charts import Bars

_SHEETS = {"zh": ("数据", "说明", "图表"), "en": ("Data", "Definition", "Chart")}


def workbook(table: Table, facts: Facts, *, language: str, made_at: datetime, bars: Sequence[Bars] = ()) -> bytes:
    """The file. `made_at` is the cut-off, so that the same answer gives the same bytes."""
    out = io.BytesIO()
    # Nothing a person typed may become a formula or a link.
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": table.name, "created": made_at.replace(tzinfo=None, microsecond=0)})
    data, definition, chart = _SHEETS[language]
    _write_data(book, book.add_worksheet(data), table, language)
    _write_facts(book, book.add_worksheet(definition), facts)
    if bars:
        _write_charts(book, book.add_worksheet(chart), chart, bars)
    book.close()
    return out.getvalue()


def data_cells(table: Table, language: str) -> list[list[object]]:
    """The data sheet as any program reads it back: its header, and each row with its numbers as doubles."""
    header: list[object] = [column.header(language) for column in table.columns]
    rows = [[_cell(column, row.get(column.key)) for column in table.columns] for row in table.rows]
    return [header, *rows]


def _cell(column: Column, value: str | None) -> object:
    return float(value) if value is not None and KINDS[column.kind].number else value


def _write_data(book: Any, sheet: Any, table: Table, language: str) -> None:
    header = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    formats = {name: book.add_format({"num_format": kind.xlsx_format}) for name, kind in KINDS.items()}
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, KINDS[column.kind].width, formats[column.kind])
        sheet.write_string(0, place, column.header(language), header)
    for number, row in enumerate(table.rows, start=1):
        for place, column in enumerate(table.columns):
            _write(sheet, (number, place), column, row.get(column.key), formats[column.kind])
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _write(sheet: Any, cell: tuple[int, int], column: Column, value: str | None, shape: Any) -> None:
    if value is None:
        return
    if KINDS[column.kind].number:
        # A spreadsheet knows doubles only: 15 digits, enough for grams of a thousand million tonnes.
        sheet.write_number(*cell, float(value), shape)
    else:
        sheet.write_string(*cell, value, shape)


def _write_facts(book: Any, sheet: Any, facts: Facts) -> None:
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    for number, (name, value) in enumerate(facts):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, value, wrapped)


def _write_charts(book: Any, sheet: Any, name: str, charts: Sequence[Bars]) -> None:
    """Each chart's numbers at the left, the native chart beside them."""
    top = 0
    sheet.set_column(0, 0, 40)
    for bars in charts:
        if not bars.categories:
            continue
        sheet.write_string(top, 0, f"{bars.title} ({bars.unit})")
        stacked = bars.unit == "kg"
        chart = book.add_chart({"type": "bar", "subtype": "stacked"} if stacked else {"type": "bar"})
        last = top + len(bars.categories)
        for number, category in enumerate(bars.categories, start=top + 1):
            sheet.write_string(number, 0, category)
        for place, (title, values) in enumerate(bars.series.items(), start=1):
            sheet.write_string(top, place, title)
            for number, value in enumerate(values, start=top + 1):
                if value is not None:
                    sheet.write_number(number, place, float(value))
            chart.add_series(
                {
                    "name": [name, top, place],
                    "categories": [name, top + 1, 0, last, 0],
                    "values": [name, top + 1, place, last, place],
                }
            )
        chart.set_title({"name": bars.title})
        chart.set_x_axis({"name": bars.unit})
        chart.set_y_axis({"reverse": True})
        chart.set_size({"width": 760, "height": max(320, 60 + 28 * len(bars.categories))})
        sheet.insert_chart(top, len(bars.series) + 2, chart)
        top = max(last, top + 24) + 3
