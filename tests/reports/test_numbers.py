"""Rounding once, half up, in integers; nothing clamped."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from reports.numbers import grouped, kg_shown, percent, rounded, t_shown

AMOUNTS = st.integers(min_value=-(10**15), max_value=10**15)


@given(AMOUNTS, AMOUNTS.filter(bool), st.integers(min_value=0, max_value=4))
def test_rounding_is_half_up_as_decimals_do_it(top: int, bottom: int, decimals: int) -> None:
    expected = (Decimal(top) / Decimal(bottom)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    assert Decimal(rounded(top, bottom, decimals)) == expected


def test_a_half_goes_up_and_not_to_the_even_neighbour() -> None:
    assert [rounded(each, 1000, 2) for each in (125, 135, 145, -125)] == ["0.13", "0.14", "0.15", "-0.13"]


def test_a_rate_without_a_denominator_is_none_and_one_above_a_hundred_stays() -> None:
    assert (percent(5, 0), percent(3, 2), percent(-1, 3)) == (None, "150.00", "-33.33")


def test_a_page_groups_digits_and_shows_one_decimal() -> None:
    assert (kg_shown(75_599_529), t_shown(6_227_949_300), grouped("-1234567.5")) == (
        "75,599.5",
        "6,227.9",
        "-1,234,567.5",
    )
