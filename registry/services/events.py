"""Reading captured events: one, a list, and the erasable notes beside them.

An event is its author organisation's, and also the other side's: who held the batch before or after it, or to whom
it travels. A regulator reads those at sites of its division. To everybody else it is absent. Where one receipt takes
from several senders, each reads its own lines of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, true
from sqlalchemy.orm import Session

from registry.domain.divisions import descendants
from registry.domain.event_bodies import from_body
from registry.domain.events import Details, Receive
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services.inventory import PAGE, PAGE_MOST, Page, place_of
from registry.services.receipts import ReceiptBatch, receipt_of
from registry.services.sights import Party, Whereabouts, parties, whereabouts
from registry.store import batch_queries, event_queries, photos
from registry.store.events import EventRow


@dataclass(frozen=True, kw_only=True)
class EventLine:
    """One event in a list."""

    id: str
    seq: int
    kind: str
    status: str
    site: Whereabouts
    organisation: Party
    occurred_at: datetime
    recorded_at: datetime
    findings: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class EventView:
    """One event with what it said, what it touched, and what stands beside it."""

    line: EventLine
    details: Details
    clock_offset_ms: int
    sha256: str
    recorded_by_loader: bool
    batches: tuple[ReceiptBatch, ...]
    target_id: str | None
    """of a reversal: the event it names"""
    reversed_by: str | None
    notes: Mapping[str, str]
    """erasable; only for the organisation that wrote them, and the administrator"""


def event_row(session: Session, *, actor: Actor, event_id: str) -> EventRow:
    """The stored event. Refusal `not_found` where it is absent or not the actor's to see."""
    row = event_queries.event(session, event_id)
    if row is None or not _sees(session, actor, row):
        raise Refusal("not_found", what="event")
    return row


def _sees(session: Session, actor: Actor, row: EventRow) -> bool:
    if actor.role == "administrator":
        return True
    if actor.role == "regulator":
        site = batch_queries.sites(session, [row.site_id])[row.site_id][0]
        return actor.division_code is not None and site.division_code in descendants(actor.division_code)
    if actor.organisation_id is None:
        return False
    return actor.organisation_id == row.organisation_id or any(
        actor.organisation_id in sides for sides in _sides(session, row).values()
    )


def _sides(session: Session, row: EventRow) -> Mapping[str, set[str]]:
    """Touched batch → organisations that held it before or after the event, or to whom it travels."""
    places = {
        touch.batch_id: [json.loads(text) for text in (touch.before, touch.after) if text]
        for touch in event_queries.touched(session, [row.seq])
    }
    every = [place for both in places.values() for place in both]
    headed = batch_queries.sites(session, {place["to_site_id"] for place in every if "to_site_id" in place})
    return {
        batch_id: {place["holder_id"] for place in both}
        | {headed[place["to_site_id"]][1].id for place in both if "to_site_id" in place}
        for batch_id, both in places.items()
    }


def share(session: Session, *, actor: Actor, row: EventRow) -> frozenset[str] | None:
    """The batches of an event this reader may read about; None: all of it, as its author and the authorities do."""
    if actor.role in ("administrator", "regulator") or actor.organisation_id == row.organisation_id:
        return None
    sides = _sides(session, row)
    own = frozenset(batch_id for batch_id, each in sides.items() if actor.organisation_id in each)
    return None if len(own) == len(sides) else own


def told(findings: Sequence[Mapping[str, Any]], shared: frozenset[str] | None) -> tuple[Mapping[str, Any], ...]:
    """The findings that are not about a batch outside the reader's share."""
    if shared is None:
        return tuple(findings)
    return tuple(finding for finding in findings if finding["facts"].get("batch") in (None, *shared))


def _said(row: EventRow, shared: frozenset[str] | None) -> Details:
    """What was sent; to a reader with a share in it, the lines about its batches, and no price of the whole."""
    details = from_body(row.kind, json.loads(row.body)["details"])
    if shared is None or not isinstance(details, Receive):
        return details
    frozen = json.loads(row.frozen)
    refs, carried = frozen.get("refs", {}), frozen.get("carried", {})
    own = tuple(
        line for line in details.lines if shared.issuperset(carried.get(line.batch, [refs.get(line.batch, line.batch)]))
    )
    return replace(details, lines=own, price_fen=None)


def event_view(session: Session, *, actor: Actor, event_id: str) -> EventView:
    """One event as the actor sees it. Refusal `not_found`."""
    row = event_row(session, actor=actor, event_id=event_id)
    shared = share(session, actor=actor, row=row)
    line = _lines(session, [row])[0]
    taken_back = [each.id for each in event_queries.naming(session, [row.id]) if each.status != "pending"]
    return EventView(
        line=replace(line, findings=told(line.findings, shared)),
        details=_said(row, shared),
        clock_offset_ms=row.clock_offset_ms,
        sha256=row.sha256,
        recorded_by_loader=row.recorded_by_loader,
        batches=tuple(
            batch for batch in receipt_of(session, row).batches if shared is None or batch.batch_id in shared
        ),
        target_id=row.target_id,
        reversed_by=taken_back[0] if taken_back else None,
        notes=_notes(session, actor, row),
    )


def _notes(session: Session, actor: Actor, row: EventRow) -> Mapping[str, str]:
    if actor.role != "administrator" and actor.organisation_id != row.organisation_id:
        return {}
    return {note.kind: note.value for note in event_queries.notes(session, [row.id])}


def list_events(
    session: Session,
    *,
    actor: Actor,
    kind: str | None = None,
    site_id: str | None = None,
    status: str | None = None,
    batch_id: str | None = None,
    occurred_from: datetime | None = None,
    occurred_to: datetime | None = None,
    recorded_from: datetime | None = None,
    after: tuple[str, ...] | None = None,
    limit: int = PAGE,
) -> Page[EventLine]:
    """Events of the actor's organisation (a regulator: of its division), latest first. Refusal cursor_malformed.

    The other side's events are read one by one or in the story of a batch: a list of them would tell a competitor's
    pace of work.
    """
    conditions = [
        own_events(actor),
        *event_queries.having(
            kind=kind,
            site_id=site_id,
            status=status,
            batch_id=batch_id,
            occurred_from=occurred_from,
            occurred_to=occurred_to,
            recorded_from=recorded_from,
        ),
    ]
    size = min(max(limit, 1), PAGE_MOST)
    rows = event_queries.page(session, conditions=conditions, before_seq=_seq(after), limit=size + 1)
    lines = _lines(session, rows[:size])
    return Page(items=tuple(lines), next_key=(str(lines[-1].seq),) if len(rows) > size else None)


def own_events(actor: Actor) -> ColumnElement[bool]:
    """Condition: the events a list of the actor's holds."""
    if actor.role == "administrator":
        return true()
    if actor.role == "regulator" and actor.division_code is not None:
        return event_queries.within(descendants(actor.division_code))
    return false() if actor.organisation_id is None else event_queries.by_organisation(actor.organisation_id)


def _seq(after: tuple[str, ...] | None) -> int | None:
    if after is None:
        return None
    if len(after) != 1:
        raise Refusal("cursor_malformed")
    return place_of(after[0])


def _lines(session: Session, rows: Sequence[EventRow]) -> list[EventLine]:
    sites = whereabouts(session, {row.site_id for row in rows})
    organisations = parties(session, {row.organisation_id for row in rows})
    return [
        EventLine(
            id=row.id,
            seq=row.seq,
            kind=row.kind,
            status=row.status,
            site=sites[row.site_id],
            organisation=organisations[row.organisation_id],
            occurred_at=row.occurred_at_utc,
            recorded_at=row.recorded_at_utc,
            findings=tuple(json.loads(row.findings)),
        )
        for row in rows
    ]


def erase_notes(session: Session, *, actor: Actor, event_id: str, kind: str | None = None) -> tuple[str, ...]:
    """Erase the note, names, position and photos beside an event (one kind, or all); which kinds went.

    The author may, and the administrator. The event keeps its hash: it holds a salted digest only. Refusals:
    not_found (also where nothing is left to erase), not_the_author.
    """
    row = event_row(session, actor=actor, event_id=event_id)
    if actor.role != "administrator" and actor.id != row.actor_id:
        raise Refusal("not_the_author", event=event_id)
    erased = event_queries.erase_notes(session, event_id, kind=kind)
    if not erased:
        raise Refusal("not_found", what="note")
    if "photo" in erased:
        photos.erase(session, event_id)
    return tuple(sorted(erased))
