"""What a battery of a chemistry contains per watt-hour, and what a process recovers of it (`battery_params.csv`).

Only enabled rows answer. Second use is not recycling: those rows of the source are shipped switched off. The
parameters an event used are frozen in that event, so a later table changes no past figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from types import MappingProxyType
from typing import Final

from registry.domain.substances import substance
from registry.domain.tables import flag, rows

_CONTENT: Final = "metal_content"
_RECOVERY: Final = "recovery_efficiency"


@cache
def contents_g_per_wh(chemistry: str) -> Mapping[str, Decimal]:
    """Element → grams per watt-hour (numerically the source's kg/kWh), elements it holds none of left out.

    Empty for a chemistry the table does not know: unknown is not zero.
    """
    return MappingProxyType(
        {
            substance(row["element"]).code: Decimal(row["value"])
            for row in rows("battery_params")
            if row["kind"] == _CONTENT and row["chemistry"] == chemistry and flag(row["enabled"])
            if Decimal(row["value"]) > 0
        }
    )


def contents_g(chemistry: str, *, capacity_wh: int) -> dict[str, int]:
    """Element → grams in a battery of this chemistry and nominal capacity, each rounded half up once."""
    return {
        element: int((factor * capacity_wh).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        for element, factor in contents_g_per_wh(chemistry).items()
    }


def chemistries() -> tuple[str, ...]:
    """Chemistries whose contents are known, in table order."""
    found = (row["chemistry"] for row in rows("battery_params") if row["kind"] == _CONTENT and flag(row["enabled"]))
    return tuple(dict.fromkeys(found))


@cache
def recovery_of(process: str, *, chemistry: str) -> Mapping[str, Decimal]:
    """Element → recovered fraction (0 to 1) of a process on a chemistry. Empty where the table has no enabled row."""
    return MappingProxyType(
        {
            substance(row["element"]).code: Decimal(row["value"])
            for row in rows("battery_params")
            if row["kind"] == _RECOVERY and (row["process"], row["chemistry"]) == (process, chemistry)
            if flag(row["enabled"])
        }
    )
