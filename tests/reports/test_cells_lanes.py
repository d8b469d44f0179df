"""Two writers at one site and month: neither waits for the other, and every gram is in the sums."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from registry.domain.events import Capture, Collect
from registry.domain.parties import Actor
from registry.services.capture import capture
from registry.services.transactions import writing
from registry.services.upkeep import rebuild_cells
from registry.store import recount
from registry.store.base import open_engine
from registry.store.cells import CELL
from tests.ledgers import NOON, an_id, build


def collect(session: Session, number: int, site: str, actor: Actor) -> None:
    details = Collect(stream="tyre", product="car", mass_g=1000)
    command = Capture(id=an_id(f"event {number}"), kind="collect", site_id=site, occurred_at=NOON, details=details)
    assert capture(session, actor=actor, command=command, now=NOON).status == "created"


@pytest.mark.postgres
def test_two_writers_of_one_cell_do_not_wait_for_each_other(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    with Session(engine) as first, Session(engine) as second:
        world = build(first)
        site, actor = world.site("point"), world.actors["point"]
        with writing(first):  # the origin is there before: making one is another lock
            collect(first, 0, site, actor)
            first.commit()
        with writing(first), writing(second):
            second.execute(text("SET LOCAL lock_timeout = '2s'"))
            collect(first, 1, site, actor)
            collect(second, 2, site, actor)
            second.commit()
            first.commit()
        lanes = select(CELL.c.lane, func.sum(CELL.c.amount)).where(CELL.c.account == "stock").group_by(CELL.c.lane)
        assert {lane: int(amount) for lane, amount in first.execute(lanes)} == {0: 2000, 1: 1000}
        assert list(recount.differences(first)) == []
        with writing(first):
            assert rebuild_cells(first) == 2
            first.commit()
        assert {lane: int(amount) for lane, amount in first.execute(lanes)} == {0: 3000}
    engine.dispose()


def test_sums_go_back_with_the_savepoint_they_were_written_in(session: Session) -> None:
    world = build(session)
    with writing(session):
        point = session.begin_nested()
        collect(session, 1, world.site("point"), world.actors["point"])
        point.rollback()
        collect(session, 2, world.site("point"), world.actors["point"])
        session.commit()
    assert set(session.scalars(select(func.abs(CELL.c.amount)))) == {1000}
    assert list(recount.differences(session)) == []
