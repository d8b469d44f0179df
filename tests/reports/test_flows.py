"""Flows equal a naive recount of who received from whom, close with what each place sent and took, and open."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy.orm import Session

from reports.catalogue import entry_of
from reports.opening import asked_of
from reports.queries.contributions import opened
from reports.selection import EVERYTHING, selection_of
from reports.tabular import code_of, opening_parameters
from tests.reports.books import GUIYANG, NANMING, NOW, ZUNYI, Book
from tests.reports.naive import NAIVE, Shelf, grouped
from tests.reports.walks import walked

ENTRY = entry_of("flows")
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 5))]


@pytest.fixture
def book(session: Session) -> Book:
    return Book(session)


def links(book: Book, **values: str) -> Counter[tuple[str, str, str]]:
    report = ENTRY.answer(book.session, book.ask(**values))
    found: Counter[tuple[str, str, str]] = Counter()
    for row in report.rows:
        ends = tuple(code_of(row.cells[key]) for key in ("stream", "origin", "destination"))
        found[ends] += row.cells["mass"]  # type: ignore[index]
    return found


def test_what_was_received_is_a_flow_from_its_sender(book: Book) -> None:
    near, far = book.site(NANMING), book.site(ZUNYI)
    batch = book.collect(near, 1000)
    book.send(near, batch, far, weighed_g=990)
    assert links(book, by="site") == {("power_battery", near, far): 1000}
    assert links(book, by="area") == {("power_battery", GUIYANG, ZUNYI): 1000}


def test_what_travels_still_is_no_flow_yet_and_what_stays_in_a_part_is_none(book: Book) -> None:
    first, second = book.site(GUIYANG), book.site(NANMING)
    book.send(first, book.collect(first, 500), second)
    assert links(book, by="area") == {}
    assert sum(links(book, by="site").values()) == 500
    inside = links(book, by="area", area=GUIYANG)
    assert inside == {("power_battery", GUIYANG, NANMING): 500}


def naive_handed_on(book: Book, by: str) -> Counter[tuple[str, str, str]]:
    """Sender to receiver: what left a transit (or a second life) in the event that took it elsewhere."""
    shelf, found = Shelf(book.session), Counter[tuple[str, str, str]]()
    for fact in shelf.facts(book.ask(by=by)):
        left = fact.account == "transit" if fact.kind == "receive" else fact.account in CUSTODY
        if fact.source != "collected" or fact.substance != "mass" or fact.kind not in ("receive", "retire"):
            continue
        if not left or fact.forwards:
            continue
        here = shelf.sites[shelf.events[fact.reversed_seq or fact.seq].site_id]
        places = {
            "site": (fact.site, here.id),
            "organisation": (fact.organisation, here.organisation_id),
            "area": (fact.area, here.division_code[:4] + "00"),
        }
        origin, destination = places[by]
        if origin != destination:
            found[fact.stream, origin, destination] -= fact.amount
    return Counter({key: value for key, value in found.items() if value})


CUSTODY = ("outcome:cascade", "outcome:reuse")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("by", ["site", "organisation", "area"])
def test_flows_between_places_equal_a_naive_recount(by: str, seed: int, book: Book) -> None:
    walked(book, seed)
    assert links(book, by=by) == naive_handed_on(book, by)


@pytest.mark.parametrize("seed", SEEDS)
def test_flows_through_processes_equal_a_naive_recount(seed: int, book: Book) -> None:
    walked(book, seed)
    selection = book.ask(by="stream")
    facts = [
        fact
        for fact in Shelf(book.session).facts(selection)
        if fact.source == "collected" and fact.substance == "mass" and fact.process
    ]
    expected: Counter[tuple[str, str, str]] = Counter()
    for (stream, process), rows in grouped(facts, ("stream", "process")).items():
        expected[stream, stream, process] += NAIVE["process_input"](rows)
        for end in ("reuse", "cascade", "remanufacture", "retread", "recycle", "energy", "dispose", "loss"):
            expected[stream, process, end] += NAIVE[end](rows)
        expected[stream, process, "intermediates"] += NAIVE["intermediates"](rows)
    assert links(book, by="stream") == Counter({key: value for key, value in expected.items() if value})


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("by", ["site", "organisation", "area", "stream"])
def test_every_flow_opens_into_what_it_is_the_sum_of(by: str, seed: int, book: Book) -> None:
    walked(book, seed)
    report = ENTRY.answer(book.session, book.ask(by=by))
    for row in report.rows:
        parameters = opening_parameters(report, row, report.columns[-1])
        assert parameters is not None
        narrow = selection_of(parameters, reader=EVERYTHING, now=NOW)
        opening = opened(book.session, narrow, asked_of(parameters["figure"]), limit=10_000)
        assert opening.total == row.cells["mass"] == sum(opening.rows["amount"])
