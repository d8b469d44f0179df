"""Evidence: notes drafted, submitted, issued, accepted, transferred, split, retired, suspended, taken back.

Who takes from a pool locks its plant first and reads the balance afterwards, in one writing transaction: no gram backs
two notes however many try at once. Nothing booked is ever changed; a note's row is a projection of its entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from registry.domain import evidence as domain
from registry.domain.divisions import descendants
from registry.domain.evidence import Done, Note, Pool
from registry.domain.obligations import rule_for
from registry.domain.outcomes import outcome as known_outcome
from registry.domain.parties import Actor
from registry.domain.periods import parse_period
from registry.domain.refusals import Refusal
from registry.domain.streams import stream as known_stream
from registry.services.evidence_booking import Asked, book, entry, repeated
from registry.services.evidence_pools import balance
from registry.services.ids import fresh_id
from registry.services.market import DECLARERS
from registry.store import evidence_queries as queries
from registry.store.evidence import EvidenceEntryRow, EvidenceNoteRow
from registry.store.parties import OrganisationRow, SiteRow

HOLDERS: Final = ("producer", "pro")
"""roles that hold evidence"""
REASON_MAX: Final = 500
_NOT_ISSUED: Final = ("draft", "awaiting_authorisation")
_MONTH_LONG: Final = 7


def draft(session: Session, *, actor: Actor, pool: Pool, asked: Asked, now: datetime) -> EvidenceNoteRow:
    """A draft of the plant's own, made out to `asked.to`; nothing leaves the pool before it is submitted.

    Refusals: unknown_site, evidence_not_yours_to_do, mass_zero, evidence_holder_unfit, unknown_stream,
    unknown_outcome, period_malformed, evidence_conflict.
    """
    site = _site(session, pool)
    if actor.role != "operator" or actor.organisation_id != site.organisation_id or pool.producer_id:
        raise Refusal("evidence_not_yours_to_do", action="draft")
    body = asked.body(_facts(pool))
    if (before := repeated(session, actor, asked, body)) is not None:
        return _standing(session, before.note_id)
    _holder(session, asked.to)
    note = _note(session, site, pool, asked, now)
    return book(session, actor=actor, asked=_named(asked, note), body=body, done=Done(notes=(note,), lines=()), now=now)


def claim(session: Session, *, actor: Actor, pool: Pool, asked: Asked, now: datetime) -> EvidenceNoteRow:
    """A producer makes an accepted note of grams that are its own by origin.

    Refusals as `draft`, and evidence_above_available.
    """
    own = _own(actor, pool)
    site = _site(session, own)
    body = asked.body(_facts(own))
    if (before := repeated(session, actor, asked, body)) is not None:
        return _standing(session, before.note_id)
    note = _note(session, site, own, replace(asked, to=own.producer_id), now)
    done = domain.claim(note, available_g=balance(session, own).available_g)
    return book(session, actor=actor, asked=_named(asked, note), body=body, done=done, now=now)


def release(session: Session, *, actor: Actor, pool: Pool, asked: Asked, now: datetime) -> None:
    """A producer gives grams of its own to the trade. Refusals as `claim`."""
    own = _own(actor, pool)
    _site(session, own)
    body = asked.body(_facts(own))
    if repeated(session, actor, asked, body) is not None:
        return
    lines = domain.release(own, asked.mass_g, available_g=balance(session, own).available_g)
    entry(session, actor=actor, asked=asked, body=body, note=None, lines=lines, now=now)


def act(session: Session, *, actor: Actor, note_id: str, asked: Asked, now: datetime) -> EvidenceNoteRow:
    """Take an action on a note the actor may see. Refusals: not_found, those of domain.evidence, evidence_conflict."""
    row = note(session, actor=actor, note_id=note_id)
    queries.lock_site(session, row.site_id)
    row = _standing(session, note_id)
    body = asked.body({"note": note_id})
    if repeated(session, actor, asked, body) is not None:
        return row
    now_is = note_of(row)
    available_g = balance(session, now_is.pool).available_g if asked.action == "submit" else 0
    done = domain.act(
        now_is,
        asked.action,
        by=capacities(session, actor, row),
        available_g=available_g,
        reason=asked.reason[:REASON_MAX],
        to=asked.to,
        mass_g=asked.mass_g,
        child_id=fresh_id(now),
    )
    if asked.action == "transfer":
        _holder(session, asked.to)
    if asked.action == "retire":
        asked = _owed(asked, now_is.pool)
    return book(session, actor=actor, asked=asked, body=body, done=done, now=now)


def _owed(asked: Asked, pool: Pool) -> Asked:
    """The obligation it is retired against, spelt as the scheme does. Refusals: field_missing and of counts_for."""
    if asked.year is None or not asked.scheme:
        raise Refusal("field_missing", field="year" if asked.scheme else "scheme")
    owed = rule_for(asked.scheme, asked.material or None, asked.year)
    domain.counts_for(owed, asked.year, pool)
    return replace(asked, material=owed.material)


def capacities(session: Session, actor: Actor, row: EvidenceNoteRow) -> frozenset[str]:
    """What the actor is to a note, by organisation, role and division."""
    site = session.get(SiteRow, row.site_id)
    here = site.division_code if site is not None else ""
    is_it = {
        domain.ISSUER: actor.role == "operator" and actor.organisation_id == row.issuer_id,
        domain.HOLDER: actor.role in HOLDERS and actor.organisation_id == row.holder_id,
        domain.REGULATOR: actor.role == "administrator" or here in _division(actor),
    }
    return frozenset(name for name, found in is_it.items() if found)


def _division(actor: Actor) -> frozenset[str]:
    if actor.role != "regulator" or actor.division_code is None:
        return frozenset()
    return frozenset(descendants(actor.division_code))


def _visible(actor: Actor) -> ColumnElement[bool]:
    """Issuer: its own; holder: what was issued to it; regulator: of plants in its division; administrator: all."""
    if actor.role == "administrator":
        return true()
    if actor.role == "regulator":
        here = select(SiteRow.id).where(SiteRow.division_code.in_(sorted(_division(actor))))
        return EvidenceNoteRow.site_id.in_(here)
    if actor.organisation_id is None:
        return false()
    issued = and_(EvidenceNoteRow.holder_id == actor.organisation_id, EvidenceNoteRow.state.not_in(_NOT_ISSUED))
    return or_(EvidenceNoteRow.issuer_id == actor.organisation_id, issued)


def note(session: Session, *, actor: Actor, note_id: str) -> EvidenceNoteRow:
    """One the actor may see. Refusal: not_found."""
    found = session.scalars(select(EvidenceNoteRow).where(EvidenceNoteRow.id == note_id, _visible(actor))).first()
    if found is None:
        raise Refusal("not_found", what="evidence_note")
    return found


def notes(
    session: Session, *, actor: Actor, state: str | None = None, after: str | None = None, limit: int = 100
) -> Sequence[EvidenceNoteRow]:
    """Those the actor may see, the newest first. `after`: the last id seen."""
    query = select(EvidenceNoteRow).where(_visible(actor)).order_by(EvidenceNoteRow.id.desc()).limit(limit)
    if state is not None:
        query = query.where(EvidenceNoteRow.state == state)
    if after is not None:
        query = query.where(EvidenceNoteRow.id < after)
    return session.scalars(query).all()


def history(session: Session, *, actor: Actor, note_id: str) -> Sequence[EvidenceEntryRow]:
    """What was done with a note the actor may see, in order. Refusal: not_found."""
    return queries.entries_of(session, note(session, actor=actor, note_id=note_id).id)


def note_of(row: EvidenceNoteRow) -> Note:
    """The row as a value."""
    return Note(
        id=row.id,
        issuer_id=row.issuer_id,
        holder_id=row.holder_id,
        pool=Pool(
            site_id=row.site_id, stream=row.stream, outcome=row.outcome, month=row.month, producer_id=row.producer_id
        ),
        mass_g=row.mass_g,
        state=row.state,
        paused_in=row.paused_in,
    )


def _standing(session: Session, note_id: str) -> EvidenceNoteRow:
    row = queries.note_by_id(session, note_id)
    if row is None:
        raise Refusal("not_found", what="evidence_note")
    return row


def _site(session: Session, pool: Pool) -> SiteRow:
    """The plant, locked against other evidence of it."""
    known_stream(pool.stream)
    known_outcome(pool.outcome)
    if len(pool.month) != _MONTH_LONG:
        raise Refusal("period_malformed", value=pool.month[:40])
    parse_period(pool.month)
    site = queries.lock_site(session, pool.site_id)
    if site is None:
        raise Refusal("unknown_site", site=pool.site_id[:40])
    return site


def _own(actor: Actor, pool: Pool) -> Pool:
    if actor.role not in HOLDERS or not actor.organisation_id:
        raise Refusal("evidence_not_yours_to_do", action="claim")
    return replace(pool, producer_id=actor.organisation_id)


def _holder(session: Session, organisation_id: str) -> None:
    row = session.get(OrganisationRow, organisation_id)
    if row is None or row.kind not in DECLARERS:
        raise Refusal("evidence_holder_unfit", organisation=organisation_id[:40])


def _note(session: Session, site: SiteRow, pool: Pool, asked: Asked, now: datetime) -> Note:
    if asked.mass_g <= 0:
        raise Refusal("mass_zero")
    note_id = asked.id or fresh_id(now)
    if session.get(EvidenceNoteRow, note_id) is not None:
        raise Refusal("evidence_conflict", id=note_id)
    return Note(id=note_id, issuer_id=site.organisation_id, holder_id=asked.to, pool=pool, mass_g=asked.mass_g)


def _named(asked: Asked, made: Note) -> Asked:
    """A note that is made bears the id of the entry that makes it."""
    return replace(asked, id=made.id)


def _facts(pool: Pool) -> Mapping[str, str]:
    return {name: value for name, value in asdict(pool).items() if value}
