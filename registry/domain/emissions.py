"""Emission factors: what recycling a tonne is said to avoid (credit) and what treating one is said to cost (burden).

Estimates, each with its source (`registry/data/emission_factors.csv`). A burden is never added to a credit: the two
come from different studies with different bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from registry.domain.streams import process
from registry.domain.tables import flag, rows

CREDIT = "credit"
BURDEN = "burden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One factor: kg CO2e per tonne, negative for a credit. Empty product or process: any."""

    material: str
    kind: str
    stream: str
    product: str
    process: str
    kg_per_t: Decimal
    source: str
    verified_as: str
    enabled: bool
    reason: str

    def grams(self, mass_g: int) -> int:
        """Grams of CO2e of so many grams, never negative, rounded once, half up."""
        exact = abs(self.kg_per_t) * mass_g * 2
        thousand = 1000
        return int((exact + thousand) // (2 * thousand))


@cache
def factors() -> tuple[Factor, ...]:
    """Every factor in table order, switched off ones included."""
    return tuple(
        Factor(
            material=row["material"],
            kind=row["kind"],
            stream=row["stream"],
            product=row["product"],
            process=row["process"],
            kg_per_t=Decimal(row["factor_kg_co2e_per_t"]),
            source=row["source"],
            verified_as=row["verified"],
            enabled=flag(row["enabled"]),
            reason=row["reason"],
        )
        for row in rows("emission_factors")
    )


def credit_for(stream: str, product: str, process_code: str) -> Factor | None:
    """The factor for what a process recycled: of the product, else of what the process makes, else of the stream."""
    made = [each.product for each in process(process_code).outputs if each.to == "recycle"] if process_code else []
    known = [each for each in factors() if each.enabled and each.kind == CREDIT and each.stream == stream]
    for wanted in (product, *made, ""):
        for each in known:
            if each.product == wanted:
                return each
    return None


def burden_for(stream: str, product: str, process_code: str, *, enabled: bool = True) -> Factor | None:
    """The burden of a process for a product; with `enabled` false one that is switched off."""
    asked = (BURDEN, stream, product, process_code)
    for each in factors():
        if (each.kind, each.stream, each.product, each.process) == asked and each.enabled == enabled:
            return each
    return None
