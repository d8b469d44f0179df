"""Where a database stands, and its way up and down: what commands and readiness ask."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from registry.store import schema


def revisions(session: Session) -> tuple[str | None, str]:
    """(the step the database stands at, the newest step shipped)."""
    return schema.current(session.connection()), schema.head()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to a step."""
    schema.upgrade(engine, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take it back down; what the steps above stored is lost."""
    schema.downgrade(engine, revision)
