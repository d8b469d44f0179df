"""Published figures to reproduce: the rows of `tests/data/worked_examples.csv`."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

T = 1_000_000
"""grams of a tonne"""
Row = Mapping[str, str]


def _rows() -> dict[str, Row]:
    with (Path(__file__).parent / "data" / "worked_examples.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


PUBLISHED = _rows()


def figures_of(row: Row) -> dict[str, Any]:
    """The inputs of a row; decimals stay decimals."""
    found: dict[str, Any] = json.loads(row["inputs_json"], parse_float=Decimal)
    return found


def market_of(row: Row, *, last: int) -> dict[int, int]:
    """Year → grams placed on the market; the row lists the years up to `last`."""
    tonnes = figures_of(row)["pom"]
    return {last - len(tonnes) + 1 + place: int(each) * T for place, each in enumerate(tonnes)}
