"""How much of a batch a reader sees, and the names of places as readers are shown them.

Levels (DOMAIN §5, the work order's parties paragraph): `full` for who holds or held the batch, acted on it or is to
receive it, for a regulator in its division and for the administrator; `fate` for who merely produced it: outcome,
month and area only; None: the batch is absent to this reader.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy.orm import Session

from registry.domain.divisions import ancestors, descendants, level
from registry.domain.parties import Actor
from registry.store import batch_queries

FULL = "full"
FATE = "fate"


@dataclass(frozen=True, kw_only=True)
class Whereabouts:
    """A site with the organisation that runs it, named in both languages."""

    site_id: str
    name_zh: str
    name_en: str
    kind: str
    division_code: str
    organisation_id: str
    organisation_zh: str
    organisation_en: str


@dataclass(frozen=True, kw_only=True)
class Party:
    """An organisation, named in both languages."""

    id: str
    name_zh: str
    name_en: str


def in_full(actor: Actor) -> ColumnElement[bool]:
    """Condition on batches: those the actor sees in full."""
    if actor.role == "administrator":
        return true()
    if actor.role == "regulator":
        return _in_division(actor.division_code)
    if actor.organisation_id is None:
        return false()
    return batch_queries.handled_by(actor.organisation_id)


def _in_division(code: str | None) -> ColumnElement[bool]:
    return false() if code is None else batch_queries.touched_within(descendants(code))


def in_part(actor: Actor) -> ColumnElement[bool]:
    """Condition on batches: those the actor sees at all, be it only their fate."""
    if actor.organisation_id is None:
        return in_full(actor)
    return or_(in_full(actor), batch_queries.produced_by(actor.organisation_id))


def sight(session: Session, *, actor: Actor, batch_id: str) -> str | None:
    """FULL, FATE or None for one batch."""
    if batch_queries.matching(session, [batch_id], in_full(actor)):
        return FULL
    return FATE if batch_queries.matching(session, [batch_id], in_part(actor)) else None


def seen_in_full(session: Session, *, actor: Actor, batch_ids: Collection[str]) -> set[str]:
    """Which of these batches the actor sees in full."""
    return batch_queries.matching(session, batch_ids, in_full(actor))


def area(division_code: str) -> str:
    """The prefecture of a division: as near as a reader beyond one step of custody may look."""
    line = (division_code, *ancestors(division_code))
    return next((code for code in line if level(code) == "prefecture"), division_code)


def whereabouts(session: Session, site_ids: Collection[str | None]) -> Mapping[str, Whereabouts]:
    """Sites by id, ready to be shown; None is left out."""
    found = batch_queries.sites(session, {each for each in site_ids if each is not None})
    return {
        site_id: Whereabouts(
            site_id=site_id,
            name_zh=site.name_zh,
            name_en=site.name_en,
            kind=site.kind,
            division_code=site.division_code,
            organisation_id=organisation.id,
            organisation_zh=organisation.name_zh,
            organisation_en=organisation.name_en,
        )
        for site_id, (site, organisation) in found.items()
    }


def parties(session: Session, organisation_ids: Collection[str | None]) -> Mapping[str, Party]:
    """Organisations by id, ready to be shown; None is left out."""
    found = batch_queries.organisations(session, {each for each in organisation_ids if each is not None})
    return {key: Party(id=key, name_zh=row.name_zh, name_en=row.name_en) for key, row in found.items()}
