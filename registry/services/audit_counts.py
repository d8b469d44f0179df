"""What events count for, their sums, and since when batches lie: derived again and held against what is stored."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.domain.case import Decision
from registry.services.audit_records import Difference
from registry.services.tallying import Counting
from registry.store import audit_queries, tallies
from registry.store.events import EventRow
from registry.store.tallies import KEYS, MEASURES, Counted


class Counts:
    """Fed every event with its decision, in the order of the ledger."""

    def __init__(self, session: Session, targets: frozenset[str]) -> None:
        self._session = session
        self._counting = Counting(targets=targets, organisation_kinds=audit_queries.organisation_kinds(session))
        self._stored = tallies.all_tallies(session)
        self._next: tuple[int, Counted] | None = next(self._stored, None)
        self._cells: defaultdict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)

    def take(self, row: EventRow, decision: Decision) -> Iterator[Difference]:
        """Differences of what one event counts for; what it adds to the cells is remembered."""
        try:
            expected = self._counting.take(row, decision)
        except (LookupError, TypeError, ValueError):
            expected = None  # whatever was done to the event is told where the event is told
        yield from self._strays(row.seq)
        stored = None
        if self._next is not None and self._next[0] == row.seq:
            stored = self._next[1]
            self._next = next(self._stored, None)
        if expected != stored:
            yield Difference(where=f"event {row.seq} tallies", expected=_words(expected), stored=_words(stored))
        yield from self._days(
            f"event {row.seq} batch", self._counting.touched, audit_queries.days_of(self._session, row.seq)
        )
        for line in expected.rows() if expected else ():
            cell = self._cells[tuple(line[key] for key in KEYS)]
            for name in MEASURES:
                cell[name] += line[name]

    def _strays(self, before_seq: int | None) -> Iterator[Difference]:
        while self._next is not None and (before_seq is None or self._next[0] < before_seq):
            seq, counted = self._next
            yield Difference(where=f"event {seq} tallies", expected="nothing", stored=_words(counted))
            self._next = next(self._stored, None)

    def rest(self, session: Session) -> Iterator[Difference]:
        """Lines of no event, cells that are not the sum of their lines, and days."""
        yield from self._strays(None)
        expected = {
            key: tuple(cell[name] for name in MEASURES) for key, cell in self._cells.items() if any(cell.values())
        }
        stored = dict(tallies.all_cells(session))
        for key in sorted(expected.keys() | stored.keys()):
            if expected.get(key) != stored.get(key):
                where = f"event cell {' '.join(str(part) for part in key if part != '')}"
                yield Difference(where=where, expected=str(expected.get(key)), stored=str(stored.get(key)))
        yield from self._days("place", self._counting.days, audit_queries.days(session))

    def _days(
        self, where: str, expected: Mapping[str, date | None], stored: Mapping[str, date | None]
    ) -> Iterator[Difference]:
        """Batches that one side does not know are told where batches are."""
        for batch_id in sorted(expected.keys() & stored.keys()):
            day, kept = expected[batch_id], stored[batch_id]
            if day != kept:
                yield Difference(where=f"{where} {batch_id} arrived_on", expected=str(day), stored=str(kept))


def _words(counted: Counted | None) -> str:
    if counted is None:
        return "nothing"
    lines = (
        f"{each.word} {each.reason} {each.substance} {each.count} {each.mass_g} {each.energy_wh}"
        f" batch {each.batch_id} at {each.site_id}"
        for each in counted.tallies
    )
    return f"{counted.month} {counted.kind}: " + "; ".join(lines)
