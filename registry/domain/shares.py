"""Shares: parts of a whole as exact decimals from 0 to 1."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from registry.domain.refusals import Refusal

DECIMALS: Final = 12


def share_within(value: Decimal, name: str) -> Decimal:
    """A share from 0 to 1 with at most twelve decimals. Refusal: share_out_of_range (0.74 is meant, not 74)."""
    if not 0 <= value <= 1 or -int(value.as_tuple().exponent) > DECIMALS:
        raise Refusal("share_out_of_range", field=name, value=str(value)[:40])
    return value
