"""The names of what rows are broken down by: sites and organisations, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.store.parties import OrganisationRow, SiteRow
from reports.selection import OTHERS
from reports.words import OTHERS as OTHERS_WORDS
from reports.words import Words

_ROWS: Final[Mapping[str, type[SiteRow | OrganisationRow]]] = {"site": SiteRow, "organisation": OrganisationRow}
_MOST: Final = 500
"""ids asked for at once: an engine takes only so many bound values"""


def names_of(session: Session, by: str, ids: Iterable[str]) -> Mapping[str, Words]:
    """Id → name. One SELECT for every 500 ids where the breakdown is by site or organisation, none otherwise."""
    row = _ROWS.get(by)
    if row is None:
        return {}
    wanted = sorted({each for each in ids if each and each != OTHERS})
    found: dict[str, Words] = {OTHERS: OTHERS_WORDS}
    for start in range(0, len(wanted), _MOST):
        query = select(row.id, row.name_zh, row.name_en).where(row.id.in_(wanted[start : start + _MOST]))
        found |= {each: {"zh": zh, "en": en or zh} for each, zh, en in session.execute(query)}
    return found
