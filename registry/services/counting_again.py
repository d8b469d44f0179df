"""Counting what was captured before anything was counted: from stored rows, for the step that brings the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from registry.domain.case import Decision, Edge, Move
from registry.domain.ledger import Posting
from registry.domain.tallies import Thing
from registry.services.tallying import Counting
from registry.store import audit_queries, history, journal, tallies
from registry.store.base import Base
from registry.store.batches import BatchPlaceRow, BatchRow
from registry.store.events import BatchEdgeRow, EventBatchRow, EventRow
from registry.store.statements import table
from registry.store.tallies import Counted

_WINDOW = 1_000
_EVENT = (
    EventRow.seq,
    EventRow.id,
    EventRow.kind,
    EventRow.status,
    EventRow.site_id,
    EventRow.occurred_at_utc,
    EventRow.recorded_at_utc,
    EventRow.recorded_by_loader,
    EventRow.body,
    EventRow.frozen,
    EventRow.findings,
    EventRow.target_id,
)
"""named one by one: later steps may add columns that are not there yet"""


def fill(session: Session) -> None:
    """Write the lines and cells of every event, and the days of every batch. The tables are empty before, and what
    guards `event_batches` against change is put aside.
    """
    things = select(BatchRow.id, BatchRow.stream, BatchRow.product, BatchRow.producer_id)
    counting = Counting(
        targets=audit_queries.targets(session),
        organisation_kinds=audit_queries.organisation_kinds(session),
        things={
            row.id: Thing(stream=row.stream, product=row.product or "", producer_id=row.producer_id or "")
            for row in session.execute(things)
        },
    )
    last = session.scalar(select(func.max(EventRow.seq))) or 0
    for start in range(1, last + 1, _WINDOW):
        end = start + _WINDOW - 1
        decisions = _decisions(session, start, end)
        events = session.execute(select(*_EVENT).where(EventRow.seq.between(start, end)).order_by(EventRow.seq))
        found: list[Counted] = []
        days: list[dict[str, Any]] = []
        for row in events.all():
            counted = counting.take(row, decisions[row.seq])
            found += [counted] if counted is not None else []
            days += [{"at": row.seq, "lying": batch, "day": day} for batch, day in counting.touched.items()]
        tallies.append_tallies(session, found)
        _write(session, EventBatchRow, days, "seq")
    _write(session, BatchPlaceRow, [{"lying": batch, "day": day} for batch, day in sorted(counting.days.items())])


def _decisions(session: Session, start: int, end: int) -> defaultdict[int, Decision]:
    """What the events of a window did, as far as counting looks at it."""
    moves: defaultdict[int, list[Move]] = defaultdict(list)
    edges: defaultdict[int, list[Edge]] = defaultdict(list)
    postings: defaultdict[int, list[Posting]] = defaultdict(list)
    for seq, move in _moves(session, start, end):
        moves[seq].append(move)
    for row in session.execute(
        select(BatchEdgeRow.seq, BatchEdgeRow.from_batch_id, BatchEdgeRow.to_batch_id, BatchEdgeRow.mass_g).where(
            BatchEdgeRow.seq.between(start, end)
        )
    ):
        edges[row.seq].append(Edge(from_batch_id=row.from_batch_id, to_batch_id=row.to_batch_id, mass_g=row.mass_g))
    for seq, posting in history.postings_between(session, start, end):
        postings[seq].append(posting)
    found: defaultdict[int, Decision] = defaultdict(Decision)
    for seq in moves:
        found[seq] = Decision(moves=tuple(moves[seq]), edges=tuple(edges[seq]), postings=tuple(postings[seq]))
    return found


def _moves(session: Session, start: int, end: int) -> Iterator[tuple[int, Move]]:
    touched = select(
        EventBatchRow.seq, EventBatchRow.batch_id, EventBatchRow.role, EventBatchRow.before, EventBatchRow.after
    ).where(EventBatchRow.seq.between(start, end))
    for row in session.execute(touched):
        before, _ = journal.place_from_json(row.before)
        after, mass_g = journal.place_from_json(row.after)
        if after is not None:
            yield row.seq, Move(batch_id=row.batch_id, role=row.role, before=before, after=after, mass_g=mass_g)


def _write(session: Session, row: type[Base], days: Sequence[Mapping[str, Any]], *keys: str) -> None:
    rows = table(row)
    statement = update(rows).where(rows.c.batch_id == bindparam("lying")).values(arrived_on=bindparam("day"))
    for key in keys:
        statement = statement.where(rows.c[key] == bindparam("at"))
    if days:
        session.connection().execute(statement, days)
