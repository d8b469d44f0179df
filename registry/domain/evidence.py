"""Evidence notes: one table of states, actions and who may take them; what each does to the balances.

A second double entry over the mass ledger (DOMAIN §8). The grams that a licensed plant posted to an outcome lie in a
pool by plant, stream, outcome, month and (where it is known) producer. A note takes grams of one pool through the
accounts below; a transition moves them from the account of the old state to that of the new one, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from registry.domain.obligations import ObligationRule
from registry.domain.refusals import Refusal

AVAILABLE: Final = "available"
RING_FENCED: Final = "ring_fenced"
ISSUED: Final = "issued"
HELD: Final = "held"
RETIRED: Final = "retired"
GONE: Final = (ISSUED, HELD, RETIRED)
"""accounts that have left the plant's total"""

ACCOUNT_OF: Final[Mapping[str, str | None]] = MappingProxyType(
    {
        "draft": None,
        "awaiting_authorisation": RING_FENCED,
        "awaiting_acceptance": ISSUED,
        "accepted": HELD,
        "retired": RETIRED,
        "rejected": None,
        "cancelled": None,
        "suspended": None,
    }
)
"""state → where the note's grams lie; None: with the pool (a suspended note's stay where they were)"""
STATES: Final = tuple(ACCOUNT_OF)

ISSUER: Final = "issuer"
HOLDER: Final = "holder"
REGULATOR: Final = "regulator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """What an action makes of a state. `target` None: the state a suspended note had before."""

    action: str
    source: str
    target: str | None
    by: str
    needs_reason: bool = False


def _rows(action: str, sources: str, target: str | None, by: str, *, needs_reason: bool = False) -> list[Transition]:
    return [
        Transition(action=action, source=source, target=target, by=each, needs_reason=needs_reason)
        for source in sources.split()
        for each in by.split()
    ]


TRANSITIONS: Final = (
    *_rows("submit", "draft", "awaiting_authorisation", ISSUER),
    *_rows("authorise", "awaiting_authorisation", "awaiting_acceptance", ISSUER),
    *_rows("accept", "awaiting_acceptance", "accepted", HOLDER),
    *_rows("reject", "awaiting_acceptance", "rejected", HOLDER, needs_reason=True),
    *_rows("cancel", "draft awaiting_authorisation", "cancelled", ISSUER),
    *_rows("cancel", "awaiting_acceptance", "cancelled", "issuer regulator", needs_reason=True),
    *_rows("cancel", "accepted suspended", "cancelled", REGULATOR, needs_reason=True),
    *_rows("suspend", "awaiting_acceptance accepted", "suspended", REGULATOR, needs_reason=True),
    *_rows("resume", "suspended", None, REGULATOR),
    *_rows("transfer", "accepted", "accepted", HOLDER),
    *_rows("split", "accepted", "accepted", HOLDER),
    *_rows("retire", "accepted", "retired", HOLDER),
)
ACTIONS: Final = tuple(dict.fromkeys(each.action for each in TRANSITIONS))
_TABLE: Final = MappingProxyType({(each.action, each.source, each.by): each for each in TRANSITIONS})
LEGAL: Final = frozenset((each.action, each.source) for each in TRANSITIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Where grams lie. `producer_id` empty: anybody's, to be traded; else that producer's own."""

    site_id: str
    stream: str
    outcome: str
    month: str
    producer_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A pool: grams counted by the mass ledger, withdrawn by taking second lives back, ring-fenced, and gone.

    What is taken back is taken from grams that back no note, as far as there are any; grams that do back one keep it.
    So `total` ≥ `available` ≥ 0 always, and `undercut_g` says how far notes stand above what a correction left.
    """

    counted_g: int = 0
    withdrawn_g: int = 0
    ring_fenced_g: int = 0
    gone_g: int = 0

    @property
    def backed_g(self) -> int:
        """Grams that back a note."""
        return self.ring_fenced_g + self.gone_g

    @property
    def _earning_g(self) -> int:
        return max(self.counted_g - self.withdrawn_g, min(self.backed_g, self.counted_g), 0)

    @property
    def total_g(self) -> int:
        """Not issued yet."""
        return max(self._earning_g - self.gone_g, self.available_g)

    @property
    def available_g(self) -> int:
        """Not ring-fenced either: what a new note may take."""
        return max(self._earning_g - self.backed_g, 0)

    @property
    def undercut_g(self) -> int:
        """Notes without grams behind them."""
        return max(self.backed_g - self.counted_g, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One note. `holder_id`: whom it is made out to, then who has it. `paused_in`: the state before a suspension."""

    id: str
    issuer_id: str
    holder_id: str
    pool: Pool
    mass_g: int
    state: str = "draft"
    paused_in: str = ""

    @property
    def account(self) -> str | None:
        """Where its grams lie; None: still or again with the pool."""
        return ACCOUNT_OF[self.paused_in or self.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an evidence entry: grams into (or, negative, out of) an account. `note_id` empty: the pool's own."""

    account: str
    pool: Pool
    note_id: str
    holder_id: str
    amount_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an action made: the notes as they are now, the one acted on first, and lines that sum to zero."""

    notes: tuple[Note, ...]
    lines: tuple[Line, ...]


def act(
    note: Note,
    action: str,
    *,
    by: frozenset[str],
    available_g: int = 0,
    reason: str = "",
    to: str = "",
    mass_g: int = 0,
    child_id: str = "",
) -> Done:
    """Take an action. `by`: what the actor is to this note (ISSUER, HOLDER, REGULATOR).

    `to`: the organisation a transfer goes to; `mass_g` and `child_id`: what a split takes off.
    Refusals: evidence_<action>_<state> for every pair that is not in the table; evidence_not_yours_to_do,
    evidence_reason_missing, evidence_above_available, evidence_same_holder, mass_zero, evidence_split_not_less.
    """
    row = _row(note, action, by)
    if row.needs_reason and not reason.strip():
        raise Refusal("evidence_reason_missing", action=action)
    if action == "submit" and note.mass_g > available_g:
        raise Refusal("evidence_above_available", mass_g=note.mass_g, available_g=available_g)
    if action == "transfer":
        return _transfer(note, to)
    if action == "split":
        return _split(note, mass_g, child_id)
    if action == "suspend":
        return Done(notes=(replace(note, state="suspended", paused_in=note.state),), lines=())
    after = replace(note, state=row.target or note.paused_in, paused_in="")
    return Done(notes=(after,), lines=_moved(note, after))


def _row(note: Note, action: str, by: frozenset[str]) -> Transition:
    if action not in ACTIONS:
        raise Refusal("evidence_action_unknown", action=action[:40], known=list(ACTIONS))
    if (action, note.state) not in LEGAL:
        raise Refusal(f"evidence_{action}_{note.state}", note=note.id, state=note.state)
    found = [_TABLE[action, note.state, each] for each in sorted(by) if (action, note.state, each) in _TABLE]
    if not found:
        raise Refusal("evidence_not_yours_to_do", action=action, note=note.id)
    return found[0]


def _moved(before: Note, after: Note) -> tuple[Line, ...]:
    if (before.account, before.holder_id) == (after.account, after.holder_id):
        return ()
    return (_line(before, -before.mass_g), _line(after, before.mass_g))


def _line(note: Note, amount_g: int) -> Line:
    """Into the account the note's grams lie in; while they lie with the pool, the pool's own."""
    account = note.account
    return Line(
        account=account or AVAILABLE,
        pool=note.pool,
        note_id=note.id if account else "",
        holder_id=note.holder_id if account else "",
        amount_g=amount_g,
    )


def _transfer(note: Note, to: str) -> Done:
    if to == note.holder_id:
        raise Refusal("evidence_same_holder", note=note.id)
    after = replace(note, holder_id=to)
    return Done(notes=(after,), lines=_moved(note, after))


def _split(note: Note, mass_g: int, child_id: str) -> Done:
    if mass_g <= 0:
        raise Refusal("mass_zero")
    if mass_g >= note.mass_g:
        raise Refusal("evidence_split_not_less", mass_g=mass_g, note_mass_g=note.mass_g)
    child = replace(note, id=child_id, mass_g=mass_g)
    return Done(
        notes=(replace(note, mass_g=note.mass_g - mass_g), child), lines=(_line(note, -mass_g), _line(child, mass_g))
    )


def claim(note: Note, *, available_g: int) -> Done:
    """A producer's own grams become an accepted note of its own at once: nobody has to issue what is attributed.

    Refusals: evidence_not_yours_to_do, mass_zero, evidence_above_available.
    """
    if not note.pool.producer_id or note.pool.producer_id != note.holder_id:
        raise Refusal("evidence_not_yours_to_do", action="claim", note=note.id)
    after = replace(note, state="accepted")
    return Done(notes=(after,), lines=_drawn(note, after, available_g))


def _drawn(note: Note, after: Note, available_g: int) -> tuple[Line, ...]:
    if note.mass_g <= 0:
        raise Refusal("mass_zero")
    if note.mass_g > available_g:
        raise Refusal("evidence_above_available", mass_g=note.mass_g, available_g=available_g)
    return _moved(note, after)


def release(pool: Pool, mass_g: int, *, available_g: int) -> tuple[Line, ...]:
    """A producer gives grams of its own to the trade. Refusals: mass_zero, evidence_above_available."""
    if mass_g <= 0:
        raise Refusal("mass_zero")
    if mass_g > available_g:
        raise Refusal("evidence_above_available", mass_g=mass_g, available_g=available_g)
    ends = ((pool, -mass_g), (replace(pool, producer_id=""), mass_g))
    return tuple(
        Line(account=AVAILABLE, pool=each, note_id="", holder_id="", amount_g=amount_g) for each, amount_g in ends
    )


def counts_for(rule: ObligationRule, year: int, pool: Pool) -> None:
    """Whether evidence of a pool may be retired against what a scheme asks for a year: of its year, or carried over.

    Refusals: evidence_stream_not_owed, evidence_outcome_not_counted, evidence_of_another_year.
    """
    if pool.stream != rule.stream:
        raise Refusal("evidence_stream_not_owed", stream=pool.stream, material=rule.material)
    if pool.outcome not in rule.outcomes:
        raise Refusal("evidence_outcome_not_counted", outcome=pool.outcome, counted=list(rule.outcomes))
    its_year, its_month = (int(part) for part in pool.month.split("-"))
    carried = its_year == year - 1 and its_month in rule.carry_over
    if its_year != year and not carried:
        raise Refusal("evidence_of_another_year", month=pool.month, year=year)
