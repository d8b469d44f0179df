"""Shares travel to the gram: nothing is made, nothing is lost, and nobody gives more than he has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.origins import ADDITION, UNKNOWN, Origin, Pool, add, apportion, origin_from_key, share_out, total
from tests.domain.cases import APRIL, MAY

weights = st.lists(st.integers(0, 10**12), min_size=1, max_size=12).filter(any)
shares = st.dictionaries(st.sampled_from([APRIL, MAY, ADDITION, UNKNOWN]), st.integers(1, 10**12), min_size=1)


def test_a_remainder_goes_to_the_largest_rest_and_ties_to_the_earlier_place() -> None:
    assert apportion(100, [1, 1, 1]) == [34, 33, 33]
    assert apportion(10, [6, 3, 2]) == [5, 3, 2]  # 5.45, 2.73, 1.82
    assert apportion(1, [1, 1]) == [1, 0]
    assert apportion(-100, [1, 1, 1]) == [-34, -33, -33]


@pytest.mark.parametrize("none", [[], [0], [0, 0]])
def test_nothing_to_apportion_by_is_an_error_and_not_a_guess(none: list[int]) -> None:
    with pytest.raises(ValueError, match="nothing to apportion by"):
        apportion(5, none)


@given(st.integers(-(10**15), 10**15), weights)
def test_parts_sum_to_the_total_and_are_within_a_gram_of_their_quota(whole: int, by: list[int]) -> None:
    parts = apportion(whole, by)
    assert sum(parts) == whole
    for part, weight in zip(parts, by, strict=True):
        assert abs(part * sum(by) - whole * weight) < sum(by)
        assert weight or part == 0


@given(st.integers(0, 10**15), shares)
def test_sharing_out_sums_to_the_gram(amount: int, by: dict[Origin, int]) -> None:
    assert sum(share_out(amount, by).values()) == amount


@given(shares, st.data())
def test_no_origin_gives_more_than_it_has(by: dict[Origin, int], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, sum(by.values())))
    assert all(0 < part <= by[origin] for origin, part in share_out(amount, by).items())


@given(shares, st.data())
def test_draws_take_every_origin_to_zero_whatever_their_order(by: dict[Origin, int], data: st.DataObject) -> None:
    pool, taken = Pool(by), []
    while pool.amount:
        taken.append(pool.draw(data.draw(st.integers(1, pool.amount))))
        assert all(left > 0 for left in pool.left.values())
    assert total(taken) == by


@pytest.mark.parametrize("amount", [-1, 101])
def test_a_pool_gives_no_more_than_it_holds_and_takes_nothing_back(amount: int) -> None:
    with pytest.raises(ValueError, match="within what is left"):
        Pool({APRIL: 100}).draw(amount)


def test_what_comes_to_zero_disappears() -> None:
    held = {APRIL: 5}
    add(held, {APRIL: -5, MAY: 2})
    assert held == {MAY: 2}


@pytest.mark.parametrize("origin", [APRIL, MAY, ADDITION, UNKNOWN])
def test_an_origin_is_found_again_by_its_key(origin: Origin) -> None:
    assert origin_from_key(origin.key) == origin


def test_chemistries_counties_and_months_are_origins_of_their_own() -> None:
    assert len({APRIL.key, MAY.key, Origin("collected", "power_battery", "LFP", "", "520102", "2025-05").key}) == 3
