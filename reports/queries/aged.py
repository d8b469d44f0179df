"""What lies in stock or travels, by age: since it came to its site (or set out), and since it was collected.

As of now the batches' places say where everything is; of a past cut-off the last event before it does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Select, String, Subquery, and_, case, cast, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from registry.domain.ledger import MASS, STOCK, TRANSIT
from registry.domain.periods import local_date
from registry.store.batches import BatchPlaceRow, BatchRow
from registry.store.events import EventBatchRow, EventRow
from registry.store.ledger import PostingRow
from registry.store.origins import OriginRow, PostingOriginRow
from registry.store.parties import SiteRow
from reports.opening import Asked, Opening
from reports.queries.dimensions import COLLECTED, flag, named_to
from reports.queries.lines import frame_of, total
from reports.queries.opened import opening_of
from reports.selection import NO_PRODUCT, OTHERS, Selection
from reports.tallies import AGE_FIGURES, AGES, STATES, UNKNOWN_AGE

AGED_KEYS: Final = ("stream", "product", "state", "site", "organisation", "division", "age")


class place_fact(GenericFunction[str]):  # noqa: N801  # named as SQL functions are
    """A fact of a place as it is kept with an event."""

    type = String()
    inherit_cache = True


@compiles(place_fact, "sqlite")
def _fact_sqlite(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    column, key = (compiler.process(clause, **more) for clause in element.clauses)
    return f"json_extract({column}, '$.' || {key})"


@compiles(place_fact, "postgresql")
def _fact_postgresql(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    column, key = (compiler.process(clause, **more) for clause in element.clauses)
    return f"(({column})::jsonb ->> ({key})::text)"


def aged(session: Session, selection: Selection, since: str) -> pd.DataFrame:
    """Sums of `mass_g`, and `forecast`, by AGED_KEYS at the cut-off; `since` is a key of `reports.tallies.SINCE`.

    The period of the selection is not asked. Two SELECTs.
    """
    rows = _rows(session, selection, since)
    keys = [rows.c[key] for key in AGED_KEYS]
    query = select(*keys, total(rows.c.mass_g), func.max(rows.c.forecast)).group_by(*keys)
    names = (*AGED_KEYS, "mass_g", "forecast")
    return frame_of(session.execute(query), names, whole=("mass_g", "forecast"))


def opened_ages(session: Session, selection: Selection, asked: Asked, *, cursor: str = "", limit: int = 200) -> Opening:
    """One page of the batches behind an age. Three SELECTs. Refusal: cursor_malformed."""
    figure = AGE_FIGURES[asked.name]
    rows = _rows(session, selection, figure.since or "site")
    where = [rows.c.state == figure.state, *([rows.c.age == figure.age] if figure.age else [])]
    amount = rows.c.mass_g
    return opening_of(session, selection, asked, rows, where=and_(*where), amount=amount, cursor=cursor, limit=limit)


def _rows(session: Session, selection: Selection, since: str) -> Subquery:
    later = select(EventRow.seq).where(EventRow.recorded_at_utc > selection.as_of_utc).limit(1)
    standing = _now() if session.scalar(later) is None else _then(selection)
    told = select(
        *_columns(standing, selection),
        *(_since_site(standing, selection) if since == "site" else _since_origin(selection)),
    ).select_from(standing)
    told = (
        # As an expression, so that what lies is looked for first: SQLite would begin with every batch there ever was.
        told.join(BatchRow, BatchRow.id == standing.c.batch_id.concat(""))
        .join(SiteRow, SiteRow.id == standing.c.site_id)
        .join(EventRow, EventRow.seq == standing.c.seq)
        .where(*_conditions(selection))
    )
    return (told if since == "site" else _with_origins(told, standing, selection)).subquery("aged")


def _now() -> Subquery:
    place = BatchPlaceRow
    return (
        select(
            place.batch_id,
            place.last_seq.label("seq"),
            place.status,
            place.site_id,
            place.mass_g,
            place.arrived_on,
        )
        .where(place.status.in_(sorted(STATES)))
        .subquery("standing")
    )


def _then(selection: Selection) -> Subquery:
    last = (
        select(EventBatchRow.batch_id, func.max(EventBatchRow.seq).label("seq"))
        .join(EventRow, EventRow.seq == EventBatchRow.seq)
        .where(EventRow.recorded_at_utc <= selection.as_of_utc)
        .group_by(EventBatchRow.batch_id)
        .subquery("last")
    )
    facts = {name: place_fact(EventBatchRow.after, literal(name)) for name in ("status", "site_id", "mass_g")}
    return (
        select(
            EventBatchRow.batch_id,
            EventBatchRow.seq,
            facts["status"].label("status"),
            facts["site_id"].label("site_id"),
            cast(facts["mass_g"], BigInteger).label("mass_g"),
            EventBatchRow.arrived_on,
        )
        .join(last, and_(last.c.batch_id == EventBatchRow.batch_id, last.c.seq == EventBatchRow.seq))
        .where(facts["status"].in_(sorted(STATES)))
        .subquery("standing")
    )


def _columns(standing: Subquery, selection: Selection) -> list[ColumnElement[Any]]:
    return [
        BatchRow.stream.label("stream"),
        func.coalesce(BatchRow.product, "").label("product"),
        standing.c.status.label("state"),
        case((named_to(SiteRow, selection), SiteRow.id), else_=OTHERS).label("site"),
        case((named_to(SiteRow, selection), SiteRow.organisation_id), else_=OTHERS).label("organisation"),
        SiteRow.division_code.label("division"),
        SiteRow.id.label("posted_site_id"),
        SiteRow.organisation_id.label("site_organisation_id"),
        standing.c.seq.label("seq"),
        standing.c.batch_id.label("batch_id"),
        flag(EventRow.recorded_by_loader.is_(True)).label("forecast"),
    ]


def _since_site(standing: Subquery, selection: Selection) -> list[ColumnElement[Any]]:
    today = local_date(selection.as_of_utc)
    younger = [
        (standing.c.arrived_on > today - timedelta(days=high), str(low))
        for low, high in zip((0, *AGES), AGES, strict=False)
    ]
    age = case((standing.c.arrived_on.is_(None), UNKNOWN_AGE), *younger, else_=str(AGES[-1]))
    return [standing.c.mass_g.label("mass_g"), age.label("age")]


def _since_origin(selection: Selection) -> list[ColumnElement[Any]]:
    """By month of collection, counted from its first day: nobody's stock is called younger than it is."""
    today = local_date(selection.as_of_utc)
    first = func.coalesce(OriginRow.month, "").concat("-01")
    younger = [
        (first > (today - timedelta(days=high)).isoformat(), str(low))
        for low, high in zip((0, *AGES), AGES, strict=False)
    ]
    age = case((OriginRow.kind != COLLECTED, UNKNOWN_AGE), *younger, else_=str(AGES[-1]))
    return [PostingOriginRow.amount.label("mass_g"), age.label("age")]


def _with_origins(told: Select[Any], standing: Subquery, selection: Selection) -> Select[Any]:
    """What a batch holds is the sum of its postings into and out of stock and transit, wherever."""
    before = select(EventRow.seq).where(EventRow.recorded_at_utc > selection.as_of_utc).correlate(None)
    return (
        told.join(PostingRow, PostingRow.batch_id == standing.c.batch_id)
        .join(
            PostingOriginRow,
            and_(PostingOriginRow.seq == PostingRow.seq, PostingOriginRow.line == PostingRow.line),
        )
        .join(OriginRow, OriginRow.id == PostingOriginRow.origin_id)
        .where(
            # As an expression, or SQLite goes through the whole ledger by account instead of by batch.
            PostingRow.account.concat("").in_((STOCK, TRANSIT)),
            PostingRow.substance.concat("") == MASS,
            PostingRow.seq.not_in(before),
        )
    )


def _conditions(selection: Selection) -> list[ColumnElement[bool]]:
    reader = selection.reader
    found: list[ColumnElement[bool]] = [SiteRow.division_code.in_(sorted(selection.divisions))]
    if reader.organisation_id:
        found.append(SiteRow.organisation_id == reader.organisation_id)
    if reader.producer_id:
        found.append(BatchRow.producer_id == reader.producer_id)
    if selection.stream:
        found.append(BatchRow.stream == selection.stream)
    if selection.product:
        wanted = "" if selection.product == NO_PRODUCT else selection.product
        found.append(func.coalesce(BatchRow.product, "") == wanted)
    for asked, column in ((selection.site, SiteRow.id), (selection.organisation, SiteRow.organisation_id)):
        if asked:
            found.append(~named_to(SiteRow, selection) if asked == OTHERS else column == asked)
    return found
