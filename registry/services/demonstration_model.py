"""The published forecast of retired EV batteries as exact lots: pure arithmetic over three reference tables.

Peng, Tian, Meng et al. (CC BY 4.0), a forecast and no statistics: `guizhou_eol_battery_model.csv` (t and MWh per
prefecture, year, scenario and chemistry), `guizhou_process_shares.csv` (six digits, so normalised to sum to one) and
`battery_params.csv` (kg per kWh, recovered fraction per process; its `Secondary Use` rows are switched off, for
second use is not recycling). DOMAIN §10: per prefecture, chemistry and process
the year's total is rounded half up to the gram, then dealt to the twelve months by largest remainder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

from registry.domain.contents import contents_g_per_wh, recovery_of
from registry.domain.origins import apportion
from registry.domain.refusals import Refusal
from registry.domain.substances import ENERGY
from registry.domain.tables import rows

MONTHS: Final = 12
CASCADE: Final = "cascade"
"""The route of the second-use share; every other route is a process code."""

_GRAMS_PER_TONNE: Final = 1_000_000
_WATT_HOURS_PER_MWH: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Lot:
    """What one prefecture sends down one route in one month: integer grams, and Wh under `energy`."""

    division_code: str
    chemistry: str
    route: str
    month: int
    mass_g: int
    contents_g: Mapping[str, int] = field(default_factory=dict)
    recovered_g: Mapping[str, int] = field(default_factory=dict)
    """elements in the recycled product, by the model's efficiencies; empty for cascade"""


@dataclass(frozen=True, kw_only=True)
class _Retired:
    division_code: str
    chemistry: str
    mass_t: Fraction
    capacity_mwh: Fraction


def lots(*, year: int, scenario: str, second_use: Decimal) -> tuple[Lot, ...]:
    """All lots of the year, by prefecture, chemistry, route and month; lots without mass are left out.

    `second_use` is the share (0 to 1) that goes to cascade before the rest is divided by the process shares.
    Refusal `demo_parameter` names the parameter and what it may be.
    """
    if not second_use.is_finite() or not 0 <= second_use <= 1:
        raise Refusal("demo_parameter", parameter="second_use", value=str(second_use), allowed="0 … 1")
    found = [
        lot
        for retired in _retired(year, scenario)
        for route, share in _routes(retired, year, Fraction(second_use))
        for lot in _deal(retired, route, share)
    ]
    return tuple(found)


def _retired(year: int, scenario: str) -> Iterator[_Retired]:
    table = rows("guizhou_eol_battery_model")
    for parameter, column, value in (("year", "year", str(year)), ("scenario", "scenario", scenario)):
        allowed = sorted({row[column] for row in table})
        if value not in allowed:
            raise Refusal("demo_parameter", parameter=parameter, value=value, allowed=" ".join(allowed))
    for row in table:
        if (row["year"], row["scenario"]) == (str(year), scenario):
            yield _Retired(
                division_code=row["division_code"],
                chemistry=row["battery_type"],
                mass_t=_number(row["eol_weight_t"]),
                capacity_mwh=_number(row["eol_capacity_mwh"]),
            )


def _routes(retired: _Retired, year: int, second_use: Fraction) -> Iterator[tuple[str, Fraction]]:
    yield CASCADE, second_use
    shares = {
        row["process"]: _number(row["share"])
        for row in rows("guizhou_process_shares")
        if (row["division_code"], row["year"], row["battery_type"])
        == (retired.division_code, str(year), retired.chemistry)
    }
    whole = sum(shares.values())
    for route, share in shares.items():
        yield route, (1 - second_use) * share / whole


def _deal(retired: _Retired, route: str, share: Fraction) -> Iterator[Lot]:
    mass_g = _half_up(retired.mass_t * _GRAMS_PER_TONNE * share)
    if not mass_g:
        return
    energy_wh = retired.capacity_mwh * _WATT_HOURS_PER_MWH * share
    inside = _contents(retired.chemistry, energy_wh)
    recovered = {} if route == CASCADE else _recovered(retired.chemistry, route, energy_wh)
    masses = _months(mass_g)
    contents = {substance: _months(amount) for substance, amount in inside.items()}
    products = {element: _months(amount) for element, amount in recovered.items()}
    for at, month_mass_g in enumerate(masses):
        if month_mass_g:
            yield Lot(
                division_code=retired.division_code,
                chemistry=retired.chemistry,
                route=route,
                month=at + 1,
                mass_g=month_mass_g,
                contents_g={substance: dealt[at] for substance, dealt in contents.items()},
                recovered_g={element: dealt[at] for element, dealt in products.items()},
            )


def _contents(chemistry: str, energy_wh: Fraction) -> dict[str, int]:
    """The year's Wh and grams of each element; an element the chemistry has none of is left out."""
    inside = {ENERGY: energy_wh}
    for element, g_per_wh in contents_g_per_wh(chemistry).items():
        inside[element] = energy_wh * Fraction(g_per_wh)
    return {substance: _half_up(amount) for substance, amount in inside.items()}


def _recovered(chemistry: str, route: str, energy_wh: Fraction) -> dict[str, int]:
    fractions = recovery_of(route, chemistry=chemistry)
    return {
        element: _half_up(energy_wh * Fraction(g_per_wh) * Fraction(fractions[element]))
        for element, g_per_wh in contents_g_per_wh(chemistry).items()
    }


def _months(total: int) -> list[int]:
    # The model has no seasons: equal weights, so what is left over by the division falls on the first months.
    return apportion(total, [1] * MONTHS)


def _number(cell: str) -> Fraction:
    return Fraction(Decimal(cell))


def _half_up(amount: Fraction) -> int:
    return (amount + Fraction(1, 2)).__floor__()
