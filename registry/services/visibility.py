"""What a party may see, as conditions: its own, a regulator's division and below, an administrator's everything.

What does not match is absent to the reader: not_found, like what never was.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, false, select, true
from sqlalchemy.orm import Session

from registry.domain.divisions import descendants
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services import parties, sights
from registry.store.batches import BatchPlaceRow, BatchRow
from registry.store.parties import ApiKeyRow, SiteRow


def visible_batches(actor: Actor) -> Select[str]:
    """Ids of the batches the actor sees at all, be it only their fate (see `sights` for how much)."""
    joined = select(BatchRow.id).join(BatchPlaceRow, BatchPlaceRow.batch_id == BatchRow.id)
    return joined.where(sights.in_part(actor))


def visible_sites(actor: Actor) -> ColumnElement[bool]:
    """Condition on sites whose affairs (licences, labels) the actor sees. That a site exists is public."""
    if actor.role == "administrator":
        return true()
    if actor.role == "regulator":
        return SiteRow.division_code.in_(descendants(actor.division_code)) if actor.division_code else false()
    if actor.organisation_id is None:
        return false()
    return SiteRow.organisation_id == actor.organisation_id


def visible_site(session: Session, *, actor: Actor, site_id: str) -> parties.Site:
    """One of these sites. Refusal: not_found."""
    if session.scalars(select(SiteRow.id).where(SiteRow.id == site_id, visible_sites(actor))).first() is None:
        raise Refusal("not_found", what="site")
    return parties.site(session, site_id)


def visible_keys(actor: Actor) -> ColumnElement[bool]:
    """Condition on keys that speak for the same party in the same role; an administrator sees all."""
    if actor.role == "administrator":
        return true()
    return (
        ApiKeyRow.organisation_id.is_not_distinct_from(actor.organisation_id)
        & (ApiKeyRow.role == actor.role)
        & ApiKeyRow.division_code.is_not_distinct_from(actor.division_code)
    )
