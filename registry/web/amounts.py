"""Numbers and moments as people read them, as template filters: exact, grouped, and a dash where unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from flask import Flask

from registry.domain import mass

ZONE = ZoneInfo("Asia/Shanghai")
"""the jurisdiction's zone (DOMAIN §4, Time)"""


def _grouped(number: Decimal, decimals: int | None) -> str:
    """With commas; with `decimals` None as exact as it is."""
    if decimals is not None:
        number = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return f"{number:,f}"


def kg(grams: int | None, decimals: int | None = None) -> str:
    """Kilograms, exact unless told otherwise; a dash where unknown: unknown is not zero."""
    return "—" if grams is None else _grouped(Decimal(mass.kg_text(grams)), decimals)


def t(grams: int | None, decimals: int | None = None) -> str:
    return "—" if grams is None else _grouped(Decimal(mass.t_text(grams)), decimals)


def percent(part: int, whole: int) -> str:
    """A share with one decimal; no rate where nothing went in."""
    return "—" if whole == 0 else f"{_grouped(Decimal(part) * 100 / Decimal(whole), 1)}%"


def moment(value: datetime | None) -> str:
    """Local time of the province, to the minute."""
    return value.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") if value else "—"


def day(value: datetime | None) -> str:
    return value.astimezone(ZONE).strftime("%Y-%m-%d") if value else "—"


FILTERS: Mapping[str, Callable[..., str]] = {"kg": kg, "t": t, "moment": moment, "day": day, "percent": percent}


def register(app: Flask) -> None:
    """Give the templates their filters."""
    app.jinja_env.filters.update(FILTERS)
