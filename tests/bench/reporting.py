"""What a report costs by the number of events, from the kept cells, from the postings, and from DuckDB; and what
keeping the cells costs capture.

`python -m tests.bench.reporting [--quick] [--engines sqlite postgresql]`. Ledgers of 10⁴, 10⁵ and (but for --quick) 10⁶
events are laid down as rows. Each time is the best of three: the machine is shared.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

import duckdb
import pandas as pd
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from registry.domain.refusals import Refusal
from registry.services.upkeep import rebuild_cells
from registry.store import schema
from registry.store.base import open_engine, writing
from registry.store.cells import CELL
from reports.catalogue import CATALOGUE
from reports.entry import Entry
from reports.queries import cube as cubes
from reports.queries.cube import cube
from reports.selection import EVERYTHING, Selection, selection_of
from tests.bench import ledger
from tests.bench.goals import Goal, told
from tests.bench.keeping import slowdown
from tests.databases import throwaway_postgres

T = TypeVar("T")
SIZES = (10_000, 100_000, 1_000_000)
KEYS = ("source", "stream", "product", "kind", "account", "substance")
NOW = datetime(2026, 1, 10, tzinfo=UTC)
SECOND = 1000.0
NEEDS: dict[str, dict[str, str]] = {"collection_rate": {"scheme": "eu-weee", "stream": "tyre"}}
"""entry → what it cannot be asked without"""


def main() -> int:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the million and most rounds")
    parser.add_argument("--engines", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    with throwaway_postgres(durable=True) as server, tempfile.TemporaryDirectory() as folder:
        make = {
            "sqlite": lambda name: f"sqlite:///{folder}/{name}.sqlite3",
            "postgresql": server.create,
        }
        for engine in asked.engines:
            _keeping(engine, make[engine]("capture"), quick=asked.quick)
            for size in SIZES[:2] if asked.quick else SIZES:
                _size(engine, make[engine](f"ledger{size}"), size)
                Path(f"{folder}/ledger{size}.sqlite3").unlink(missing_ok=True)
    return 0


def _keeping(engine: str, url: str, *, quick: bool) -> None:
    schema.upgrade(url)
    for name, percent in slowdown(url, rounds=3 if quick else 9).items():
        print(told(Goal(name=f"{engine}: cells slow {name} by", unit="%", most=20), percent), flush=True)


def _size(engine: str, url: str, size: int) -> None:
    began = time.perf_counter()
    schema.upgrade(url)
    ledger.lay(url, size)
    laid = time.perf_counter()
    opened = open_engine(url)
    with Session(opened) as session:
        with writing(session):
            rebuild_cells(session)
            session.commit()
        summed = time.perf_counter()
        session.execute(text("ANALYZE"))
        session.commit()
        count = session.scalar(select(func.count()).select_from(CELL))
        print(
            f"\n{engine}, {size:,} events: laid in {laid - began:.0f} s, summed into {count:,} cells in "
            f"{summed - laid:.0f} s",
            flush=True,
        )
        _three_ways(session, size)
        for entry in CATALOGUE.values():
            _entry(session, entry)
    opened.dispose()


def _three_ways(session: Session, size: int) -> None:
    """The year by product: cells, postings and DuckDB give the same sums."""
    selection = _asked({"by": "product"})
    times, sums = {}, {}
    for name, how in (("cells", nullcontext()), ("postings", _from_postings())):
        with how:
            times[name], frame = _best(lambda: cube(session, selection, KEYS), tries=3 if size < SIZES[-1] else 2)
        sums[name] = _plain(frame)
    with _duck(size) as asked:
        times["duckdb"], frame = _best(asked)
    sums["duckdb"] = _plain(frame)
    if not sums["cells"] == sums["postings"] == sums["duckdb"]:
        sys.exit("the three do not give the same sums")
    for name, took in times.items():
        print(f"  a year by product from {name:<9} {took:>9.1f} ms  {took / times['cells']:>7.1f} ×", flush=True)


def _entry(session: Session, entry: Entry) -> None:
    for basis in entry.bases:
        selection = _asked({"basis": basis, "by": entry.breakdowns[0], **NEEDS.get(entry.name, {})})
        try:
            took, _ = _best(lambda selection=selection: entry.answer(session, selection))
        except Refusal as refusal:
            print(f"  {entry.name}, {basis}: not asked ({refusal.code})", flush=True)
            continue
        print("  " + told(Goal(name=f"{entry.name}, {basis}", unit="ms", most=SECOND), took), flush=True)


def _asked(values: dict[str, str]) -> Selection:
    return selection_of({"from": "2025-01-01", "to": "2026-01-01", **values}, reader=EVERYTHING, now=NOW)


@contextmanager
def _from_postings() -> Iterator[None]:
    """Questions are answered by a GROUP BY over the postings."""
    with patch.object(cubes, "_in_whole_months", lambda _: False):
        yield


def _best(what: Callable[[], T], *, tries: int = 3) -> tuple[float, T]:
    """Milliseconds, and the answer."""
    found: list[tuple[float, T]] = []
    for _ in range(tries):
        began = time.perf_counter()
        answer = what()
        found.append((1000 * (time.perf_counter() - began), answer))
    return min(found, key=lambda each: each[0])


def _plain(frame: pd.DataFrame) -> dict[tuple[str, ...], int]:
    rows = frame[[*KEYS, "amount"]].itertuples(index=False)
    return {tuple(map(str, key)): int(amount) for *key, amount in rows if amount}


_DUCK_QUESTION = """
    SELECT o.kind AS source, o.stream AS stream, o.product AS product, e.kind AS kind, p.account AS account,
           p.substance AS substance, sum(g.amount)::BIGINT AS amount
      FROM posting_origins g JOIN postings p ON p.seq = g.seq AND p.line = g.line
      JOIN origins o ON o.id = g.origin_id JOIN events e ON e.seq = g.seq
     WHERE e.occurred_at_utc >= TIMESTAMPTZ '2024-12-31 16:00:00+00'
       AND e.occurred_at_utc < TIMESTAMPTZ '2025-12-31 16:00:00+00'
     GROUP BY ALL
"""


@contextmanager
def _duck(size: int) -> Iterator[Callable[[], pd.DataFrame]]:
    """The same rows in DuckDB, in memory, on two threads."""
    rows = list(ledger.lives(size // ledger.STEPS))
    with duckdb.connect(config={"threads": 2}) as duck:
        for name, frame in {
            "bench_lives": pd.DataFrame(rows),
            "bench_steps": pd.DataFrame({"step": range(1, ledger.STEPS + 1), "kind": ledger.KINDS}),
            "bench_lines": pd.DataFrame(ledger.LINES, columns=["step", "line", "account", "place", "part", "sign"]),
            "origins": pd.DataFrame(ledger.origins(rows)),
        }.items():
            duck.from_df(frame).create(name)
        for name, statement in ledger.STATEMENTS.items():
            duck.execute(f"CREATE TABLE {name} AS {statement}")
        yield lambda: duck.execute(_DUCK_QUESTION).df()


if __name__ == "__main__":
    raise SystemExit(main())
