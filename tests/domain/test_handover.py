"""Custody in small ledgers: collect, dispatch, receive, refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from registry.domain.case import Case, Decision
from registry.domain.events import Collect, Dispatch, Receive, ReceiveLine
from registry.domain.ledger import BatchState
from registry.domain.origins import Origin
from tests.domain.cases import APRIL, THERE, batch, case, decide, ledger, origins, places, refused


def collect(in_hand: Case | None = None, **facts: Any) -> Decision:
    wanted = {"stream": "power_battery", "mass_g": 1_000, "product": "LFP", "batch_id": "b"} | facts
    return decide(in_hand or case(), "collect", Collect(**wanted))


def dispatch(*batches: BatchState, to: str = "there", refs: tuple[str, ...] | None = None, **more: Any) -> Decision:
    named = tuple(each.id for each in batches) if refs is None else refs
    return decide(case(*batches, **more), "dispatch", Dispatch(batches=named, to_site=to))


def receive(
    *batches: BatchState, contained: Mapping[str, tuple[BatchState, ...]] | None = None, **line: Any
) -> Decision:
    named = line.pop("batch", batches[0].id if batches else "cage")
    in_hand = case(*batches, site=THERE, contained=contained or {})
    return decide(in_hand, "receive", Receive(lines=(ReceiveLine(batch=named, **line),)))


def on_its_way(mass_g: int = 1_000, **more: Any) -> BatchState:
    return batch("b", mass_g, status="transit", to="there", **more)


# --- collect ---------------------------------------------------------------------------------------------------------


def test_what_is_collected_enters_stock_out_of_the_end_of_life() -> None:
    assert ledger(collect()) == {"stock b": 1_000, "origin:end_of_life b": -1_000}


def test_its_origin_is_stream_product_producer_county_and_month() -> None:
    decision = collect(producer="maker", division="520303")
    assert origins(decision, "stock", "b") == {
        Origin("collected", "power_battery", "LFP", "maker", "520303", "2025-04"): 1_000
    }


def test_without_a_county_the_site_s_own_is_taken() -> None:
    (origin,) = origins(collect(), "stock", "b")
    assert origin.division_code == "520102"


def test_contents_enter_beside_the_mass_and_a_zero_is_not_an_entry() -> None:
    decision = collect(case(contents={"lithium": 20, "nickel": 0, "energy": 5_000}))
    assert ledger(decision, "lithium") == {"stock b": 20, "origin:end_of_life b": -20}
    assert ledger(decision, "energy") == {"stock b": 5_000, "origin:end_of_life b": -5_000}
    assert "nickel" not in {posting.substance for posting in decision.postings}


def test_a_batch_too_large_for_its_stream_is_asked_about_and_kept() -> None:
    (finding,) = collect(mass_g=31_000_000).findings
    assert (finding.code, finding.kind) == ("implausible_mass", "advice")


@pytest.mark.parametrize(
    ("code", "facts", "contents"),
    [
        ("unknown_stream", {"stream": "moon_rock"}, {}),
        ("mass_negative", {"mass_g": -1}, {}),
        ("mass_zero", {"mass_g": 0}, {}),
        ("measured_unknown", {"measured": "guessed"}, {}),
        ("contents_above_mass", {}, {"lithium": 600, "nickel": 401}),
        ("unknown_substance", {}, {"kryptonite": 1}),
        ("unknown_substance", {}, {"mass": 1}),
        ("mass_negative", {}, {"lithium": -1}),
    ],
)
def test_no_collection_of_what_cannot_be(code: str, facts: dict[str, Any], contents: dict[str, int]) -> None:
    refused(code, collect, case(contents=contents), **facts)


def test_energy_is_no_mass_and_may_be_more_than_the_grams() -> None:
    assert ledger(collect(case(contents={"energy": 10**9})), "energy")["stock b"] == 10**9


# --- dispatch --------------------------------------------------------------------------------------------------------


def test_what_is_dispatched_is_in_transit_at_the_sender_s_site() -> None:
    decision = dispatch(batch("b", 1_000, lithium=20))
    assert ledger(decision) == {"stock b": -1_000, "transit b": 1_000}
    assert ledger(decision, "lithium") == {"stock b": -20, "transit b": 20}
    assert {posting.site_id for posting in decision.postings} == {"here"}
    assert places(decision) == {"b": "transit to there"}


@pytest.mark.parametrize("life", ["cascade", "reuse"])
def test_a_second_life_travels_without_a_posting(life: str) -> None:
    decision = dispatch(batch("b", 1_000, status=life))
    assert decision.postings == ()
    assert places(decision) == {"b": f"{life} to there"}


def test_a_dispatched_container_sends_what_it_carries_and_they_stay_in_it() -> None:
    inside = batch("b", 5, container="cage"), batch("c", 7, container="cage")
    decision = dispatch(refs=("cage",), contained={"cage": inside})
    assert ledger(decision) == {"stock b": -5, "transit b": 5, "stock c": -7, "transit c": 7}
    assert {move.after.container_id for move in decision.moves} == {"cage"}


def test_a_batch_sent_by_itself_leaves_its_container() -> None:
    (move,) = dispatch(batch("b", 5, container="cage")).moves
    assert move.after.container_id is None


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("not_yours", {"holder": "them"}),
        ("wrong_state", {"status": "transit", "to": "there"}),
        ("wrong_state", {"status": "cascade", "to": "there"}),
        ("wrong_state", {"status": "closed"}),
        ("wrong_state", {"status": "void"}),
        ("wrong_site", {"site": "elsewhere"}),
    ],
)
def test_nobody_sends_what_he_does_not_hold_here_and_now(code: str, state: dict[str, Any]) -> None:
    refused(code, dispatch, batch("b", 5, **state))


def test_a_stranger_s_batch_is_refused_without_a_word_about_it() -> None:
    assert refused("not_yours", dispatch, batch("b", 5, holder="them", status="closed")).facts == {"batch": "b"}


def test_a_dispatch_to_where_it_already_is_is_refused() -> None:
    refused("same_site", dispatch, batch("b", 5), to="here")


def test_a_dispatch_of_nothing_is_refused() -> None:
    refused("schema_invalid", dispatch)


def test_an_empty_container_is_not_sent() -> None:
    refused("container_empty", dispatch, refs=("cage",), contained={"cage": ()})


def test_one_batch_named_twice_is_refused_also_through_its_container() -> None:
    inside = batch("b", 5, container="cage")
    refused("duplicate_batch_in_event", dispatch, inside, refs=("b", "cage"), contained={"cage": (inside,)})
    refused("duplicate_batch_in_event", dispatch, inside, refs=("b", "b"))


def test_a_container_with_a_stranger_s_batch_in_it_is_not_sent() -> None:
    refused("not_yours", dispatch, refs=("cage",), contained={"cage": (batch("b", 5, holder="them"),)})


# --- receive ---------------------------------------------------------------------------------------------------------


def test_what_arrives_as_sent_moves_into_the_receiver_s_stock() -> None:
    decision = receive(on_its_way(lithium=20))
    assert ledger(decision) == {"transit b": -1_000, "stock b": 1_000}
    assert {(posting.account, posting.site_id) for posting in decision.postings} == {
        ("transit", "here"),
        ("stock", "there"),
    }
    (move,) = decision.moves
    assert (move.after.holder_id, move.after.site_id, move.after.to_site_id) == ("them", "there", None)


def test_another_weight_of_the_same_things_is_a_difference_of_mass_alone() -> None:
    decision = receive(on_its_way(lithium=20), mass_g=990, reason="scale")
    assert ledger(decision) == {"transit b": -1_000, "stock b": 990, "difference:weighing b": 10}
    assert ledger(decision, "lithium") == {"transit b": -20, "stock b": 20}


def test_missing_things_take_their_elements_with_them() -> None:
    decision = receive(on_its_way(lithium=20), mass_g=900, reason="missing")
    assert ledger(decision, "lithium") == {"transit b": -20, "stock b": 18, "difference:weighing b": 2}


def test_the_difference_stands_where_it_was_found() -> None:
    decision = receive(on_its_way(), mass_g=990, reason="scale")
    assert {posting.site_id for posting in decision.postings if posting.account.startswith("difference")} == {"there"}


def test_nothing_at_all_may_arrive_and_the_batch_is_closed() -> None:
    decision = receive(on_its_way(lithium=20), mass_g=0, reason="missing")
    assert ledger(decision) == {"transit b": -1_000, "difference:weighing b": 1_000}
    assert places(decision) == {"b": "closed"}


def test_a_refused_part_travels_back_as_a_batch_of_its_own() -> None:
    decision = receive(on_its_way(lithium=20), refused_g=300, refusal_reason="wet")
    (child,) = decision.new
    assert ledger(decision) == {"transit b": -1_000, "stock b": 700, f"transit {child.id}": 300}
    assert ledger(decision, "lithium") == {"transit b": -20, "stock b": 14, f"transit {child.id}": 6}
    assert places(decision) == {"b": "stock", child.id: "transit to here"}
    assert [(edge.from_batch_id, edge.to_batch_id, edge.mass_g) for edge in decision.edges] == [("b", child.id, 300)]
    assert [finding.code for finding in decision.findings] == ["refused"]


def test_a_refusal_counts_from_what_arrived_not_from_what_was_sent() -> None:
    decision = receive(on_its_way(), mass_g=900, reason="missing", refused_g=900, refusal_reason="wet")
    assert ledger(decision) == {"transit b": -100, "difference:weighing b": 100}
    assert places(decision) == {"b": "transit to here"}
    assert decision.new == ()


def test_what_is_refused_whole_is_still_the_sender_s() -> None:
    (move,) = receive(on_its_way(), refused_g=1_000, refusal_reason="wet").moves
    assert (move.after.holder_id, move.after.site_id, move.after.to_site_id) == ("us", "there", "here")


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("difference_needs_reason", {"mass_g": 999}),
        ("reason_unknown", {"mass_g": 999, "reason": "magic"}),
        ("reason_contradicts", {"mass_g": 1_001, "reason": "missing"}),
        ("reason_contradicts", {"mass_g": 999, "reason": "found"}),
        ("mass_negative", {"mass_g": -1, "reason": "scale"}),
        ("mass_zero", {"mass_g": 0, "reason": "scale"}),
        ("mass_negative", {"refused_g": -1}),
        ("refused_above_received", {"refused_g": 1_001, "refusal_reason": "wet"}),
        ("refused_above_received", {"mass_g": 500, "reason": "missing", "refused_g": 501, "refusal_reason": "wet"}),
        ("refusal_needs_reason", {"refused_g": 1}),
        ("measured_unknown", {"measured": "guessed"}),
    ],
)
def test_no_receipt_of_what_cannot_be(code: str, line: dict[str, Any]) -> None:
    refused(code, receive, on_its_way(), **line)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("not_the_receiver", {"status": "transit", "to": "here"}),
        ("not_yours", {"status": "stock"}),
        ("wrong_state", {"status": "stock", "holder": "them"}),
    ],
)
def test_only_the_named_receiver_takes_over(code: str, state: dict[str, Any]) -> None:
    refused(code, receive, batch("b", 5, **state))


def test_a_receipt_of_nothing_or_of_one_thing_twice_is_refused() -> None:
    refused("schema_invalid", decide, case(site=THERE), "receive", Receive(lines=()))
    twice = Receive(lines=(ReceiveLine(batch="b"), ReceiveLine(batch="b")))
    refused("duplicate_batch_in_event", decide, case(on_its_way(), site=THERE), "receive", twice)


def test_a_container_is_received_with_all_it_carries_and_not_weighed_as_one() -> None:
    inside = (on_its_way(5, container="cage"),)
    assert ledger(receive(contained={"cage": inside})) == {"transit b": -5, "stock b": 5}
    refused(
        "container_not_weighed",
        receive,
        contained={"cage": (on_its_way(5, container="cage"),)},
        mass_g=4,
        reason="scale",
    )


def test_a_second_life_changes_hands_without_a_posting() -> None:
    decision = receive(batch("b", 5, status="cascade", to="there"))
    assert decision.postings == ()
    (move,) = decision.moves
    assert (move.after.status, move.after.holder_id, move.after.site_id) == ("cascade", "them", "there")


def test_a_second_life_is_refused_whole_or_not_at_all_and_never_weighed() -> None:
    back = receive(batch("b", 5, status="reuse", to="there"), refused_g=5, refusal_reason="broken")
    assert places(back) == {"b": "reuse to here"}
    for line in ({"mass_g": 4, "reason": "scale"}, {"refused_g": 2, "refusal_reason": "broken"}):
        refused("second_life_not_weighed", receive, batch("b", 5, status="reuse", to="there"), **line)
    refused("refusal_needs_reason", receive, batch("b", 5, status="reuse", to="there"), refused_g=5)


def test_what_nobody_weighs_keeps_its_origin_all_the_way() -> None:
    assert origins(receive(on_its_way()), "stock", "b") == {APRIL: 1_000}
