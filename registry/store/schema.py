"""The numbered migrations: up, down, and where a database stands.

The steps live in `migrations/` beside the packages and are run on a connection of ours, so that SQLite takes its
write lock at BEGIN and the whole way up is one transaction on both engines.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from registry.store.base import open_engine, writing

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(where: Engine | str, revision: str = "head") -> None:
    """Bring the database at an engine or URL up to `revision`; does nothing where it already stands there."""
    with _connection(where) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(where: Engine | str, revision: str = "base") -> None:
    """Take the database back down to `revision`. What the steps above it stored is lost."""
    with _connection(where) as connection:
        command.downgrade(_config(connection), revision)


def current(connection: Connection) -> str | None:
    """The revision the database stands at; None: no step was taken yet."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def head() -> str:
    """The newest step shipped."""
    found = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if found is None:
        raise LookupError("no migrations beside the packages")
    return found


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _connection(where: Engine | str) -> Iterator[Connection]:
    engine = open_engine(where) if isinstance(where, str) else where
    try:
        with Session(engine) as session, writing(session):
            yield session.connection()
            session.commit()
    finally:
        if isinstance(where, str):
            engine.dispose()
