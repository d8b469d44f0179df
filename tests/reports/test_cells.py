"""Every row of every breakdown opens into lines that sum to it, and a cube adds up to the plain recount."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine
from registry.domain.refusals import Refusal
from registry.store.ledger import PostingRow
from reports.opening import Asked
from reports.queries.contributions import opened
from reports.queries.cube import BROKEN_DOWN, cube
from reports.queries.places import check_places
from reports.selection import BREAKDOWNS, OTHERS, Reader, Selection, selection_of
from tests.reports.books import GUIYANG, NOW, ZUNYI, Book
from tests.reports.walks import walked


@pytest.fixture
def book(session: Session) -> Book:
    return Book(session)


FIGURES = ("collected", "received", "sent_out", "stock", "recycle", "loss", "input", "process_output")


def unopened(book: Book, selection: Selection, *, thorough: bool) -> list[tuple[object, ...]]:
    """Figures of rows whose opening is another sum: (row, figure, figure's value, sum opened).

    All figures of a row where `thorough`, else two, other ones in each row.
    """
    found = []
    for place, line in enumerate(book.report_of(selection).lines):
        if line.source != "collected":
            continue
        values = {**selection.parameters(), "stream": line.stream, **selection.row_parameters(line.bucket)}
        if selection.by != "stream":
            values["product"] = line.product or "-"
        narrow = selection_of(values, reader=selection.reader, now=NOW)
        for name in FIGURES if thorough else (FIGURES[place % 8], FIGURES[(place + 3) % 8]):
            asked = Asked(source=line.source, substance=line.substance, name=name)
            if (total := opened(book.session, narrow, asked, limit=1).total) != line.figures[name]:
                found.append((line.row_key, name, line.figures[name], total))
    return found


@pytest.mark.parametrize("thorough", [False, pytest.param(True, marks=pytest.mark.long)])
@pytest.mark.parametrize("basis", ["flow", "cohort"])
def test_every_row_of_a_breakdown_narrows_to_a_question_that_sums_to_it(basis: str, thorough: bool, book: Book) -> None:
    walk = walked(book, 4, steps=20)
    owner = book.sites[walk.sites[0]]
    readers = {
        Reader(): {},
        Reader(division_code=GUIYANG): {"area": GUIYANG},
        Reader(producer_id=owner): {},
        Reader(organisation_id=owner): {},
    }
    for place, by in enumerate(BREAKDOWNS[2:]):
        chosen = list(readers.items()) if thorough else [list(readers.items())[place % len(readers)]]
        for reader, asked in chosen:
            assert unopened(book, book.ask(basis=basis, by=by, reader=reader, **asked), thorough=thorough) == []


def test_a_cube_by_any_dimension_holds_the_whole_ledger(book: Book) -> None:
    walked(book, 5, steps=20)
    plain: defaultdict[str, int] = defaultdict(int)
    for posting in book.session.scalars(select(PostingRow)):
        plain[posting.account] += posting.amount
    for key in BROKEN_DOWN:
        frame = cube(book.session, book.ask(by="month"), list(dict.fromkeys(("account", key))))
        summed = {account: int(amount) for account, amount in frame.groupby("account")["amount"].sum().items()}
        assert summed == dict(plain), key


def test_a_cube_names_the_process_and_where_it_happened(book: Book) -> None:
    here, plant = book.site(GUIYANG), book.site(ZUNYI)
    batch = book.collect(here, 1000)
    book.send(here, batch, plant)
    book.treat(plant, batch, OutputLine(mass_g=400, to="recycle"))
    keys = ("month", "process", "site_id", "here_site_id", "account")
    frame = cube(book.session, book.ask(), keys)
    (recycled,) = frame[frame["account"] == "outcome:recycle"].to_dict("records")
    assert recycled == {
        **dict(zip(keys, ("2025-05", "hydrometallurgy", plant, plant, "outcome:recycle"), strict=True)),
        "amount": 400,
        "forecast": 0,
    }


def test_a_reader_of_a_division_is_not_told_which_sites_lie_outside_it(book: Book) -> None:
    here, plant = book.site(GUIYANG), book.site(ZUNYI)
    batch = book.collect(here, 1000)
    book.send(here, batch, plant)
    reader = Reader(division_code=GUIYANG)
    selection = book.ask(basis="cohort", area=GUIYANG, reader=reader, by="site")
    assert set(cube(book.session, selection, ["site_id"])["site_id"]) == {here, OTHERS}
    assert {line.bucket for line in book.report_of(selection).lines} == {here, OTHERS}


def _may_ask(book: Book, reader: Reader, **values: Any) -> bool:
    try:
        check_places(book.session, book.ask(reader=reader, **values))
    except Refusal as refusal:
        return refusal.code != "not_found"
    return True


def test_a_site_out_of_the_readers_view_is_not_found(book: Book) -> None:
    here, there = book.site(GUIYANG), book.site(ZUNYI)
    owner = book.sites[here]
    regulator, operator = Reader(division_code=GUIYANG), Reader(organisation_id=owner)
    assert [_may_ask(book, regulator, area=GUIYANG, site=site) for site in (here, there)] == [True, False]
    assert [_may_ask(book, operator, site=site) for site in (here, there)] == [True, False]
    assert [_may_ask(book, operator, organisation=book.sites[site]) for site in (here, there)] == [True, False]
    assert [_may_ask(book, Reader(), site=site) for site in (here, here[:-1] + "0", "x")] == [True, False, False]
    assert [_may_ask(book, reader, site=OTHERS, area=GUIYANG) for reader in (Reader(), regulator)] == [False, True]


def test_an_unknown_process_is_refused_by_name(book: Book) -> None:
    with pytest.raises(Refusal, match="unknown_process"):
        book.ask(process="alchemy")
