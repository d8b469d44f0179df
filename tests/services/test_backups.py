"""The restore drill, on both engines: everything acknowledged comes back, and nothing is overwritten."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from registry.domain.refusals import Refusal
from registry.services import audit, backups
from registry.services.backups import backup, fingerprint, restore
from registry.store.base import open_engine
from tests.databases import PostgresServer
from tests.ledgers import build
from tests.services.invariants import counts

Opened = Callable[[str], Engine]


@pytest.fixture
def empty(engine: Engine, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database of the same engine with nothing in it."""
    if engine.dialect.name == "sqlite":
        other = open_engine(f"sqlite:///{tmp_path / 'restored.sqlite3'}")
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        other = open_engine(server.create(f"restored_{tmp_path.name.lower()[:40]}"))
    yield other
    other.dispose()
    if engine.dialect.name != "sqlite":
        server.drop(str(other.url.database))


def filled(session: Session) -> None:
    world = build(session)
    batch = world.batch("point", "collect", stream="tyre", mass_g=10_000)
    world.do("point", "dispatch", batches=(batch,), to_site=world.site("plant"))
    session.rollback()


def test_all_that_was_acknowledged_comes_back(engine: Engine, session: Session, empty: Engine, tmp_path: Path) -> None:
    filled(session)
    copy = tmp_path / "copy"
    backup(engine, copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    restore(empty, copy)
    with Session(empty) as restored:
        assert fingerprint(restored) == fingerprint(session)
        assert counts(restored) == counts(session)
        assert audit.verify(restored).differences == ()
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_a_copy_holds_the_moment_it_was_taken_in(
    engine: Engine, session: Session, empty: Engine, tmp_path: Path
) -> None:
    filled(session)
    before = fingerprint(session)
    session.rollback()
    backup(engine, tmp_path / "copy")
    build_on = session.execute(text("SELECT count(*) FROM events")).scalar()
    session.rollback()
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE later (id INTEGER PRIMARY KEY)"))
    restore(empty, tmp_path / "copy")
    with Session(empty) as restored:
        assert fingerprint(restored) == before
        assert before.events == build_on


def test_a_changed_event_changes_the_fingerprint(
    engine: Engine, session: Session, empty: Engine, tmp_path: Path
) -> None:
    filled(session)
    backup(engine, tmp_path / "copy")
    restore(empty, tmp_path / "copy")
    with empty.begin() as connection:
        for trigger in ("DROP TRIGGER tr_events_no_update", "DROP TRIGGER tr_events_append_only ON events"):
            if ("ON" in trigger) == (empty.dialect.name == "postgresql"):
                connection.execute(text(trigger))
        connection.execute(text("UPDATE events SET sha256 = :other WHERE seq = 1"), {"other": "0" * 64})
    with Session(empty) as restored:
        assert fingerprint(restored) != fingerprint(session)


def test_nothing_is_overwritten(engine: Engine, session: Session, tmp_path: Path) -> None:
    filled(session)
    copy = tmp_path / "copy"
    backup(engine, copy)
    kept = copy.read_bytes()
    with pytest.raises(Refusal) as twice:
        backup(engine, copy)
    assert twice.value.code == "backup_exists"
    assert copy.read_bytes() == kept
    before = counts(session)
    with pytest.raises(Refusal) as full:
        restore(engine, copy)
    assert full.value.code == "backup_target_not_empty"
    assert counts(session) == before


def test_what_is_no_copy_is_refused_and_leaves_nothing(engine: Engine, empty: Engine, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as missing:
        restore(empty, tmp_path / "nowhere")
    assert missing.value.code == "backup_missing"
    (tmp_path / "torn").write_bytes(b"no database at all" * 100)
    with pytest.raises(Refusal) as torn:
        restore(empty, tmp_path / "torn")
    assert torn.value.code == "backup_failed"
    assert engine.dialect.name == empty.dialect.name


def test_a_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, postgres_url: str) -> None:
    monkeypatch.setattr(backups, "DEBIAN_TOOLS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    engine = open_engine(postgres_url)
    with pytest.raises(Refusal) as refused:
        backup(engine, tmp_path / "copy")
    engine.dispose()
    assert (refused.value.code, dict(refused.value.facts)) == ("tool_missing", {"tool": "pg_dump"})
    assert list(tmp_path.iterdir()) == []
