"""The sums kept beside the ledger: the same answer as the postings, for every question, and watched over by verify."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from registry.domain.events import Collect, Reverse
from registry.services.audit import verify
from registry.services.transactions import writing
from registry.services.upkeep import rebuild_cells
from registry.store import recount
from registry.store.cells import CELL, CELL_KEY
from registry.store.events import EventRow
from reports.queries import cube as cubes
from reports.queries.cells import cells
from reports.queries.cube import BROKEN_DOWN, cube
from reports.selection import BREAKDOWNS, Reader, Selection
from tests.reports.books import GUIYANG, MAY, NOW, Book
from tests.reports.walks import some_day, walked


@pytest.fixture
def book(session: Session) -> Book:
    return Book(session)


def rows_of(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    return sorted((tuple(row) for row in frame.astype(object).itertuples(index=False)), key=str)


def from_postings(monkeypatch: pytest.MonkeyPatch, session: Session, selection: Selection, keys: list[str]) -> object:
    with monkeypatch.context() as patched:
        patched.setattr(cubes, "_in_whole_months", lambda _: False)
        return rows_of(cube(session, selection, keys))


FILTERS = st.fixed_dictionaries(
    {"basis": st.sampled_from(["flow", "cohort"]), "by": st.sampled_from(BREAKDOWNS)},
    optional={
        "area": st.just(GUIYANG),
        "stream": st.just("power_battery"),
        "product": st.sampled_from(["LFP", "-"]),
        "process": st.sampled_from(["hydrometallurgy", "-"]),
        "from": st.just("2025-04-01"),
        "to": st.just("2025-07-01"),
    },
)


def test_the_cells_answer_every_question_as_the_postings_do(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = walked(book, 7, steps=40)
    owner = book.sites[walk.sites[0]]
    readers = [Reader(), Reader(division_code=GUIYANG), Reader(organisation_id=owner), Reader(producer_id=owner)]
    some = {"site": walk.sites[0], "organisation": owner}

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        values=FILTERS,
        place=st.sampled_from([None, "site", "organisation"]),
        reader=st.sampled_from(readers),
        past=st.booleans(),
        keys=st.lists(st.sampled_from(BROKEN_DOWN), min_size=1, max_size=6, unique=True),
    )
    def same(values: dict[str, str], place: str | None, reader: Reader, past: bool, keys: list[str]) -> None:
        asked = {**values, **({place: some[place]} if place else {})}
        if reader.division_code:
            asked["area"] = reader.division_code
        if past:
            asked["as_of"] = some_day(walk).isoformat()
        selection = book.ask(reader=reader, **asked)
        assert rows_of(cube(book.session, selection, keys)) == from_postings(monkeypatch, book.session, selection, keys)

    same()


def test_a_cube_of_few_values_reads_those_alone(book: Book) -> None:
    walked(book, 6, steps=15)
    selection, keys = book.ask(by="month"), ["bucket", "account", "substance"]
    whole = cube(book.session, selection, keys)
    few = cube(book.session, selection, keys, only={"account": ["stock", "loss"], "substance": ["mass"]})
    assert len(few)
    assert rows_of(few) == rows_of(whole[whole["account"].isin(["stock", "loss"]) & (whole["substance"] == "mass")])


def test_a_period_of_days_is_answered_from_the_postings(book: Book) -> None:
    site = book.site(GUIYANG)
    book.collect(site, 100, at=MAY.replace(day=1))
    book.collect(site, 10, at=MAY.replace(day=20))
    frame = cells(book.session, book.ask(**{"from": "2025-05-10", "to": "2025-06-01"}))
    assert set(frame["amount"]) == {10, -10}


def test_a_reversal_empties_the_cell_of_its_target(book: Book) -> None:
    site = book.site(GUIYANG)
    result = book.tell(site, Collect(stream="power_battery", mass_g=1000))
    book.tell(site, Reverse(event=result.id, reason="typo"), recorded=NOW)
    kept = book.session.execute(select(CELL.c.amount, CELL.c.lines)).all()
    assert {tuple(row) for row in kept} == {(0, 2)}
    assert cells(book.session, book.ask(as_of="2025-06-01"))["amount"].abs().sum() == 2000


def test_rebuilt_cells_are_the_kept_ones(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recount, "_WINDOW", 7)
    walked(book, 8, steps=30)
    query = select(*(CELL.c[name] for name in CELL_KEY), func.sum(CELL.c.amount), func.sum(CELL.c.lines)).group_by(
        *(CELL.c[name] for name in CELL_KEY)
    )
    kept = sorted(map(tuple, book.session.execute(query)))
    told: list[int] = []
    with writing(book.session) as session:
        assert rebuild_cells(session, progress=told.append) == len(kept)
        session.commit()
    assert sorted(map(tuple, book.session.execute(query))) == kept
    assert sum(told) == book.session.scalar(select(func.max(EventRow.seq)))


def test_verify_names_the_one_cell_that_was_altered(book: Book) -> None:
    walked(book, 9, steps=15)
    assert verify(book.session).differences == ()
    first = book.session.execute(select(CELL).limit(1)).one()
    where = [CELL.c[column.name] == getattr(first, column.name) for column in CELL.primary_key]
    with writing(book.session) as session:
        session.execute(update(CELL).where(*where).values(amount=first.amount + 1))
        session.commit()
    (found,) = verify(book.session).differences
    assert found.where.startswith(f"cell {first.month} {first.site_id} {first.origin_id}")
    assert (found.expected, found.stored) == (
        f"{first.amount} of {first.lines} lines",
        f"{first.amount + 1} of {first.lines} lines",
    )


def test_verify_misses_neither_a_cell_too_many_nor_one_too_few(book: Book) -> None:
    site = book.site(GUIYANG)
    book.collect(site, 100)
    with writing(book.session) as session:
        session.execute(update(CELL).where(CELL.c.account == "stock").values(account="loss"))
        session.commit()
    found = verify(book.session).differences
    assert [(each.expected, each.stored) for each in found] == [
        ("0 of 0 lines", "100 of 1 lines"),
        ("100 of 1 lines", "0 of 0 lines"),
    ]
