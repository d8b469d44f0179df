"""Reading captured events: one, a list, and the erasable notes beside them.

An event is its author organisation's, and also the other side's: who held the batch before or after it, or to whom
it travels. A regulator reads those at sites of its division. To everybody else it is absent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, true
from sqlalchemy.orm import Session

from registry.domain.divisions import descendants
from registry.domain.event_bodies import from_body
from registry.domain.events import Details
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services.inventory import PAGE, PAGE_MOST, Page, place_of
from registry.services.receipts import ReceiptBatch, receipt_of
from registry.services.sights import Party, Whereabouts, parties, whereabouts
from registry.store import batch_queries, event_queries
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
    return actor.organisation_id == row.organisation_id or actor.organisation_id in _sides(session, row)


def _sides(session: Session, row: EventRow) -> set[str]:
    """Organisations that held a touched batch before or after the event, or to whom one travels."""
    places = [
        json.loads(text)
        for touch in event_queries.touched(session, [row.seq])
        for text in (touch.before, touch.after)
        if text
    ]
    headed = batch_queries.sites(session, {place["to_site_id"] for place in places if "to_site_id" in place})
    return {place["holder_id"] for place in places} | {organisation.id for _, organisation in headed.values()}


def event_view(session: Session, *, actor: Actor, event_id: str) -> EventView:
    """One event as the actor sees it. Refusal `not_found`."""
    row = event_row(session, actor=actor, event_id=event_id)
    taken_back = [each.id for each in event_queries.naming(session, [row.id]) if each.status != "pending"]
    return EventView(
        line=_lines(session, [row])[0],
        details=from_body(row.kind, json.loads(row.body)["details"]),
        clock_offset_ms=row.clock_offset_ms,
        sha256=row.sha256,
        recorded_by_loader=row.recorded_by_loader,
        batches=receipt_of(session, row).batches,
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
        _own(actor),
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


def _own(actor: Actor) -> ColumnElement[bool]:
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
    """Erase the note, names and position beside an event (one kind, or all); which kinds went.

    The author may, and the administrator. The event keeps its hash: it holds a salted digest only. Refusals:
    not_found (also where nothing is left to erase), not_the_author.
    """
    row = event_row(session, actor=actor, event_id=event_id)
    if actor.role != "administrator" and actor.id != row.actor_id:
        raise Refusal("not_the_author", event=event_id)
    erased = event_queries.erase_notes(session, event_id, kind=kind)
    if not erased:
        raise Refusal("not_found", what="note")
    return tuple(sorted(erased))
