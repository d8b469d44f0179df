"""How a month's lots travel: truckloads, and the pieces of them that take each route. Pure.

The model says how much of a prefecture's chemistry takes which route in a month; trucks do not ask. So the lots are
laid over the truckloads end to end, and a truckload that holds more than one route is split at the sorting plant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from registry.domain.origins import apportion
from registry.domain.tables import rows
from registry.services.demonstration_model import Lot
from registry.services.demonstration_script import Dice

TRUCKLOAD_G: Final = 24_000_000
_LIGHTEST, _HEAVIEST = 90, 115
"""truckloads of a month differ in weight by these proportions"""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """The part of one truckload that takes one route, with what it holds: grams, and Wh under `energy`."""

    load: int
    route: str
    mass_g: int
    contents_g: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Prefecture:
    """One row of `demo_prefectures`: where its batteries are sorted and leached, and how healthy they are."""

    number: int
    division_code: str
    key: str
    sorting_site: str
    hydrometallurgy_site: str
    state_of_health_percent: int


@dataclass(frozen=True, kw_only=True)
class Yield:
    """One row of `demo_yields`: a line a process puts out, in thousandths of its input."""

    output: str
    to: str
    stream: str | None
    permille: int


def prefectures() -> Mapping[str, Prefecture]:
    """By division code."""
    return {
        row["division_code"]: Prefecture(
            number=number,
            division_code=row["division_code"],
            key=row["key"],
            sorting_site=row["sorting_site"],
            hydrometallurgy_site=row["hydrometallurgy_site"],
            state_of_health_percent=int(row["state_of_health_percent"]),
        )
        for number, row in enumerate(rows("demo_prefectures"), start=1)
    }


def yields(process: str, product: str) -> tuple[Yield, ...]:
    """What a process puts out of a product: the product's own rows, else those for any (`*`)."""
    found = {
        named: tuple(
            Yield(output=row["output"], to=row["to"], stream=row["stream"] or None, permille=int(row["permille"]))
            for row in rows("demo_yields")
            if (row["process"], row["product"]) == (process, named)
        )
        for named in (product, "*")
    }
    return found[product] or found["*"]


def truckloads(dice: Dice, path: str, mass_g: int) -> list[int]:
    """The masses of the truckloads that carry `mass_g`, not all alike."""
    count = -(-mass_g // TRUCKLOAD_G)
    return apportion(mass_g, [dice.between(f"{path}/{load}", _LIGHTEST, _HEAVIEST) for load in range(count)])


def pieces(lots: Sequence[Lot], loads_g: Sequence[int]) -> tuple[Piece, ...]:
    """Every overlap of a lot with a truckload, in order; lots and loads have the same total mass.

    The pieces of a lot sum to it, substance by substance; a truckload holds what its pieces hold.
    """
    found: list[Piece] = []
    spans = list(_overlaps([lot.mass_g for lot in lots], loads_g))
    for place, lot in enumerate(lots):
        mine = [(load, mass_g) for at, load, mass_g in spans if at == place]
        masses = [mass_g for _, mass_g in mine]
        dealt = {substance: apportion(amount, masses) for substance, amount in lot.contents_g.items()}
        for number, (load, mass_g) in enumerate(mine):
            contents = {substance: parts[number] for substance, parts in dealt.items()}
            found.append(Piece(load=load, route=lot.route, mass_g=mass_g, contents_g=contents))
    return tuple(found)


def _overlaps(first: Sequence[int], second: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """(place in first, place in second, common length) of two divisions of one line."""
    left, right = list(first), list(second)
    at = to = 0
    while at < len(left) and to < len(right):
        common = min(left[at], right[to])
        if common:
            yield at, to, common
        left[at] -= common
        right[to] -= common
        at, to = at + (not left[at]), to + (not right[to])


def held(together: Sequence[Piece]) -> list[dict[str, int]]:
    """What each piece of one truckload holds once it is split: every substance by mass, as a split deals it.

    A gram or two beside the plan, which dealt each route by itself; the sums are the same.
    """
    masses = [piece.mass_g for piece in together]
    whole = total(together)
    dealt = {substance: apportion(amount, masses) for substance, amount in whole.items()}
    return [{substance: parts[place] for substance, parts in dealt.items()} for place in range(len(masses))]


def total(together: Sequence[Piece]) -> dict[str, int]:
    """What pieces hold together."""
    names = dict.fromkeys(name for piece in together for name in piece.contents_g)
    return {name: sum(piece.contents_g.get(name, 0) for piece in together) for name in names}
