"""更正: the negation of an entry, naming it. Nothing captured is ever changed; what was wrong is taken back whole.

Refused while later events stand on it, and says which. Where two parties signed (a receipt of a dispatch), the
first reversal is pending, without postings, until the other party reverses the same event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from registry.domain.case import Decision, Move
from registry.domain.events import Reverse
from registry.domain.ledger import Place, Posting
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.domain.tallies import Told
from registry.services import tallying
from registry.services.references import Waiting
from registry.services.rows import Sent, event_row
from registry.store import history, journal, states
from registry.store.cells import happening_of
from registry.store.events import EventBatchRow, EventRow


def reverse(session: Session, sent: Sent) -> EventRow:
    """Book the reversal, or leave it pending.

    Refusals: nothing_to_reverse, not_a_party, already_reversed, reversal_pending, later_events_stand_on_it,
    code_taken (a code it gave up names another batch by now). Waiting: waiting_predecessor.
    """
    details, actor = sent.command.details, sent.actor
    if not isinstance(details, Reverse):
        raise Refusal("schema_invalid", path="details")
    target = states.event_by_id(session, details.event)
    if target is None:
        raise Waiting("waiting_predecessor", events=[details.event])
    states.load(session, history.touched_ids(session, target.seq))  # the same lock as any other event takes
    pending = check(session, actor, target)
    touched = history.touched(session, target.seq)
    row = event_row(sent, frozen={"role": actor.role}, findings=[])
    row.target_id = target.id
    row.occurred_at_utc = target.occurred_at_utc
    row.status = _status(session, actor, target, pending)
    journal.append_event(session, row)
    journal.append_private(session, {row.id: sent.form.private})
    if row.status == "pending":
        tallying.withdraw(session, row, _told(session, target, touched))
    else:
        _book(session, row.seq, target, touched)
        tallying.take_back(session, row, target)
    return row


def parties(session: Session, target: EventRow) -> tuple[str, ...]:
    """The organisations that signed an event: its author, and for a receipt the one that dispatched."""
    signed = [target.organisation_id]
    if target.kind == "receive":
        signed += [
            place.holder_id
            for touched in history.touched(session, target.seq)
            if (place := journal.place_from_json(touched.before)[0]) is not None
        ]
    return tuple(dict.fromkeys(signed))


def check(session: Session, actor: Actor, target: EventRow) -> Sequence[EventRow]:
    """Whether the actor may reverse it now; the pending reversals of it. Refusals as `reverse`."""
    signed = parties(session, target)
    if actor.organisation_id not in signed:
        raise Refusal("not_a_party", event=target.id)
    if target.kind == "reverse" or target.status == "pending":
        raise Refusal("nothing_to_reverse", event=target.id)
    earlier = history.reversals_of(session, target.id)
    if any(row.status != "pending" for row in earlier):
        raise Refusal("already_reversed", event=target.id)
    if any(row.organisation_id == actor.organisation_id for row in earlier):
        raise Refusal("reversal_pending", event=target.id)
    standing = history.standing_on(session, target.seq) or _moved_on(session, target)
    if standing:
        raise Refusal("later_events_stand_on_it", event=target.id, events=standing)
    return earlier


def _moved_on(session: Session, target: EventRow) -> list[str]:
    """The last events of what stands elsewhere in a container that something would go back into."""
    if history.has_entry(session, target.seq):
        return []
    found: set[str] = set()
    for row in history.touched(session, target.seq):
        (before, _), (after, _) = journal.place_from_json(row.before), journal.place_from_json(row.after)
        if before and after and before.container_id not in (None, after.container_id):
            found |= history.last_events_elsewhere(session, before)
    return sorted(found)


def _status(session: Session, actor: Actor, target: EventRow, pending: Sequence[EventRow]) -> str:
    agreed = {actor.organisation_id, *(row.organisation_id for row in pending)}
    if set(parties(session, target)) - agreed:
        return "pending"
    return "booked" if history.has_entry(session, target.seq) else "handled"


def negation(postings: Sequence[Posting], touched: Sequence[tuple[str, Place | None, Place, int]]) -> Decision:
    """What taking an event back does: the same postings the other way, every batch where it was before.

    `touched`: (batch, place before or None, place after, book mass before). What its event took out of a container
    comes back beside it, unless taking it out was all it did: a cage emptied since may stand at somebody else's.
    """
    moves = []
    for batch_id, before, after, mass_g in touched:
        home = before or Place(status="void", site_id=after.site_id, holder_id=after.holder_id)
        if home.container_id != after.container_id and postings:
            home = replace(home, container_id=None)
        moves.append(Move(batch_id=batch_id, role="about", before=after, after=home, mass_g=mass_g))
    return Decision(postings=tuple(posting.negated() for posting in postings), moves=tuple(moves))


def _told(session: Session, target: EventRow, touched: Sequence[EventBatchRow]) -> Told:
    """The target as far as its withdrawal counts it: the batches it touched, and what they weighed after it."""
    moves = []
    for row in touched:
        (before, _), (after, mass_g) = journal.place_from_json(row.before), journal.place_from_json(row.after)
        if after is not None:
            moves.append(Move(batch_id=row.batch_id, role=row.role, before=before, after=after, mass_g=mass_g))
    return Told(
        kind=target.kind,
        site_id=target.site_id,
        decision=Decision(moves=tuple(moves)),
        things={batch.id: tallying.thing_of(batch) for batch in history.batches_of(session, target.seq)},
    )


def _book(session: Session, seq: int, target: EventRow, touched: Sequence[EventBatchRow]) -> None:
    places = []
    days = {row.batch_id: history.arrived_before(session, row.batch_id, target.seq) for row in touched}
    for row in touched:
        before, _ = journal.place_from_json(row.before)
        after, _ = journal.place_from_json(row.after)
        if after is None:
            raise AssertionError(f"event {target.id} left batch {row.batch_id} nowhere")
        mass_g = history.mass_before(session, row.batch_id, target.seq) if before else 0
        places.append((row.batch_id, before, after, mass_g))
    decision = negation(history.postings_of(session, target.seq), places)
    reverses_seq = target.seq if decision.postings else None
    booked = journal.Booked(
        seq=seq, event=happening_of(target), decision=decision, codes={}, arrivals=days, reverses_seq=reverses_seq
    )
    journal.append_decisions(session, [booked])
    void = [move.batch_id for move in decision.moves if move.after.status == "void"]
    journal.release_codes(session, seq, void, registry_too=True)
    back = [batch_id for batch_id, *_ in places if batch_id not in void]
    taken = states.live_codes(session, states.released_codes(session, back, seq=target.seq))
    if taken:
        raise Refusal("code_taken", value=min(taken))
    journal.rebind_codes(session, back, released_seq=target.seq)
