"""How many SELECTs each report of sums takes: few, and no more for a longer answer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine
from reports.catalogue import entry_of
from tests.reports.books import GUIYANG, ZUNYI, Book

COUNTS = {
    "outcomes": 1,
    "cascade_vs_recycling": 1,
    "element_recovery": 1,
    "traceability": 1,
    "avoided_co2": 1,
    "mass_balance": 1,
    "flows": 1,
    "plan_indicators": 1,
    "process_efficiency": 2,
}
NAMED = ("site", "organisation")


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("name", COUNTS)
def test_a_report_asks_once_and_once_more_for_names(name: str, session: Session, statements: list[str]) -> None:
    book, entry = Book(session), entry_of(name)
    here, there = book.site(GUIYANG), book.site(ZUNYI)
    batch = book.collect(here, 100, contents_g={"lithium": 5})
    book.send(here, batch, there)
    book.treat(there, batch, OutputLine(mass_g=50, to="recycle"))
    for basis, by in itertools.product(entry.bases, entry.breakdowns):
        selection = book.ask(basis=basis, by=by)
        statements.clear()
        assert entry.answer(session, selection).rows
        assert len(statements) == COUNTS[name] + (by in NAMED), (basis, by)
