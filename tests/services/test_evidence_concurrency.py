"""Many clients want the same evidence in the same moment, on each engine: nothing is claimed twice."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry.domain import evidence as domain
from registry.domain.evidence import Balance
from registry.domain.refusals import Refusal
from registry.services import evidence
from registry.services.evidence_booking import Asked, book
from registry.services.evidence_pools import balance
from registry.services.transactions import contended, writing
from registry.store import evidence_queries
from registry.store.base import open_engine
from tests.ledgers import NOON, World
from tests.services.evidence_trade import drafted, left, pool_of, recycled, trade

EACH_G = 10


def opened(url: str, clients: int) -> Engine:
    return open_engine(url, pool_size=clients, max_overflow=clients, pool_timeout=120)


@pytest.fixture
def few(database_url: str) -> Any:
    engine = opened(database_url, 8)
    yield engine
    engine.dispose()


def submit(engine: Engine, world: World, note_id: str) -> str:
    """As the door does: one writing transaction, done again where others were in the way."""
    for _ in range(20):
        try:
            with Session(engine) as session, writing(session):
                asked = Asked(action="submit")
                evidence.act(session, actor=world.actors["plant"], note_id=note_id, asked=asked, now=NOON)
                session.commit()
        except Refusal as refusal:
            return refusal.code
        except DBAPIError as error:
            if not contended(error):
                raise
            time.sleep(0.01)
        else:
            return "submitted"
    raise AssertionError("never got through")


def at_once(engine: Engine, world: World, notes: list[list[str]], work: Callable[..., str] = submit) -> Counter[str]:
    """Every client works through its own notes; all start in the same moment."""
    start = Barrier(len(notes))

    def client(mine: list[str]) -> list[str]:
        start.wait(timeout=60)
        return [work(engine, world, note_id) for note_id in mine]

    with ThreadPoolExecutor(len(notes)) as pool:
        return Counter(said for answers in pool.map(client, notes) for said in answers)


def crowded(engine: Engine, *, clients: int, each: int, grams: int) -> tuple[World, list[list[str]]]:
    """A pool of so many grams, and drafts of 10 g for every client."""
    world = trade(Session(engine))
    for part in range(4):
        recycled(world, grams // 4 + (grams % 4 if part == 0 else 0))
    notes = [[drafted(world, EACH_G) for _ in range(each)] for _ in range(clients)]
    world.session.rollback()
    return world, notes


def test_what_there_is_is_given_once_however_many_ask(few: Engine) -> None:
    world, notes = crowded(few, clients=8, each=6, grams=205)
    said = at_once(few, world, notes)
    assert said == {"submitted": 20, "evidence_above_available": 28}
    assert (left(world).available_g, left(world).ring_fenced_g) == (5, 200)


@pytest.mark.long
@pytest.mark.parametrize("run", range(3))
def test_32_clients_and_1920_attempts_claim_nothing_twice(database_url: str, run: int) -> None:
    engine = opened(database_url, 32)
    world, notes = crowded(engine, clients=32, each=60, grams=9_005)
    said = at_once(engine, world, notes)
    assert said.total() == 1_920
    assert said == {"submitted": 900, "evidence_above_available": 1_020}
    assert (left(world).available_g, left(world).undercut_g) == (5, 0)
    world.session.close()
    engine.dispose()


def _carelessly(engine: Engine, world: World, note_id: str) -> str:
    """The broken variant: the balance is read in one transaction, the note written in another, and nothing locked."""
    with Session(engine) as session:
        row = evidence_queries.note_by_id(session, note_id)
        assert row is not None
        seen = evidence.note_of(row)
        available_g = balance(session, pool_of(world)).available_g
        session.rollback()
    time.sleep(0.02)
    asked = Asked(action="submit")
    for _ in range(20):
        try:
            with Session(engine) as session, writing(session):
                done = domain.act(seen, "submit", by=frozenset({domain.ISSUER}), available_g=available_g)
                book(session, actor=world.actors["plant"], asked=asked, body="{}", done=done, now=NOON)
                session.commit()
        except Refusal as refusal:
            return refusal.code
        except DBAPIError as error:
            if not contended(error):
                raise
        else:
            return "submitted"
    raise AssertionError("never got through")


def test_reading_in_one_transaction_and_writing_in_another_over_claims_and_is_seen(few: Engine) -> None:
    """Negative control: the tests above would see it, and so does the balance."""
    world, notes = crowded(few, clients=8, each=6, grams=205)
    said = at_once(few, world, notes, work=_carelessly)
    assert said["submitted"] > 20
    found: Balance = left(world)
    assert found.undercut_g > 0
