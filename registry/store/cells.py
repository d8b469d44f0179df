"""Cells: the ledger pre-summed as finely as any report asks, kept in the transaction that captures.

A cell is the sum of the postings that share an origin, a month, a kind and process of event, the two sites, account,
direction, substance and stream: reports add up cells, so that their cost follows the number of cells and not of events.
A reversal is summed where its target is. A projection: `verify` recounts it and `cells rebuild` makes it anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import String, TextClause, text
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.domain.ledger import Posting
from registry.domain.periods import month_of
from registry.store.base import Base, BigId, Grams
from registry.store.events import EventRow
from registry.store.statements import table

_SPACE: Final = 0x4C616E65
"""the advisory locks of PostgreSQL under which lanes are taken"""
_LANES: Final = 64


class MassCellRow(Base):
    """One cell of one lane. Writers at work at the same time sum into lanes of their own; readers add up all of them.

    `amount`: grams (Wh for energy), signed as posted. `lines`: how many postings by origin are in it, so that a sum
    of nothing is told from a sum of zero.
    """

    __tablename__ = "mass_cells"
    __table_args__ = ({"sqlite_with_rowid": False},)

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    """YYYY-MM of the event in the jurisdiction's zone"""
    site_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    origin_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    here_site_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    """where the event happened"""
    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    process: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(String(64), primary_key=True)
    direction: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1 or -1: the posting's sign, before any reversal of it"""
    substance: Mapped[str] = mapped_column(String(64), primary_key=True)
    batch_stream: Mapped[str] = mapped_column(String(64), primary_key=True)
    forecast: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1: the demonstration loader told the event"""
    lane: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount: Mapped[Grams]
    lines: Mapped[Grams]


CELL: Final = table(MassCellRow)
LANE_KEY: Final = tuple(column.name for column in CELL.primary_key)
CELL_KEY: Final = LANE_KEY[:-1]
"""what makes a cell, lanes apart"""


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What the cells of an event are told apart by."""

    month: str
    kind: str
    process: str
    site_id: str
    forecast: int


def happening_of(row: EventRow) -> Happening:
    """Of an event; for a reversal give its target."""
    process = json.loads(row.body)["details"].get("process", "") if row.kind == "process" else ""
    return Happening(
        month=month_of(row.occurred_at_utc),
        kind=row.kind,
        process=process,
        site_id=row.site_id,
        forecast=int(row.recorded_by_loader),
    )


class _Key(NamedTuple):
    """In the order of the table's key."""

    month: str
    site_id: str
    origin_id: int
    here_site_id: str
    kind: str
    process: str
    account: str
    direction: int
    substance: str
    batch_stream: str
    forecast: int


class Sums:
    """What a transaction adds to the cells."""

    def __init__(self) -> None:
        self._found: dict[_Key, tuple[int, int]] = {}

    def add(
        self, event: Happening, posting: Posting, parts: Iterable[tuple[int, int]], *, stream: str, reverses: bool
    ) -> None:
        """The parts (origin id, amount) of one posting."""
        for origin_id, amount in parts:
            key = _Key(
                event.month,
                posting.site_id,
                origin_id,
                event.site_id,
                event.kind,
                event.process,
                posting.account,
                1 if (amount < 0 if reverses else amount > 0) else -1,
                posting.substance,
                stream,
                event.forecast,
            )
            grams, lines = self._found.get(key, (0, 0))
            self._found[key] = (grams + amount, lines + 1)

    def write(self, session: Session) -> None:
        """Add them to what is kept, in the order of the key."""
        if not self._found:
            return
        rows = [(*key, *self._found[key]) for key in sorted(self._found)]
        if session.get_bind().dialect.name == "sqlite":
            session.connection().execute(
                _ADD_SQLITE, [dict(zip(_GIVEN, row, strict=True)) | {"lane": 0} for row in rows]
            )
        else:
            columns: Mapping[str, Any] = dict(zip(_GIVEN, map(list, zip(*rows, strict=True)), strict=True))
            session.connection().execute(_ADD_POSTGRESQL, columns)


_GIVEN: Final = (*CELL_KEY, "amount", "lines")
_NEW = insert_sqlite(CELL)
_ADD_SQLITE: Final = _NEW.on_conflict_do_update(
    index_elements=list(LANE_KEY),
    set_={name: CELL.c[name] + _NEW.excluded[name] for name in ("amount", "lines")},
)


def _add_postgresql() -> TextClause:
    """One statement: the lowest lane nobody else is in, and the sums into it.

    A lane is held until the transaction ends, so that two writers never wait for each other's rows. Should all be
    taken, the connection's own number serves: it has one transaction at a time.
    """
    types = {"origin_id": "bigint", "direction": "int", "forecast": "int", "amount": "bigint", "lines": "bigint"}
    given = ", ".join(f"CAST(:{name} AS {types.get(name, 'text')}[])" for name in _GIVEN)
    return text(
        f"WITH free AS MATERIALIZED (SELECT number FROM generate_series(0, {_LANES - 1}) AS number"  # noqa: S608  # constants
        f" WHERE pg_try_advisory_xact_lock({_SPACE}, number) LIMIT 1),"
        f" mine AS MATERIALIZED (SELECT coalesce((SELECT number FROM free), {_LANES} + pg_backend_pid()) AS lane)"
        f" INSERT INTO mass_cells ({', '.join(_GIVEN)}, lane)"
        f" SELECT {', '.join(f'given.{name}' for name in _GIVEN)}, mine.lane"
        f" FROM unnest({given}) AS given({', '.join(_GIVEN)}), mine"
        f" ON CONFLICT ({', '.join(LANE_KEY)}) DO UPDATE"
        " SET amount = mass_cells.amount + excluded.amount, lines = mass_cells.lines + excluded.lines"
    )


_ADD_POSTGRESQL: Final = _add_postgresql()
