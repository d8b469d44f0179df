"""Writing evidence down: an entry, its lines, and the notes as they stand afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy.orm import Session

from registry.domain.evidence import Done, Line, Note
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services.ids import fresh_id
from registry.store import evidence_queries as queries
from registry.store.evidence import EvidenceEntryRow, EvidenceLineRow, EvidenceNoteRow


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an action is given. `id`: made by the client; the same again changes nothing."""

    action: str
    id: str | None = None
    reason: str = ""
    to: str = ""
    mass_g: int = 0
    scheme: str = ""
    material: str = ""
    year: int | None = None

    def body(self, pool: Mapping[str, str] | None = None) -> str:
        """Canonical JSON of ids and quantities, as it is kept and compared."""
        given: dict[str, Any] = {
            "to": self.to,
            "mass_g": self.mass_g,
            "scheme": self.scheme,
            "material": self.material,
            "year": self.year,
            **(pool or {}),
        }
        return rfc8785.dumps({name: value for name, value in given.items() if value}).decode()


def repeated(session: Session, actor: Actor, asked: Asked, body: str) -> EvidenceEntryRow | None:
    """The entry that the same actor made of the same thing before. Refusal: evidence_conflict where it differs."""
    row = queries.entry_by_id(session, asked.id) if asked.id else None
    if row is None:
        return None
    if (row.actor_id, row.action, row.body) != (actor.id, asked.action, body):
        raise Refusal("evidence_conflict", id=row.id)
    return row


def book(
    session: Session,
    *,
    actor: Actor,
    asked: Asked,
    body: str,
    done: Done,
    now: datetime,
) -> EvidenceNoteRow:
    """Keep what was done; the first note of it is answered."""
    entry(
        session,
        actor=actor,
        asked=asked,
        body=body,
        note=done.notes[0],
        lines=done.lines,
        now=now,
    )
    rows = [_settle(session, note, parent=done.notes[0], asked=asked, now=now) for note in done.notes]
    return rows[0]


def entry(
    session: Session,
    *,
    actor: Actor,
    asked: Asked,
    body: str,
    note: Note | None,
    lines: Iterable[Line],
    now: datetime,
) -> None:
    """One entry with its lines. They sum to zero, or AssertionError."""
    kept = list(lines)
    if sum(line.amount_g for line in kept):
        raise AssertionError(f"{asked.action} does not balance: {kept}")
    row = EvidenceEntryRow(
        id=asked.id or fresh_id(now),
        action=asked.action,
        note_id=note.id if note else "",
        actor_id=actor.id,
        organisation_id=actor.organisation_id,
        body=body,
        reason=asked.reason.strip(),
        state=note.state if note else "",
        recorded_at_utc=now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        EvidenceLineRow(
            seq=row.seq,
            line=number,
            account=line.account,
            site_id=line.pool.site_id,
            stream=line.pool.stream,
            outcome=line.pool.outcome,
            month=line.pool.month,
            producer_id=line.pool.producer_id,
            note_id=line.note_id,
            holder_id=line.holder_id,
            amount=line.amount_g,
        )
        for number, line in enumerate(kept)
    )
    session.flush()


def _settle(session: Session, note: Note, *, parent: Note, asked: Asked, now: datetime) -> EvidenceNoteRow:
    """The projection: what the note is now."""
    row = session.get(EvidenceNoteRow, note.id)
    if row is None:
        row = EvidenceNoteRow(
            id=note.id,
            issuer_id=note.issuer_id,
            site_id=note.pool.site_id,
            stream=note.pool.stream,
            outcome=note.pool.outcome,
            month=note.pool.month,
            producer_id=note.pool.producer_id,
            parent_id=None if note.id == parent.id else parent.id,
            scheme="",
            material="",
            created_at_utc=now,
        )
        session.add(row)
    row.holder_id, row.mass_g, row.state, row.paused_in = note.holder_id, note.mass_g, note.state, note.paused_in
    if asked.action == "retire":
        row.scheme, row.material, row.year = asked.scheme, asked.material, asked.year
    row.changed_at_utc = now
    session.flush()
    return row
