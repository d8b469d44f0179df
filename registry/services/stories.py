"""The story of a batch: what happened to it, in the order of the ledger, as far as the reader may see.

One step of custody (DOMAIN §5): a party reads in full what happened while it held the batch, and while the one
before and the one after it held it; of the rest it reads outcome, month and area. A regulator reads in full what
happened in its division.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.domain.divisions import descendants
from registry.domain.parties import Actor
from registry.domain.periods import month_of
from registry.domain.refusals import Refusal
from registry.services.events import share, told
from registry.services.sights import FULL, Party, Whereabouts, area, parties, sight, whereabouts
from registry.services.trace import Fate, fates
from registry.store import event_queries, photos
from registry.store.event_queries import Touch

LATE = "late"


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One event of the story, in full."""

    event_id: str
    seq: int
    kind: str
    status: str
    role: str
    """in · out · about, as the event touched this batch"""
    site: Whereabouts
    organisation: Party
    occurred_at: datetime
    recorded_at: datetime
    mass_g: int
    """book mass of the batch after the event"""
    change_g: int
    """what the event added to it (negative: took from it)"""
    batch_status: str
    """status of the batch after the event"""
    to: Whereabouts | None = None
    findings: tuple[Mapping[str, Any], ...] = ()
    late: bool = False
    reversed_by: str | None = None
    """the event that took it back"""
    target_id: str | None = None
    """of a reversal: what it takes back"""
    notes: Mapping[str, str] = field(default_factory=dict)
    """erasable; only for the organisation that wrote them, and the administrator"""
    photos: tuple[str, ...] = ()
    """SHA-256 of those that are here; for who sees the event in full"""


Chapter = Happening | Fate


def story(session: Session, *, actor: Actor, batch_id: str) -> tuple[Chapter, ...]:
    """What happened to the batch. Refusal `not_found` where it is absent or not the actor's to see."""
    level = sight(session, actor=actor, batch_id=batch_id)
    if level is None:
        raise Refusal("not_found", what="batch")
    if level != FULL:
        return fates(session, batch_id=batch_id)
    touches = event_queries.of_batch(session, batch_id)
    near = _near(session, actor, touches)
    telling = _Telling(session, actor, touches)
    chapters: list[Chapter] = []
    for number, touch in enumerate(touches):
        chapter: Chapter = telling.happening(touch) if number in near else telling.fate(touch)
        if chapter not in chapters[-1:]:
            chapters.append(chapter)
    return tuple(chapters)


def _near(session: Session, actor: Actor, touches: Sequence[Touch]) -> Collection[int]:
    """Places in the story the actor reads in full."""
    if actor.role == "administrator":
        return range(len(touches))
    if actor.role == "regulator":
        mine = descendants(actor.division_code) if actor.division_code else frozenset()
        sites = whereabouts(session, {event.site_id for event, _ in touches})
        return {n for n, (event, _) in enumerate(touches) if sites[event.site_id].division_code in mine}
    return _within_one_step(str(actor.organisation_id), touches)


def _within_one_step(organisation_id: str, touches: Sequence[Touch]) -> set[int]:
    """Number the spans of custody; read in full where the span is mine, or next to one of mine, or I acted."""
    spans: list[str] = []
    at: list[int] = []
    for _, touch in touches:
        holder = json.loads(touch.after)["holder_id"]
        if not spans or spans[-1] != holder:
            spans.append(holder)
        at.append(len(spans) - 1)
    mine = {number for number, holder in enumerate(spans) if holder == organisation_id}
    near = {number + step for number in mine for step in (-1, 0, 1)}
    return {n for n, (event, _) in enumerate(touches) if at[n] in near or event.organisation_id == organisation_id}


class _Telling:
    """What the chapters of one story share, read once: places, names, notes, what was taken back."""

    def __init__(self, session: Session, actor: Actor, touches: Sequence[Touch]) -> None:
        self._session, self._actor = session, actor
        ids = [event.id for event, _ in touches]
        after = [json.loads(touch.after) for _, touch in touches]
        self._places = {touch.seq: place for (_, touch), place in zip(touches, after, strict=True)}
        masses = [int(place.get("mass_g", 0)) for place in after]
        self._changes = {
            touch.seq: mass - earlier for (_, touch), mass, earlier in zip(touches, masses, [0, *masses], strict=False)
        }
        wanted = {event.site_id for event, _ in touches} | {place.get("to_site_id") for place in after}
        self._sites = whereabouts(session, wanted | {place["site_id"] for place in after})
        self._parties = parties(session, {event.organisation_id for event, _ in touches})
        self._notes: dict[str, dict[str, str]] = {}
        for note in event_queries.notes(session, ids):
            self._notes.setdefault(note.event_id, {})[note.kind] = note.value
        self._photos: dict[str, tuple[str, ...]] = {}
        for event_id, digest in photos.arrived(session, ids):
            self._photos[event_id] = (*self._photos.get(event_id, ()), digest)
        self._reversals = {
            row.target_id: row.id for row in event_queries.naming(session, ids) if row.status != "pending"
        }

    def happening(self, touch: Touch) -> Happening:
        """The chapter in full."""
        event, batch = touch
        place = self._places[event.seq]
        shared = share(self._session, actor=self._actor, row=event)
        findings = told(json.loads(event.findings), shared)
        return Happening(
            event_id=event.id,
            seq=event.seq,
            kind=event.kind,
            status=event.status,
            role=batch.role,
            site=self._sites[event.site_id],
            organisation=self._parties[event.organisation_id],
            occurred_at=event.occurred_at_utc,
            recorded_at=event.recorded_at_utc,
            mass_g=int(place.get("mass_g", 0)),
            change_g=self._changes[event.seq],
            batch_status=place["status"],
            to=self._sites.get(place.get("to_site_id") or ""),
            findings=findings,
            late=any(finding["code"] == LATE for finding in findings),
            reversed_by=self._reversals.get(event.id),
            target_id=event.target_id,
            notes=self._notes_of(event.id, event.organisation_id),
            photos=self._photos.get(event.id, ()) if shared is None else (),
        )

    def fate(self, touch: Touch) -> Fate:
        """The chapter as it shows beyond one step of custody."""
        event, _ = touch
        place = self._places[event.seq]
        return Fate(
            outcome=place["status"],
            month=month_of(event.occurred_at_utc),
            area=area(self._sites[place["site_id"]].division_code),
        )

    def _notes_of(self, event_id: str, organisation_id: str) -> Mapping[str, str]:
        if self._actor.role == "administrator" or self._actor.organisation_id == organisation_id:
            return self._notes.get(event_id, {})
        return {}
