"""Events counted: from the kept cells where these answer, else from the lines that they sum.

Cells answer for whole months, less the lines recorded after the cut-off. A part of a month, and whatever depends on
later events (whether a discrepancy is still open), are asked of the lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import pandas as pd
from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from registry.domain import tallies as said
from registry.domain.events import KINDS
from registry.store.events import EventBatchRow, EventRow
from registry.store.parties import SiteRow
from registry.store.tallies import cells_table, lines_table
from reports.opening import Asked, Opening
from reports.queries.dimensions import named_to
from reports.queries.lines import frame_of, total
from reports.queries.opened import opening_of
from reports.selection import NO_PROCESS, NO_PRODUCT, OTHERS, Selection
from reports.tallies import NONE, TALLY_FIGURES, line_substance, measure_of

MEASURES: Final = ("count", "mass_g", "energy_wh", "content_g", "outputs_g")
TALLY_KEYS: Final = (
    *("word", "kind", "reason", "process", "substance", "stream", "product", "month"),
    *("site", "organisation", "division", "other_site", "origin", "state"),
)
OPEN, CLOSED = "open", "closed"
_LINES, _CELLS = lines_table(), cells_table()
_Other = aliased(SiteRow, name="other")
_Later = aliased(EventRow, name="later")
_Taker = aliased(EventRow, name="taker")


def tallied(
    session: Session, selection: Selection, words: Iterable[str], keys: Sequence[str], *, by_origin: bool = False
) -> pd.DataFrame:
    """Sums of the MEASURES of lines with these words, grouped by `keys` (any of TALLY_KEYS), and `forecast`.

    `by_origin`: the area is where the mass was collected. `site`, `organisation` and `other_site` are OTHERS where the
    reader may not know them. One SELECT.
    """
    from_lines = "state" in keys or not _whole_months(selection)
    rows = (
        _lines(selection, words, by_origin=by_origin) if from_lines else _cells(selection, words, by_origin=by_origin)
    )
    columns = [rows.c[key] for key in keys]
    sums = [total(rows.c[name]).label(name) for name in MEASURES]
    query = select(*columns, *sums, func.max(rows.c.forecast)).group_by(*columns)
    return frame_of(session.execute(query), (*keys, *MEASURES, "forecast"), whole=(*MEASURES, "forecast"))


def _whole_months(selection: Selection) -> bool:
    return (selection.period.start.day, selection.period.end.day) == (1, 1)


def _cells(selection: Selection, words: Iterable[str], *, by_origin: bool) -> Subquery:
    """The cells, less the lines recorded after the cut-off."""
    months = [month for month, _ in selection.months]
    later = _LINES.c.seq.in_(select(EventRow.seq).where(EventRow.recorded_at_utc > selection.as_of_utc))
    return union_all(
        *(
            select(*_named(rows, selection, sign=sign))
            .select_from(rows)
            .join(SiteRow, SiteRow.id == rows.c.site_id)
            .outerjoin(_Other, _Other.id == rows.c.other_site_id)
            .where(
                rows.c.month.between(months[0], months[-1]),
                *_conditions(rows, selection, words, by_origin=by_origin),
                *more,
            )
            for rows, sign, more in ((_CELLS, 1, []), (_LINES, -1, [later]))
        )
    ).subquery("tallied")


def opened_tallies(
    session: Session, selection: Selection, asked: Asked, *, cursor: str = "", limit: int = 200
) -> Opening:
    """One page of the events behind an event figure. Two SELECTs. Refusal: cursor_malformed."""
    name, _, detail = asked.name.partition(".")
    figure = TALLY_FIGURES[name]
    rows = _lines(selection, figure.counted, by_origin=figure.by_origin)
    where = [rows.c.substance == line_substance(asked.substance)]
    if figure.reasons is not None:
        where.append(rows.c.reason.in_(sorted(figure.reasons)))
    if figure.explained is not None:
        where.append((rows.c.reason != "") if figure.explained else (rows.c.reason == ""))
    if figure.open is not None:
        where.append(rows.c.state == (OPEN if figure.open else CLOSED))
    if detail:
        where.append(rows.c.kind == detail if detail in KINDS else rows.c.other_site == detail.replace(NONE, ""))
    return opening_of(
        session,
        selection,
        asked,
        rows,
        where=and_(*where),
        amount=rows.c[measure_of(figure, asked.substance)],
        cursor=cursor,
        limit=limit,
    )


def latest_late(session: Session, selection: Selection, most: int) -> Sequence[Any]:
    """The events recorded late, the latest first: seq, kind, occurred, recorded, findings, site and its names."""
    rows = _lines(selection, {said.LATE}, by_origin=False)
    still = select(rows.c.seq).group_by(rows.c.seq).having(func.sum(rows.c.count) > 0)
    query = (
        select(
            EventRow.seq,
            EventRow.kind,
            EventRow.occurred_at_utc,
            EventRow.recorded_at_utc,
            EventRow.findings,
            case((named_to(SiteRow, selection), SiteRow.id), else_=OTHERS),
            SiteRow.name_zh,
            SiteRow.name_en,
        )
        .join(SiteRow, SiteRow.id == EventRow.site_id)
        .where(EventRow.seq.in_(still), ~_undone(EventRow, selection))
        .order_by(EventRow.seq.desc())
        .limit(most)
    )
    return session.execute(query).all()


def _lines(selection: Selection, words: Iterable[str], *, by_origin: bool) -> Subquery:
    wanted = sorted(words)
    state = _state(selection) if {said.DIFFERENCE, said.REFUSED, said.WITHDRAWAL} & set(wanted) else literal("")
    return (
        select(
            *_named(_LINES, selection),
            state.label("state"),
            _LINES.c.seq.label("seq"),
            _LINES.c.batch_id.label("batch_id"),
            _LINES.c.site_id.label("posted_site_id"),
            SiteRow.organisation_id.label("site_organisation_id"),
        )
        .select_from(_LINES)
        .join(EventRow, EventRow.seq == _LINES.c.seq)
        .join(SiteRow, SiteRow.id == _LINES.c.site_id)
        .outerjoin(_Other, _Other.id == _LINES.c.other_site_id)
        .where(
            EventRow.recorded_at_utc <= selection.as_of_utc,
            EventRow.occurred_at_utc >= selection.period.start_at_utc,
            EventRow.occurred_at_utc < selection.period.end_at_utc,
            *_conditions(_LINES, selection, wanted, by_origin=by_origin),
        )
        .subquery("tallied")
    )


def _named(rows: Any, selection: Selection, *, sign: int = 1) -> list[ColumnElement[Any]]:
    other = case((rows.c.other_site_id == "", ""), (named_to(_Other, selection), _Other.id), else_=OTHERS)
    same = ("word", "kind", "reason", "process", "substance", "stream", "product", "month", "forecast")
    return [
        *(rows.c[name].label(name) for name in same),
        *((rows.c[name] * sign).label(name) for name in MEASURES),
        case((named_to(SiteRow, selection), SiteRow.id), else_=OTHERS).label("site"),
        case((named_to(SiteRow, selection), SiteRow.organisation_id), else_=OTHERS).label("organisation"),
        SiteRow.division_code.label("division"),
        other.label("other_site"),
        rows.c.division_code.label("origin"),
    ]


def _conditions(rows: Any, selection: Selection, words: Iterable[str], *, by_origin: bool) -> list[ColumnElement[bool]]:
    reader = selection.reader
    place = rows.c.division_code if by_origin else SiteRow.division_code
    found = [rows.c.word.in_(sorted(words)), place.in_(sorted(selection.divisions))]
    if reader.organisation_id:
        found.append(_party(reader.organisation_id))
    if reader.producer_id:
        found.append(rows.c.producer_id == reader.producer_id)
    if selection.stream:
        found.append(rows.c.stream == selection.stream)
    if selection.product:
        found.append(rows.c.product == ("" if selection.product == NO_PRODUCT else selection.product))
    if selection.process:
        found.append(rows.c.process == ("" if selection.process == NO_PROCESS else selection.process))
    for asked, column in ((selection.site, SiteRow.id), (selection.organisation, SiteRow.organisation_id)):
        if asked:
            found.append(~named_to(SiteRow, selection) if asked == OTHERS else column == asked)
    return found


def _party(organisation_id: str) -> ColumnElement[bool]:
    """Both sides of a hand-over may read what became of it."""
    return or_(SiteRow.organisation_id == organisation_id, func.coalesce(_Other.organisation_id, "") == organisation_id)


def _state(selection: Selection) -> ColumnElement[str]:
    """Whether a discrepancy is settled by the cut-off.

    Missing: until something is found again at the same batch; refused: until its sender has taken the part back;
    a correction: until the other party has confirmed it. What a scale says otherwise, or was found, is settled.
    """
    is_open = or_(
        and_(_LINES.c.word == said.DIFFERENCE, _LINES.c.reason == "missing", ~_found_later(selection)),
        and_(_LINES.c.word == said.REFUSED, ~_taken_back(selection)),
        and_(_LINES.c.word == said.WITHDRAWAL, ~_confirmed(selection)),
    )
    return case((is_open, OPEN), else_=CLOSED)


def _found_later(selection: Selection) -> ColumnElement[bool]:
    again = _LINES.alias("again")
    found = (
        select(func.coalesce(func.sum(again.c.count), 0))
        .select_from(again.join(_Later, _Later.seq == again.c.seq))
        .where(
            again.c.batch_id == _LINES.c.batch_id,
            again.c.seq > _LINES.c.seq,
            again.c.word == said.DIFFERENCE,
            again.c.reason == "found",
            _Later.recorded_at_utc <= selection.as_of_utc,
        )
        .scalar_subquery()
    )
    return found > 0


def _undone(event: Any, selection: Selection) -> ColumnElement[bool]:
    return (
        select(_Taker.seq)
        .where(
            _Taker.target_id == event.id,
            _Taker.kind == "reverse",
            _Taker.status != "pending",
            _Taker.recorded_at_utc <= selection.as_of_utc,
        )
        .exists()
    )


def _taken_back(selection: Selection) -> ColumnElement[bool]:
    query: Select[Any] = (
        select(_Later.seq)
        .join(EventBatchRow, EventBatchRow.seq == _Later.seq)
        .where(
            EventBatchRow.batch_id == _LINES.c.batch_id,
            _Later.seq > _LINES.c.seq,
            _Later.kind == "receive",
            _Later.recorded_at_utc <= selection.as_of_utc,
            ~_undone(_Later, selection),
        )
    )
    return query.exists()


def _confirmed(selection: Selection) -> ColumnElement[bool]:
    return (
        select(_Taker.seq)
        .where(
            _Taker.target_id == EventRow.target_id,
            _Taker.kind == "reverse",
            _Taker.status != "pending",
            _Taker.recorded_at_utc <= selection.as_of_utc,
        )
        .exists()
    )
