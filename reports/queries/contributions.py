"""What is behind a figure: the batches and events whose sum it is, as far as the reader may see."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import ColumnElement, Subquery, and_, case, false, func, literal, or_, select, true
from sqlalchemy.orm import Session

from registry.domain.refusals import Refusal
from registry.store.batches import BatchCodeRow, BatchRow
from registry.store.events import EventRow
from registry.store.parties import OrganisationRow, SiteRow
from reports.figures import Term
from reports.opening import Asked, Opening
from reports.queries.lines import flag, frame_of, lines_of, total
from reports.selection import Selection

CONTRIBUTION_COLUMNS = (
    "seq",
    "batch_id",
    "event_id",
    "kind",
    "occurred_at_utc",
    "recorded_at_utc",
    "forecast",
    "site_zh",
    "site_en",
    "organisation_zh",
    "organisation_en",
    "uscc",
    "batch_code",
    "batch_stream",
    "batch_product",
    "amount",
)


def opened(session: Session, selection: Selection, asked: Asked, *, cursor: str = "", limit: int = 200) -> Opening:
    """One page of what is behind a figure; others stand on the first. Two SELECTs. Refusal: cursor_malformed."""
    sums = _totals(session, selection, asked)
    rows = _page(session, selection, asked, after=_after(cursor), limit=limit + 1)
    more = len(rows) > limit
    rows = rows.head(limit)
    return Opening(
        selection=selection,
        asked=asked,
        rows=rows,
        others=sums[(sums["opened"] == 0) & (sums["amount"] != 0) & (not cursor)],
        total=int(sums["amount"].sum()),
        forecast=bool(len(sums)) and bool(sums["forecast"].max()),
        cursor=f"{rows.iloc[-1]['seq']}.{rows.iloc[-1]['batch_id']}" if more else None,
    )


def _after(cursor: str) -> tuple[int, str] | None:
    if not cursor:
        return None
    seq, _, batch_id = cursor.partition(".")
    if not (seq.isascii() and seq.isdigit() and len(seq) < 19 and len(batch_id) == 36):
        raise Refusal("cursor_malformed", cursor=cursor[:60])
    return int(seq), batch_id


def _page(
    session: Session, selection: Selection, asked: Asked, *, after: tuple[int, str] | None, limit: int
) -> pd.DataFrame:
    """The batches and events behind a figure, CONTRIBUTION_COLUMNS, in the ledger's order. One SELECT.

    Only what the reader may open. `after` is the last (seq, batch_id) seen.
    """
    lines = lines_of(selection)
    amount = total(_signed(lines, asked))
    sums = (
        select(lines.c.seq, lines.c.batch_id, func.min(lines.c.posted_site_id).label("site_id"), amount.label("amount"))
        .where(_asked(lines, asked), _opened(lines, selection))
        .group_by(lines.c.seq, lines.c.batch_id)
        .having(amount != 0)
    )
    if after is not None:
        seq, batch_id = after
        sums = sums.where(or_(lines.c.seq > seq, and_(lines.c.seq == seq, lines.c.batch_id > batch_id)))
    page = sums.order_by(lines.c.seq, lines.c.batch_id).limit(limit).subquery("page")
    code = (
        select(func.min(BatchCodeRow.value))
        .where(BatchCodeRow.batch_id == page.c.batch_id, BatchCodeRow.scheme == "registry")
        .scalar_subquery()
    )
    query = (
        select(
            page.c.seq,
            page.c.batch_id,
            EventRow.id,
            EventRow.kind,
            EventRow.occurred_at_utc,
            EventRow.recorded_at_utc,
            flag(EventRow.recorded_by_loader.is_(True)),
            SiteRow.name_zh,
            SiteRow.name_en,
            OrganisationRow.name_zh,
            OrganisationRow.name_en,
            OrganisationRow.uscc,
            code,
            BatchRow.stream,
            BatchRow.product,
            page.c.amount,
        )
        .select_from(page)
        .join(EventRow, EventRow.seq == page.c.seq)
        .join(BatchRow, BatchRow.id == page.c.batch_id)
        .join(SiteRow, SiteRow.id == page.c.site_id)
        .join(OrganisationRow, OrganisationRow.id == SiteRow.organisation_id)
        .order_by(page.c.seq, page.c.batch_id)
    )
    return frame_of(session.execute(query), CONTRIBUTION_COLUMNS, whole=("seq", "forecast", "amount"))


TOTAL_COLUMNS = ("division_code", "opened", "amount", "forecast")


def _totals(session: Session, selection: Selection, asked: Asked) -> pd.DataFrame:
    """The same figure by division and by whether the reader may open it (1) or not (0). One SELECT."""
    lines = lines_of(selection)
    opened = flag(_opened(lines, selection)).label("opened")
    marked = select(lines.c.division, opened, _signed(lines, asked).label("amount"), lines.c.forecast).where(
        _asked(lines, asked)
    )
    inner = marked.subquery("marked")
    query = (
        select(inner.c.division, inner.c.opened, total(inner.c.amount), func.max(inner.c.forecast))
        .group_by(inner.c.division, inner.c.opened)
        .order_by(inner.c.division, inner.c.opened)
    )
    return frame_of(session.execute(query), TOTAL_COLUMNS, whole=("opened", "amount", "forecast"))


def _opened(lines: Subquery, selection: Selection) -> ColumnElement[bool]:
    """What the reader may see batch by batch: a regulator its division's sites, a producer its own sites."""
    reader = selection.reader
    if reader.division_code:
        return lines.c.division.in_(sorted(selection.narrowed(area=reader.division_code, alone=False).divisions))
    if reader.producer_id:
        return lines.c.site_organisation_id == reader.producer_id
    return true()


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
