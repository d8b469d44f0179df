"""Whether a reader may ask for one site or organisation: what it may not know by name does not exist for it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from registry.domain.refusals import Refusal
from registry.store.parties import OrganisationRow, SiteRow
from reports.queries.dimensions import named_to
from reports.selection import OTHERS, Selection


def check_places(session: Session, selection: Selection) -> None:
    """One SELECT for a site, one for an organisation; none where neither is asked for. Refusal: not_found.

    `OTHERS` may be asked for by readers to whom some sites have no name.
    """
    limited = selection.reader.division_code or selection.reader.producer_id
    if OTHERS in (selection.site, selection.organisation) and not limited:
        raise Refusal("not_found")
    if selection.site not in (None, OTHERS):
        _check(session, selection, SiteRow.id == selection.site)
    if selection.organisation not in (None, OTHERS):
        if limited:
            _check(session, selection, SiteRow.organisation_id == selection.organisation)
        elif session.get(OrganisationRow, selection.organisation) is None:
            raise Refusal("not_found")


def _check(session: Session, selection: Selection, condition: ColumnElement[bool]) -> None:
    own = selection.reader.organisation_id
    query = select(SiteRow.id).where(condition, named_to(SiteRow, selection)).limit(1)
    if own:
        query = query.where(SiteRow.organisation_id == own)
    if session.execute(query).first() is None:
        raise Refusal("not_found")
