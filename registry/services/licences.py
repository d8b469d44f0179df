"""Licences: what a site may do, from when to when. Half-open: the last day is not included.

A missing licence refuses nothing (the work was done all the same); it is a finding and earns no evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.domain import streams
from registry.domain.refusals import Refusal
from registry.services.ids import fresh_id
from registry.store.parties import LicenceRow, SiteRow

ANY = "*"
"""a licence for every process"""
NUMBER_MAX = 200


@dataclass(frozen=True, kw_only=True)
class Licence:
    """One row. `valid_to` None: no end is known."""

    id: str
    site_id: str
    number: str
    process: str
    valid_from: date
    valid_to: date | None


def add_licence(
    session: Session,
    *,
    site_id: str,
    number: str,
    process: str,
    valid_from: date,
    now: datetime,
    valid_to: date | None = None,
) -> Licence:
    """A licence of a site for a process, or for all of them.

    Refusals: unknown_site, unknown_process, name_malformed, licence_window_empty, licence_overlaps.
    """
    if session.get(SiteRow, site_id) is None:
        raise Refusal("unknown_site", site=site_id)
    if process != ANY:
        streams.process(process)
    if not 0 < len(number.strip()) <= NUMBER_MAX:
        raise Refusal("name_malformed", longest=NUMBER_MAX)
    if valid_to is not None and valid_to <= valid_from:
        raise Refusal("licence_window_empty")
    row = LicenceRow(
        id=fresh_id(now),
        site_id=site_id,
        number=number.strip(),
        process=process,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    if any(_overlap(row, other) for other in _rows(session, site_id)):
        raise Refusal("licence_overlaps", number=row.number)
    session.add(row)
    session.flush()
    return _licence(row)


def end_licence(session: Session, *, licence_id: str, valid_to: date) -> Licence:
    """Let a licence end on a day (not included): withdrawn, or its end became known.

    Refusals: not_found, licence_window_empty.
    """
    row = session.get(LicenceRow, licence_id)
    if row is None:
        raise Refusal("not_found", what="licence")
    if valid_to <= row.valid_from:
        raise Refusal("licence_window_empty")
    row.valid_to = valid_to
    session.flush()
    return _licence(row)


def licences(session: Session, *, site_id: str) -> Sequence[Licence]:
    """All licences of a site, the oldest first."""
    return [_licence(row) for row in _rows(session, site_id)]


def licence_in_force(session: Session, *, site_id: str, process: str, on: date) -> Licence | None:
    """The licence that covers the process at the site on that day; None: there is none."""
    query = (
        select(LicenceRow)
        .where(
            LicenceRow.site_id == site_id,
            LicenceRow.process.in_((process, ANY)),
            LicenceRow.valid_from <= on,
            or_(LicenceRow.valid_to.is_(None), LicenceRow.valid_to > on),
        )
        .order_by(LicenceRow.valid_from.desc(), LicenceRow.id)
    )
    row = session.scalars(query).first()
    return None if row is None else _licence(row)


def _rows(session: Session, site_id: str) -> Sequence[LicenceRow]:
    query = select(LicenceRow).where(LicenceRow.site_id == site_id).order_by(LicenceRow.valid_from, LicenceRow.id)
    return session.scalars(query).all()


def _overlap(one: LicenceRow, other: LicenceRow) -> bool:
    if (one.number, one.process) != (other.number, other.process):
        return False
    starts_before_end = other.valid_to is None or one.valid_from < other.valid_to
    ends_after_start = one.valid_to is None or other.valid_from < one.valid_to
    return starts_before_end and ends_after_start


def _licence(row: LicenceRow) -> Licence:
    return Licence(
        id=row.id,
        site_id=row.site_id,
        number=row.number,
        process=row.process,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
