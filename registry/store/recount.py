"""The cells counted again from the postings: to make them anew, and to hold them against what is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Select,
    String,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from registry.store.batches import BatchRow
from registry.store.cells import CELL, CELL_KEY
from registry.store.events import EventRow
from registry.store.ledger import EntryRow, PostingRow
from registry.store.origins import PostingOriginRow

_WINDOW = 20_000
_NOBODY_WRITES = text("LOCK TABLE entries IN SHARE MODE")
Original = aliased(EventRow, name="original")
"""the event itself, or the one it takes back"""


class local_month(GenericFunction[str]):  # noqa: N801  # named as SQL functions are
    """YYYY-MM of a moment in the jurisdiction's zone (SQLite: without the summer times before 1992)."""

    type = String()
    inherit_cache = True


@compiles(local_month, "sqlite")
def _month_sqlite(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    return f"strftime('%Y-%m', {compiler.process(element.clauses, **more)}, '+8 hours')"


@compiles(local_month, "postgresql")
def _month_postgresql(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **more)} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"


class process_in(GenericFunction[str]):  # noqa: N801  # named as SQL functions are
    """The process an event's body names."""

    type = String()
    inherit_cache = True


@compiles(process_in, "sqlite")
def _process_sqlite(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_extract({compiler.process(element.clauses, **more)}, '$.details.process')"


@compiles(process_in, "postgresql")
def _process_postgresql(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    return f"(({compiler.process(element.clauses, **more)})::jsonb -> 'details' ->> 'process')"


_FORWARDS = or_(
    and_(PostingOriginRow.amount > 0, EntryRow.reverses_seq.is_(None)),
    and_(PostingOriginRow.amount < 0, EntryRow.reverses_seq.is_not(None)),
)
FACTS: dict[str, Any] = {
    "month": local_month(Original.occurred_at_utc),
    "site_id": PostingRow.site_id,
    "origin_id": PostingOriginRow.origin_id,
    "here_site_id": Original.site_id,
    "kind": Original.kind,
    "process": case((Original.kind == "process", func.coalesce(process_in(Original.body), "")), else_=literal("")),
    "account": PostingRow.account,
    "direction": case((_FORWARDS, 1), else_=-1),
    "substance": PostingRow.substance,
    "batch_stream": BatchRow.stream,
    "forecast": case((Original.recorded_by_loader.is_(True), 1), else_=0),
}
"""what a posting by origin says of the cell it belongs to: the columns of CELL_KEY"""


def by_origin(*columns: Any) -> Select[Any]:
    """Postings by origin with their event, the event they count as, their batch."""
    return (
        select(*columns)
        .select_from(PostingOriginRow)
        .join(PostingRow, and_(PostingRow.seq == PostingOriginRow.seq, PostingRow.line == PostingOriginRow.line))
        .join(BatchRow, BatchRow.id == PostingRow.batch_id)
        .join(EntryRow, EntryRow.seq == PostingRow.seq)
        .join(EventRow, EventRow.seq == PostingRow.seq)
        .join(Original, Original.seq == func.coalesce(EntryRow.reverses_seq, EntryRow.seq))
    )


def rebuild(session: Session, *, progress: Callable[[int], object] | None = None) -> int:
    """Make all cells anew inside the caller's writing transaction; how many there are then.

    `progress` is told how many events were summed since it was last told.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_NOBODY_WRITES)
    session.execute(delete(CELL))
    last = session.scalar(select(func.max(EntryRow.seq))) or 0
    for lane, first in enumerate(range(1, last + 1, _WINDOW)):
        # Every window has a lane of its own: nothing is there yet to add it to.
        session.execute(insert(CELL).from_select([*CELL_KEY, "amount", "lines", "lane"], _window(first, lane)))
        if progress is not None:
            progress(min(_WINDOW, last + 1 - first))
    _join_lanes(session)
    return session.scalar(select(func.count()).select_from(CELL)) or 0


def _window(first: int, lane: int) -> Select[Any]:
    lines = _lines().where(PostingOriginRow.seq >= first, PostingOriginRow.seq < first + _WINDOW).subquery("lines")
    keys = [lines.c[name] for name in CELL_KEY]
    return select(*keys, _total(lines.c.amount), func.count(), literal(lane)).group_by(*keys)


def _join_lanes(session: Session) -> None:
    """All lanes into one that no window had: -1 on the way, and then the first."""
    keys = [CELL.c[name] for name in CELL_KEY]
    sums = select(*keys, _total(CELL.c.amount), _total(CELL.c.lines), literal(-1)).group_by(*keys)
    session.execute(insert(CELL).from_select([*CELL_KEY, "amount", "lines", "lane"], sums))
    session.execute(delete(CELL).where(CELL.c.lane >= 0))
    session.execute(CELL.update().values(lane=0))


def _lines() -> Select[Any]:
    return by_origin(*(column.label(name) for name, column in FACTS.items()), PostingOriginRow.amount.label("amount"))


def differences(session: Session) -> Iterator[tuple[dict[str, Any], tuple[int, int], tuple[int, int]]]:
    """Cells that do not say what the postings do: (key, (amount, lines) recounted, (amount, lines) kept)."""
    lines = _lines().subquery("lines")
    both = union_all(
        select(
            *(CELL.c[name] for name in CELL_KEY),
            literal(0).label("amount"),
            literal(0).label("lines"),
            CELL.c.amount.label("kept_amount"),
            CELL.c.lines.label("kept_lines"),
        ),
        select(*(lines.c[name] for name in CELL_KEY), lines.c.amount, literal(1), literal(0), literal(0)),
    ).subquery("both")
    keys = [both.c[name] for name in CELL_KEY]
    amount, count, kept, kept_count = (
        _total(both.c[name]) for name in ("amount", "lines", "kept_amount", "kept_lines")
    )
    query = (
        select(*keys, amount, count, kept, kept_count)
        .group_by(*keys)
        .having(or_(amount != kept, count != kept_count))
        .order_by(*keys)
    )
    for row in session.execute(query):
        *key, amount_g, lines_n, kept_g, kept_n = row
        yield dict(zip(CELL_KEY, key, strict=True)), (amount_g, lines_n), (kept_g, kept_n)


def _total(amount: Any) -> Any:
    # PostgreSQL sums BIGINT into NUMERIC, which would come back as Decimal.
    return cast(func.sum(amount), BigInteger)
