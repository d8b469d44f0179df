"""The plan's indicators: what can be measured is, against the target of the day; the rest says why not."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine
from reports.catalogue import entry_of
from reports.tabular import TableReport, TableRow, code_of
from tests.reports.books import GUIYANG, Book

ENTRY = entry_of("plan_indicators")


@pytest.fixture
def book(session: Session) -> Book:
    return Book(session)


def asked(book: Book, **values: str) -> TableReport:
    answer: TableReport = ENTRY.answer(book.session, book.ask(by="year", **values))
    return answer


def row_of(report: TableReport, indicator: str, instrument: str = "") -> TableRow:
    found = [
        row
        for row in report.rows
        if code_of(row.cells["indicator"]) == indicator and instrument in str(row.cells["instrument"])
    ]
    return found[0]


def test_a_national_total_shows_the_provinces_part_and_no_verdict(book: Book) -> None:
    plant = book.site(GUIYANG)
    batch = book.collect(plant, 12_345_000_000, stream="scrap_steel", product=None)
    book.treat(plant, batch, OutputLine(mass_g=12_345_000_000, to="recycle"), process="melt")
    row = row_of(asked(book), "scrap_steel_use")
    assert (row.cells["measured"], row.cells["amount"]) == ("1.2345 万吨", 12_345_000_000)
    assert (code_of(row.cells["status"]), row.cells["verdict"]) == ("national", None)


def test_a_rule_of_elsewhere_is_for_reference_with_its_verdict(book: Book) -> None:
    plant = book.site(GUIYANG)
    book.treat(plant, book.collect(plant, 1000), OutputLine(mass_g=640, to="recycle"))
    report = asked(book, **{"from": "2025-01-01", "to": "2026-07-01"})
    row = row_of(report, "recycling_efficiency")
    assert (row.cells["measured"], code_of(row.cells["verdict"])) == ("64.00 %", "missed")
    assert (code_of(row.cells["status"]), row.cells["target"]) == ("reference", "≥ 65 %")
    assert [note.code for note in report.findings] == ["target_missed"]


def test_what_is_off_or_cannot_be_computed_is_listed_and_says_why(book: Book) -> None:
    rows = asked(book).rows
    said = {code_of(row.cells["status"]): row for row in rows}
    assert {"off", "not_computed", "national"} <= said.keys()
    assert said["off"].cells["reason"]
    assert said["not_computed"].cells["reason"]
    assert said["off"].cells.get("measured") is None


def test_targets_count_on_their_dates(book: Book) -> None:
    then, now = asked(book, **{"from": "2024-01-01", "to": "2025-01-01"}), asked(book)
    assert row_of(then, "regular_recycling_rate").cells["target"] == "≥ 40 %"
    assert row_of(now, "regular_recycling_rate").cells["target"] == "≥ 50 %"


def test_nothing_to_divide_by_gives_no_value_and_no_verdict(book: Book) -> None:
    row = row_of(asked(book, **{"from": "2026-01-01", "to": "2027-01-01"}), "recycling_efficiency")
    assert (row.cells["measured"], row.cells["verdict"]) == (None, None)
