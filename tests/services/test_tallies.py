"""What events count for is written with them, follows from them, and is summed in cells that `verify` derives again."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from registry.services import counting_again
from registry.services.audit import verify
from registry.store.base import writing
from registry.store.batches import BatchPlaceRow
from registry.store.events import EventBatchRow
from registry.store.tallies import KEYS, MEASURES, EventCellRow, EventTallyRow
from tests.reports.books import Book
from tests.reports.walks import walked
from tests.services.test_state_machine import tamper

SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 7))]


@pytest.fixture
def book(session: Session) -> Book:
    return Book(session)


def lines(session: Session) -> list[tuple[object, ...]]:
    columns = [*EventTallyRow.__table__.columns]
    return [tuple(row) for row in session.execute(select(*columns).order_by(EventTallyRow.seq, EventTallyRow.line))]


def cells(session: Session) -> dict[tuple[object, ...], tuple[int, ...]]:
    columns = [*EventCellRow.__table__.columns]
    return {
        tuple(row[key] for key in KEYS): tuple(row[name] for name in MEASURES)
        for row in session.execute(select(*columns)).mappings()
        if any(row[name] for name in MEASURES)
    }


def days(session: Session) -> list[tuple[object, ...]]:
    here = session.execute(select(BatchPlaceRow.batch_id, BatchPlaceRow.arrived_on))
    columns = (EventBatchRow.seq, EventBatchRow.batch_id, EventBatchRow.arrived_on)
    return [*sorted(map(tuple, here)), *sorted(map(tuple, session.execute(select(*columns))))]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_life_counts_as_verify_counts_it_again(seed: int, book: Book) -> None:
    walked(book, seed)
    assert verify(book.session).differences == ()
    words = {row.word for row in book.session.scalars(select(EventTallyRow))}
    assert {"difference", "claim", "unlicensed", "in_time"} <= words


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_captured_before_counting_is_counted_alike(seed: int, book: Book) -> None:
    walked(book, seed)
    session = book.session
    counted = (lines(session), cells(session), days(session))
    tamper(session, "DELETE FROM event_tallies")
    with writing(session):
        session.execute(delete(EventCellRow))
        for row in (BatchPlaceRow, EventBatchRow):
            session.execute(update(row).values(arrived_on=None))
        counting_again.fill(session)
        session.commit()
    assert (lines(session), cells(session), days(session)) == counted


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE event_cells SET count = count + 1", "event cell"),
        ("UPDATE event_cells SET mass_g = mass_g - 1 WHERE word = 'unlicensed'", "event cell unlicensed"),
        ("UPDATE event_cells SET month = '20' || substr(month, 4)", "event cell"),
        ("DELETE FROM event_cells", "event cell"),
        ("UPDATE event_tallies SET reason = 'scale' WHERE word = 'difference'", "event "),
        ("DELETE FROM event_tallies WHERE word = 'claim'", "event "),
        ("UPDATE event_tallies SET batch_id = (SELECT min(id) FROM batches)", "event "),
        ("UPDATE batch_places SET arrived_on = '2020-01-01'", "place "),
        ("UPDATE event_batches SET arrived_on = '2020-01-01' WHERE seq = 1", "event 1 batch "),
    ],
)
def test_an_altered_count_is_named(statement: str, where: str, book: Book) -> None:
    walked(book, 3, steps=40)
    assert verify(book.session).differences == ()
    tamper(book.session, statement)
    book.session.expire_all()
    found = [difference.where for difference in verify(book.session).differences]
    assert any(place.startswith(where) for place in found), found
