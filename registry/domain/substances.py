"""What the ledger counts: total mass, the elements tracked inside it, and nominal energy.

Every posting names one substance and every entry sums to zero for each of them (mass in grams, energy in
watt-hours). Unknown is not zero: an element nobody declared has no posting and therefore no rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from registry.domain.refusals import Refusal

MASS: Final = "mass"
ENERGY: Final = "energy"

Unit = Literal["g", "Wh"]


@dataclass(frozen=True, slots=True)
class Substance:
    """One tracked substance. `symbol` is the chemical symbol, or empty for total mass and energy."""

    code: str
    name_zh: str
    name_en: str
    unit: Unit
    symbol: str

    @property
    def is_element(self) -> bool:
        """True for a chemical element, False for total mass and energy."""
        return bool(self.symbol)


# Codes are the lower-case English words of `battery_params.csv`, so that contents need no translation table.
SUBSTANCES: Final[tuple[Substance, ...]] = (
    Substance(MASS, "总质量", "Total mass", "g", ""),
    Substance(ENERGY, "标称能量", "Nominal energy", "Wh", ""),
    Substance("lithium", "锂", "Lithium", "g", "Li"),
    Substance("nickel", "镍", "Nickel", "g", "Ni"),
    Substance("cobalt", "钴", "Cobalt", "g", "Co"),
    Substance("manganese", "锰", "Manganese", "g", "Mn"),
    Substance("copper", "铜", "Copper", "g", "Cu"),
    Substance("aluminium", "铝", "Aluminium", "g", "Al"),
    Substance("iron", "铁", "Iron", "g", "Fe"),
    Substance("lead", "铅", "Lead", "g", "Pb"),
    Substance("zinc", "锌", "Zinc", "g", "Zn"),
    Substance("tin", "锡", "Tin", "g", "Sn"),
    Substance("gold", "金", "Gold", "g", "Au"),
    Substance("silver", "银", "Silver", "g", "Ag"),
    Substance("palladium", "钯", "Palladium", "g", "Pd"),
)

_BY_CODE: Final = {each.code: each for each in SUBSTANCES}

ELEMENTS: Final[tuple[str, ...]] = tuple(each.code for each in SUBSTANCES if each.is_element)


def substance(code: str) -> Substance:
    """The substance with this code. Raises Refusal("unknown_substance")."""
    try:
        return _BY_CODE[code]
    except KeyError:
        raise Refusal("unknown_substance", substance=code) from None


def is_element(code: str) -> bool:
    """True when `code` names a tracked element; False for mass, energy and anything unknown."""
    return code in _BY_CODE and _BY_CODE[code].is_element
