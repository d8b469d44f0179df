"""What is behind a figure: the batches and events whose sum it is, as far as the reader may see."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Subquery, and_, case, false, literal, or_, true
from sqlalchemy.orm import Session

from reports.figures import Term
from reports.opening import Asked, Opening
from reports.queries.aged import opened_ages
from reports.queries.lines import lines_of
from reports.queries.opened import opening_of
from reports.queries.tallies import opened_tallies
from reports.selection import Selection
from reports.tallies import AGE_FIGURES, EVENTS


def opened(session: Session, selection: Selection, asked: Asked, *, cursor: str = "", limit: int = 200) -> Opening:
    """One page of what is behind a figure; others stand on the first. Two SELECTs. Refusal: cursor_malformed."""
    if asked.source == EVENTS:
        events = opened_ages if asked.name in AGE_FIGURES else opened_tallies
        return events(session, selection, asked, cursor=cursor, limit=limit)
    lines = lines_of(selection)
    return opening_of(
        session,
        selection,
        asked,
        lines,
        where=_asked(lines, asked),
        amount=_signed(lines, asked),
        cursor=cursor,
        limit=limit,
    )


def _asked(lines: Subquery, asked: Asked) -> ColumnElement[bool]:
    return and_(
        lines.c.source == asked.source,
        lines.c.substance == asked.substance,
        or_(false(), *(_matches(lines, term) for term in asked.figure)),
    )


def _signed(lines: Subquery, asked: Asked) -> ColumnElement[int]:
    """The posting's amount times its weight in the figure: one posting may answer to several terms."""
    weights = [case((_matches(lines, term), literal(term.sign)), else_=literal(0)) for term in asked.figure]
    weight: ColumnElement[int] = weights[0]
    for more in weights[1:]:
        weight = weight + more
    return lines.c.amount * weight


def _matches(lines: Subquery, term: Term) -> ColumnElement[bool]:
    asked: list[ColumnElement[bool]] = [true()]
    if term.accounts is not None:
        asked.append(lines.c.account.in_(sorted(term.accounts)))
    if term.kinds is not None:
        asked.append(lines.c.kind.in_(sorted(term.kinds)))
    if term.but_kinds is not None:
        asked.append(lines.c.kind.not_in(sorted(term.but_kinds)))
    if term.inside is not None:
        asked.append(lines.c.inside == int(term.inside))
    if term.direction is not None:
        asked.append(lines.c.direction == term.direction)
    return and_(*asked)
