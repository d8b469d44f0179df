"""Every report that is a sheet equals a naive recount on both bases, by every breakdown and filter, and opens."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy.orm import Session

from registry.domain.substances import is_element
from reports.indicators import (
    element_recovery,
    mass_balance,
    outcomes,
    process_efficiency,
    second_life,
    traceability,
)
from reports.opening import asked_of
from reports.queries.contributions import opened
from reports.selection import Reader, Selection, selection_of
from reports.sheets import Sheet, asked_sheet, frame_of
from reports.tabular import TableReport, code_of, opening_parameters
from tests.reports.books import GUIYANG, NANMING, NOW, Book
from tests.reports.naive import NAIVE, Fact, Shelf, facts_of, grouped, share
from tests.reports.walks import Walk, some_day, walked

SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 4))]
SHEETS = [
    (module.SHEET, module.ENTRY)
    for module in (outcomes, second_life, traceability, element_recovery, process_efficiency, mass_balance)
]
NAMES = [sheet.about.name for sheet, _ in SHEETS]


@pytest.fixture
def book(session: Session) -> Book:
    return Book(session)


def questions(walk: Walk) -> Iterator[dict[str, str]]:
    """Filters that are asked on both bases."""
    yield {}
    yield {"area": GUIYANG}
    yield {"area": NANMING, "stream": "power_battery"}
    yield {"product": "LFP"}
    yield {"product": "-"}
    yield {"site": walk.sites[0]}
    yield {"organisation": walk.book.sites[walk.sites[0]]}
    yield {"process": "hydrometallurgy"}
    yield {"from": "2025-04-01", "to": "2025-06-01"}
    yield {"as_of": some_day(walk).isoformat()}


def expected(sheet: Sheet, facts: list[Fact], selection: Selection) -> Mapping[tuple[str, ...], Mapping[str, int]]:
    """Rows by naming codes → figures by part, of those rows that have any."""
    dims = sheet.dims(selection)
    found = {}
    mine = [fact for fact in facts if fact.source in sheet.sources]
    if "substance" in dims:
        mine = [fact for fact in mine if is_element(fact.substance)]
    for key, rows in grouped(mine, dims).items():
        values = {
            part.key: NAIVE[part.summed]([row for row in rows if row.substance == (part.substance or row.substance)])
            for part in sheet.parts
        }
        if any(values.values()) and sheet.keep(values):
            found[key] = values
    return found


def answered(sheet: Sheet, report: TableReport) -> Mapping[tuple[str, ...], Mapping[str, int]]:
    dims = sheet.dims(report.selection)
    return {
        tuple(code_of(row.cells[dim]) for dim in dims): {part.key: row.cells[part.key] for part in sheet.parts}  # type: ignore[misc]
        for row in report.rows
        if code_of(row.cells.get("process")) != "*"  # the chain of a place: tests/reports/test_process_chain.py
    }


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("sheet", "entry"), SHEETS, ids=NAMES)
def test_a_sheet_equals_a_naive_recount(sheet: Sheet, entry: object, seed: int, book: Book) -> None:
    walk = walked(book, seed)
    shelf, asked = Shelf(book.session), itertools.cycle(questions(walk))
    ways = itertools.product(entry.bases, entry.breakdowns)  # type: ignore[attr-defined]
    for (basis, by), _ in itertools.product(ways, range(3)):
        values = next(asked)
        selection = book.ask(basis=basis, by=by, **values)
        report = entry.answer(book.session, selection)  # type: ignore[attr-defined]
        facts = shelf.facts(selection)
        assert answered(sheet, report) == expected(sheet, facts, selection), (basis, by, values)
        for row in report.rows:
            for each in sheet.shares:
                over, under = (sum(row.cells[key] for key in keys) for keys in (each.over, each.under))
                assert row.cells[each.key] == share(over, under)
        if report.totals:
            collected = [fact for fact in facts if fact.source == "collected"]
            for part in sheet.parts:
                chosen = [fact for fact in collected if fact.substance == part.substance]
                assert report.totals[part.key] == NAIVE[part.summed](chosen), (part.key, by, values)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "reader",
    [
        pytest.param(Reader(), id="all", marks=pytest.mark.long),
        pytest.param(Reader(division_code=GUIYANG), id="regulator"),
    ],
)
@pytest.mark.parametrize(("sheet", "entry"), SHEETS, ids=NAMES)
def test_what_a_figure_opens_into_sums_to_it(
    sheet: Sheet, entry: object, reader: Reader, seed: int, book: Book
) -> None:
    walked(book, seed, steps=20)
    tried = figures = 0
    for basis, by in itertools.product(entry.bases, ("product", "area", "month", "site", "process")):  # type: ignore[attr-defined]
        if by not in entry.breakdowns:  # type: ignore[attr-defined]
            continue
        selection = book.ask(basis=basis, by=by, reader=reader)
        report = entry.answer(book.session, selection)  # type: ignore[attr-defined]
        figures += len(report.rows)
        for row, column in itertools.product(report.rows[:3], report.columns):
            parameters = opening_parameters(report, row, column)
            if parameters is None or row.cells[column.key] == 0:
                continue
            narrow = selection_of(parameters, reader=reader, now=NOW)
            opening = opened(book.session, narrow, asked_of(parameters["figure"]), limit=10_000)
            assert opening.total == row.cells[column.key], (basis, by, column.key, parameters)
            assert sum((*opening.rows["amount"], *opening.others["amount"])) == opening.total
            tried += 1
    assert tried or not figures


def test_the_recount_notices_one_gram(book: Book) -> None:
    walked(book, 1, steps=20)
    sheet, entry = SHEETS[0]
    selection = book.ask()
    report = entry.answer(book.session, selection)
    facts = facts_of(book.session, selection)
    altered = [*facts, next(fact for fact in facts if fact.account == "stock" and fact.substance == "mass")]
    assert answered(sheet, report) == expected(sheet, facts, selection)
    assert answered(sheet, report) != expected(sheet, altered, selection)


def test_a_broken_sheet_is_caught(book: Book) -> None:
    """Negative control: a sheet that forgets one cell does not equal the recount."""
    walked(book, 2)
    sheet, _ = SHEETS[-1]
    selection = book.ask(by="site")
    gathered = asked_sheet(sheet)(book.session, selection)
    cells = gathered.cells
    # Not just any: a sum may be zero.
    forgotten = cells[(cells["substance"] == "mass") & (cells["source"] == "collected")]["amount"].idxmax()
    broken = frame_of(sheet, type(gathered)(cells=cells.drop(forgotten), names=gathered.names), selection)
    assert answered(sheet, broken) != expected(sheet, facts_of(book.session, selection), selection)
