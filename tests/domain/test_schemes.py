"""Schemes: published rates come out to the digit, the wrong window does not, and nothing impossible is smoothed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.refusals import Refusal
from registry.domain.schemes import collection_rate, percent, recovery_rates, scheme_for, schemes
from tests.published import PUBLISHED, T, figures_of, market_of

BATTERIES = scheme_for("eu-portable-batteries", 2022)
WEEE = scheme_for("eu-weee", 2022)
EUROPE = {2019: 206412 * T, 2020: 229727 * T, 2021: 244899 * T, 2022: 242748 * T}


def _rate(scheme: Any = BATTERIES, collected_g: int = 111000 * T, **more: Any) -> Any:
    return collection_rate(
        scheme=scheme, year=2022, collected_g=collected_g, placed_on_market_g=more.get("market", EUROPE)
    )


def test_europes_batteries_of_2022_are_collected_at_the_published_rate() -> None:
    row = PUBLISHED["EU-BAT-2022"]
    found = _rate(market=market_of(row, last=2022))
    assert found.rate_percent == Decimal("46.4193") == Decimal(row["recomputed"])
    assert abs(found.rate_percent - Decimal(row["published_result"])) <= Decimal(row["tolerance"])
    assert (found.window, found.findings) == ((2022, 2021, 2020), ())


def test_the_window_of_another_scheme_gives_another_rate() -> None:
    row = PUBLISHED["EU-BAT-2022-WRONGWINDOW"]
    wrong = _rate(WEEE)
    assert wrong.window == (2021, 2020, 2019)
    assert wrong.rate_percent == Decimal(row["recomputed"]).quantize(Decimal("0.0001")) == Decimal("48.8960")
    assert wrong.rate_percent != _rate(BATTERIES).rate_percent


def test_europes_tyres_of_2019_are_recovered_at_the_published_rate() -> None:
    row = PUBLISHED["ETRMA-2019"]
    figures = figures_of(row)
    material, energy, arising = (
        int(figures[key] * 1_000_000) * T for key in ("material_Mt", "energy_Mt", "arising_Mt")
    )
    found = recovery_rates(
        collected_g=arising,
        treated_g=material + energy,
        recovered_g=material + energy,
        recycled_and_reused_g=material,
        recycled_g=material,
    )
    assert found.rates["recovery_rate_percent"] == Decimal("94.2029") == Decimal(row["recomputed"])
    assert found.findings == ()


def test_with_fewer_years_those_there_are_make_the_mean() -> None:
    found = _rate(market={2022: 300, 2020: 100, 1999: 1}, collected_g=100)
    assert (found.window, found.rate_percent) == ((2022, 2020), Decimal("50.0000"))


def test_a_year_of_nothing_is_a_year_and_counts_in_the_mean() -> None:
    assert _rate(market={2022: 300, 2021: 0, 2020: 0}, collected_g=100).rate_percent == 100


@pytest.mark.parametrize("market", [{}, {2022: 0}, {2019: 5}])
def test_nothing_placed_on_the_market_leaves_no_rate_and_a_finding(market: dict[int, int]) -> None:
    found = _rate(market=market)
    assert found.rate_percent is None
    assert [each.code for each in found.findings] == ["zero_denominator"]


def test_a_rate_above_100_is_shown_and_found_even_where_rounding_would_hide_it() -> None:
    plain = _rate(market={2022: 100}, collected_g=150)
    assert (plain.rate_percent, plain.findings[0].code) == (150, "rate_above_100")
    hidden = _rate(market={2022: 10**12}, collected_g=10**12 + 1)
    assert (hidden.rate_percent, [each.code for each in hidden.findings]) == (100, ["rate_above_100"])
    assert _rate(market={2022: 100}, collected_g=100).findings == ()


def _recovery(**changed: int) -> Any:
    masses = {"collected_g": 100, "treated_g": 80, "recovered_g": 60, "recycled_and_reused_g": 40, "recycled_g": 20}
    return recovery_rates(**{**masses, **changed})


def test_every_rate_of_recovery_is_divided_by_what_was_collected() -> None:
    assert [int(rate) for rate in _recovery().rates.values()] == [80, 60, 40, 20]
    assert _recovery().findings == ()


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"recovered_g": 81}, ["recovered_above_treated"]),
        ({"treated_g": 101}, ["treated_above_collected", "rate_above_100"]),
        ({"recycled_and_reused_g": 61}, ["recycled_and_reused_above_recovered"]),
        ({"recycled_g": 41}, ["recycled_above_recycled_and_reused"]),
        ({"collected_g": 0}, ["treated_above_collected", "zero_denominator"]),
    ],
)
def test_each_thing_that_cannot_be_is_a_finding(changed: dict[str, int], found: list[str]) -> None:
    assert [each.code for each in _recovery(**changed).findings] == found


def test_nothing_collected_leaves_every_rate_of_recovery_empty() -> None:
    assert set(_recovery(collected_g=0).rates.values()) == {None}


@given(over=st.integers(0, 10**15), under=st.integers(1, 10**15))
def test_a_rate_is_rounded_once_half_up(over: int, under: int) -> None:
    exact = Fraction(over * 100 * 10**4, under)
    assert percent(over, under) == Decimal(int(exact + Fraction(1, 2))).scaleb(-4)


def test_half_goes_up_where_a_banker_would_go_down() -> None:
    assert percent(25, 10_000_000) == Decimal("0.0003") != round(Decimal("0.00025"), 4)


def test_a_scheme_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refusal) as refused:
        scheme_for("eu-cars", 2022)
    assert refused.value.code == "collection_scheme_unknown"
    assert refused.value.facts["known"] == ["eu-portable-batteries", "eu-weee", "cn-lead-acid-2020-draft"]


def test_every_scheme_says_its_window_its_source_and_whether_it_is_a_draft() -> None:
    windows = {each.code: each.window for each in schemes()}
    assert windows["eu-weee"] == windows["cn-lead-acid-2020-draft"] == (-1, -2, -3)
    assert all(each.source and each.instrument and each.verified_as for each in schemes())
    assert [each.code for each in schemes() if not each.enabled] == ["cn-lead-acid-2020-draft"]


def test_a_year_before_a_scheme_began_is_still_computed_by_its_window() -> None:
    assert scheme_for("eu-weee", 1999).years(1999) == (1998, 1997, 1996)
