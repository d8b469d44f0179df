"""Organisations and the sites they run: made, listed, closed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from registry.domain import divisions, streams
from registry.domain.parties import ORGANISATION_KINDS, SITE_KINDS
from registry.domain.refusals import Refusal
from registry.services import identifiers
from registry.services.ids import fresh_id
from registry.store.batches import BatchPlaceRow
from registry.store.parties import OrganisationRow, SiteRow

NAME_MAX = 200
PAGE_MOST = 1000
_OPEN = ("stock", "transit", "cascade", "reuse")


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """A party of the loop."""

    id: str
    uscc: str | None
    name_zh: str
    name_en: str
    kind: str
    illustrative: bool
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where batches are. Position in degrees (WGS 84), or None."""

    id: str
    organisation_id: str
    name_zh: str
    name_en: str
    kind: str
    division_code: str
    streams: tuple[str, ...]
    longitude: Decimal | None
    latitude: Decimal | None
    illustrative: bool
    closed_at: datetime | None
    created_at: datetime


def create_organisation(
    session: Session,
    *,
    name_zh: str,
    kind: str,
    now: datetime,
    name_en: str | None = None,
    uscc: str | None = None,
    illustrative: bool = False,
) -> Organisation:
    """A new organisation. Without an English name the Chinese one stands for both.

    Refusals: name_malformed, unknown_organisation_kind, uscc_taken, and the findings of the USCC check
    (uscc_length, uscc_character, uscc_check_character).
    """
    if kind not in ORGANISATION_KINDS:
        raise Refusal("unknown_organisation_kind", kind=kind)
    row = OrganisationRow(
        id=fresh_id(now),
        uscc=None if uscc is None else _free_uscc(session, uscc),
        name_zh=_name(name_zh),
        name_en=_name(name_en or name_zh),
        kind=kind,
        illustrative=illustrative,
        created_at_utc=now,
    )
    session.add(row)
    session.flush()
    return _organisation(row)


def _free_uscc(session: Session, typed: str) -> str:
    found = identifiers.check(scheme="uscc", value=typed)
    if found.normalised is None:
        finding = found.findings[0]
        raise Refusal(finding.code, **finding.facts)
    if session.scalars(select(OrganisationRow.id).where(OrganisationRow.uscc == found.normalised)).first():
        raise Refusal("uscc_taken", uscc=found.normalised)
    return found.normalised


def organisation(session: Session, organisation_id: str) -> Organisation:
    """One organisation. Refusal: not_found."""
    row = session.get(OrganisationRow, organisation_id)
    if row is None:
        raise Refusal("not_found", what="organisation")
    return _organisation(row)


def organisations(
    session: Session, *, kind: str | None = None, after: str | None = None, limit: int = PAGE_MOST
) -> Sequence[Organisation]:
    """Organisations by id (so by age), of one kind or all; `after` is the last id seen."""
    query = select(OrganisationRow).order_by(OrganisationRow.id).limit(limit)
    if kind is not None:
        query = query.where(OrganisationRow.kind == kind)
    if after is not None:
        query = query.where(OrganisationRow.id > after)
    return [_organisation(row) for row in session.scalars(query)]


def organisation_named(session: Session, text: str) -> Organisation:
    """The one organisation with this id, USCC or name in either language. Refusal: unknown_organisation."""
    names = or_(OrganisationRow.name_zh == text, OrganisationRow.name_en == text)
    query = select(OrganisationRow).where(or_(OrganisationRow.id == text, OrganisationRow.uscc == text, names))
    found = session.scalars(query.limit(2)).all()
    if len(found) != 1:
        raise Refusal("unknown_organisation", organisation=text)
    return _organisation(found[0])


def create_site(
    session: Session,
    *,
    organisation_id: str,
    name_zh: str,
    kind: str,
    division_code: str,
    now: datetime,
    name_en: str | None = None,
    takes: Collection[str] = (),
    longitude: Decimal | None = None,
    latitude: Decimal | None = None,
    illustrative: bool = False,
) -> Site:
    """A new site of an organisation in a division; `takes` are stream codes.

    Refusals: unknown_organisation, name_malformed, unknown_site_kind, unknown_division, unknown_stream,
    position_malformed.
    """
    if session.get(OrganisationRow, organisation_id) is None:
        raise Refusal("unknown_organisation", organisation=organisation_id)
    if kind not in SITE_KINDS:
        raise Refusal("unknown_site_kind", kind=kind)
    row = SiteRow(
        id=fresh_id(now),
        organisation_id=organisation_id,
        name_zh=_name(name_zh),
        name_en=_name(name_en or name_zh),
        kind=kind,
        division_code=divisions.division(division_code).code,
        streams=" ".join(sorted({streams.stream(code).code for code in takes})),
        illustrative=illustrative,
        closed_at_utc=None,
        created_at_utc=now,
    )
    row.longitude, row.latitude = _position(longitude, latitude)
    session.add(row)
    session.flush()
    return _site(row)


def _position(longitude: Decimal | None, latitude: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    if longitude is None and latitude is None:
        return None, None
    if longitude is None or latitude is None or abs(longitude) > 180 or abs(latitude) > 90:
        raise Refusal("position_malformed")
    step = Decimal("0.000001")
    return longitude.quantize(step), latitude.quantize(step)


def site(session: Session, site_id: str) -> Site:
    """One site. Refusal: not_found."""
    row = session.get(SiteRow, site_id)
    if row is None:
        raise Refusal("not_found", what="site")
    return _site(row)


def site_named(session: Session, text: str) -> Site:
    """The one site with this id or name in either language. Refusal: unknown_site."""
    query = select(SiteRow).where(or_(SiteRow.id == text, SiteRow.name_zh == text, SiteRow.name_en == text))
    found = session.scalars(query.limit(2)).all()
    if len(found) != 1:
        raise Refusal("unknown_site", site=text)
    return _site(found[0])


def sites(
    session: Session,
    *,
    among: ColumnElement[bool] | None = None,
    organisation_id: str | None = None,
    after: str | None = None,
    limit: int = PAGE_MOST,
) -> Sequence[Site]:
    """Sites by id, closed ones included; `among` narrows by a condition of `visibility`."""
    query = select(SiteRow).where(true() if among is None else among).order_by(SiteRow.id).limit(limit)
    if organisation_id is not None:
        query = query.where(SiteRow.organisation_id == organisation_id)
    if after is not None:
        query = query.where(SiteRow.id > after)
    return [_site(row) for row in session.scalars(query)]


def close_site(session: Session, *, site_id: str, now: datetime) -> Site:
    """No event is taken there any more. Closing again changes nothing. Refusals: not_found, site_has_stock."""
    row = session.get(SiteRow, site_id)
    if row is None:
        raise Refusal("not_found", what="site")
    here = or_(BatchPlaceRow.site_id == site_id, BatchPlaceRow.to_site_id == site_id)
    held = session.scalar(select(func.count()).where(here, BatchPlaceRow.status.in_(_OPEN)))
    if held:
        raise Refusal("site_has_stock", batches=held)
    row.closed_at_utc = row.closed_at_utc or now
    session.flush()
    return _site(row)


def _name(typed: str) -> str:
    name = typed.strip()
    if not 0 < len(name) <= NAME_MAX or not name.isprintable():
        raise Refusal("name_malformed", longest=NAME_MAX)
    return name


def _organisation(row: OrganisationRow) -> Organisation:
    return Organisation(
        id=row.id,
        uscc=row.uscc,
        name_zh=row.name_zh,
        name_en=row.name_en,
        kind=row.kind,
        illustrative=row.illustrative,
        created_at=row.created_at_utc,
    )


def _site(row: SiteRow) -> Site:
    return Site(
        id=row.id,
        organisation_id=row.organisation_id,
        name_zh=row.name_zh,
        name_en=row.name_en,
        kind=row.kind,
        division_code=row.division_code,
        streams=tuple(row.streams.split()),
        longitude=row.longitude,
        latitude=row.latitude,
        illustrative=row.illustrative,
        closed_at=row.closed_at_utc,
        created_at=row.created_at_utc,
    )
