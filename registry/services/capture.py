"""Capture: the one door through which events reach the ledger, whoever sends them.

A phone, a machine, a spreadsheet and the demonstration loader all meet here. One event is one savepoint: it is
written whole or not at all, and the caller commits. The id made by the client is the key for ever: same id, actor
and content give the first receipt; anything else under that id is a conflict.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.domain.event_bodies import references
from registry.domain.events import Capture, Load, Reverse
from registry.domain.identifiers import normalise
from registry.domain.parties import Actor
from registry.domain.postings import decide
from registry.domain.refusals import Refusal
from registry.services import marks, reversal, tallying, verdicts
from registry.services.canonical import canonical
from registry.services.capture_together import Apart, groups, take_together
from registry.services.casework import acting_site, assemble, may
from registry.services.receipts import ItemResult, Receipt, receipt_from, receipt_of
from registry.services.references import Waiting, is_id, lock_ahead
from registry.services.rows import Decided, Sent, event_row
from registry.store import event_queries, journal, states
from registry.store.cells import happening_of
from registry.store.events import EventRow

__all__ = ["ItemResult", "capture", "capture_list"]

_TRIES = 3
_STATUS = {"event_conflict": "conflict"}


def capture_list(session: Session, *, actor: Actor, commands: Sequence[Capture], now: datetime) -> list[ItemResult]:
    """Several events in the order sent; each stands or falls alone."""
    if len(commands) > 1:
        lock_ahead(session, {ref for command in commands for ref in references(command.details)})
    results: list[ItemResult] = []
    for group in groups(commands):
        results += _at_once(session, actor, group, now) or [
            capture(session, actor=actor, command=command, now=now) for command in group
        ]
    return results


def _at_once(session: Session, actor: Actor, group: Sequence[Capture], now: datetime) -> list[ItemResult]:
    """The results of a group that could be taken together; none, and nothing done, where it could not."""
    if len(group) == 1:
        return []
    try:
        with session.begin_nested():
            return take_together(session, actor=actor, commands=group, now=now)
    except (Apart, IntegrityError):
        return []


def capture(
    session: Session,
    *,
    actor: Actor,
    command: Capture,
    now: datetime,
    recorded_by_loader: bool = False,
    alone: bool = False,
) -> ItemResult:
    """Capture one event inside the caller's writing transaction. Never raises Refusal; never commits.

    `alone`: the transaction holds nothing else, so that no savepoint is needed to take it back.
    """
    for tries_left in reversed(range(_TRIES)):
        try:
            with _all_or_nothing(session) if alone else session.begin_nested():
                trusting = tries_left == _TRIES - 1
                return _capture(session, actor, command, now, by_loader=recorded_by_loader, trusting=trusting)
        except Refusal as refusal:
            # The same event may have come through another door while this one waited for the lock on its batches: then
            # it is refused by its own doing, and must be answered with its receipt.
            if not (tries_left and _came_meanwhile(session, command, refusal)):
                status = _STATUS.get(refusal.code, "waiting" if isinstance(refusal, Waiting) else "rejected")
                return ItemResult(id=command.id, status=status, refusal=refusal)
        except IntegrityError:
            # Another writer took the id or a code between our look and our insert: look again.
            if not tries_left:
                raise
    raise AssertionError("unreachable")


@contextmanager
def _all_or_nothing(session: Session) -> Iterator[None]:
    try:
        yield
    except BaseException:
        session.rollback()
        raise


def _came_meanwhile(session: Session, command: Capture, refusal: Refusal) -> bool:
    return refusal.code not in _STATUS and is_id(command.id) and states.event_by_id(session, command.id) is not None


def _capture(
    session: Session, actor: Actor, command: Capture, now: datetime, *, by_loader: bool, trusting: bool
) -> ItemResult:
    if not is_id(command.id):
        raise Refusal("event_id_malformed", id=command.id[:60])
    known = states.event_by_id(session, command.id) if states.known_events(session, [command.id]) else None
    if known is not None:
        return ItemResult(id=command.id, status="exists", receipt=_first_receipt(session, actor, command, known))
    may(actor, command, now)
    # The canonical form first: it refuses what no database could even be asked about.
    form = canonical(command, actor=actor)
    site = acting_site(session, actor, command.site_id)
    missing = sorted(set(command.after) - states.known_events(session, command.after))
    if missing:
        raise Waiting("waiting_predecessor", events=missing)
    sent = Sent(actor=actor, command=command, form=form, now=now, by_loader=by_loader)
    if isinstance(command.details, Reverse):
        row = reversal.reverse(session, sent)
    else:
        case, frozen = assemble(session, actor, command, site)
        decision = decide(case, command.kind, command.details)
        judged = verdicts.judged(session, command, case, decision, recorded_at=now)
        frozen.due = judged.due
        decided = Decided(sent=sent, frozen=frozen, case=case, decision=decision, findings=judged.findings)
        row = _append(session, decided, trusting=trusting)
        return ItemResult(id=command.id, status="created", receipt=receipt_from(row, decision.moves, frozen.codes))
    return ItemResult(id=command.id, status="created", receipt=receipt_of(session, row))


def _first_receipt(session: Session, actor: Actor, command: Capture, known: EventRow) -> Receipt:
    """The receipt given at the first time, or Refusal event_conflict (to another actor without a word of it)."""
    if known.actor_id != actor.id:
        raise Refusal("event_conflict", id=command.id)
    kept = dict(json.loads(known.body).get("private", {}))
    salts = {}
    for note in event_queries.notes(session, [known.id]):
        salts[note.kind] = note.salt
        kept.pop(note.kind, None)
    same_kinds = {name: digest for name, digest in kept.items() if name in command.private}
    if canonical(command, actor=actor, salts=salts, kept=same_kinds).sha256 != known.sha256:
        raise Refusal("event_conflict", id=command.id, recorded_at=known.recorded_at_utc.isoformat())
    return receipt_of(session, known)


def _append(session: Session, each: Decided, *, trusting: bool) -> EventRow:
    sent, frozen, decision = each.sent, each.frozen, each.decision
    closed = [move.batch_id for move in decision.moves if move.after.status == "closed"]
    frozen.codes = marks.assign(
        session, decision.new, organisation_id=sent.actor.organisation_id, ending=closed, trusting=trusting
    )
    row = event_row(sent, frozen=frozen.to_json(), findings=each.findings)
    row.status = "booked" if decision.postings else "handled"
    journal.append_event(session, row)
    if frozen.new_container and isinstance(sent.command.details, Load):
        label = normalise(sent.command.details.container)
        marks.check_label(session, label, organisation_id=sent.actor.organisation_id)
        journal.add_container(
            session,
            row.seq,
            container_id=frozen.new_container,
            organisation_id=sent.actor.organisation_id or "",
            code=label,
            at=sent.now,
        )
    journal.append_private(session, {row.id: sent.form.private})
    # Before and after: a pack that is reused keeps its number, and what leaves at once gives its own back.
    journal.release_codes(session, row.seq, closed, registry_too=False)
    arrivals = tallying.arrived(row, each.case, decision)
    booked = journal.Booked(
        seq=row.seq, event=happening_of(row), decision=decision, codes=frozen.codes, arrivals=arrivals
    )
    journal.append_decisions(session, [booked])
    journal.release_codes(session, row.seq, closed, registry_too=False)
    tallying.count(session, [(row, each)])
    return row
