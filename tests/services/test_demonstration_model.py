"""The demonstration's plan: the model's published totals, before any event is made."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from registry.domain.refusals import Refusal
from registry.services.demonstration_model import CASCADE, Lot, lots

TOLERANCE_G = 100

CHECKED_2025_BS = {
    ("LFP", "lithium"): ("75599.5", "44370.1"),
    ("NCM", "lithium"): ("44830.9", "28066.2"),
    ("NCM", "nickel"): ("244801.5", "191044.2"),
    ("NCM", "cobalt"): ("95778.6", "74746.1"),
    ("NCM", "manganese"): ("97920.6", "76417.7"),
}
"""kg contained and kg recycled, as published for 2025, scenario BS, without second use (DOMAIN §10)."""


def plan(second_use: str = "0") -> tuple[Lot, ...]:
    return lots(year=2025, scenario="BS", second_use=Decimal(second_use))


def grams(kg: str) -> int:
    return int(Decimal(kg) * 1000)


def contained(found: tuple[Lot, ...], chemistry: str, element: str, route: str | None = None) -> int:
    return sum(
        lot.contents_g.get(element, 0) for lot in found if lot.chemistry == chemistry and route in (None, lot.route)
    )


def recycled(found: tuple[Lot, ...], chemistry: str, element: str) -> int:
    return sum(lot.recovered_g.get(element, 0) for lot in found if lot.chemistry == chemistry)


@pytest.mark.parametrize(("chemistry", "element"), CHECKED_2025_BS)
def test_the_published_metal_figures_of_2025_come_out_to_a_tenth_of_a_kilogram(chemistry: str, element: str) -> None:
    inside_kg, recycled_kg = CHECKED_2025_BS[chemistry, element]
    assert abs(contained(plan(), chemistry, element) - grams(inside_kg)) <= TOLERANCE_G
    assert abs(recycled(plan(), chemistry, element) - grams(recycled_kg)) <= TOLERANCE_G


def test_lfp_is_6227_9_tonnes_and_58_69_percent_of_its_lithium_is_recycled() -> None:
    mass_g = sum(lot.mass_g for lot in plan() if lot.chemistry == "LFP")
    assert round(Decimal(mass_g) / 10**6, 1) == Decimal("6227.9")
    rate = Decimal(recycled(plan(), "LFP", "lithium")) / contained(plan(), "LFP", "lithium")
    assert round(rate * 100, 2) == Decimal("58.69")


@pytest.mark.parametrize("second_use", ["0.3", "0.4", "0.123456"])
@pytest.mark.parametrize("chemistry", ["LFP", "NCM"])
def test_a_second_use_share_takes_its_part_of_the_lithium_and_leaves_the_rest_to_recycling(
    chemistry: str, second_use: str
) -> None:
    share = Decimal(second_use)
    whole, chosen = plan(), plan(second_use)
    in_cascade = contained(chosen, chemistry, "lithium", CASCADE)
    assert abs(in_cascade - share * contained(whole, chemistry, "lithium")) <= TOLERANCE_G
    assert abs(recycled(chosen, chemistry, "lithium") - (1 - share) * recycled(whole, chemistry, "lithium")) <= 100


def test_without_second_use_nothing_goes_to_cascade_and_with_all_of_it_nothing_is_recycled() -> None:
    assert not [lot for lot in plan("0") if lot.route == CASCADE]
    assert {lot.route for lot in plan("1")} == {CASCADE}


def test_the_months_of_a_route_differ_by_a_gram_at_most_and_the_larger_ones_come_first() -> None:
    by_route: dict[tuple[str, str, str], list[int]] = {}
    for lot in plan("0.3"):
        by_route.setdefault((lot.division_code, lot.chemistry, lot.route), []).append(lot.mass_g)
    for masses in by_route.values():
        assert len(masses) == 12
        assert masses == sorted(masses, reverse=True)
        assert masses[0] - masses[-1] <= 1


def test_all_nine_prefectures_send_both_chemistries_in_every_month() -> None:
    seen = Counter((lot.division_code, lot.chemistry, lot.month) for lot in plan())
    assert len({division for division, _, _ in seen}) == 9
    assert len(seen) == 9 * 2 * 12


def test_an_element_the_chemistry_does_not_hold_is_not_declared_at_all() -> None:
    assert {element for lot in plan() if lot.chemistry == "LFP" for element in lot.contents_g} == {"energy", "lithium"}


def test_no_lot_gives_more_of_an_element_than_it_holds() -> None:
    assert all(amount <= lot.contents_g[element] for lot in plan() for element, amount in lot.recovered_g.items())


@pytest.mark.parametrize(
    ("parameter", "year", "scenario", "second_use"),
    [
        ("year", 1999, "BS", "0"),
        ("scenario", 2025, "XX", "0"),
        ("second_use", 2025, "BS", "1.1"),
        ("second_use", 2025, "BS", "-0.1"),
        ("second_use", 2025, "BS", "NaN"),
    ],
)
def test_a_parameter_the_model_does_not_know_is_refused_by_name(
    parameter: str, year: int, scenario: str, second_use: str
) -> None:
    with pytest.raises(Refusal) as refused:
        lots(year=year, scenario=scenario, second_use=Decimal(second_use))
    assert refused.value.code == "demo_parameter"
    assert refused.value.facts["parameter"] == parameter


@pytest.mark.parametrize("year", range(2020, 2031))
def test_every_year_and_scenario_of_the_model_can_be_planned(year: int) -> None:
    for scenario in ("BS", "ED", "LE", "TP"):
        assert sum(lot.mass_g for lot in lots(year=year, scenario=scenario, second_use=Decimal("0.3"))) > 0
