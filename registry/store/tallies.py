"""What events count for, line by line, and the same summed: reports of events read the sums and open into the lines.

A sum is written in the transaction of the events it counts, so that a report costs as much as it has cells, however
many events stand behind them. `verify` derives both again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, String, Table, func, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.domain.tallies import Tally
from registry.store.base import Base, BigId, Grams, Word
from registry.store.statements import append, table


class EventTallyRow(Base):
    """One line of what an event counts for. Append-only. Empty text where a fact does not apply."""

    __tablename__ = "event_tallies"
    __table_args__ = (
        Index("ix_event_tallies_word", "word", "month", "site_id"),
        Index("ix_event_tallies_batch", "batch_id"),
    )

    seq: Mapped[int] = mapped_column(BigId, ForeignKey("events.seq"), primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    batch_id: Mapped[str] = mapped_column(String(36), ForeignKey("batches.id"))
    month: Mapped[str] = mapped_column(String(7))
    """YYYY-MM of the event, in the jurisdiction's zone; of a reversal: of its target"""
    kind: Mapped[Word]
    """of the event; of a reversal: of its target"""
    forecast: Mapped[int]
    """1: loaded by the demonstration; of a reversal: as its target"""
    word: Mapped[Word]
    reason: Mapped[Word]
    process: Mapped[Word]
    substance: Mapped[Word]
    stream: Mapped[Word]
    product: Mapped[Word]
    producer_id: Mapped[str] = mapped_column(String(36))
    site_id: Mapped[str] = mapped_column(String(36), ForeignKey("sites.id"))
    other_site_id: Mapped[str] = mapped_column(String(36))
    division_code: Mapped[str] = mapped_column(String(6))
    count: Mapped[Grams]
    mass_g: Mapped[Grams]
    energy_wh: Mapped[Grams]
    content_g: Mapped[Grams]
    outputs_g: Mapped[Grams]


class EventCellRow(Base):
    """The lines of `event_tallies` summed by everything reports ask for. Written with them."""

    __tablename__ = "event_cells"

    word: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    site_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    other_site_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(64), primary_key=True)
    process: Mapped[str] = mapped_column(String(64), primary_key=True)
    substance: Mapped[str] = mapped_column(String(64), primary_key=True)
    stream: Mapped[str] = mapped_column(String(64), primary_key=True)
    product: Mapped[str] = mapped_column(String(64), primary_key=True)
    producer_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    forecast: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[Grams]
    mass_g: Mapped[Grams]
    energy_wh: Mapped[Grams]
    content_g: Mapped[Grams]
    outputs_g: Mapped[Grams]


KEYS: Final = tuple(column.key for column in table(EventCellRow).primary_key)
MEASURES: Final = ("count", "mass_g", "energy_wh", "content_g", "outputs_g")
_LINES: Final = table(EventTallyRow)
_CELLS: Final = table(EventCellRow)
_INSERTS: Final = {"sqlite": insert_sqlite, "postgresql": insert_postgresql}


@dataclass(frozen=True, kw_only=True)
class Counted:
    """An event with its lines; `kind`, `month` and `forecast` of a reversal are its target's."""

    seq: int
    kind: str
    month: str
    forecast: bool
    tallies: tuple[Tally, ...]

    def rows(self) -> Iterator[dict[str, Any]]:
        """The lines as they are stored."""
        for line, tally in enumerate(self.tallies):
            yield {
                "seq": self.seq,
                "line": line,
                "kind": self.kind,
                "month": self.month,
                "forecast": int(self.forecast),
                **asdict(tally),
            }


def append_tallies(session: Session, counted: Iterable[Counted]) -> None:
    """Write the lines, and add them to the cells."""
    rows = [row for each in counted for row in each.rows()]
    if rows:
        append(session, EventTallyRow, rows)
        session.connection().execute(_addition(session.get_bind().dialect.name), summed(rows))


def summed(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Lines as cells, in the order of their keys: writers who meet take their locks in one order."""
    sums: defaultdict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for row in rows:
        measures = sums[tuple(row[key] for key in KEYS)]
        for name in MEASURES:
            measures[name] += row[name]
    return [
        {**dict(zip(KEYS, key, strict=True)), **{name: measures[name] for name in MEASURES}}
        for key, measures in sorted(sums.items(), key=lambda item: item[0])
    ]


@cache
def _addition(dialect: str) -> Any:
    new: Any = _INSERTS[dialect](_CELLS)
    return new.on_conflict_do_update(
        index_elements=list(KEYS), set_={name: _CELLS.c[name] + new.excluded[name] for name in MEASURES}
    )


def counted_for(session: Session, seq: int) -> Counted | None:
    """What an event counted for; None where it counted for nothing."""
    rows = session.execute(select(_LINES).where(_LINES.c.seq == seq).order_by(_LINES.c.line)).mappings().all()
    return next((each for _, each in grouped(rows)), None)


def grouped(rows: Iterable[Mapping[Any, Any]]) -> Iterator[tuple[int, Counted]]:
    """Stored lines, in their order, as events."""
    here: list[Mapping[Any, Any]] = []
    for row in rows:
        if here and row["seq"] != here[0]["seq"]:
            yield here[0]["seq"], _counted(here)
            here = []
        here.append(row)
    if here:
        yield here[0]["seq"], _counted(here)


def _counted(rows: Sequence[Mapping[Any, Any]]) -> Counted:
    first = rows[0]
    return Counted(
        seq=first["seq"],
        kind=first["kind"],
        month=first["month"],
        forecast=bool(first["forecast"]),
        tallies=tuple(Tally(**{name: row[name] for name in _TALLY}) for row in rows),
    )


_TALLY: Final = tuple(Tally.__dataclass_fields__)


def all_tallies(session: Session, *, chunk: int = 5_000) -> Iterator[tuple[int, Counted]]:
    """Every event that counts for something, in the order of the ledger, read in chunks."""
    last = session.scalar(select(func.max(_LINES.c.seq))) or 0
    for start in range(0, last + 1, chunk):
        window = _LINES.c.seq.between(start, start + chunk - 1)
        rows = session.execute(select(_LINES).where(window).order_by(_LINES.c.seq, _LINES.c.line))
        yield from grouped(rows.mappings())


def all_cells(session: Session) -> Iterator[tuple[tuple[Any, ...], tuple[int, ...]]]:
    """(key, measures) of every cell that is not nought."""
    for row in session.execute(select(_CELLS)).mappings():
        measures = tuple(row[name] for name in MEASURES)
        if any(measures):
            yield tuple(row[key] for key in KEYS), measures


def lines_table() -> Table:
    """The lines, for the queries of reports."""
    return _LINES


def cells_table() -> Table:
    """The sums, for the queries of reports."""
    return _CELLS
