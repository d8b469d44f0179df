"""Pages of what is behind a figure: sums by event and batch, told with all that a reader needs to find them again."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select, true
from sqlalchemy.orm import Session

from registry.domain.refusals import Refusal
from registry.store.batches import BatchCodeRow, BatchRow
from registry.store.events import EventRow
from registry.store.parties import OrganisationRow, SiteRow
from reports.opening import Asked, Opening
from reports.queries.lines import flag, frame_of, total
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
TOTAL_COLUMNS = ("division_code", "opened", "amount", "forecast")


def opening_of(
    session: Session,
    selection: Selection,
    asked: Asked,
    lines: Subquery,
    *,
    where: ColumnElement[bool],
    amount: ColumnElement[int],
    cursor: str,
    limit: int,
) -> Opening:
    """One page of the lines behind a figure; others stand on the first. Two SELECTs. Refusal: cursor_malformed.

    `lines` has seq, batch_id, posted_site_id, site_organisation_id, division and forecast; `amount` is what a line
    adds to the figure.
    """
    may_open = _opened(lines, selection)
    sums = _totals(session, lines, where=where, amount=amount, may_open=may_open)
    summed = total(amount)
    pages = (
        select(lines.c.seq, lines.c.batch_id, func.min(lines.c.posted_site_id).label("site_id"), summed.label("amount"))
        .where(where, may_open)
        .group_by(lines.c.seq, lines.c.batch_id)
        .having(summed != 0)
    )
    rows = _page(session, lines, pages, after=_after(cursor), limit=limit + 1)
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
    session: Session, lines: Subquery, sums: Select[Any], *, after: tuple[int, str] | None, limit: int
) -> pd.DataFrame:
    """CONTRIBUTION_COLUMNS, in the ledger's order. One SELECT. `after` is the last (seq, batch_id) seen."""
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


def _totals(
    session: Session,
    lines: Subquery,
    *,
    where: ColumnElement[bool],
    amount: ColumnElement[int],
    may_open: ColumnElement[bool],
) -> pd.DataFrame:
    """The same figure by division and by whether the reader may open it (1) or not (0). One SELECT."""
    marked = select(lines.c.division, flag(may_open).label("opened"), amount.label("amount"), lines.c.forecast).where(
        where
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
