"""Label rolls: registry codes drawn before anything is collected, and handed to a site."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from registry.domain.refusals import Refusal
from registry.services import marks
from registry.services.ids import fresh_id
from registry.store.batches import BatchCodeRow
from registry.store.parties import CodeRollRow, IssuedCodeRow, SiteRow

COUNT_MOST = 100_000
_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Roll:
    """A set of codes, not a range: nobody can count through it."""

    id: str
    site_id: str
    issued_by: str
    issued_at: datetime
    count: int


def issue(
    session: Session,
    *,
    site_id: str,
    count: int,
    actor_id: str,
    now: datetime,
    progress: Callable[[int], object] | None = None,
) -> tuple[Roll, tuple[str, ...]]:
    """Draw a roll for a site. `progress` is told how many were drawn since it was last told.

    Refusals: unknown_site, site_closed, count_out_of_range.
    """
    site = session.get(SiteRow, site_id)
    if site is None:
        raise Refusal("unknown_site", site=site_id)
    if site.closed_at_utc is not None:
        raise Refusal("site_closed", site=site_id)
    if not 1 <= count <= COUNT_MOST:
        raise Refusal("count_out_of_range", least=1, most=COUNT_MOST)
    row = CodeRollRow(id=fresh_id(now), site_id=site_id, issued_by=actor_id, issued_at_utc=now, count=count)
    session.add(row)
    session.flush()
    drawn: list[str] = []
    while len(drawn) < count:
        more = marks.draw(session, min(_AT_ONCE, count - len(drawn)))
        session.add_all(IssuedCodeRow(code=code, roll_id=row.id) for code in more)
        session.flush()
        drawn += more
        if progress is not None:
            progress(len(more))
    return _roll(row), tuple(drawn)


def rolls(session: Session, *, site_id: str) -> Sequence[Roll]:
    """The rolls of a site, newest first."""
    query = select(CodeRollRow).where(CodeRollRow.site_id == site_id).order_by(CodeRollRow.id.desc())
    return [_roll(row) for row in session.scalars(query)]


def roll(session: Session, *, roll_id: str) -> Roll:
    """One roll. Refusal: not_found."""
    row = session.get(CodeRollRow, roll_id)
    if row is None:
        raise Refusal("not_found", what="roll")
    return _roll(row)


def codes_of(session: Session, *, roll_id: str, unbound: bool = False) -> Sequence[str]:
    """The codes of a roll in the order they sort; `unbound`: only those not yet stuck on anything."""
    query = select(IssuedCodeRow.code).where(IssuedCodeRow.roll_id == roll_id).order_by(IssuedCodeRow.code)
    if unbound:
        query = query.where(~_bound())
    return session.scalars(query).all()


def left(session: Session, *, site_id: str) -> int:
    """How many labels of a site's rolls are not yet stuck on anything."""
    query = select(func.count()).select_from(IssuedCodeRow).join(CodeRollRow, CodeRollRow.id == IssuedCodeRow.roll_id)
    return session.scalar(query.where(CodeRollRow.site_id == site_id, ~_bound())) or 0


def _bound() -> ColumnElement[bool]:
    return (
        select(BatchCodeRow.id)
        .where(BatchCodeRow.scheme == "registry", BatchCodeRow.value == IssuedCodeRow.code)
        .exists()
    )


def _roll(row: CodeRollRow) -> Roll:
    return Roll(id=row.id, site_id=row.site_id, issued_by=row.issued_by, issued_at=row.issued_at_utc, count=row.count)
