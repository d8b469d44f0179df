"""The writing transaction of a door: opened by the view, committed here, once, at its end."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from flask import request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry.extensions import db
from registry.services.transactions import contended, writing

ATTEMPTS = 6
_Result = TypeVar("_Result")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@contextmanager
def transaction() -> Iterator[Session]:
    """The session for writing; commits when the block ends and rolls back when it raises.

    Raises RuntimeError on GET: looking must not change anything.
    """
    if request.method in _READING:
        raise RuntimeError(f"{request.method} {request.path} wanted to write")
    with writing(db.session) as session:
        yield session
        session.commit()


def transact(work: Callable[[Session], _Result], *, attempts: int = ATTEMPTS) -> _Result:
    """What `work` returns, done in a writing transaction and committed; done again where others were in the way.

    Two lists that touch the same batches in different order can block each other: the database then gives one of them
    up. An event's id makes doing it again harmless. Raises the last error when every attempt met others, and
    RuntimeError on GET.
    """
    for attempt in range(1, attempts):
        try:
            with transaction() as session:
                return work(session)
        except DBAPIError as error:
            if not contended(error):
                raise
            # A random pause, or the same two would meet again.
            time.sleep(secrets.randbelow(20 << attempt) / 1000)
    with transaction() as session:
        return work(session)
