"""Every figure equals a naive recount of the ledger, closes to the gram, and is the sum of what it opens into."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy.orm import Session

from reports.figures import FIGURES, OUTCOME_FIGURES
from reports.opening import Asked
from reports.queries.contributions import opened
from reports.report import Report
from reports.selection import Reader, Selection
from tests.reports.books import GUIYANG, NANMING, Book, Recount, recount
from tests.reports.walks import some_day, walked

SEEDS = [1, 2, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 9))]
QUESTIONS = [
    {},
    {"area": GUIYANG},
    {"area": NANMING, "stream": "power_battery"},
    {"product": "LFP"},
    {"from": "2025-04-10", "to": "2025-06-20", "area": GUIYANG},
    {"basis": "cohort"},
    {"basis": "cohort", "area": GUIYANG, "from": "2025-04-01", "to": "2025-06-01"},
    {"by": "month"},
    {"by": "month", "basis": "cohort", "product": "NCM"},
]


@pytest.fixture
def book(session: Session) -> Book:
    return Book(session)


def differences(report: Report, naive: Recount) -> list[tuple[object, ...]]:
    """(row, figure, reported, recounted) wherever the two differ."""
    found = []
    lines = {(*line.row_key, line.substance): line.figures for line in report.lines}
    for key in lines.keys() | naive.keys():
        said, true = lines.get(key, dict.fromkeys(FIGURES, 0)), naive.get(key, {})
        expected = {
            "collected": -true.get("origin:end_of_life", 0),
            "additions": -true.get("origin:addition", 0),
            "received": true.get("crossed_in", 0),
            "sent_out": -true.get("crossed_out", 0),
            "stock": true.get("stock", 0),
            "transit": true.get("transit", 0),
            "loss": true.get("loss", 0),
            "difference_weighing": true.get("difference:weighing", 0),
            "difference_assay": true.get("difference:assay", 0),
            "process_input": -true.get("process_in", 0),
            "intermediates": true.get("process_out", 0),
            **{code: true.get(f"outcome:{code}", 0) for code in OUTCOME_FIGURES},
        }
        expected["input"] = expected["collected"] + expected["received"] - true.get("measured", 0)
        found += [(key, name, said[name], value) for name, value in expected.items() if said[name] != value]
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_report_equals_a_naive_recount_and_closes(seed: int, book: Book) -> None:
    walk = walked(book, seed)
    assert walk.stood > 20
    for values in QUESTIONS:
        for as_of in ("", some_day(walk).isoformat()):
            selection = book.ask(**values, as_of=as_of)
            report = book.report_of(selection)
            assert differences(report, recount(book.session, selection, by=values.get("by", ""))) == []
            assert [line for line in report.lines if line.rest] == []
            assert [finding for finding in report.findings if finding.code == "does_not_close"] == []


def test_the_recount_notices_one_gram(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    plant = book.site(GUIYANG)
    book.collect(plant)
    selection = book.ask()
    report = book.report_of(selection)
    naive = recount(book.session, selection)
    key = next(iter(naive))
    assert differences(report, naive) == []
    altered = {key: {**naive[key], "stock": naive[key]["stock"] + 1}}
    assert [(name, said, true) for _, name, said, true in differences(report, altered)] == [("stock", 1000, 1001)]


def contributions_of(book: Book, selection: Selection, report: Report) -> Counter[tuple[str, ...]]:
    """Every figure that is not zero, less the sum of what it opens into."""
    rest: Counter[tuple[str, ...]] = Counter()
    for line in report.lines:
        for figure, value in line.figures.items():
            if value == 0:
                continue
            unnamed = "-" if line.source == "collected" else None
            narrow = selection.narrowed(stream=line.stream, product=line.product or unnamed)
            asked = Asked(source=line.source, substance=line.substance, name=figure)
            opening = opened(book.session, narrow, asked, limit=10_000)
            assert opening.total == value
            rest[line.source, line.product, line.substance, figure] = value - sum(
                (*opening.rows["amount"], *opening.others["amount"])
            )
    return rest


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("reader", [Reader(), Reader(division_code=GUIYANG)], ids=["all", "regulator"])
def test_every_figure_is_the_sum_of_what_it_opens_into(seed: int, reader: Reader, book: Book) -> None:
    walked(book, seed, steps=30)
    for basis in ("flow", "cohort"):
        selection = book.ask(basis=basis, area=GUIYANG, reader=reader)
        rest = contributions_of(book, selection, book.report_of(selection))
        assert rest
        assert set(rest.values()) <= {0}
