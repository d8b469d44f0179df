"""Addresses of report pages: all that was asked stands in them, so that a page can be passed on and asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from flask import request

from registry.http.language import language
from reports.selection import Selection

API = "/api/v1/reports"


def address(path: str, values: Mapping[str, str | None]) -> str:
    """The path with these query parameters; what is empty is left out."""
    return f"{path}?{urlencode({name: value for name, value in values.items() if value})}"


def page_of(name: str) -> str:
    """Where a report of the catalogue is read."""
    return f"/reports/{name}"


def kept() -> dict[str, str]:
    """The cut-off, where the reader named one: an opened figure must be as of the same moment."""
    as_of = request.args.get("as_of", "")[:40]
    return {"as_of": as_of} if as_of else {}


def year_of(month: str) -> dict[str, str]:
    """The period of the year a month (YYYY-MM) lies in."""
    return whole_year(int(month[:4]))


def whole_year(year: int) -> dict[str, str]:
    """A calendar year as a half-open period."""
    return {"from": f"{year}-01-01", "to": f"{year + 1}-01-01"}


def downloader(name: str, selection: Selection) -> Callable[[str], str]:
    """format → address of the report as a file."""
    spoken = language()
    return lambda form: address(f"{API}/{name}", {**selection.parameters(), **kept(), "format": form, "lang": spoken})
