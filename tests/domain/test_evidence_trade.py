"""Evidence notes against a naive model in which every single gram has a place of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from registry.domain.evidence import (
    ACTIONS,
    AVAILABLE,
    GONE,
    RING_FENCED,
    Balance,
    Done,
    Line,
    Note,
    Pool,
    act,
    claim,
    release,
)
from registry.domain.refusals import Refusal
from tests.domain.notes import ALL, BY_HAND, OWN, POOLS, RECYCLED, REUSED


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
