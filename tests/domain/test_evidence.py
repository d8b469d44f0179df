"""Evidence notes against a naive model in which every single gram has a place of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from registry.domain import evidence
from registry.domain.evidence import (
    ACTIONS,
    AVAILABLE,
    GONE,
    LEGAL,
    RING_FENCED,
    STATES,
    Balance,
    Done,
    Line,
    Note,
    Pool,
    act,
    claim,
    counts_for,
    release,
)
from registry.domain.obligations import rule_for
from registry.domain.refusals import Refusal

ALL = frozenset({evidence.ISSUER, evidence.HOLDER, evidence.REGULATOR})
RECYCLED = Pool(site_id="plant", stream="tyre", outcome="recycle", month="2025-03")
REUSED = replace(RECYCLED, outcome="retread")
OWN = replace(RECYCLED, producer_id="maker")
POOLS = (RECYCLED, REUSED, OWN)


def note(state: str = "draft", **more: Any) -> Note:
    paused = "accepted" if state == "suspended" else ""
    made = Note(id="n", issuer_id="plant", holder_id="maker", pool=RECYCLED, mass_g=10, state=state, paused_in=paused)
    return replace(made, **more)


def refusal(*args: Any, **asked: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        act(*args, **{"by": ALL, "available_g": 10, "reason": "r", "to": "b", "mass_g": 4, "child_id": "c", **asked})
    return refused.value


# --- the table ------------------------------------------------------------------------------------------------------

BY_HAND = {
    "draft": "submit cancel",
    "awaiting_authorisation": "authorise cancel",
    "awaiting_acceptance": "accept reject cancel suspend",
    "accepted": "cancel suspend transfer split retire",
    "rejected": "",
    "cancelled": "",
    "retired": "",
    "suspended": "cancel resume",
}


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


# --- against the naive model ----------------------------------------------------------------------------------------


@dataclass
class Gram:
    """One gram: of which outcome, whose, and on which note."""

    pool: Pool
    place: str = "plant"


@dataclass
class Naive:
    """Grams in a list and notes as words: no accounts, no sums."""

    grams: list[Gram] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)

    def free(self, pool: Pool) -> list[Gram]:
        return [gram for gram in self.grams if gram.pool == pool and gram.place == "plant"]

    def on(self, name: str) -> list[Gram]:
        return [gram for gram in self.grams if gram.place == name]


class Trade(RuleBasedStateMachine):
    """Random notes through random actions, in both books."""

    @initialize(recycled=st.integers(0, 30), reused=st.integers(0, 30), own=st.integers(0, 30))
    def open(self, recycled: int, reused: int, own: int) -> None:
        self.counted = {RECYCLED: recycled, REUSED: reused, OWN: own}
        self.naive = Naive([Gram(pool) for pool, grams in self.counted.items() for _ in range(grams)])
        self.notes: dict[str, Note] = {}
        self.lines: list[Line] = []
        self.made = 0

    def balance(self, pool: Pool) -> Balance:
        sums: Counter[str] = Counter()
        for line in self.lines:
            if line.pool == pool:
                sums[line.account] += line.amount_g
        given = sums[AVAILABLE] + sums[RING_FENCED] + sum(sums[account] for account in GONE)
        return Balance(
            counted_g=self.counted[pool] + given,
            ring_fenced_g=sums[RING_FENCED],
            gone_g=sum(sums[account] for account in GONE),
        )

    def book(self, done: Done | tuple[Line, ...]) -> None:
        lines = done.lines if isinstance(done, Done) else done
        assert sum(line.amount_g for line in lines) == 0
        self.lines += lines
        if isinstance(done, Done):
            self.notes |= {each.id: each for each in done.notes}

    @rule(pool=st.sampled_from(POOLS[:2]), mass_g=st.integers(1, 20))
    def draft(self, pool: Pool, mass_g: int) -> None:
        self.made += 1
        name = f"n{self.made}"
        self.notes[name] = Note(id=name, issuer_id="plant", holder_id="maker", pool=pool, mass_g=mass_g)
        self.naive.states[name] = "draft"
        self.naive.holders[name] = "maker"

    @rule(mass_g=st.integers(1, 20))
    def claim(self, mass_g: int) -> None:
        self.made += 1
        name = f"n{self.made}"
        new = Note(id=name, issuer_id="maker", holder_id="maker", pool=OWN, mass_g=mass_g)
        free = self.naive.free(OWN)
        try:
            self.book(claim(new, available_g=self.balance(OWN).available_g))
        except Refusal:
            assert len(free) < mass_g
        else:
            for gram in free[:mass_g]:
                gram.place = name
            assert len(self.naive.on(name)) == mass_g
            self.naive.states[name], self.naive.holders[name] = "accepted", "maker"

    @rule(mass_g=st.integers(1, 20))
    def release(self, mass_g: int) -> None:
        free = self.naive.free(OWN)
        try:
            self.book(release(OWN, mass_g, available_g=self.balance(OWN).available_g))
        except Refusal:
            assert len(free) < mass_g
        else:
            assert len(free) >= mass_g
            for gram in free[:mass_g]:
                gram.pool = RECYCLED

    @precondition(lambda self: self.notes)
    @rule(
        data=st.data(), action=st.sampled_from(ACTIONS), to=st.sampled_from(["maker", "other"]), part=st.integers(0, 20)
    )
    def act(self, data: st.DataObject, action: str, to: str, part: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.notes)))
        before = self.notes[name]
        self.made += 1
        child = f"n{self.made}"
        try:
            done = act(
                before,
                action,
                by=ALL,
                available_g=self.balance(before.pool).available_g,
                reason="because",
                to=to,
                mass_g=part,
                child_id=child,
            )
        except Refusal:
            assert not self._naively_may(name, before, action, to, part)
        else:
            assert self._naively_may(name, before, action, to, part)
            self.book(done)
            self._naively(name, before, action, to=to, part=part, child=child)

    def _naively_may(self, name: str, before: Note, action: str, to: str, part: int) -> bool:
        if action not in BY_HAND[self.naive.states[name]].split():
            return False
        return {
            "submit": len(self.naive.free(before.pool)) >= before.mass_g,
            "transfer": to != self.naive.holders[name],
            "split": 0 < part < len(self.naive.on(name)),
        }.get(action, True)

    def _naively(self, name: str, before: Note, action: str, *, to: str, part: int, child: str) -> None:
        naive = self.naive
        if action == "submit":
            for gram in naive.free(before.pool)[: before.mass_g]:
                gram.place = name
        elif action in ("reject", "cancel"):
            for gram in naive.on(name):
                gram.place = "plant"
        elif action == "transfer":
            naive.holders[name] = to
        elif action == "split":
            for gram in naive.on(name)[:part]:
                gram.place = child
            naive.states[child], naive.holders[child] = naive.states[name], naive.holders[name]
        naive.states[name] = {
            "submit": "awaiting_authorisation",
            "authorise": "awaiting_acceptance",
            "accept": "accepted",
            "reject": "rejected",
            "cancel": "cancelled",
            "suspend": "suspended",
            "resume": before.paused_in,
            "retire": "retired",
        }.get(action, naive.states[name])

    @invariant()
    def the_books_agree(self) -> None:
        for pool in POOLS:
            balance = self.balance(pool)
            grams = [gram for gram in self.naive.grams if gram.pool == pool]
            on = [gram for gram in grams if gram.place != "plant"]
            fenced = [gram for gram in on if self.naive.states[gram.place] == "awaiting_authorisation"]
            assert balance.available_g == len(grams) - len(on)
            assert balance.total_g == len(grams) - len(on) + len(fenced)
            assert balance.total_g >= balance.available_g >= 0
            assert balance.undercut_g == 0
        assert {name: each.state for name, each in self.notes.items()} == self.naive.states
        for name, each in self.notes.items():
            assert each.holder_id == self.naive.holders[name]
            assert each.mass_g == len(self.naive.on(name)) or each.state in ("draft", "cancelled", "rejected")

    @invariant()
    def no_gram_backs_two_notes_and_recycled_never_becomes_reused(self) -> None:
        held: Counter[tuple[str, str, str]] = Counter()
        for line in self.lines:
            held[line.account, line.holder_id, line.pool.outcome] += line.amount_g
        for outcome in ("recycle", "retread"):
            assert sum(grams for key, grams in held.items() if key[2] == outcome) == 0
        naive = Counter(
            (self.naive.holders[gram.place], gram.pool.outcome)
            for gram in self.naive.grams
            if gram.place != "plant" and self.naive.states[gram.place] == "accepted"
        )
        accepted = Counter[tuple[str, str]]()
        for each in self.notes.values():
            if each.state == "accepted":
                accepted[each.holder_id, each.pool.outcome] += each.mass_g
        assert accepted == naive


TestTrade = Trade.TestCase
