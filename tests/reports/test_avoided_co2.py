"""Avoided CO₂ is recycled mass times the factor of the material, marked as an estimate; burdens stay apart."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from registry.domain.emissions import Factor, burden_for, credit_for, factors
from registry.domain.events import OutputLine
from reports.catalogue import entry_of
from reports.opening import asked_of
from reports.queries.contributions import opened
from reports.selection import EVERYTHING, selection_of
from reports.tabular import TableReport, opening_parameters
from tests.reports.books import GUIYANG, NOW, Book
from tests.reports.naive import NAIVE, Shelf, grouped
from tests.reports.walks import walked

ENTRY = entry_of("avoided_co2")


@pytest.fixture
def book(session: Session) -> Book:
    return Book(session)


def melted(book: Book) -> TableReport:
    plant = book.site(GUIYANG)
    batch = book.collect(plant, 2_000_000, stream="scrap_steel", product=None)
    book.treat(plant, batch, OutputLine(mass_g=1_500_001, to="recycle"), process="melt")
    answer: TableReport = ENTRY.answer(book.session, book.ask(by="product"))
    return answer


def test_a_tonne_of_steel_avoids_what_the_factor_says(book: Book) -> None:
    (row,) = melted(book).rows
    assert (row.cells["recycled"], row.cells["avoided"], row.cells["burden"]) == (1_500_001, 2_400_002, None)


def test_it_is_marked_as_an_estimate_with_the_source_of_its_factor(book: Book) -> None:
    report = melted(book)
    assert report.estimate is not None
    assert "NDRC" in str(report.rows[0].cells["factor_source"])


def test_what_has_no_factor_is_said_and_not_counted(book: Book) -> None:
    plant = book.site(GUIYANG)
    book.treat(plant, book.collect(plant, 1000), OutputLine(mass_g=600, to="recycle"))
    report = ENTRY.answer(book.session, book.ask(by="product"))
    assert [note.code for note in report.findings] == ["no_factor", "burden_off"]
    assert (report.rows[0].cells["avoided"], report.totals["avoided"]) == (None, 0)


def test_a_burden_that_is_switched_off_is_no_burden_and_never_a_credit() -> None:
    assert burden_for("power_battery", "LFP", "hydrometallurgy") is None
    assert burden_for("power_battery", "LFP", "hydrometallurgy", enabled=False) is not None
    assert credit_for("power_battery", "LFP", "hydrometallurgy") is None
    assert all(each.kg_per_t < 0 for each in factors() if each.kind == "credit")


@pytest.mark.parametrize(("mass", "grams"), [(0, 0), (1, 2), (312, 499), (313, 501), (10**12, 16 * 10**11)])
def test_grams_are_rounded_once_half_up(mass: int, grams: int) -> None:
    steel = credit_for("scrap_steel", "", "melt")
    assert steel is not None
    assert steel.grams(mass) == grams


def test_a_half_gram_is_rounded_up() -> None:
    shape: dict[str, Any] = dict.fromkeys(("material", "kind", "stream", "product", "process", "source"), "")
    factor = Factor(**shape, kg_per_t=Decimal(-500), verified_as="", enabled=True, reason="")
    assert [factor.grams(mass) for mass in (1, 2, 3)] == [1, 1, 2]


@pytest.mark.parametrize("basis", ["flow", "cohort"])
@pytest.mark.parametrize("by", ["product", "area", "process"])
def test_the_mass_behind_it_equals_a_naive_recount_and_opens(basis: str, by: str, book: Book) -> None:
    walked(book, 1)
    selection = book.ask(basis=basis, by=by)
    report = ENTRY.answer(book.session, selection)
    dims = tuple(dict.fromkeys([by, "stream", "product", "process"]))
    facts = [
        fact
        for fact in Shelf(book.session).facts(selection)
        if fact.source == "collected" and fact.substance == "mass" and fact.process
    ]
    expected = {key: NAIVE["recycled"](rows) for key, rows in grouped(facts, dims).items()}
    found = {tuple(row.cells[dim].code for dim in dims): row.cells["recycled"] for row in report.rows}
    assert {key: value for key, value in found.items() if value} == {k: v for k, v in expected.items() if v}
    column = next(each for each in report.columns if each.key == "recycled")
    for row in report.rows[:4]:
        parameters = opening_parameters(report, row, column)
        assert parameters is not None
        narrow = selection_of(parameters, reader=EVERYTHING, now=NOW)
        assert opened(book.session, narrow, asked_of(parameters["figure"]), limit=10).total == row.cells["recycled"]
