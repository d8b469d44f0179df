"""The table event kind → decider, and the net under it: an entry that does not close never leaves `decide`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.domain import postings
from registry.domain.case import Case, Decision
from registry.domain.event_bodies import from_body, references, to_body
from registry.domain.events import (
    KINDS,
    Collect,
    Dispatch,
    Merge,
    OutputLine,
    Process,
    ProcessInput,
    Receive,
    ReceiveLine,
)
from registry.domain.ledger import Posting
from tests.domain.cases import MAY, batch, case, decide, refused


def test_every_kind_of_the_grammar_has_a_decider_but_the_reversal_which_negates() -> None:
    assert set(postings.DECIDERS) == set(KINDS) - {"reverse"}


def test_an_unknown_kind_and_another_kind_s_details_are_refused() -> None:
    refused("unknown_event_kind", decide, case(), "teleport", Dispatch(batches=("b",), to_site="there"))
    refused("schema_invalid", decide, case(), "collect", Dispatch(batches=("b",), to_site="there"))


def heavier(posting: Posting) -> Posting:
    return replace(posting, amount=posting.amount + 1)


def of_another(posting: Posting) -> Posting:
    return replace(posting, origins={MAY: posting.amount})


@pytest.mark.parametrize("spoil", [heavier, of_another])
def test_a_decider_off_by_a_gram_or_an_origin_is_caught_before_anything_is_written(
    spoil: Callable[[Posting], Posting], monkeypatch: pytest.MonkeyPatch
) -> None:
    true = postings.DECIDERS["dispatch"]

    def off(in_hand: Case, details: Dispatch) -> Decision:
        decision = true(in_hand, details)
        return replace(decision, postings=(spoil(decision.postings[0]), *decision.postings[1:]))

    monkeypatch.setattr(postings, "DECIDERS", {"dispatch": off})
    with pytest.raises(AssertionError, match="does not balance"):
        decide(case(batch("b", 5)), "dispatch", Dispatch(batches=("b",), to_site="there"))


def test_a_decision_says_the_same_twice() -> None:
    def again() -> Decision:
        load = batch("a", 100, lithium=7)
        outputs = (OutputLine(mass_g=30, to="recycle"), OutputLine(mass_g=30, to="stock"))
        details = Process(process="hydrometallurgy", inputs=(ProcessInput(batch="a"),), outputs=outputs)
        return decide(case(load), "process", details)

    assert again() == again()


@pytest.mark.parametrize(
    ("kind", "details", "named"),
    [
        ("collect", Collect(stream="tyre", mass_g=5, contents_g={"iron": 1}), ()),
        ("receive", Receive(lines=(ReceiveLine(batch="b", mass_g=0, reason="missing"),)), ("b",)),
        ("merge", Merge(batches=("b", "a", "b")), ("b", "a")),
        (
            "process",
            Process(process="crumb", inputs=(ProcessInput(batch="a"),), outputs=(OutputLine(mass_g=1, to="recycle"),)),
            ("a",),
        ),
    ],
)
def test_a_body_is_read_back_as_it_was_and_names_its_batches_once(
    kind: str, details: Collect | Receive | Merge | Process, named: tuple[str, ...]
) -> None:
    assert from_body(kind, to_body(details)) == details
    assert references(details) == named


def test_absent_facts_are_left_out_of_a_body_and_zeros_are_not() -> None:
    assert to_body(ReceiveLine(batch="b", mass_g=0)) == {
        "batch": "b",
        "mass_g": 0,
        "measured": "weighed",
        "refused_g": 0,
    }
