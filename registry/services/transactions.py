"""What doors take in hand of the store themselves: the writing transaction, and a database opened for a question."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from registry.store.base import contended, harden, open_engine, writing

__all__ = ["contended", "harden", "opened", "writing"]


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """An engine for a moment; its connections are closed with it, so that a process may fork afterwards."""
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
