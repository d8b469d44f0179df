"""Reading the reference tables shipped in `registry/data`, one CSV per table, as rows of text.

Nothing is guessed here: every cell stays a string (an 18-digit identifier survives), and each module that owns a
table turns its own cells into its own types.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def rows(table: str) -> tuple[Mapping[str, str], ...]:
    """All rows of `registry/data/<table>.csv` in file order, read-only because the cache shares them.

    Raises FileNotFoundError for a table not shipped and ValueError, naming the line, for a row whose cells do not
    match the header.
    """
    text = (files("registry") / "data" / f"{table}.csv").read_text(encoding="utf-8-sig")
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    found = []
    for row in reader:
        if None in row or None in row.values():
            raise ValueError(f"{table}.csv line {reader.line_num}: cells do not match the header")
        found.append(MappingProxyType(row))
    return tuple(found)


def words(cell: str) -> tuple[str, ...]:
    """A cell that lists codes separated by spaces, in order."""
    return tuple(cell.split())


def flag(cell: str) -> bool:
    """A yes/no cell. Raises ValueError for anything else: a typing slip must not read as "no"."""
    if cell not in ("yes", "no"):
        raise ValueError(f"expected yes or no in a reference table, found {cell!r}")
    return cell == "yes"
