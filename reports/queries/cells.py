"""Cells: the ledger summed as coarsely as a report needs it, in one SELECT, integers all the way into pandas."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.store.origins import OriginRow
from reports.queries.cube import cube
from reports.queries.dimensions import COLLECTED
from reports.queries.lines import CELL_COLUMNS
from reports.selection import Selection


def cells(session: Session, selection: Selection) -> pd.DataFrame:
    """Sums of postings by CELL_COLUMNS, `amount` in grams (Wh for energy) and `forecast` (1: demonstration data).

    One SELECT. The frame of a question nothing answers is empty and has all columns.
    """
    return cube(session, selection, CELL_COLUMNS)


def latest_month(session: Session, stream: str | None) -> str | None:
    """The last month anything (of the stream) was collected in: where there is something to see. One SELECT."""
    query = select(func.max(OriginRow.month)).where(OriginRow.kind == COLLECTED)
    if stream:
        query = query.where(OriginRow.stream == stream)
    return session.scalar(query)


def products(session: Session) -> Mapping[str, tuple[str, ...]]:
    """Stream → products ever collected in it: what the filter offers. One SELECT."""
    query = (
        select(OriginRow.stream, OriginRow.product)
        .where(OriginRow.kind == COLLECTED, OriginRow.product != "")
        .distinct()
        .order_by(OriginRow.stream, OriginRow.product)
    )
    found: dict[str, tuple[str, ...]] = {}
    for stream, product in session.execute(query):
        found[stream or ""] = (*found.get(stream or "", ()), product or "")
    return found
