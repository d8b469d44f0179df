"""Every report of events equals a naive recount, whoever asks and however, and each figure is the sum it opens into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from registry.domain.divisions import descendants
from registry.domain.periods import local_date
from reports.catalogue import entry_of
from reports.opening import asked_of
from reports.queries.contributions import opened
from reports.selection import Reader, Selection
from reports.tabular import TableReport, code_of, opening_parameters
from tests.reports.books import GUIYANG, NANMING, ZUNYI, Book
from tests.reports.event_recount import Line, Naive, age
from tests.reports.event_walks import EventWalk, lived
from tests.reports.walks import some_day

SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 5))]
QUESTIONS = [
    {},
    {"by": "area"},
    {"by": "area", "area": GUIYANG},
    {"by": "stream", "area": ZUNYI, "stream": "power_battery"},
    {"by": "month", "product": "LFP"},
    {"by": "product", "product": "-"},
    {"by": "month", "from": "2025-04-10", "to": "2025-06-20"},
]
NAMES = ("timeliness", "discrepancies", "licence_findings", "pathway_deviations", "claim_reconciliation")
MOST_SELECTS = {
    "timeliness": 3,
    "discrepancies": 2,
    "licence_findings": 2,
    "pathway_deviations": 2,
    "claim_reconciliation": 2,
    "stock_ageing": 5,
}
"""sums · names · late events; of ages two sums, and for each whether anything came after the cut-off"""
Sums = dict[tuple[str, ...], Counter[str]]


@pytest.fixture
def book(session: Session) -> Book:
    return Book(session)


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def place(line: Line, selection: Selection) -> str:
    if selection.by != "area":
        return str(line[selection.by])
    return selection.area_children[line.get("origin", line["area"])]


def timeliness(lines: list[Line]) -> Iterator[tuple[Line, tuple[str, ...], Counter[str]]]:
    for line in lines:
        yield line, (line["kind"],), Counter(due=1, late=line["late"], in_time=not line["late"])


def discrepancies(lines: list[Line]) -> Iterator[tuple[Line, tuple[str, ...], Counter[str]]]:
    for line in lines:
        still = {"count_open": 1, "mass_open": line["mass"]} if line["open"] else {}
        yield line, (line["type"], line["other_site"]), Counter(count=1, mass=line["mass"], **still)


def licence_findings(lines: list[Line]) -> Iterator[tuple[Line, tuple[str, ...], Counter[str]]]:
    for line in lines:
        missed = {"unlicensed": line["mass"], line["reason"]: line["mass"]} if line["reason"] else {}
        yield line, (line["process"],), Counter(processed=line["mass"], **missed)


def pathway_deviations(lines: list[Line]) -> Iterator[tuple[Line, tuple[str, ...], Counter[str]]]:
    for line in lines:
        side = "kept" if line["reason"] is None else "deviation"
        if line["substance"] == "energy":
            yield line, (), Counter({f"{side}_energy": line["amount"]})
            continue
        said = {} if side == "kept" else {"explained" if line["reason"].strip() else "unexplained": line["amount"]}
        yield line, (), Counter({"fit": line["amount"], side: line["amount"], **said})


def claim_reconciliation(lines: list[Line]) -> Iterator[tuple[Line, tuple[str, ...], Counter[str]]]:
    for line in lines:
        values = {key: line.get(key, 0) for key in ("content", "declared", "outputs")}
        excess = max(0, values["declared"] - values["content"])
        yield line, (line["process"], line["substance"]), Counter(**values, overclaim=excess)


TOLD: dict[str, tuple[str, Callable[[list[Line]], Iterator[tuple[Line, tuple[str, ...], Counter[str]]]]]] = {
    "timeliness": ("timeliness", timeliness),
    "discrepancies": ("discrepancies", discrepancies),
    "licence_findings": ("licences", licence_findings),
    "pathway_deviations": ("pathways", pathway_deviations),
    "claim_reconciliation": ("claims", claim_reconciliation),
}


def expected(name: str, naive: Naive) -> Sums:
    what, told = TOLD[name]
    found: Sums = {}
    for line, names, values in told(naive.lines(what)):
        key = names[:1] if name == "discrepancies" and naive.selection.by != "site" else names
        found.setdefault((place(line, naive.selection), *key), Counter()).update(values)
    shown = {"licence_findings": "unlicensed", "pathway_deviations": "fit"}.get(name)
    return {key: sums for key, sums in found.items() if (sums[shown] if shown else any(sums.values()))}


def said(report: TableReport) -> Sums:
    found: Sums = {}
    for row in report.rows:
        figures = {column.key for column in report.columns if column.opens}
        names = tuple(
            code_of(row.cells[column.key])
            for column in report.columns
            if column.key not in figures and column.kind == "named"
        )
        values = {key: value for key in figures if isinstance(value := row.cells[key], int) and value}
        found[names] = Counter(values)
    return found


def differing(sums: Sums) -> dict[tuple[str, ...], dict[str, int]]:
    return {key: {name: value for name, value in values.items() if value} for key, values in sums.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_report_of_events_equals_a_naive_recount(seed: int, book: Book) -> None:
    walk = lived(book, seed)
    seen = Counter[str]()
    for as_of in ("", some_day(walk).isoformat()):
        naive = Naive(book.session, book.ask(as_of=as_of))
        for question in QUESTIONS:
            selection = book.ask(**{"by": "site", **question, "as_of": as_of})
            for name in NAMES:
                report = entry_of(name).answer(book.session, selection)
                seen[name] += len(report.rows)
                assert differing(said(report)) == differing(expected(name, naive.ask(selection))), name
    assert all(seen[name] for name in NAMES), seen


def ages(naive: Naive) -> Sums:
    today, found = local_date(naive.selection.as_of_utc), Sums()
    for line in naive.lines("ages"):
        sums = found.setdefault((place(line, naive.selection), line["state"]), Counter())
        sums.update({"total": line["mass"], f"site_{age(line['day'], today)}": line["mass"]})
        for month, grams in line["months"].items():
            sums[f"origin_{age(date.fromisoformat(f'{month}-01'), today) if month else 'unknown'}"] += grams
    return {key: sums for key, sums in found.items() if any(sums.values())}


@pytest.mark.parametrize("seed", SEEDS)
def test_stock_by_age_equals_a_naive_recount(seed: int, book: Book) -> None:
    walk = lived(book, seed)
    for as_of in ("", some_day(walk).isoformat()):
        naive = Naive(book.session, book.ask(as_of=as_of))
        for question in ({"by": "site"}, {"by": "area", "area": GUIYANG}, {"by": "stream"}, {"by": "product"}):
            selection = book.ask(**question, as_of=as_of)
            report = entry_of("stock_ageing").answer(book.session, selection)
            assert report.rows
            assert differing(said(report)) == differing(ages(naive.ask(selection)))


def openings(book: Book, report: TableReport, reader: Reader) -> Iterator[tuple[int, int, int]]:
    """(figure, total of its opening, sum of what the opening lists)."""
    for row in report.rows:
        for column in report.columns:
            parameters = opening_parameters(report, row, column)
            value: Any = row.cells[column.key]
            if parameters and value:
                as_of = report.selection.as_of_utc.isoformat()
                selection = book.ask(reader=reader, **{**parameters, "as_of": as_of})
                opening = opened(book.session, selection, asked_of(parameters["figure"]), limit=1000)
                yield value, opening.total, sum((*opening.rows["amount"], *opening.others["amount"]))


@pytest.mark.parametrize("by", ["site", "area", "stream"])
def test_every_figure_is_the_sum_of_what_it_opens_into(by: str, book: Book) -> None:
    walk = lived(book, 5, steps=60)
    producer = Reader(division_code=GUIYANG)
    for reader, as_of in ((Reader(), ""), (Reader(), some_day(walk).isoformat()), (producer, "")):
        area = reader.division_code or "520000"
        for name in (*NAMES, "stock_ageing"):
            selection = book.ask(by=by, reader=reader, as_of=as_of, area=area)
            report = entry_of(name).answer(book.session, selection)
            for value, total, listed in openings(book, report, reader):
                assert (total, listed) == (value, value), name


def test_the_recount_notices_one_event(book: Book) -> None:
    lived(book, 1)
    selection = book.ask(by="site")
    report = entry_of("timeliness").answer(book.session, selection)
    naive = Naive(book.session, selection)
    assert differing(said(report)) == differing(expected("timeliness", naive))
    naive.events.remove(next(row for row in naive.standing() if row.kind == "process"))
    assert differing(said(report)) != differing(expected("timeliness", naive))


def test_readers_see_their_own(book: Book) -> None:
    walk: EventWalk = lived(book, 1)
    everything = entry_of("timeliness").answer(book.session, book.ask(by="site"))
    owner = walk.book.sites[walk.sites[0]]
    mine = entry_of("timeliness").answer(book.session, book.ask(by="site", reader=Reader(organisation_id=owner)))
    assert 0 < mine.totals["due"] < everything.totals["due"]
    assert {code_of(row.cells["site"]) for row in mine.rows} <= {walk.sites[0], walk.sites[1]}
    stranger = book.ask(by="site", reader=Reader(producer_id=owner))
    assert entry_of("timeliness").answer(book.session, stranger).rows == ()
    below = book.ask(by="site", area=NANMING, reader=Reader(division_code=GUIYANG))
    there = {code_of(row.cells["site"]) for row in entry_of("timeliness").answer(book.session, below).rows}
    assert there == {walk.sites[1]}
    assert NANMING in descendants(GUIYANG)


@pytest.mark.parametrize("name", [*NAMES, "stock_ageing"])
def test_a_report_of_events_asks_little_however_much_there_is(name: str, book: Book, statements: list[str]) -> None:
    walk = lived(book, 1, steps=30)
    entry = entry_of(name)
    counts = []
    for _ in range(2):
        for as_of in ("", some_day(walk).isoformat()):
            selection = book.ask(by="site", as_of=as_of)
            statements.clear()
            assert entry.answer(book.session, selection).rows or as_of
            counts.append(len(statements))
        for _ in range(20):
            book.collect(walk.sites[0], at=walk.now, recorded=walk.now)
    assert max(counts) <= MOST_SELECTS[name]
    assert counts[0] == counts[2]


@pytest.mark.parametrize("name", NAMES)
def test_whole_months_are_answered_from_cells(name: str, book: Book, statements: list[str]) -> None:
    lived(book, 1, steps=30)
    statements.clear()
    entry_of(name).answer(book.session, book.ask(by="area"))
    assert any("event_cells" in each for each in statements) is (name != "discrepancies")
