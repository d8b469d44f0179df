"""The writing transaction of a door: opened by the view, committed here, once, at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request
from sqlalchemy.orm import Session

from registry.extensions import db
from registry.services.transactions import writing

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
