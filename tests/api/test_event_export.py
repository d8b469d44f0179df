"""The list of events as a file: whole, harmless to a spreadsheet, seen as far as the reader sees, bounded in memory."""

from __future__ import annotations

import csv
import io
import tracemalloc
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from registry.domain.parties import Actor
from registry.services.event_export import COLUMNS, PART, export, harmless, lines
from registry.store.base import writing
from registry.store.events import EventRow
from tests.api.doors import Doors, opened
from tests.ledgers import build

BOSS = Actor(id="boss", role="administrator")
MANY = 40_000
MEMORY_MOST = 8_000_000


@pytest.fixture
def doors(sqlite_url: str) -> Iterator[Doors]:
    with opened(sqlite_url) as found:
        for mass_g in (5000, 6000):
            found.world.batch("point", "collect", stream="tyre", mass_g=mass_g)
        found.world.batch("plant", "collect", stream="glass", mass_g=7000)
        yield found


def read(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    text = answer.data.decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def crowd(session: Session, count: int) -> None:
    """So many events more, each as the first one but for its id."""
    row = session.execute(select(EventRow.__table__)).mappings().first()
    assert row is not None
    shape = {name: value for name, value in row.items() if name != "seq"}
    with writing(session):
        for start in range(0, count, 5_000):
            rows = [{**shape, "id": str(uuid.uuid4())} for _ in range(min(5_000, count - start))]
            session.execute(insert(EventRow.__table__), rows)
        session.commit()


def test_every_event_is_a_row_and_the_header_says_how_many(doors: Doors) -> None:
    answer = doors.get("administrator", "/events/export", lang="en")
    rows = read(answer)
    assert answer.headers["Huiliu-Rows"] == str(len(rows)) == "3"
    assert list(rows[0]) == [words["en"] for words in COLUMNS.values()]
    assert [int(row["Receipt"]) for row in rows] == sorted((int(row["Receipt"]) for row in rows), reverse=True)
    assert {row["Event id"] for row in rows} == {
        item["id"] for item in doors.get("administrator", "/events").json["items"]
    }


def test_a_file_holds_what_its_reader_may_list(doors: Doors) -> None:
    assert len(read(doors.get("point", "/events/export"))) == 2
    assert len(read(doors.get("plant", "/events/export"))) == 1
    assert len(read(doors.get("regulator", "/events/export"))) == 3
    assert doors.get(None, "/events/export").status_code == 401


def test_filters_narrow_the_file_and_its_name_says_them(doors: Doors) -> None:
    asked = {"kind": "collect", "from": "2025-03-10", "to": "2025-03-11"}
    answer = doors.get("administrator", "/events/export", **asked)
    assert len(read(answer)) == 3
    assert "huiliu_events_collect_administrator_2025-03-10_2025-03-11.csv" in answer.headers["Content-Disposition"]
    assert read(doors.get("administrator", "/events/export", kind="dispatch")) == []
    assert doors.get("administrator", "/events/export", kind="dance").status_code == 422
    assert doors.get("administrator", "/events/export", **{"from": "x"}).json["code"] == "period_malformed"


def test_names_are_no_formulas() -> None:
    assert [harmless(text) for text in ("=1+1", "-2", "甲公司")] == ["'=1+1", "'-2", "甲公司"]


def test_parts_meet_without_a_gap_and_newcomers_stay_out(session: Session) -> None:
    world = build(session)
    world.batch("point", "collect", stream="tyre", mass_g=5000)
    crowd(session, PART * 2)
    asked = export(session, actor=BOSS)
    parts = lines(session, asked, "zh")
    found = [next(parts), next(parts)]
    crowd(session, 10)
    found += parts
    rows = list(csv.reader(io.StringIO("".join(found).removeprefix("\ufeff"), newline="")))[1:]
    assert [int(row[0]) for row in rows] == list(range(asked.last_seq, asked.last_seq - asked.count, -1))
    assert asked.count == PART * 2 + 1


def test_a_long_file_is_never_whole_in_memory(sqlite_url: str) -> None:
    with opened(sqlite_url) as doors:
        session = doors.world.session
        doors.world.batch("point", "collect", stream="tyre", mass_g=5000)
        crowd(session, MANY)
        session.expunge_all()
        tracemalloc.start()
        size = sum(len(part) for part in lines(session, export(session, actor=BOSS), "zh"))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # The negative control: kept together, the same file needs more than the limit.
        assert size > MEMORY_MOST
        assert peak < MEMORY_MOST, f"{peak:,} bytes at most for a file of {size:,}"
