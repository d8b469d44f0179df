"""What is measured anew or comes back: inspect, stocktake, retire."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.case import Decision
from registry.domain.events import Inspect, Retire, Stocktake
from registry.domain.ledger import MASS, BatchState
from registry.domain.origins import UNKNOWN
from tests.domain.cases import APRIL, MAY, THERE, batch, case, decide, ledger, origins, places, refused


def inspect(state: BatchState, *, role: str = "operator", **facts: Any) -> Decision:
    return decide(case(state, role=role), "inspect", Inspect(batch=state.id, **facts))


def stocktake(state: BatchState | None, **facts: Any) -> Decision:
    in_hand = case(state) if state else case()
    return decide(in_hand, "stocktake", Stocktake(batch=state.id if state else None, **facts))


def retire(state: BatchState, **facts: Any) -> Decision:
    return decide(case(state, site=THERE), "retire", Retire(batch=state.id, **facts))


# --- inspect ---------------------------------------------------------------------------------------------------------


def test_a_measured_content_corrects_the_book_through_the_assay_difference() -> None:
    decision = inspect(batch("b", 1_000, lithium=20), contents_g={"lithium": 15})
    assert ledger(decision, "lithium") == {"stock b": -5, "difference:assay b": 5}
    assert ledger(decision) == {}


def test_an_element_first_measured_starts_by_the_shares_of_the_mass() -> None:
    state = batch("b", 1_000, origins={APRIL: 750, MAY: 250})
    decision = inspect(state, contents_g={"cobalt": 8})
    assert origins(decision, "stock", "b", "cobalt") == {APRIL: 6, MAY: 2}


def test_an_element_known_before_grows_by_its_own_shares() -> None:
    state = batch("b", 1_000, origins={APRIL: 750, MAY: 250})
    state.holding["cobalt"] = {MAY: 8}
    assert origins(inspect(state, contents_g={"cobalt": 10}), "stock", "b", "cobalt") == {MAY: 2}


def test_what_was_not_measured_is_left_alone() -> None:
    assert inspect(batch("b", 1_000, lithium=20), grade="A", state_of_health_permille=805).postings == ()


@pytest.mark.parametrize("fit", [True, False])
def test_an_inspection_says_whether_a_second_life_is_open(fit: bool) -> None:
    (move,) = inspect(batch("b", 5, fit=not fit), passed=fit).moves
    assert move.after.fit is fit


def test_an_inspection_that_says_nothing_of_fitness_keeps_the_last_word() -> None:
    (move,) = inspect(batch("b", 5, fit=True), grade="B").moves
    assert move.after.fit


def test_an_inspector_measures_what_another_holds_and_custody_stays() -> None:
    (move,) = inspect(batch("b", 5, holder="them", site="there"), role="inspector", grade="A").moves
    assert (move.after.holder_id, move.after.site_id) == ("them", "there")


@pytest.mark.parametrize(
    ("code", "state", "facts"),
    [
        ("not_yours", {"holder": "them"}, {}),
        ("wrong_state", {"status": "cascade"}, {}),
        ("schema_invalid", {}, {"state_of_health_permille": 2_001}),
        ("schema_invalid", {}, {"state_of_health_permille": -1}),
        ("contents_above_mass", {}, {"contents_g": {"lithium": 1_001}}),
        ("contents_above_mass", {"nickel": 600}, {"contents_g": {"lithium": 500}}),
        ("unknown_substance", {}, {"contents_g": {"kryptonite": 1}}),
        ("unknown_substance", {}, {"contents_g": {"energy": 1}}),
        ("mass_negative", {}, {"contents_g": {"lithium": -1}}),
    ],
)
def test_no_inspection_of_what_cannot_be(code: str, state: dict[str, Any], facts: dict[str, Any]) -> None:
    refused(code, inspect, batch("b", 1_000, **state), **facts)


def test_an_inspector_finds_nothing_in_what_travels_or_has_left() -> None:
    refused("wrong_state", inspect, batch("b", 5, status="transit", to="there"), role="inspector")


def test_a_batch_whose_books_are_fuller_than_its_scale_may_still_be_looked_at_and_corrected() -> None:
    light = batch("b", 10, lithium=8, nickel=7)
    assert inspect(light, grade="C").postings == ()
    light = batch("b", 10, lithium=8, nickel=7)
    assert ledger(inspect(light, contents_g={"lithium": 4}), "lithium") == {"stock b": -4, "difference:assay b": 4}
    refused("contents_above_mass", inspect, batch("b", 10, lithium=8, nickel=7), contents_g={"lithium": 9})


# --- stocktake -------------------------------------------------------------------------------------------------------


def test_a_belief_confirmed_posts_nothing() -> None:
    assert stocktake(batch("b", 1_000), mass_g=1_000).postings == ()


def test_the_scale_changes_mass_alone_and_things_change_all() -> None:
    by_scale = stocktake(batch("b", 1_000, lithium=20), mass_g=1_100, reason="scale")
    assert ledger(by_scale) == {"stock b": 100, "difference:weighing b": -100}
    assert ledger(by_scale, "lithium") == {}
    found = stocktake(batch("b", 1_000, lithium=20), mass_g=1_100, reason="found")
    assert ledger(found, "lithium") == {"stock b": 2, "difference:weighing b": -2}


def test_a_scale_below_the_declared_contents_is_true_and_noted() -> None:
    decision = stocktake(batch("b", 1_000, lithium=900), mass_g=800, reason="scale")
    assert [finding.code for finding in decision.findings] == ["weight_difference", "contents_above_mass"]


def test_all_of_it_may_be_missing() -> None:
    decision = stocktake(batch("b", 1_000, lithium=20), mass_g=0, reason="missing")
    assert ledger(decision, "lithium") == {"stock b": -20, "difference:weighing b": 20}
    assert places(decision) == {"b": "closed"}


def test_a_batch_nobody_knew_is_of_unknown_origin() -> None:
    decision = stocktake(None, mass_g=40, stream="tyre")
    (new,) = decision.new
    assert origins(decision, "stock", new.id) == {UNKNOWN: 40}
    assert ledger(decision) == {f"stock {new.id}": 40, f"difference:weighing {new.id}": -40}
    assert [finding.code for finding in decision.findings] == ["found_without_source"]


@pytest.mark.parametrize(
    ("code", "state", "facts"),
    [
        ("difference_needs_reason", batch("b", 10), {"mass_g": 9}),
        ("mass_negative", batch("b", 10), {"mass_g": -1, "reason": "missing"}),
        ("mass_zero", batch("b", 10), {"mass_g": 0, "reason": "scale"}),
        ("measured_unknown", batch("b", 10), {"mass_g": 10, "measured": "guessed"}),
        ("not_yours", batch("b", 10, holder="them"), {"mass_g": 10}),
        ("wrong_state", batch("b", 10, status="reuse"), {"mass_g": 10}),
        ("schema_invalid", None, {"mass_g": 10}),
        ("unknown_stream", None, {"mass_g": 10, "stream": "moon_rock"}),
        ("mass_zero", None, {"mass_g": 0, "stream": "tyre"}),
        ("mass_negative", None, {"mass_g": -1, "stream": "tyre"}),
    ],
)
def test_no_stocktake_of_what_cannot_be(code: str, state: BatchState | None, facts: dict[str, Any]) -> None:
    refused(code, stocktake, state, **facts)


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(1, 10**9))
def test_things_missing_or_found_keep_every_content_within_half_a_gram_of_its_share(
    booked: int, lithium: int, found: int
) -> None:
    lithium = min(lithium, booked)
    state = batch("b", booked, **({"lithium": lithium} if lithium else {}))
    stocktake(state, mass_g=found, reason="missing" if found < booked else "found")
    assert state.mass_g == found
    assert abs(2 * state.amount("lithium") * booked - 2 * lithium * found) <= booked


# --- retire ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("life", ["cascade", "reuse"])
def test_a_second_life_that_ends_comes_back_into_stock_where_it_was_taken_back(life: str) -> None:
    decision = retire(batch("b", 1_000, status=life, lithium=20))
    assert ledger(decision) == {f"outcome:{life} b": -1_000, "stock b": 1_000}
    assert ledger(decision, "lithium") == {f"outcome:{life} b": -20, "stock b": 20}
    (move,) = decision.moves
    assert (move.after.status, move.after.site_id, move.after.holder_id) == ("stock", "there", "them")


def test_a_part_comes_back_as_a_batch_of_its_own() -> None:
    decision = retire(batch("b", 1_000, status="cascade", lithium=20), mass_g=250)
    (child,) = decision.new
    assert ledger(decision) == {"outcome:cascade b": -250, f"stock {child.id}": 250}
    assert ledger(decision, "lithium") == {"outcome:cascade b": -5, f"stock {child.id}": 5}
    assert places(decision) == {"b": "cascade", child.id: "stock"}


def test_what_comes_back_is_weighed_like_anything_else() -> None:
    decision = retire(batch("b", 1_000, status="cascade"), weighed_g=980, reason="scale")
    assert ledger(decision) == {"outcome:cascade b": -1_000, "stock b": 980, "difference:weighing b": 20}


def test_where_a_second_life_was_posted_is_where_it_is_taken_out() -> None:
    moved = batch("b", 1_000, status="cascade", site="elsewhere")
    moved.holding_site_id = "here"
    decision = retire(moved)
    assert {(posting.account, posting.site_id) for posting in decision.postings} == {
        ("outcome:cascade", "here"),
        ("stock", "there"),
    }


@pytest.mark.parametrize(
    ("code", "state", "facts"),
    [
        ("not_yours", {"status": "stock"}, {}),
        ("not_yours", {"status": "cascade", "to": "there"}, {}),
        ("not_yours", {"status": "closed"}, {}),
        ("wrong_state", {"status": "stock", "holder": "them"}, {}),
        ("mass_above_holding", {"status": "cascade"}, {"mass_g": 1_001}),
        ("mass_zero", {"status": "cascade"}, {"mass_g": 0}),
        ("mass_negative", {"status": "cascade"}, {"mass_g": -1}),
        ("difference_needs_reason", {"status": "cascade"}, {"weighed_g": 999}),
    ],
)
def test_no_return_of_what_cannot_be(code: str, state: dict[str, Any], facts: dict[str, Any]) -> None:
    refused(code, retire, batch("b", 1_000, **state), **facts)


def test_a_part_is_asked_of_its_own_weight() -> None:
    decision = retire(batch("b", 1_000, status="cascade"), mass_g=400, weighed_g=0, reason="missing")
    (child,) = decision.new
    assert ledger(decision) == {"outcome:cascade b": -400, f"difference:weighing {child.id}": 400}
    assert places(decision) == {"b": "cascade", child.id: "closed"}
    assert sum(posting.amount for posting in decision.postings if posting.substance == MASS) == 0
