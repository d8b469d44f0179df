"""The vocabulary of columns, the declarative base, and how each engine is opened safely."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from threading import Lock
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Engine, Integer, MetaData, String, Text, create_engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

BUSY_TIMEOUT_MS = 15_000


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python always; refuses a naive one, so a zone cannot be lost silently."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BigId = BigInteger().with_variant(Integer(), "sqlite")
Id = Annotated[str, mapped_column(String(36))]
IdKey = Annotated[str, mapped_column(String(36), primary_key=True)]
Grams = Annotated[int, mapped_column(BigInteger)]
"""Integer grams, or integer watt-hours where the substance is energy."""
Moment = Annotated[datetime, mapped_column(UtcDateTime)]
Word = Annotated[str, mapped_column(String(64))]
Name = Annotated[str, mapped_column(String(200))]
Json = Annotated[str, mapped_column(Text)]
"""JSON text; canonical (RFC 8785) where it is hashed."""


class Base(DeclarativeBase):
    """Our own base, so that rows stay free of Flask."""

    metadata = MetaData(naming_convention=NAMING)


_writing: ContextVar[bool] = ContextVar("huiliu_writing", default=False)


@contextmanager
def writing(session: Session) -> Iterator[Session]:
    """Make the session's next transaction a writing one; the caller commits.

    SQLite must take its write lock at BEGIN: a transaction that starts by reading and then writes is refused
    (SQLITE_BUSY_SNAPSHOT) when another one wrote in between. So the reads of the sign-in are ended first.
    Rolls back when the block raises.
    """
    session.rollback()
    token = _writing.set(True)
    try:
        with _in_turn(session):
            try:
                yield session
            except BaseException:
                session.rollback()
                raise
    finally:
        _writing.reset(token)


@contextmanager
def _in_turn(session: Session) -> Iterator[None]:
    """Let the threads of one process write to one SQLite file one after the other.

    SQLite's own waiting is polling with growing pauses: the file would lie idle between two writers. What other
    processes do it still sorts out, and a thread that waits too long here goes on and is told so by SQLite.
    """
    url = session.get_bind().engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    turn = _turns.setdefault(url.database, Lock())
    waited = turn.acquire(timeout=BUSY_TIMEOUT_MS // 1000)
    try:
        yield
    finally:
        if waited:
            turn.release()


_turns: dict[str, Lock] = {}
"""SQLite file → whose turn it is to write, among the threads of this process"""


_OTHERS_IN_THE_WAY = frozenset({"40001", "40P01", "55P03"})
"""SQLSTATE of PostgreSQL: serialization failure, deadlock, lock not available"""


def contended(error: DBAPIError) -> bool:
    """Whether the transaction failed only because others were at work: the same work, done again, may succeed."""
    if isinstance(error.orig, sqlite3.OperationalError):
        return error.orig.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return getattr(error.orig, "sqlstate", None) in _OTHERS_IN_THE_WAY


def _open_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "temp_store=MEMORY",
        # So that INSERT OR REPLACE, which deletes behind the scenes, meets the append-only triggers as well.
        "recursive_triggers=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def harden(engine: Engine) -> Engine:
    """Give a SQLite engine WAL, full synchronisation, foreign keys and writers that lock at BEGIN; others pass."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def open_engine(url: str, **options: Any) -> Engine:
    """An engine for SQLite or PostgreSQL (`postgresql+psycopg://`), hardened."""
    return harden(create_engine(url, **options))
