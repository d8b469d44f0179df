"""Any report with the period before beside it: the figures of both, exactly, and what changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine
from registry.domain.refusals import Refusal
from reports.catalogue import CATALOGUE, entry_of
from reports.opening import asked_of
from reports.queries.contributions import opened
from reports.render.files import report_file
from reports.selection import EVERYTHING, selection_of
from reports.tabular import TableReport, code_of, opening_parameters
from tests.reports.books import GUIYANG, NOW, ZUNYI, Book

JUNE_2024, MAY_2025 = datetime(2024, 6, 1, tzinfo=UTC), datetime(2025, 5, 1, tzinfo=UTC)


@pytest.fixture
def book(session: Session) -> Book:
    book = Book(session)
    here, there = book.site(GUIYANG), book.site(ZUNYI)
    for site, mass_g, at in ((here, 400, JUNE_2024), (there, 50, JUNE_2024), (here, 1000, MAY_2025)):
        batch = book.collect(site, mass_g, at=at)
        book.treat(site, batch, OutputLine(mass_g=mass_g // 2, to="recycle"), at=at)
    return book


def asked(book: Book, name: str, **values: str) -> TableReport:
    answer: TableReport = entry_of(name).answer(book.session, book.ask(compare="previous", **values))
    return answer


def test_each_figure_stands_beside_that_of_the_period_before(book: Book) -> None:
    report = asked(book, "outcomes", by="area")
    here, gone = report.rows
    assert code_of(here.cells["area"]) == GUIYANG
    assert [here.cells[f"recycle{which}"] for which in ("", "_before", "_change")] == [500, 200, 300]
    assert [here.cells[f"recycle_of_input{which}"] for which in ("", "_before", "_change")] == [
        "50.00",
        "50.00",
        "0.00",
    ]
    assert [gone.cells[f"recycle{which}"] for which in ("", "_before", "_change")] == [0, 25, -25]
    assert [report.totals[f"recycle{which}"] for which in ("", "_before", "_change")] == [500, 225, 275]


def test_a_month_is_compared_with_the_same_month_a_year_before(book: Book) -> None:
    book.collect(book.site(ZUNYI), 70, at=datetime(2024, 5, 1, tzinfo=UTC))
    rows = {code_of(row.cells["month"]): row.cells for row in asked(book, "outcomes", by="month").rows}
    assert (rows["2025-05"]["collected"], rows["2025-05"]["collected_before"]) == (1000, 70)


def test_the_figure_of_the_period_before_opens_too(book: Book) -> None:
    report = asked(book, "outcomes", by="area")
    column = next(each for each in report.columns if each.key == "recycle_before")
    for row in report.rows:
        parameters = opening_parameters(report, row, column)
        assert parameters is not None
        narrow = selection_of(parameters, reader=EVERYTHING, now=NOW)
        opening = opened(book.session, narrow, asked_of(parameters["figure"]), limit=10)
        assert opening.total == row.cells["recycle_before"]


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (("2025-01-01", "2026-01-01"), ("2024-01-01", "2025-01-01")),
        (("2025-03-01", "2025-04-01"), ("2025-02-01", "2025-03-01")),
        (("2025-01-01", "2025-04-01"), ("2024-10-01", "2025-01-01")),
        (("2025-03-10", "2025-03-20"), ("2025-02-28", "2025-03-10")),
    ],
)
def test_the_period_before_is_as_long(period: tuple[str, str], before: tuple[str, str], book: Book) -> None:
    selection = book.ask(**{"from": period[0], "to": period[1]}, compare="previous").before
    assert (selection.period.start.isoformat(), selection.period.end.isoformat()) == before
    assert selection.compare is None


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_every_report_can_be_compared_and_written_down(name: str, book: Book) -> None:
    entry = CATALOGUE[name]
    more = {"scheme": "eu-portable-batteries"} if "scheme" in entry.filters else {}
    report = asked(book, name, by=entry.breakdowns[0], basis=entry.bases[0], **more)
    assert isinstance(report, TableReport)
    for form in ("json", "csv", "xlsx"):
        assert report_file(report, entry.table(report, "en"), form, "en", entry.manner).content


def test_a_comparison_with_something_else_is_refused(book: Book) -> None:
    with pytest.raises(Refusal) as refused:
        book.ask(compare="future")
    assert refused.value.code == "unknown_comparison"


@pytest.mark.parametrize("name", ["recovery", "collection_rate"])
def test_a_report_of_its_own_shape_opens_its_figures_in_the_common_one(name: str, book: Book) -> None:
    entry = entry_of(name)
    more = {"scheme": "eu-portable-batteries"} if "scheme" in entry.filters else {}
    answer = entry.tabled(entry.answer(book.session, book.ask(**more)))
    assert answer.rows
    for row in answer.rows:
        for column in answer.columns:
            parameters = opening_parameters(answer, row, column)
            if parameters is not None and row.cells[column.key]:
                narrow = selection_of(parameters, reader=EVERYTHING, now=NOW)
                opening = opened(book.session, narrow, asked_of(parameters["figure"]), limit=10)
                assert opening.total == row.cells[column.key]
