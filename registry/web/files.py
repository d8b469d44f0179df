"""Lists as files: CSV that a spreadsheet opens in Chinese, with ids as text and no cell that runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response
from flask_babel import gettext


def csv_response(name: str, columns: Mapping[str, Any], rows: Iterable[Any]) -> Response:
    """A CSV file with a byte order mark; `columns` maps the heading to the reader of a cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([gettext(heading) for heading in columns])
    writer.writerows([_cell(read(row)) for read in columns.values()] for row in rows)
    response = Response(out.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="huiliu-{name}.csv"'
    return response


def _cell(value: object) -> str:
    """Text that a spreadsheet cannot take for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "@", "\t", "\r") else text
