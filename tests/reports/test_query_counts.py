"""A report is one SELECT and an opened figure two, whatever is asked: the count must not grow with the answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine
from reports.catalogue import entry_of
from reports.opening import Asked
from reports.queries.contributions import opened
from reports.selection import Reader
from tests.reports.books import GUIYANG, ZUNYI, Book


@pytest.fixture
def book(session: Session) -> Book:
    book = Book(session)
    here, there = book.site(GUIYANG), book.site(ZUNYI)
    for number in range(4):
        batch = book.collect(here, 100 + number, product=f"P{number}")
        book.send(here, batch, there)
        book.treat(there, batch, OutputLine(mass_g=50, to="recycle"))
    return book


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("basis", ["flow", "cohort"])
@pytest.mark.parametrize("by", ["product", "stream", "area", "month"])
def test_a_report_is_one_select(basis: str, by: str, book: Book, statements: list[str]) -> None:
    selection = book.ask(basis=basis, by=by)
    statements.clear()
    assert entry_of("recovery").answer(book.session, selection).lines
    assert len(statements) == 1


@pytest.mark.parametrize("reader", [Reader(), Reader(division_code=GUIYANG)], ids=["all", "regulator"])
def test_an_opened_figure_is_two_selects(reader: Reader, book: Book, statements: list[str]) -> None:
    selection = book.ask(basis="cohort", area=GUIYANG, reader=reader)
    statements.clear()
    opened(book.session, selection, Asked(source="collected", substance="mass", name="recycled"), limit=3)
    assert len(statements) == 2


def test_pages_of_an_opened_figure_hold_each_row_once_and_sum_to_it(book: Book) -> None:
    asked = Asked(source="collected", substance="mass", name="collected")
    seen, cursor, total = [], "", 0
    while True:
        page = opened(book.session, book.ask(), asked, cursor=cursor, limit=3)
        seen += list(page.rows["batch_id"])
        total += int(page.rows["amount"].sum())
        if page.cursor is None:
            break
        cursor = page.cursor
    assert (len(seen), len(set(seen)), total) == (4, 4, page.total)


def test_others_stand_on_the_first_page_only_and_hold_what_may_not_be_opened(book: Book) -> None:
    asked = Asked(source="collected", substance="mass", name="recycled")
    selection = book.ask(basis="cohort", area=GUIYANG, reader=Reader(division_code=GUIYANG))
    page = opened(book.session, selection, asked, limit=3)
    assert (len(page.rows), list(page.others["division_code"]), page.total) == (0, [ZUNYI], 200)
