"""Placed on market: what an organisation put on the market, by product, place and year. Declared, corrected, listed.

Nothing is written over: a correction names the declaration it replaces, so that two people who correct the same one
learn of each other. What stood at a past moment can be asked for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, false, func, select, true
from sqlalchemy.orm import Session

from registry.domain import divisions, streams
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.domain.schemes import FIRST_YEAR, LAST_YEAR
from registry.services.ids import fresh_id
from registry.services.sights import Party
from registry.store.market import PlacedOnMarketRow
from registry.store.parties import OrganisationRow

DECLARERS = ("producer", "pro", "consortium")
"""kinds of organisation that place on the market, or answer for who does"""
PRODUCT_MAX = 64
PAGE_MOST = 1000


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One that stands, or (with `mass_g` None) was withdrawn. `product` is empty where none is named."""

    id: str
    organisation: Party
    stream: str
    product: str
    division_code: str
    year: int
    version: int
    mass_g: int | None
    recorded_at: datetime


def declare(
    session: Session,
    *,
    actor: Actor,
    stream: str,
    division_code: str,
    year: int,
    mass_g: int | None,
    now: datetime,
    product: str | None = None,
    organisation_id: str | None = None,
    replaces: str | None = None,
) -> tuple[Declaration, bool]:
    """Declare a mass, or withdraw one with None; says whether anything was written: repetition changes nothing.

    Without an organisation, the actor's own; only an administrator speaks for another. Refusals: unknown_organisation,
    declares_nothing, unknown_stream, unknown_division, year_out_of_range, name_malformed, already_declared (with the
    declaration to name in `replaces`), declaration_superseded, nothing_to_withdraw.
    """
    organisation = _declarer(session, actor, organisation_id)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refusal("year_out_of_range", year=year, first_year=FIRST_YEAR, last_year=LAST_YEAR)
    key = {
        "organisation_id": organisation.id,
        "stream": streams.stream(stream).code,
        "product": _product(product),
        "division_code": divisions.division(division_code).code,
        "year": year,
    }
    standing = session.scalars(
        select(PlacedOnMarketRow).filter_by(**key).order_by(PlacedOnMarketRow.version.desc()).limit(1)
    ).first()
    if standing is not None and standing.mass_g == mass_g:
        return _declaration(standing, organisation), False
    _check_replaces(standing, mass_g, replaces)
    row = PlacedOnMarketRow(
        id=fresh_id(now),
        **key,
        version=standing.version + 1 if standing else 1,
        mass_g=mass_g,
        declared_by=actor.id,
        recorded_at_utc=now,
    )
    session.add(row)
    session.flush()
    return _declaration(row, organisation), True


def _declarer(session: Session, actor: Actor, organisation_id: str | None) -> OrganisationRow:
    chosen = organisation_id or actor.organisation_id
    if actor.role != "administrator" and chosen != actor.organisation_id:
        raise Refusal("unknown_organisation", organisation=organisation_id)
    # Locked, so that two corrections of one key come one after the other (SQLite locks at BEGIN anyway).
    row = session.get(OrganisationRow, chosen, with_for_update=True) if chosen else None
    if row is None:
        raise Refusal("unknown_organisation", organisation=organisation_id)
    if row.kind not in DECLARERS:
        raise Refusal("declares_nothing", kind=row.kind)
    return row


def _product(typed: str | None) -> str:
    found = (typed or "").strip()
    if len(found) > PRODUCT_MAX or not found.isprintable():
        raise Refusal("name_malformed", longest=PRODUCT_MAX)
    return found


def _check_replaces(standing: PlacedOnMarketRow | None, mass_g: int | None, replaces: str | None) -> None:
    current = standing if standing is not None and standing.mass_g is not None else None
    if replaces is not None and (standing is None or standing.id != replaces):
        raise Refusal("declaration_superseded", replaces=replaces, standing=standing.id if standing else None)
    if mass_g is None and current is None:
        raise Refusal("nothing_to_withdraw")
    if current is not None and replaces is None:
        raise Refusal("already_declared", declaration=current.id, mass_g=current.mass_g)


def declarations(
    session: Session,
    *,
    actor: Actor,
    stream: str | None = None,
    year: int | None = None,
    after: str | None = None,
    limit: int = PAGE_MOST,
) -> Sequence[Declaration]:
    """Those that stand and the actor may see, the newest first. `after`: the last id seen."""
    query = (
        select(PlacedOnMarketRow, OrganisationRow)
        .join(OrganisationRow, OrganisationRow.id == PlacedOnMarketRow.organisation_id)
        .where(PlacedOnMarketRow.id.in_(standing_ids()), PlacedOnMarketRow.mass_g.is_not(None), _visible(actor))
        .order_by(PlacedOnMarketRow.id.desc())
        .limit(limit)
    )
    if stream is not None:
        query = query.where(PlacedOnMarketRow.stream == stream)
    if year is not None:
        query = query.where(PlacedOnMarketRow.year == year)
    if after is not None:
        query = query.where(PlacedOnMarketRow.id < after)
    return [_declaration(row, organisation) for row, organisation in session.execute(query)]


def declaration(session: Session, *, actor: Actor, declaration_id: str) -> Declaration:
    """One that stands and the actor may see. Refusal: not_found."""
    query = (
        select(PlacedOnMarketRow, OrganisationRow)
        .join(OrganisationRow, OrganisationRow.id == PlacedOnMarketRow.organisation_id)
        .where(PlacedOnMarketRow.id == declaration_id, PlacedOnMarketRow.id.in_(standing_ids()), _visible(actor))
    )
    found = session.execute(query).first()
    if found is None or found[0].mass_g is None:
        raise Refusal("not_found", what="declaration")
    return _declaration(*found)


def standing_ids(as_of_utc: datetime | None = None) -> Select[str]:
    """Ids of the declarations that stood at a moment (now without one): the highest version of each key."""
    ranked = select(
        PlacedOnMarketRow.id.label("id"),
        func.row_number()
        .over(
            partition_by=(
                PlacedOnMarketRow.organisation_id,
                PlacedOnMarketRow.stream,
                PlacedOnMarketRow.product,
                PlacedOnMarketRow.division_code,
                PlacedOnMarketRow.year,
            ),
            order_by=PlacedOnMarketRow.version.desc(),
        )
        .label("place"),
    )
    if as_of_utc is not None:
        ranked = ranked.where(PlacedOnMarketRow.recorded_at_utc <= as_of_utc)
    found = ranked.subquery("ranked")
    return select(found.c.id).where(found.c.place == 1)


def _visible(actor: Actor) -> ColumnElement[bool]:
    """Its own; those of places in a regulator's division; an administrator's all."""
    if actor.role == "administrator":
        return true()
    if actor.role == "regulator":
        if actor.division_code is None:
            return false()
        return PlacedOnMarketRow.division_code.in_(sorted(divisions.descendants(actor.division_code)))
    if actor.organisation_id is None:
        return false()
    return PlacedOnMarketRow.organisation_id == actor.organisation_id


def declarers(session: Session) -> Sequence[Party]:
    """The organisations that may declare."""
    query = select(OrganisationRow).where(OrganisationRow.kind.in_(DECLARERS)).order_by(OrganisationRow.name_zh)
    return [_party(row) for row in session.scalars(query)]


def _party(row: OrganisationRow) -> Party:
    return Party(id=row.id, name_zh=row.name_zh, name_en=row.name_en)


def _declaration(row: PlacedOnMarketRow, organisation: OrganisationRow) -> Declaration:
    return Declaration(
        id=row.id,
        organisation=_party(organisation),
        stream=row.stream,
        product=row.product,
        division_code=row.division_code,
        year=row.year,
        version=row.version,
        mass_g=row.mass_g,
        recorded_at=row.recorded_at_utc,
    )
