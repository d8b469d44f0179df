"""What was captured is refused to change by the database itself, whatever the program says."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, Table, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry.domain.events import Part
from registry.domain.parties import Actor
from registry.domain.verify_codes import draw_verify_code
from registry.services.market import declare
from registry.services.parties import create_organisation
from registry.services.publications import FrozenFile, Question, keep
from registry.store import Base
from registry.store.base import writing
from registry.store.carrying import EventCarrierRow
from registry.store.events import EventRow
from registry.store.evidence import EvidenceEntryRow, EvidenceLineRow
from registry.store.parties import SiteRow
from tests.ledgers import NOON, an_id, build, issue

TABLES = (
    "events",
    "event_batches",
    "batches",
    "batch_edges",
    "entries",
    "postings",
    "origins",
    "posting_origins",
    "issued_codes",
    "placed_on_market",
    "event_carriers",
    "publications",
    "publication_files",
    "evidence_entries",
    "evidence_lines",
    "event_tallies",
)


@pytest.fixture
def lived(session: Session, engine: Engine) -> Engine:
    """A database in which something happened, so that every table has rows."""
    world = build(session)
    issue(session, "YFR6F0DTHH")
    batch = world.batch("point", "collect", stream="tyre", mass_g=5000)
    world.do("point", "stocktake", stream="tyre", mass_g=70)
    world.do("point", "split", batch=batch, children=(Part(mass_g=2000), Part(mass_g=3000)))
    _declare(session)
    _carry(session)
    _publish(session)
    _evidence(session)
    session.rollback()
    return engine


def _carry(session: Session) -> None:
    """The first event, brought in by a file."""
    with writing(session):
        session.add(
            EventCarrierRow(
                seq=session.scalar(select(func.min(EventRow.seq))),
                carrier_id=an_id("colleague"),
                key_id="k" * 43,
                vouched_by="key",
                file_sha256="0" * 64,
                carried_at_utc=NOON,
            )
        )
        session.commit()


def _publish(session: Session) -> None:
    """A report, frozen."""
    question = Question(report="recovery", query={"area": "520000"}, area="520000", cut_off=NOON, method="1")
    file = FrozenFile(format="csv", language="zh", name="r.csv", media_type="text/csv", content=b"1")
    with writing(session):
        kept = keep(
            session,
            actor=Actor(id=an_id("boss"), role="administrator"),
            question=question,
            number=1,
            code=draw_verify_code(),
            seq=1,
            figures={},
            files=[file],
            now=NOON,
        )
        assert kept is not None
        session.commit()


def _declare(session: Session) -> None:
    """Something placed on the market."""
    boss = Actor(id=an_id("boss"), role="administrator")
    with writing(session):
        maker = create_organisation(session, name_zh="厂", kind="producer", now=NOON)
        declare(
            session,
            actor=boss,
            organisation_id=maker.id,
            stream="tyre",
            division_code="520000",
            year=2024,
            mass_g=1,
            now=NOON,
        )
        session.commit()


def _evidence(session: Session) -> None:
    """A plant's gram of evidence, ring-fenced."""
    pool = {
        "site_id": session.scalar(select(func.min(SiteRow.id))),
        "stream": "tyre",
        "outcome": "recycle",
        "month": "2025-03",
        "producer_id": "",
    }
    with writing(session):
        entry = EvidenceEntryRow(
            id=an_id("entry"),
            action="submit",
            note_id=an_id("note"),
            actor_id=an_id("plant"),
            body="{}",
            reason="",
            state="awaiting_authorisation",
            recorded_at_utc=NOON,
        )
        session.add(entry)
        session.flush()
        for line, (account, amount) in enumerate((("available", -1), ("ring_fenced", 1))):
            row = EvidenceLineRow(
                seq=entry.seq, line=line, account=account, note_id="", holder_id="", amount=amount, **pool
            )
            session.add(row)
        session.commit()


def _refused(engine: Engine, statement: object) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError, match="append_only"):
        connection.execute(statement)  # type: ignore[call-overload]


@pytest.mark.parametrize("name", TABLES)
def test_a_row_is_neither_changed_nor_deleted(lived: Engine, name: str) -> None:
    table = Base.metadata.tables[name]
    column = next(iter(table.columns)).name
    with lived.connect() as connection:
        before = connection.execute(select(table)).all()
    assert before, "nothing was tried: the table is empty"
    _refused(lived, text(f"UPDATE {name} SET {column} = {column}"))  # noqa: S608
    _refused(lived, text(f"DELETE FROM {name}"))  # noqa: S608
    with lived.connect() as connection:
        assert connection.execute(select(table)).all() == before


@pytest.mark.parametrize("name", TABLES)
def test_a_row_is_not_replaced(lived: Engine, name: str) -> None:
    table = Base.metadata.tables[name]
    _refused(lived, _replacement(lived, table))


def _replacement(engine: Engine, table: Table) -> object:
    """The engine's own way to write over a row that is there."""
    with engine.connect() as connection:
        row = dict(connection.execute(select(table)).mappings().first() or {})
    if engine.dialect.name == "sqlite":
        return insert(table).prefix_with("OR REPLACE").values(row)
    return upsert(table).values(row).on_conflict_do_update(constraint=table.primary_key, set_=row)


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_not_truncated(engine: Engine, name: str) -> None:
    _refused(engine, text(f"TRUNCATE {name} CASCADE"))


def test_places_private_notes_and_released_codes_may_change(lived: Engine) -> None:
    # The negative control: it is the triggers that refuse above, not a connection that cannot write.
    with lived.begin() as connection:
        changed = connection.execute(text("UPDATE batch_places SET last_seq = last_seq"))
        assert changed.rowcount
        connection.execute(text("DELETE FROM event_private"))


def test_rows_are_still_added(session: Session) -> None:
    issue(session, "YFR6F0DTHH")
    with writing(session):
        assert session.scalar(text("SELECT count(*) FROM issued_codes")) == 1
