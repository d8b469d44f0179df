"""Copies of the whole registry, taken while it works, and put back into an empty place.

SQLite copies itself page by page through its own interface; PostgreSQL through its own tools, `pg_dump` and
`pg_restore`. Both give one moment's state. A fingerprint over the events says whether what came back is what went.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Engine, inspect, select
from sqlalchemy.orm import Session

from registry.domain.refusals import Refusal
from registry.store import schema
from registry.store.events import EventRow

PAGES_AT_ONCE: Final = 1_000
"""of SQLite's: between two steps others may write"""
DEBIAN_TOOLS: Final = Path("/usr/lib/postgresql")
Progress = Callable[[int, int], None]
"""(done, total) in pages; PostgreSQL's tools do not tell"""


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """What the events are: how many, the last place in the ledger, and SHA-256 over their digests in order."""

    events: int
    last_seq: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.events} events, last {self.last_seq}, {self.sha256}"


def fingerprint(session: Session) -> Fingerprint:
    """The fingerprint of what is stored now."""
    digest, events, last = hashlib.sha256(), 0, 0
    query = select(EventRow.seq, EventRow.id, EventRow.sha256).order_by(EventRow.seq)
    for seq, event_id, sha256 in session.execute(query.execution_options(yield_per=10_000)):
        digest.update(f"{seq} {event_id} {sha256}\n".encode())
        events, last = events + 1, seq
    return Fingerprint(events=events, last_seq=last, sha256=digest.hexdigest())


def backup(engine: Engine, path: Path, progress: Progress | None = None) -> None:
    """Write a copy of the database into a new file, readable by its owner only.

    The file appears under its name when it is whole. Refusals: backup_exists, backup_failed, tool_missing.
    """
    if path.exists():
        raise Refusal("backup_exists", path=str(path))
    draft = path.with_name(f".{path.name}.part")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        _BACKUPS[engine.dialect.name](engine, draft, progress)
        _sync(draft)
        draft.rename(path)
        _sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def restore(engine: Engine, path: Path, progress: Progress | None = None) -> None:
    """Put a copy back into a database that has nothing in it yet, and bring its schema up.

    Refusals: backup_missing, backup_target_not_empty, backup_failed, tool_missing.
    """
    if not path.is_file():
        raise Refusal("backup_missing", path=str(path))
    if inspect(engine).get_table_names():
        raise Refusal("backup_target_not_empty")
    _RESTORES[engine.dialect.name](engine, path, progress)
    schema.upgrade(engine)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, progress: Progress | None) -> None:
    def told(_status: int, left: int, total: int) -> None:
        if progress is not None:
            progress(total - left, total)

    source.backup(target, pages=PAGES_AT_ONCE, progress=told)


def _backup_sqlite(engine: Engine, path: Path, progress: Progress | None) -> None:
    with closing(sqlite3.connect(path)) as target:
        with closing(sqlite3.connect(f"file:{_file_of(engine)}?mode=ro", uri=True)) as source:
            _copy(source, target, progress)
        # The copy stands alone: no journal beside it that could be forgotten on the way.
        target.execute("PRAGMA journal_mode=DELETE")


def _restore_sqlite(engine: Engine, path: Path, progress: Progress | None) -> None:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source:
            found = source.execute("PRAGMA integrity_check").fetchone()[0]
            if found != "ok":
                raise Refusal("backup_failed", path=str(path), said=str(found)[:200])
            engine.dispose()
            with closing(sqlite3.connect(_file_of(engine))) as target:
                _copy(source, target, progress)
    except sqlite3.DatabaseError as error:
        raise Refusal("backup_failed", path=str(path), said=str(error)[:200]) from None


def _file_of(engine: Engine) -> str:
    name = engine.url.database
    if not name or name == ":memory:":
        raise Refusal("backup_failed", path=str(name), said="a database in memory has no file")
    return name


def _backup_postgresql(engine: Engine, path: Path, progress: Progress | None) -> None:  # noqa: ARG001  # the tool tells none
    _tool(engine.url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={path}")


def _restore_postgresql(engine: Engine, path: Path, progress: Progress | None) -> None:  # noqa: ARG001  # the tool tells none
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    _tool(engine.url, "pg_restore", *options, str(path))


def _tool(url: URL, name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's tools. The password goes through the environment: a process list shows arguments."""
    plain = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    command = [_found(name), f"--dbname={plain}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  # no shell, and every part is ours or the operator's
    if done.returncode:
        raise Refusal("backup_failed", path=arguments[-1], said=done.stderr.strip()[-200:])


def _found(name: str) -> str:
    """The newest of Debian's, which need not be on the path; else the path's."""
    ours = sorted(DEBIAN_TOOLS.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(ours[-1]) if ours else shutil.which(name)
    if found is None:
        raise Refusal("tool_missing", tool=name)
    return found


_BACKUPS: Mapping[str, Callable[[Engine, Path, Progress | None], None]] = {
    "sqlite": _backup_sqlite,
    "postgresql": _backup_postgresql,
}
_RESTORES: Mapping[str, Callable[[Engine, Path, Progress | None], None]] = {
    "sqlite": _restore_sqlite,
    "postgresql": _restore_postgresql,
}
