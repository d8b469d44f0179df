"""Malformed uploads at the served door: each gets its problem in two seconds, and the workers live on, no larger."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scanner.bounded import CHILDREN, MEMORY_BYTES
from tests.scanner.malformed import malformed
from tests.scanner.photos import photograph
from tests.scanner.test_decode import LABEL, TEXT
from tests.serving import served

ANSWER_S = 2.0
WORKERS = 2
WORKER_BYTES = 400 * 1024 * 1024
CHILD_BYTES = MEMORY_BYTES + 150 * 1024 * 1024
"""A child's libraries come on top of what it may grow by."""


def children_of(pid: int) -> set[int]:
    """The processes that this one started and that still run."""
    return {int(each) for found in Path(f"/proc/{pid}/task").glob("*/children") for each in found.read_text().split()}


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def server(sqlite_url: str) -> Iterator[tuple[str, int]]:
    """Its address and the process that minds the workers."""
    before = children_of(os.getpid())
    with served(sqlite_url, workers=WORKERS) as origin:
        (master,) = children_of(os.getpid()) - before
        yield origin, master


def posted(origin: str, data: bytes) -> tuple[int, str, dict[str, object], float]:
    """Status, media type, body, and seconds from the first byte sent to the last one read."""
    connection = HTTPConnection(urlsplit(origin).netloc, timeout=30)
    began = time.monotonic()
    connection.request("POST", "/api/v1/decode", body=data, headers={"Content-Type": "image/jpeg"})
    answer = connection.getresponse()
    body = answer.read()
    took_s = time.monotonic() - began
    connection.close()
    return answer.status, answer.headers["Content-Type"], json.loads(body), took_s


def bombard(origin: str, master: int, count: int) -> None:
    photo = photograph(LABEL)
    for _ in range(4 * WORKERS):  # every worker starts its readers before the clock runs
        posted(origin, photo)
    workers = children_of(master)
    assert len(workers) == WORKERS
    slowest_s = 0.0
    for data in malformed(count):
        status, kind, body, took_s = posted(origin, data)
        assert (kind, body["status"]) == ("application/problem+json", status)
        assert str(body["code"]).startswith("image_"), body
        assert body["detail"]
        slowest_s = max(slowest_s, took_s)
    assert slowest_s <= ANSWER_S
    assert children_of(master) == workers, "a worker was lost"
    for worker in workers:
        assert resident_bytes(worker) < WORKER_BYTES
        readers = children_of(worker)
        assert len(readers) <= CHILDREN
        assert all(resident_bytes(each) < CHILD_BYTES for each in readers)
    assert [mark["text"] for mark in posted(origin, photo)[2]["marks"]] == [TEXT]  # type: ignore[attr-defined]


def test_a_hundred_malformed_uploads_get_their_problems_and_the_workers_live_on(server: tuple[str, int]) -> None:
    bombard(*server, 100)


@pytest.mark.long
def test_five_hundred_malformed_uploads_get_their_problems_and_the_workers_live_on(server: tuple[str, int]) -> None:
    bombard(*server, 500)
