"""Step yield and chain recovery: what a plant made itself and feeds on is input of a step, but none of its chain."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy.orm import Session

from registry.domain.events import Addition, OutputLine
from reports.catalogue import entry_of
from reports.tabular import TableReport, code_of
from tests.reports.books import GUIYANG, ZUNYI, Book

ENTRY = entry_of("process_efficiency")


@pytest.fixture
def book(session: Session) -> Book:
    return Book(session)


def asked(book: Book, **values: str) -> TableReport:
    answer: TableReport = ENTRY.answer(book.session, book.ask(**values))
    return answer


def rows(book: Book, **values: str) -> dict[tuple[str, str], dict[str, object]]:
    report = asked(book, **values)
    return {
        (code_of(row.cells[report.selection.by]), code_of(row.cells["process"])): dict(row.cells) for row in report.rows
    }


def two_steps(book: Book, first: str, second: str) -> None:
    """1000 g dismantled to 600 g of powder and 300 g recycled; the powder smelted to 400 g of salts."""
    batch = book.collect(first, 1000)
    made = str(uuid.uuid4())
    powder = OutputLine(mass_g=600, to="stock", stream="power_battery", product="black_mass", batch_id=made)
    book.treat(first, batch, powder, OutputLine(mass_g=300, to="recycle"), process="dismantle")
    if first != second:
        book.send(first, made, second)
    book.treat(second, made, OutputLine(mass_g=400, to="recycle"))


@pytest.mark.parametrize("basis", ["flow", "cohort"])
def test_what_a_plant_makes_and_feeds_on_is_no_input_of_its_chain(basis: str, book: Book) -> None:
    plant = book.site(GUIYANG)
    two_steps(book, plant, plant)
    found = rows(book, by="site", basis=basis)
    assert found[plant, "dismantle"]["step_yield"] == "90.00"
    assert found[plant, "dismantle"]["efficiency"] == "30.00"
    assert found[plant, "hydrometallurgy"]["step_yield"] == "66.67"
    chain = found[plant, "*"]
    assert (chain["process_input"], chain["chain_input"], chain["chain_recovery"]) == (1600, 1000, "70.00")


def test_between_two_plants_it_is_input_of_each_but_not_of_the_province(book: Book) -> None:
    first, second = book.site(GUIYANG), book.site(ZUNYI)
    two_steps(book, first, second)
    report = asked(book, by="area")
    found = rows(book, by="area")
    assert (found[GUIYANG, "*"]["chain_input"], found[ZUNYI, "*"]["chain_input"]) == (1000, 600)
    assert found[ZUNYI, "*"]["chain_recovery"] == "66.67"
    assert (report.totals["chain_input"], report.totals["chain_recovery"]) == (1000, "70.00")


def test_an_intermediate_in_stock_lowers_the_chain_and_not_the_step(book: Book) -> None:
    plant = book.site(GUIYANG)
    powder = OutputLine(mass_g=600, to="stock", stream="power_battery", product="black_mass")
    batch = book.collect(plant, 1000)
    book.treat(plant, batch, powder, OutputLine(mass_g=300, to="recycle"), process="dismantle")
    chain = rows(book, by="site")[plant, "*"]
    assert (chain["step_yield"], chain["chain_recovery"]) == ("90.00", "30.00")


def test_by_process_the_total_tells_the_chain(book: Book) -> None:
    plant = book.site(GUIYANG)
    two_steps(book, plant, plant)
    report = asked(book, by="process")
    assert {code_of(row.cells["process"]) for row in report.rows} == {"dismantle", "hydrometallurgy"}
    assert report.totals["chain_recovery"] == "70.00"


def test_additions_are_no_input_and_their_share_is_no_output(book: Book) -> None:
    plant = book.site(GUIYANG)
    acid = (Addition(material="acid", mass_g=1000),)
    book.treat(plant, book.collect(plant, 1000), OutputLine(mass_g=1000, to="recycle"), additions=acid)
    row = rows(book, by="site")[plant, "hydrometallurgy"]
    assert (row["process_input"], row["counted_output"], row["efficiency"]) == (1000, 500, "50.00")
