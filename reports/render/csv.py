"""CSV for spreadsheets: BOM, CRLF, numbers as exact text, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from reports.columns import KINDS, Column, Table

BOM = "\ufeff"
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def lines(table: Table, language: str) -> Iterator[str]:
    """The file line by line, so that a long one streams."""
    yield BOM + _line([column.header(language) for column in table.columns])
    for row in table.rows:
        yield _line([_cell(column, row.get(column.key)) for column in table.columns])


def _cell(column: Column, value: str | None) -> str:
    if value is None:
        return ""
    if KINDS[column.kind].number:
        return value
    return harmless(value)


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before the signs that begin one."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _line(cells: list[str]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
