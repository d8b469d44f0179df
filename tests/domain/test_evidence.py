"""Evidence notes: who may do what in which state, every slip with its code, and what counts for what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.evidence import (
    ACTIONS,
    LEGAL,
    STATES,
    Balance,
    Note,
    Pool,
    act,
    claim,
    counts_for,
)
from registry.domain.obligations import rule_for
from registry.domain.refusals import Refusal
from tests.domain.notes import ALL, BY_HAND, OWN, RECYCLED, REUSED


def note(state: str = "draft", **more: Any) -> Note:
    paused = "accepted" if state == "suspended" else ""
    made = Note(id="n", issuer_id="plant", holder_id="maker", pool=RECYCLED, mass_g=10, state=state, paused_in=paused)
    return replace(made, **more)


def refusal(*args: Any, **asked: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        act(*args, **{"by": ALL, "available_g": 10, "reason": "r", "to": "b", "mass_g": 4, "child_id": "c", **asked})
    return refused.value


# --- the table ------------------------------------------------------------------------------------------------------


def test_what_each_state_allows_is_what_the_trade_does_with_a_note() -> None:
    assert {state: {action for action, source in LEGAL if source == state} for state in STATES} == {
        state: set(actions.split()) for state, actions in BY_HAND.items()
    }


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ACTIONS)
def test_every_illegal_step_is_refused_with_a_code_of_its_own(action: str, state: str) -> None:
    if action in BY_HAND[state].split():
        act(note(state), action, by=ALL, available_g=10, reason="r", to="b", mass_g=4, child_id="c")
    else:
        assert refusal(note(state), action).code == f"evidence_{action}_{state}"


@pytest.mark.parametrize(
    ("state", "action", "by"),
    [
        ("draft", "submit", "holder"),
        ("awaiting_authorisation", "authorise", "holder"),
        ("awaiting_acceptance", "accept", "issuer"),
        ("awaiting_acceptance", "reject", "regulator"),
        ("accepted", "cancel", "issuer"),
        ("accepted", "cancel", "holder"),
        ("accepted", "suspend", "holder"),
        ("suspended", "resume", "issuer"),
        ("accepted", "retire", "issuer"),
        ("accepted", "transfer", "regulator"),
    ],
)
def test_each_step_has_its_actor(state: str, action: str, by: str) -> None:
    assert refusal(note(state), action, by=frozenset({by})).code == "evidence_not_yours_to_do"
    assert refusal(note(state), action, by=frozenset()).code == "evidence_not_yours_to_do"


@pytest.mark.parametrize(
    ("state", "action"),
    [
        ("awaiting_acceptance", "reject"),
        ("awaiting_acceptance", "cancel"),
        ("accepted", "cancel"),
        ("accepted", "suspend"),
    ],
)
def test_taking_something_from_another_needs_a_reason(state: str, action: str) -> None:
    assert refusal(note(state), action, reason=" ").code == "evidence_reason_missing"


def test_other_slips_have_their_codes() -> None:
    assert refusal(note(), "frame").code == "evidence_action_unknown"
    assert refusal(note(), "submit", available_g=9).code == "evidence_above_available"
    assert refusal(note("accepted"), "transfer", to="maker").code == "evidence_same_holder"
    assert refusal(note("accepted"), "split", mass_g=0).code == "mass_zero"
    assert refusal(note("accepted"), "split", mass_g=10).code == "evidence_split_not_less"


def test_grams_of_a_known_producer_are_claimed_by_it_alone() -> None:
    for wrong in (note(), note(pool=OWN, holder_id="other")):
        with pytest.raises(Refusal) as refused:
            claim(wrong, available_g=10)
        assert refused.value.code == "evidence_not_yours_to_do"
    assert claim(note(pool=OWN), available_g=10).notes[0].state == "accepted"


@given(*[st.integers(0, 20)] * 4)
def test_total_is_never_below_available_and_available_never_below_nothing(a: int, b: int, c: int, d: int) -> None:
    balance = Balance(counted_g=a, withdrawn_g=b, ring_fenced_g=c, gone_g=d)
    assert balance.total_g >= balance.available_g >= 0
    assert balance.available_g + balance.backed_g - balance.undercut_g <= a
    assert (balance.undercut_g > 0) == (c + d > a)


def test_what_is_taken_back_is_taken_from_grams_that_back_no_note() -> None:
    balance = Balance(counted_g=10, withdrawn_g=7, gone_g=5)
    assert (balance.available_g, balance.undercut_g) == (0, 0)
    assert Balance(counted_g=10, withdrawn_g=3, gone_g=5).available_g == 2


# --- what counts for what -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pool", "year", "code"),
    [
        (RECYCLED, 2025, None),
        (REUSED, 2025, None),
        (replace(RECYCLED, month="2024-12"), 2025, None),
        (replace(RECYCLED, month="2024-11"), 2025, "evidence_of_another_year"),
        (RECYCLED, 2026, "evidence_of_another_year"),
        (RECYCLED, 2024, "evidence_of_another_year"),
        (replace(RECYCLED, outcome="energy"), 2025, "evidence_outcome_not_counted"),
        (replace(RECYCLED, stream="plastic"), 2025, "evidence_stream_not_owed"),
    ],
)
def test_evidence_counts_for_its_stream_outcome_and_year_and_december_for_the_next(
    pool: Pool, year: int, code: str | None
) -> None:
    owed = rule_for("guizhou-demo", "tyre", year)
    if code is None:
        counts_for(owed, year, pool)
        return
    with pytest.raises(Refusal) as refused:
        counts_for(owed, year, pool)
    assert refused.value.code == code


def test_without_a_carry_over_rule_december_stays_in_its_year() -> None:
    owed = replace(rule_for("guizhou-demo", "tyre", 2025), carry_over=(), valid_from=date(2024, 1, 1))
    with pytest.raises(Refusal):
        counts_for(owed, 2025, replace(RECYCLED, month="2024-12"))
