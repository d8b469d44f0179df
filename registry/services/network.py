"""The public network: which sites are open, what they take and where they stand; who produces. No business data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.services.sights import Party
from registry.store.parties import OrganisationRow, SiteRow

_PRODUCERS = ("producer", "consortium")


@dataclass(frozen=True, kw_only=True)
class Node:
    """One open site. `longitude` and `latitude` in degrees (WGS 84), or None; `streams` are the codes it takes."""

    id: str
    name_zh: str
    name_en: str
    kind: str
    division_code: str
    organisation: Party
    streams: tuple[str, ...]
    longitude: Decimal | None
    latitude: Decimal | None
    illustrative: bool


def nodes(session: Session, *, stream: str | None = None, organisation_id: str | None = None) -> Sequence[Node]:
    """Open sites by division and name; of one organisation, or those that take a stream."""
    query = (
        select(SiteRow, OrganisationRow)
        .join(OrganisationRow, OrganisationRow.id == SiteRow.organisation_id)
        .where(SiteRow.closed_at_utc.is_(None))
        .order_by(SiteRow.division_code, SiteRow.name_zh, SiteRow.id)
    )
    if organisation_id is not None:
        query = query.where(SiteRow.organisation_id == organisation_id)
    found = [_node(site, organisation) for site, organisation in session.execute(query)]
    return [node for node in found if stream is None or stream in node.streams]


def _node(site: SiteRow, organisation: OrganisationRow) -> Node:
    return Node(
        id=site.id,
        name_zh=site.name_zh,
        name_en=site.name_en,
        kind=site.kind,
        division_code=site.division_code,
        organisation=Party(id=organisation.id, name_zh=organisation.name_zh, name_en=organisation.name_en),
        streams=tuple(site.streams.split()),
        longitude=site.longitude,
        latitude=site.latitude,
        illustrative=site.illustrative,
    )


def producers(session: Session) -> Sequence[Party]:
    """Organisations whose products come back."""
    query = select(OrganisationRow).where(OrganisationRow.kind.in_(_PRODUCERS)).order_by(OrganisationRow.name_zh)
    return [Party(id=row.id, name_zh=row.name_zh, name_en=row.name_en) for row in session.scalars(query)]
