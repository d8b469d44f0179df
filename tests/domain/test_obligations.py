"""Obligations: published figures to the tonne, every part owed for itself, and versions that leave old years alone."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.obligations import (
    ROUNDINGS,
    Obligation,
    base_of,
    materials_of,
    obligation,
    obligation_rules,
    rule_for,
    target_for,
)
from registry.domain.refusals import Refusal
from registry.domain.schemes import OBLIGATION, scheme_for, schemes
from registry.domain.streams import stream
from registry.domain.tonnage import tonnage_received
from tests.published import PUBLISHED, T, figures_of

UK = "uk-packaging"


def owed(material: str = "plastic", year: int = 2025, t: str = "100", scheme: str = UK, **more: Any) -> Obligation:
    return obligation(
        rule=rule_for(scheme, material, year), year=year, base_g=int(Decimal(t) * T), **{"target": None, **more}
    )


def refusal(**asked: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        owed(**asked)
    return refused.value


# --- published figures ----------------------------------------------------------------------------------------------


def test_the_published_obligation_comes_out_where_floating_point_would_ask_for_a_tonne_more() -> None:
    row = PUBLISHED["UK-PRN-1"]
    figures = figures_of(row)
    found = owed(t=str(figures["t"]), target=figures["target"])
    assert found.obligation_g == int(row["published_result"]) * T
    assert math.ceil(float(figures["target"]) * figures["t"]) == int(row["published_result"]) + 1


def test_the_published_obligation_of_part_of_a_leap_year_comes_out() -> None:
    row = PUBLISHED["UK-PRN-2"]
    figures = figures_of(row)
    found = owed(t=str(figures["t"]), year=figures["year"], target=figures["target"], days=figures["days"])
    assert found.obligation_g == int(row["published_result"]) * T
    assert [step.formula for step in found.steps] == ["ceil(0.61 × 120)", "ceil(74 × 180 ÷ 366)"]


def test_the_published_glass_is_split_into_re_melt_and_other() -> None:
    row = PUBLISHED["UK-PRN-GLASS"]
    figures = figures_of(row)
    found = owed("glass", t=str(figures["t"]), target=figures["target"], sub_target=figures["remelt"])
    assert dict(found.parts) == {"remelt": int(row["published_result"]) * T, "other": 5 * T}
    assert found.obligation_g == 19 * T


def test_the_published_tonnage_received_comes_out() -> None:
    row = PUBLISHED["UK-TONNAGE"]
    figures = figures_of(row)
    found = tonnage_received(
        net_g=figures["net"] * T,
        non_target_g=figures["non_target"] * T,
        wire=figures["wire"],
        proportion=figures["prop"],
    )
    assert f"{found:f}" == row["published_result"] == "71.892"


# --- the rule -------------------------------------------------------------------------------------------------------


def test_the_targets_of_the_tables_are_taken_unless_another_is_given() -> None:
    assert owed("glass", t="25").parts == owed("glass", t="25", target=Decimal("0.74")).parts
    assert owed("plastic", year=2026, t="100").obligation_g == 57 * T
    assert owed("plastic", year=2026, t="100", target=Decimal("0.9")).obligation_g == 90 * T


def test_the_parts_of_part_of_a_year_are_each_rounded_and_owed_for_themselves() -> None:
    found = owed("glass", t="25", days=100)
    assert dict(found.parts) == {"remelt": 4 * T, "other": 2 * T}
    assert found.obligation_g == 6 * T
    assert found.steps[-1].formula == "4 + 2"


@given(
    grams=st.integers(0, 10**13),
    target=st.decimals(0, 1, places=4),
    remelt=st.decimals(0, 1, places=4),
    days=st.none() | st.integers(0, 365),
)
def test_glass_is_the_formula_of_the_source_in_exact_fractions(
    grams: int, target: Decimal, remelt: Decimal, days: int | None
) -> None:
    found = obligation(
        rule=rule_for(UK, "glass", 2025), year=2025, base_g=grams, target=target, sub_target=remelt, days=days
    )
    t = Fraction(grams, T)
    total, part = math.ceil(Fraction(target) * t), math.ceil(Fraction(remelt) * Fraction(target) * t)
    parts = [part, total - part]
    if days is not None:
        parts = [math.ceil(Fraction(each * days, 365)) for each in parts]
    assert [found.parts["remelt"], found.parts["other"]] == [each * T for each in parts]
    assert found.obligation_g == sum(parts) * T
    assert min(parts) >= 0


def test_european_schemes_round_half_up_to_the_gram() -> None:
    found = owed(scheme="eu-weee", material="weee", t="0.00001", target=Decimal("0.65"))
    assert found.obligation_g == 7
    assert ROUNDINGS["half_up_g"].apply(Fraction(5, 2)) == 3


def test_the_base_is_the_mean_of_the_years_of_the_window_that_there_are() -> None:
    scheme = scheme_for("eu-weee", 2022, OBLIGATION)
    assert base_of(scheme, 2022, {2022: 999, 2021: 10, 2019: 11}) == 11
    assert base_of(scheme, 2022, {2022: 999}) == 0


def test_a_day_by_day_year_counts_its_leap_day() -> None:
    assert owed(year=2024, t="366", target=Decimal(1), days=1).obligation_g == T
    assert owed(year=2023, t="366", target=Decimal(1), days=1).obligation_g == 2 * T


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"scheme": "uk-cars"}, "collection_scheme_unknown"),
        ({"material": "cheese"}, "obligation_material_unknown"),
        ({"year": 2024}, "target_missing"),
        ({"material": "glass", "year": 2024, "target": Decimal("0.7")}, "target_missing"),
        ({"scheme": "cn-lead-acid-2020-draft", "material": "lead_acid_battery"}, "target_missing"),
        ({"target": Decimal(74)}, "share_out_of_range"),
        ({"target": Decimal("-0.1")}, "share_out_of_range"),
        ({"target": Decimal("1e-999999")}, "share_out_of_range"),
        ({"material": "glass", "sub_target": Decimal(75)}, "share_out_of_range"),
        ({"sub_target": Decimal("0.75")}, "sub_target_not_in_scheme"),
        ({"days": 366}, "days_out_of_range"),
        ({"days": -1}, "days_out_of_range"),
        ({"scheme": "eu-weee", "material": "weee", "days": 10}, "scheme_not_by_days"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(asked: dict[str, Any], code: str) -> None:
    assert refusal(**asked).code == code


def test_a_missing_sub_target_is_named() -> None:
    assert refusal(material="glass", year=2024, target=Decimal("0.7")).facts["field"] == "remelt_target"


def test_more_non_target_than_net_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        tonnage_received(net_g=1, non_target_g=2, wire=False, proportion=Decimal(1))
    assert refused.value.code == "non_target_above_net"


# --- data -----------------------------------------------------------------------------------------------------------


def test_every_scheme_of_obligations_has_its_rules_and_every_rule_its_scheme() -> None:
    codes = {each.code for each in schemes(OBLIGATION)}
    assert codes == {each.scheme for each in obligation_rules()}
    assert codes == {"eu-portable-batteries", "eu-weee", "cn-lead-acid-2020-draft", UK, "guizhou-demo"}
    assert all(each.rounding in ROUNDINGS and each.pro_rata in ("days", "none") for each in obligation_rules())
    assert all(stream(each.stream).code for each in obligation_rules() if each.stream)


def test_the_demonstration_scheme_has_the_five_streams_and_is_marked_as_illustration() -> None:
    demo = scheme_for("guizhou-demo", 2025, OBLIGATION)
    assert (demo.enabled, demo.reason) == (False, "illustration")
    assert materials_of("guizhou-demo") == ("power_battery", "tyre", "plastic", "scrap_steel", "reman_part")
    assert all(target_for(rule_for("guizhou-demo", each, 2025), 2025) for each in materials_of("guizhou-demo"))


def test_every_uk_material_has_a_target_in_every_year_to_2030() -> None:
    for material in materials_of(UK):
        found = [target_for(rule_for(UK, material, year), year) for year in range(2025, 2031)]
        assert all(found), material
        assert found == sorted(found, key=lambda each: each or 0)


def test_a_material_may_be_spelt_as_the_source_does_and_left_out_where_there_is_one() -> None:
    assert rule_for(UK, "FibreComposite", 2025).material == "fibre_composite"
    assert rule_for("eu-weee", None, 2025).material == "weee"
    with pytest.raises(Refusal):
        rule_for(UK, None, 2025)


def test_a_new_version_of_a_scheme_leaves_old_years_as_they_were() -> None:
    old = rule_for(UK, "plastic", 2025)
    new = replace(old, rounding="half_up_g", valid_from=date(2027, 1, 1))
    versions = (old, new)
    assert rule_for(UK, "plastic", 2026, versions=versions) is old
    assert rule_for(UK, "plastic", 2027, versions=versions) is new
    assert rule_for(UK, "plastic", 2020, versions=versions) is old


def test_an_obligation_knows_by_when_it_must_be_covered() -> None:
    assert rule_for(UK, "plastic", 2025).due_on(2025) == date(2026, 1, 31)
    assert rule_for("eu-weee", None, 2025).due_on(2025) is None
