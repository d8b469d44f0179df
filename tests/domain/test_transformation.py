"""Batches made of batches: split, merge, process, in small ledgers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.case import Decision
from registry.domain.events import Addition, Merge, OutputLine, Part, Process, ProcessInput, Split
from registry.domain.ledger import BatchState, unbalanced
from registry.domain.origins import ADDITION
from tests.domain.cases import APRIL, MAY, batch, case, decide, ledger, origins, places, refused


def split(parent: BatchState, *masses: int) -> Decision:
    children = tuple(Part(mass_g=mass_g, batch_id=f"c{place}") for place, mass_g in enumerate(masses))
    return decide(case(parent), "split", Split(batch=parent.id, children=children))


def merge(*parents: BatchState, refs: tuple[str, ...] | None = None, **more: Any) -> Decision:
    named = refs or tuple(parent.id for parent in parents)
    return decide(case(*parents), "merge", Merge(batches=named, batch_id="m", **more))


def line(name: str, mass_g: int, to: str = "recycle", **more: Any) -> OutputLine:
    return OutputLine(mass_g=mass_g, to=to, batch_id=name, **more)


def process(
    *inputs: BatchState,
    outputs: tuple[OutputLine, ...],
    by: str = "hydrometallurgy",
    parts: dict[str, int] | None = None,
    additions: tuple[Addition, ...] = (),
) -> Decision:
    named = tuple(ProcessInput(batch=each.id, mass_g=(parts or {}).get(each.id)) for each in inputs)
    return decide(case(*inputs), "process", Process(process=by, inputs=named, outputs=outputs, additions=additions))


# --- split -----------------------------------------------------------------------------------------------------------


def test_children_sum_to_the_parent_exactly_and_the_parent_is_closed() -> None:
    decision = split(batch("p", 100, lithium=10), 33, 67)
    assert ledger(decision) == {"stock p": -100, "stock c0": 33, "stock c1": 67}
    assert ledger(decision, "lithium") == {"stock p": -10, "stock c0": 3, "stock c1": 7}
    assert places(decision) == {"p": "closed", "c0": "stock", "c1": "stock"}
    assert [(edge.to_batch_id, edge.mass_g) for edge in decision.edges] == [("c0", 33), ("c1", 67)]


def test_children_keep_stream_product_and_fitness() -> None:
    decision = split(batch("p", 100, fit=True), 50, 50)
    assert {(new.stream, new.product) for new in decision.new} == {("power_battery", "LFP")}
    assert all(move.after.fit for move in decision.moves if move.role == "out")


@pytest.mark.parametrize(
    ("code", "masses"),
    [
        ("children_do_not_sum", (50, 49)),
        ("children_do_not_sum", (50, 51)),
        ("children_do_not_sum", (100,)),
        ("mass_zero", (100, 0)),
        ("mass_negative", (101, -1)),
        ("children_do_not_sum", ()),
    ],
)
def test_no_split_into_what_does_not_add_up(code: str, masses: tuple[int, ...]) -> None:
    refused(code, split, batch("p", 100), *masses)


def test_a_stranger_s_or_a_closed_batch_is_not_split() -> None:
    refused("not_yours", split, batch("p", 100, holder="them"), 50, 50)
    refused("wrong_state", split, batch("p", 100, status="cascade"), 50, 50)


@given(
    st.lists(st.integers(1, 10**9), min_size=2, max_size=8),
    st.integers(0, 10**9),
    st.integers(1, 10**9),
)
def test_a_split_gives_every_origin_of_every_substance_away_to_the_gram(
    masses: list[int], april: int, lithium: int
) -> None:
    whole = sum(masses)
    april = min(april, whole - 1)
    parent = batch("p", whole, origins={origin: g for origin, g in ((APRIL, april), (MAY, whole - april)) if g})
    parent.holding["lithium"] = {MAY: lithium}
    decision = split(parent, *masses)
    assert unbalanced(decision.postings) == {}
    assert sum(ledger(decision, "lithium").get(f"stock c{place}", 0) for place in range(len(masses))) == lithium
    assert parent.holding == {}


# --- merge -----------------------------------------------------------------------------------------------------------


def test_two_chemistries_merged_keep_their_own_origins_per_substance() -> None:
    lfp, ncm = batch("a", 600, lithium=12), batch("b", 400, product="NCM", origin=MAY, nickel=40)
    decision = merge(lfp, ncm)
    assert ledger(decision) == {"stock a": -600, "stock b": -400, "stock m": 1_000}
    assert origins(decision, "stock", "m") == {APRIL: 600, MAY: 400}
    assert origins(decision, "stock", "m", "lithium") == {APRIL: 12}
    assert origins(decision, "stock", "m", "nickel") == {MAY: 40}
    assert [new.product for new in decision.new] == ["mixed"]


def test_like_merged_with_like_keeps_its_product() -> None:
    assert [new.product for new in merge(batch("a", 1), batch("b", 1)).new] == ["LFP"]
    assert [new.product for new in merge(batch("a", 1), batch("b", 1), product="black").new] == ["black"]


def test_a_merged_load_is_fit_only_if_every_part_is() -> None:
    (_, _, child) = merge(batch("a", 1, fit=True), batch("b", 1)).moves
    assert (child.batch_id, child.after.fit) == ("m", False)


def test_no_merge_of_what_may_not_mix() -> None:
    refused("needs_two_batches", merge, batch("a", 1))
    refused("streams_may_not_mix", merge, batch("a", 1), batch("b", 1, stream="tyre"))
    refused("duplicate_batch_in_event", merge, batch("a", 1), refs=("a", "a"))
    refused("not_yours", merge, batch("a", 1), batch("b", 1, holder="them"))
    refused("wrong_site", merge, batch("a", 1), batch("b", 1, site="elsewhere"))


# --- process ---------------------------------------------------------------------------------------------------------


def test_inputs_become_outputs_and_the_rest_is_loss() -> None:
    decision = process(batch("a", 1_000), outputs=(line("salt", 300), line("ash", 100, "dispose")))
    assert ledger(decision) == {
        "stock a": -1_000,
        "outcome:recycle salt": 300,
        "outcome:dispose ash": 100,
        "loss a": 600,
    }
    assert places(decision) == {"a": "closed", "salt": "closed", "ash": "closed"}


def test_an_intermediate_goes_into_stock_and_a_second_life_keeps_its_custody() -> None:
    outputs = (line("pack", 400, "cascade"), line("rest", 600, "stock"))
    decision = process(batch("a", 1_000), outputs=outputs, by="test_regroup")
    assert ledger(decision) == {"stock a": -1_000, "outcome:cascade pack": 400, "stock rest": 600}
    assert places(decision) == {"a": "closed", "pack": "cascade", "rest": "stock"}


def test_a_part_may_be_taken_and_the_rest_stays() -> None:
    decision = process(batch("a", 1_000, lithium=20), outputs=(line("salt", 250),), parts={"a": 250})
    assert ledger(decision) == {"stock a": -250, "outcome:recycle salt": 250}
    assert ledger(decision, "lithium") == {"stock a": -5, "outcome:recycle salt": 5}
    assert places(decision) == {"a": "stock", "salt": "closed"}


def test_a_declared_content_is_believed_and_what_is_missing_is_that_element_s_loss() -> None:
    decision = process(batch("a", 1_000, lithium=20), outputs=(line("salt", 300, contents_g={"lithium": 15}),))
    assert ledger(decision, "lithium") == {"stock a": -20, "outcome:recycle salt": 15, "loss a": 5}


def test_what_is_not_declared_is_inherited_by_mass() -> None:
    decision = process(batch("a", 1_000, lithium=20), outputs=(line("salt", 300), line("slag", 200, "dispose")))
    assert ledger(decision, "lithium") == {
        "stock a": -20,
        "outcome:recycle salt": 6,
        "outcome:dispose slag": 4,
        "loss a": 10,
    }


def test_a_claim_above_the_content_is_a_finding_booked_through_the_assay_difference() -> None:
    decision = process(batch("a", 1_000, lithium=20), outputs=(line("salt", 300, contents_g={"lithium": 25}),))
    assert ledger(decision, "lithium") == {
        "stock a": -20,
        "difference:assay a": -5,
        "outcome:recycle salt": 25,
    }
    (finding,) = decision.findings
    assert (finding.code, finding.facts["claimed"], finding.facts["content"]) == ("claim_above_content", 25, 20)


def test_an_element_nobody_knew_starts_by_the_shares_of_the_mass() -> None:
    load = batch("a", 1_000, origins={APRIL: 750, MAY: 250})
    decision = process(load, outputs=(line("salt", 300, contents_g={"cobalt": 8}),))
    assert origins(decision, "outcome:recycle", "salt", "cobalt") == {APRIL: 6, MAY: 2}


def test_a_merged_load_does_not_give_one_chemistry_the_other_s_lithium() -> None:
    load = batch("a", 1_000, origins={APRIL: 500, MAY: 500})
    load.holding["lithium"] = {APRIL: 20}
    decision = process(load, outputs=(line("salt", 500, contents_g={"lithium": 10}),))
    assert origins(decision, "outcome:recycle", "salt", "lithium") == {APRIL: 10}


def test_reagents_come_from_the_pseudo_origin_addition_and_travel_pro_rata() -> None:
    acid = Addition(material="soda", mass_g=250, contents_g={"lithium": 5})
    decision = process(batch("a", 750, lithium=15), outputs=(line("salt", 500),), additions=(acid,))
    assert ledger(decision) == {"stock a": -750, "origin:addition a": -250, "outcome:recycle salt": 500, "loss a": 500}
    assert origins(decision, "outcome:recycle", "salt") == {APRIL: 375, ADDITION: 125}
    assert origins(decision, "origin:addition", "a", "lithium") == {ADDITION: -5}


def test_outputs_may_reach_inputs_and_additions_and_not_a_gram_more() -> None:
    acid = (Addition(material="acid", mass_g=10),)
    process(batch("a", 90), outputs=(line("salt", 100),), additions=acid)
    refusal = refused("outputs_above_inputs", process, batch("a", 90), outputs=(line("salt", 101),), additions=acid)
    assert refusal.facts == {"outputs_g": 101, "inputs_g": 90, "additions_g": 10}


def test_edges_carry_the_input_masses_and_reagents_come_from_no_batch() -> None:
    acid = (Addition(material="acid", mass_g=20),)
    decision = process(batch("a", 60), batch("b", 20), outputs=(line("salt", 100),), additions=acid)
    assert {(edge.from_batch_id, edge.mass_g) for edge in decision.edges} == {("a", 60), ("b", 20)}


def test_what_was_fit_is_still_fit_as_the_same_stream_only() -> None:
    outputs = (line("again", 50, "stock"), line("wire", 50, "stock", stream="scrap_steel"))
    decision = process(batch("a", 100, fit=True), outputs=outputs, by="dismantle")
    assert {move.batch_id: move.after.fit for move in decision.moves if move.role == "out"} == {
        "again": True,
        "wire": False,
    }


def test_a_fridge_becomes_steel_plastic_and_a_board() -> None:
    outputs = tuple(line(name, 10, "stock", stream=name) for name in ("scrap_steel", "plastic", "pcb"))
    decision = process(batch("f", 30, stream="weee", product=None), outputs=outputs, by="weee_dismantle")
    assert {new.id: new.stream for new in decision.new} == {each: each for each in ("scrap_steel", "plastic", "pcb")}


@pytest.mark.parametrize(
    ("code", "state", "facts"),
    [
        ("unknown_process", {}, {"by": "alchemy"}),
        ("process_not_for_stream", {"stream": "tyre"}, {}),
        ("outcome_not_for_process", {}, {"outputs": (line("x", 1, "retread"),)}),
        ("outcome_not_for_process", {}, {"outputs": (line("x", 1, "loss"),)}),
        ("unknown_outcome", {}, {"outputs": (line("x", 1, "magic"),)}),
        ("stream_not_for_process", {}, {"outputs": (line("x", 1, "stock", stream="tyre"),)}),
        ("unknown_stream", {}, {"outputs": (line("x", 1, "stock", stream="moon_rock"),)}),
        ("unknown_stream", {}, {"outputs": (line("x", 1, stream="moon_rock"),)}),
        ("schema_invalid", {"stream": "weee"}, {"by": "weee_dismantle", "outputs": (line("x", 1, "stock"),)}),
        ("schema_invalid", {}, {"outputs": ()}),
        ("mass_zero", {}, {"outputs": (line("x", 0),)}),
        ("mass_negative", {}, {"outputs": (line("x", -1),)}),
        ("contents_above_mass", {}, {"outputs": (line("x", 1, contents_g={"lithium": 2}),)}),
        ("unknown_substance", {}, {"outputs": (line("x", 1, contents_g={"kryptonite": 1}),)}),
        ("mass_above_holding", {}, {"parts": {"a": 101}}),
        ("mass_zero", {}, {"parts": {"a": 0}}),
        ("mass_negative", {}, {"parts": {"a": -1}}),
        ("mass_zero", {}, {"additions": (Addition(material="acid", mass_g=0),)}),
        ("mass_negative", {}, {"additions": (Addition(material="acid", mass_g=-1),)}),
        ("contents_above_mass", {}, {"additions": (Addition(material="acid", mass_g=1, contents_g={"iron": 2}),)}),
        ("not_yours", {"holder": "them"}, {}),
        ("wrong_state", {"status": "transit", "to": "there"}, {}),
        ("wrong_site", {"site": "elsewhere"}, {}),
    ],
)
def test_no_process_of_what_cannot_be(code: str, state: dict[str, Any], facts: dict[str, Any]) -> None:
    refused(code, process, batch("a", 100, **state), **({"outputs": (line("x", 1),)} | facts))


def test_a_process_of_nothing_or_of_one_thing_twice_is_refused() -> None:
    refused("schema_invalid", process, outputs=(line("x", 1),))
    refused("duplicate_batch_in_event", process, batch("a", 9), batch("a", 9), outputs=(line("x", 1),))


masses = st.integers(1, 10**9)


@given(
    st.lists(st.tuples(masses, masses, st.sampled_from([APRIL, MAY])), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(1, 100), st.one_of(st.none(), st.integers(0, 150))), min_size=1, max_size=4),
    st.integers(0, 100),
)
def test_a_process_closes_for_every_substance_and_origin_whatever_is_declared(
    loads: list[tuple[int, int, Any]], wanted: list[tuple[int, int | None]], loss: int
) -> None:
    inputs = [
        batch(f"i{place}", mass_g, origin=origin, lithium=min(mass_g, lithium))
        for place, (mass_g, lithium, origin) in enumerate(loads)
    ]
    whole, held = sum(each.mass_g for each in inputs), sum(each.amount("lithium") for each in inputs)
    weights = sum(weight for weight, _ in wanted) + loss
    outputs = tuple(
        line(f"o{place}", mass_g, contents_g=None if claim is None else {"lithium": min(mass_g, held * claim // 100)})
        for place, (weight, claim) in enumerate(wanted)
        if (mass_g := whole * weight // weights)
    )
    if not outputs:
        return
    decision = process(*inputs, outputs=outputs)
    assert unbalanced(decision.postings) == {}
    for out in outputs:
        assert ledger(decision)[f"outcome:recycle {out.batch_id}"] == out.mass_g
        if out.contents_g is not None:
            assert ledger(decision, "lithium").get(f"outcome:recycle {out.batch_id}", 0) == out.contents_g["lithium"]
    assert ledger(decision).get("loss i0", 0) == whole - sum(out.mass_g for out in outputs)
    assert all(each.holding == {} for each in inputs)
