"""Entries sum to zero, per substance and per origin; what a batch holds follows its postings."""

from __future__ import annotations

import pytest

from registry.domain.ledger import MASS, STOCK, Posting, outcome_account, unbalanced
from registry.domain.origins import Origin
from tests.domain.cases import APRIL, MAY, batch


def posting(account: str, substance: str = MASS, *, amount: int | None = None, **origins: int) -> Posting:
    parts = {{"april": APRIL, "may": MAY}[name]: part for name, part in origins.items()}
    return Posting(
        account=account,
        site_id="here",
        batch_id="b",
        substance=substance,
        amount=sum(parts.values()) if amount is None else amount,
        origins=parts,
    )


def test_a_true_entry_has_no_rest() -> None:
    assert unbalanced([posting("stock", april=-5, may=-2), posting("loss", april=5), posting("transit", may=2)]) == {}


def test_a_gram_too_much_is_seen() -> None:
    assert unbalanced([posting("stock", april=-5), posting("loss", april=6)]) == {(MASS, ""): 1, (MASS, APRIL.key): 1}


def test_one_origin_cannot_pay_for_another() -> None:
    rest = unbalanced([posting("stock", april=-5), posting("loss", may=5)])
    assert rest == {(MASS, APRIL.key): -5, (MASS, MAY.key): 5}


def test_one_substance_cannot_pay_for_another() -> None:
    rest = unbalanced([posting("stock", "lithium", april=-5), posting("loss", "nickel", april=5)])
    assert rest["lithium", ""] == -5
    assert rest["nickel", ""] == 5


def test_origins_that_do_not_sum_to_their_posting_are_seen_even_where_the_entry_closes() -> None:
    rest = unbalanced([posting("stock", amount=-5, april=-4), posting("loss", amount=5, april=4)])
    assert rest == {(MASS, "posting"): 2}


def test_an_entry_and_its_negation_leave_nothing() -> None:
    entry = [posting("stock", april=-5), posting("loss", april=5)]
    assert unbalanced([entry[0], entry[0].negated()]) == {}
    assert entry[0].negated().negated() == entry[0]


def test_a_batch_holds_what_its_postings_say_and_forgets_what_came_to_zero() -> None:
    state = batch("b", 10, lithium=3)
    state.apply(posting(STOCK, "lithium", april=-3))
    state.apply(posting(STOCK, may=7))
    assert state.known() == (MASS,)
    assert state.mass_g == 17
    assert state.amount("lithium") == 0
    assert state.holding[MASS] == {APRIL: 10, MAY: 7}


def test_a_second_life_still_holds_mass_in_the_account_of_its_outcome() -> None:
    assert batch("b", 10, status="cascade").account == outcome_account("cascade")
    assert batch("b", 10, status="transit").account == "transit"


def test_what_has_wholly_left_holds_no_account() -> None:
    with pytest.raises(KeyError):
        _ = batch("b", 10, status="closed").account


def test_origins_sort_by_their_fields_so_that_ties_always_fall_the_same_way() -> None:
    assert sorted([MAY, APRIL, Origin("addition")]) == [Origin("addition"), APRIL, MAY]
