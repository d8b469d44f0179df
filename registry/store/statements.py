"""Statements written once: putting one together costs more than the engine needs to answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Executable, Insert, Table, bindparam, insert
from sqlalchemy.orm import Session

from registry.store.base import Base


def table(row: type[Base]) -> Table:
    """The table of a row class, for statements that give plain rows."""
    return Base.metadata.tables[row.__tablename__]


def one_of(name: str) -> Any:
    """The place of a list of values: `column.in_(one_of("ids"))`."""
    return bindparam(name, expanding=True)


def ask(session: Session, statement: Executable, **values: object) -> Any:
    """Execute a prepared statement inside the session's transaction; nothing of it enters the identity map."""
    return session.connection().execute(statement, values)


def append(session: Session, row: type[Base], values: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns; nothing for none."""
    if values:
        session.connection().execute(_insertion(table(row)), values)


@cache
def _insertion(into: Table) -> Insert:
    return insert(into)
