"""32 clients on a real gunicorn spend the same batches: nothing over-spent, each id once, the ledger true."""

from __future__ import annotations

import http.client
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from registry.services.audit import verify
from registry.services.keys import issue_key
from registry.services.transactions import writing
from registry.store.events import EventRow
from registry.store.ledger import PostingRow
from tests.ledgers import World, an_id, build
from tests.services.invariants import faults
from tests.serving import served

CLIENTS = 32
BATCHES = 6
HELD_KG = 10
TAKEN_KG = 1
Answer = tuple[int, dict[str, Any]]


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    with Session(engine) as session:
        yield build(session)


def key_of(world: World, name: str) -> str:
    with writing(world.session) as session:
        _, secret = issue_key(
            session,
            name=name,
            role="operator",
            scopes=("read", "capture"),
            now=datetime.now(UTC),
            organisation_id=an_id(name),
        )
        session.commit()
    return secret


class Client:
    """One machine with one connection, which says everything again until it is answered."""

    def __init__(self, origin: str, key: str) -> None:
        where = urlsplit(origin)
        self._connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=90)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def post(self, path: str, body: Any) -> Answer:
        self._connection.request("POST", f"/api/v1{path}", body=json.dumps(body), headers=self._headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())

    def close(self) -> None:
        self._connection.close()


def process(world: World, batch_id: str, event_id: str | None = None) -> dict[str, Any]:
    return {
        "id": event_id or str(uuid.uuid4()),
        "kind": "process",
        "site": world.site("plant"),
        "occurred_at": "2025-03-10T12:00:00+08:00",
        "details": {
            "process": "crumb",
            "inputs": [{"batch": batch_id, "mass_kg": str(TAKEN_KG)}],
            "outputs": [{"mass_kg": str(TAKEN_KG), "to": "recycle"}],
        },
    }


def wait_until_ready(origin: str) -> None:
    for _ in range(200):
        where = urlsplit(origin)
        connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=30)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError("gunicorn does not answer")


def spend(world: World, client: Client, shared: dict[str, str], number: int) -> list[Answer]:
    """A third of the clients send one by one, a third in lists, a third the very same events, each in an own order."""
    order = random.Random(number).sample(sorted(shared), len(shared))
    START.wait(timeout=60)
    try:
        if number % 3 == 0:
            status, body = client.post("/events/batch", {"events": [process(world, each) for each in order]})
            assert status == 200, body
            return [(-1, each) for each in body["results"]]
        if number % 3 == 1:
            return [client.post("/events", process(world, each)) for each in order]
        return [client.post("/events", process(world, each, shared[each])) for each in order]
    finally:
        client.close()


START = Barrier(CLIENTS)


def told(answers: list[Answer]) -> tuple[list[dict[str, Any]], Counter[str]]:
    """Receipts of what was newly taken, and how often each thing was said."""
    created, said = [], Counter[str]()
    for status, body in answers:
        assert status < 500, body
        problem = body.get("problem") or (body if "code" in body else None)
        said[problem["code"] if problem else body["status"]] += 1
        if body.get("status") == "created":
            created.append(body)
    return created, said


def test_nothing_is_overspent_and_each_id_is_taken_once(world: World, database_url: str) -> None:
    batches = [world.batch("plant", "collect", stream="tyre", mass_g=HELD_KG * 1_000) for _ in range(BATCHES)]
    shared = {batch_id: str(uuid.uuid4()) for batch_id in batches}
    key = key_of(world, "plant")
    with served(database_url, workers=3) as origin:
        wait_until_ready(origin)
        with ThreadPoolExecutor(CLIENTS) as pool:
            work = [pool.submit(spend, world, Client(origin, key), shared, number) for number in range(CLIENTS)]
            answers = [answer for each in work for answer in each.result()]
    created, said = told(answers)
    assert len(answers) == CLIENTS * BATCHES
    assert set(said) <= {"created", "exists", "mass_above_holding", "wrong_state"}, said
    assert said["created"] == BATCHES * HELD_KG // TAKEN_KG
    assert len({each["id"] for each in created}) == len(created)
    _the_books_agree(world, created)


def _the_books_agree(world: World, created: list[dict[str, Any]]) -> None:
    world.session.rollback()
    stored = set(world.session.scalars(select(EventRow.id).where(EventRow.kind == "process")))
    assert stored == {each["id"] for each in created}
    sums = dict(
        world.session.execute(
            select(PostingRow.account, func.sum(PostingRow.amount))
            .where(PostingRow.substance == "mass")
            .group_by(PostingRow.account)
        ).all()
    )
    spent = BATCHES * HELD_KG * 1_000
    assert (sums["stock"], sums["outcome:recycle"], sums["origin:end_of_life"]) == (0, spent, -spent)
    assert faults(world.session) == []
    assert verify(world.session).differences == ()
