"""What an event counts for beside the mass it moves: kept in time or late, weighed otherwise, refused, deviating …

Tallies follow from the event, its decision and the findings it was stored with, so that `verify` can count again.
Reports of events sum them; nothing is decided by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from registry.domain import streams
from registry.domain.case import Decision, Move
from registry.domain.deadlines import Due
from registry.domain.events import Details, Process
from registry.domain.ledger import MASS, STOCK, Posting
from registry.domain.origins import add
from registry.domain.substances import ENERGY, is_element

LATE, IN_TIME = "late", "in_time"
DIFFERENCE, REFUSED, WITHDRAWAL = "difference", "refused", "withdrawal"
LICENSED, UNLICENSED = "licensed", "unlicensed"
KEPT, DEVIATION = "kept", "deviation"
CLAIM, OVERCLAIM = "claim", "overclaim"
NO_SOURCE: Final = "no_source"
"""the reason of a batch found that nobody knew"""
EXPIRED, NEVER = "expired", "never"
"""why a plant was without a licence: its last one had ended, or it had none"""
REASON_LENGTH: Final = 64
_CROSSING: Final = frozenset({"receive", "retire"})


@dataclass(frozen=True, kw_only=True)
class Thing:
    """What a batch is."""

    stream: str
    product: str
    producer_id: str


@dataclass(frozen=True, kw_only=True)
class Tally:
    """One line of what an event counts for; empty text where a fact does not apply.

    `mass_g`: of what is counted; of a difference booked less found (positive: missing); of a claim what the plant
    declared in its output lines, beside `content_g` of inputs and reagents and `outputs_g` booked in all lines.
    `division_code`: county of collection, where it matters. A reversal counts the same with the other sign.
    """

    word: str
    batch_id: str
    site_id: str
    reason: str = ""
    process: str = ""
    substance: str = MASS
    stream: str = ""
    product: str = ""
    producer_id: str = ""
    other_site_id: str = ""
    division_code: str = ""
    count: int = 1
    mass_g: int = 0
    energy_wh: int = 0
    content_g: int = 0
    outputs_g: int = 0

    def negated(self) -> Tally:
        """The same with the other sign."""
        return replace(
            self,
            count=-self.count,
            mass_g=-self.mass_g,
            energy_wh=-self.energy_wh,
            content_g=-self.content_g,
            outputs_g=-self.outputs_g,
        )


@dataclass(frozen=True, kw_only=True)
class Told:
    """An event as it stands in the ledger. `things`: every batch it touched or made; `findings` as stored.

    A withdrawal looks at no more than the first four.
    """

    kind: str
    site_id: str
    decision: Decision
    things: Mapping[str, Thing]
    details: Details | None = None
    findings: Sequence[Mapping[str, Any]] = ()
    due: Due | None = None
    recorded_on: date = date.max

    def tally(self, word: str, batch_id: str, **facts: Any) -> Tally:
        """One line about a batch."""
        thing = self.things[batch_id]
        return Tally(
            word=word,
            batch_id=batch_id,
            site_id=self.site_id,
            stream=thing.stream,
            product=thing.product,
            producer_id=thing.producer_id,
            **facts,
        )

    def found(self, code: str) -> Iterator[Mapping[str, Any]]:
        """The facts of the findings of one code."""
        return (finding["facts"] for finding in self.findings if finding["code"] == code)


def tallies_of(told: Told) -> tuple[Tally, ...]:
    """Every line, in a fixed order. Of a reversal: the lines of its target, negated, which the ledger knows."""
    found = [*_recorded(told), *_differences(told), *_refusals(told)]
    if isinstance(told.details, Process):
        found += [*_licence(told, told.details), *_pathway(told, told.details), *_claims(told, told.details)]
    return tuple(found)


def withdrawal(told: Told) -> tuple[Tally, ...]:
    """What one of two parties wants to take back: a line for each batch of the event it names (`told`)."""
    return tuple(
        told.tally(WITHDRAWAL, move.batch_id, mass_g=move.mass_g, other_site_id=_sent_from(told, move))
        for move in sorted(told.decision.moves, key=_id)
    )


def _id(move: Move) -> str:
    return move.batch_id


def _common(values: Sequence[str]) -> str:
    return values[0] if len(set(values)) == 1 else ""


def _recorded(told: Told) -> Iterator[Tally]:
    """In time or late: once, under its first batch of the stream the deadline speaks of."""
    if told.due is None:
        return
    batches = sorted(
        move.batch_id for move in told.decision.moves if told.things[move.batch_id].stream == told.due.stream
    )
    if batches:
        things = [told.things[each] for each in batches]
        line = told.tally(LATE if told.recorded_on > told.due.on else IN_TIME, batches[0])
        yield replace(
            line,
            product=_common([each.product for each in things]),
            producer_id=_common([each.producer_id for each in things]),
        )


def _sent_from(told: Told, move: Move | None) -> str:
    """The other side of a hand-over: where the batch stood before, where that is another site."""
    if told.kind not in _CROSSING:
        return ""
    before = move.before if move else None
    if before is None:
        before = next((each.before for each in told.decision.moves if each.before), None)
    return before.site_id if before and before.site_id != told.site_id else ""


def _differences(told: Told) -> Iterator[Tally]:
    moves = {move.batch_id: move for move in told.decision.moves}
    for facts in told.found("weight_difference"):
        yield told.tally(
            DIFFERENCE,
            facts["batch"],
            reason=facts["reason"],
            mass_g=facts["booked_g"] - facts["found_g"],
            other_site_id=_sent_from(told, moves.get(facts["batch"])),
        )
    for facts in told.found("found_without_source"):
        yield told.tally(DIFFERENCE, facts["batch"], reason=NO_SOURCE, mass_g=-facts["mass_g"])


def _refusals(told: Told) -> Iterator[Tally]:
    """Under the batch that travels back."""
    moves = {move.batch_id: move for move in told.decision.moves}
    for facts in told.found("refused"):
        yield told.tally(
            REFUSED,
            facts["batch"],
            reason=str(facts["reason"])[:REASON_LENGTH],
            mass_g=facts["mass_g"],
            other_site_id=_sent_from(told, moves.get(facts["batch"])),
        )


def _drawn(told: Told) -> Iterator[tuple[Move, list[Posting]]]:
    """The inputs of a process, each with what was taken from it."""
    for move in sorted(told.decision.moves, key=_id):
        if move.role == "in":
            yield (
                move,
                [
                    posting
                    for posting in told.decision.postings
                    if posting.batch_id == move.batch_id and posting.account == STOCK and posting.amount < 0
                ],
            )


def _amount(postings: Sequence[Posting], substance: str) -> int:
    return -sum(posting.amount for posting in postings if posting.substance == substance)


def _licence(told: Told, details: Process) -> Iterator[Tally]:
    missed = next(told.found("no_licence_in_force"), None)
    reason = "" if missed is None else EXPIRED if "expired" in missed else NEVER
    for move, drawn in _drawn(told):
        yield told.tally(
            LICENSED if missed is None else UNLICENSED,
            move.batch_id,
            reason=reason,
            process=details.process,
            mass_g=_amount(drawn, MASS),
            energy_wh=_amount(drawn, ENERGY),
        )


def _pathway(told: Told, details: Process) -> Iterator[Tally]:
    """Of inputs that passed their test: kept as a product, or recycled all the same; by county of collection."""
    deviating = {facts["batch"]: facts for facts in told.found("cascade_before_recycling")}
    keeps = streams.process(details.process).keeps_product
    for move, drawn in _drawn(told):
        facts = deviating.get(move.batch_id)
        if facts is None and not (keeps and move.before is not None and move.before.fit):
            continue
        for division, amounts in sorted(_by_division(drawn).items()):
            yield told.tally(
                KEPT if facts is None else DEVIATION,
                move.batch_id,
                reason=str(facts["reason"] if facts else "").strip()[:REASON_LENGTH],
                process=details.process,
                division_code=division,
                mass_g=amounts.get(MASS, 0),
                energy_wh=amounts.get(ENERGY, 0),
            )


def _by_division(postings: Sequence[Posting]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for posting in postings:
        if posting.substance in (MASS, ENERGY):
            for origin, part in posting.origins.items():
                amounts = found.setdefault(origin.division_code, {})
                amounts[posting.substance] = amounts.get(posting.substance, 0) - part
    return found


def _claims(told: Told, details: Process) -> Iterator[Tally]:
    """Element by element: what went in, what the plant declared in its lines, and what stands in all of them."""
    drawn = [posting for _, postings in _drawn(told) for posting in postings]
    inputs = [move.batch_id for move, _ in _drawn(told)]
    content: dict[str, int] = {}
    claimed: dict[str, int] = {}
    booked: dict[str, int] = {}
    for posting in drawn:
        add(content, {posting.substance: -posting.amount})
    for addition in details.additions:
        add(content, addition.contents_g or {})
    for line in details.outputs:
        add(claimed, line.contents_g or {})
    for posting in told.decision.postings:
        if posting.amount > 0 and (posting.account == STOCK or posting.account.startswith("outcome:")):
            add(booked, {posting.substance: posting.amount})
    for substance in sorted(each for each in {*content, *claimed, *booked} if is_element(each)):
        yield told.tally(
            CLAIM,
            inputs[0],
            process=details.process,
            substance=substance,
            mass_g=claimed.get(substance, 0),
            content_g=content.get(substance, 0),
            outputs_g=booked.get(substance, 0),
        )
    for facts in told.found("claim_above_content"):
        if is_element(facts["substance"]):
            excess = facts["claimed"] - facts["content"]
            yield told.tally(OVERCLAIM, inputs[0], process=details.process, substance=facts["substance"], mass_g=excess)
