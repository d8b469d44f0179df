"""Where a database stands, and its way up and down: what commands and readiness ask."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from registry.store import recount, schema


def revisions(session: Session) -> tuple[str | None, str]:
    """(the step the database stands at, the newest step shipped)."""
    return schema.current(session.connection()), schema.head()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to a step."""
    schema.upgrade(engine, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take it back down; what the steps above stored is lost."""
    schema.downgrade(engine, revision)


_LASTING = {
    "sqlite": {"PRAGMA journal_mode": ("wal",), "PRAGMA synchronous": ("2", "3")},
    "postgresql": {
        "SHOW fsync": ("on",),
        "SHOW synchronous_commit": ("on", "remote_write", "remote_apply", "local"),
        "SHOW full_page_writes": ("on",),
    },
}
"""What must stand in the database for a commit to survive a power cut: question → answers that do."""


def forgetful(session: Session) -> tuple[str, ...]:
    """The settings of the database under which what was acknowledged could be lost, as `question = answer`."""
    asked = _LASTING[session.get_bind().dialect.name]
    found = {question: str(session.execute(text(question)).scalar()).lower() for question in asked}
    return tuple(f"{question} = {found[question]}" for question, good in asked.items() if found[question] not in good)


def rebuild_cells(session: Session, *, progress: Callable[[int], object] | None = None) -> int:
    """Sum the whole ledger into cells again, inside a writing transaction; how many there are then."""
    return recount.rebuild(session, progress=progress)
