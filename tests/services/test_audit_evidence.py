"""`verify` counts evidence again from the events, and names what was altered behind the registry's back."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine, ProcessInput
from registry.services import evidence
from registry.services.audit import verify
from registry.services.evidence_booking import Asked
from registry.store.base import writing
from tests.ledgers import NOON, World, an_id
from tests.services.evidence_trade import OWED, accepted, drafted, licence_ends, pool_of, recycled, step, trade


@pytest.fixture
def world(session: Session) -> World:
    """A plant with 140 g, of which 40 are a producer's own, and notes in every state."""
    world = trade(session)
    recycled(world, 100)
    recycled(world, 40, producer=an_id("maker"))
    drafted(world, 5)
    fenced = drafted(world, 5)
    step(world, "plant", fenced, "submit")
    step(world, "plant", fenced, "authorise")
    step(world, "plant", drafted(world, 5), "submit")
    note_id = accepted(world, 30)
    step(world, "maker", note_id, "split", mass_g=10)
    step(world, "maker", note_id, "transfer", to="other")
    step(world, "other", note_id, "retire", **OWED)
    step(world, "regulator", accepted(world, 7), "suspend", reason="x")
    with writing(world.session) as writer:
        asked = Asked(action="release", mass_g=15)
        evidence.release(writer, actor=world.actors["maker"], pool=pool_of(world), asked=asked, now=NOON)
        writer.commit()
    return world


def told(world: World) -> list[str]:
    world.session.rollback()
    return [each.where.split()[1] for each in verify(world.session).differences if each.where.startswith("evidence")]


def altered(world: World, statement: str) -> list[str]:
    """What `verify` tells after a statement that no trigger stopped."""
    bind = world.session.get_bind()
    assert isinstance(bind, Engine)
    world.session.rollback()
    with bind.begin() as connection:
        if bind.dialect.name == "sqlite":
            for table in ("evidence_lines", "evidence_entries"):
                for verb in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER tr_{table}_no_{verb}"))
        else:
            connection.execute(text("ALTER TABLE evidence_lines DISABLE TRIGGER USER"))
        connection.execute(text(statement))
    return told(world)


def test_a_true_trade_is_proven(world: World) -> None:
    assert verify(world.session).differences == ()


def test_a_line_made_larger_is_found_in_its_entry_and_its_note(world: World) -> None:
    statement = "UPDATE evidence_lines SET amount = amount + 1 WHERE account = 'retired'"
    assert set(altered(world, statement)) == {"entry", "note"}


def test_notes_above_what_the_events_earned_are_found_in_their_pool(world: World) -> None:
    statement = "UPDATE evidence_lines SET amount = amount * 10"
    assert "pool" in altered(world, statement)


@pytest.mark.parametrize(
    "change",
    ["mass_g = mass_g + 1", "state = 'accepted', paused_in = ''", "month = '2025-04'", "holder_id = issuer_id"],
)
def test_a_note_that_is_not_what_its_lines_say_is_found(world: World, change: str) -> None:
    statement = f"UPDATE evidence_notes SET {change} WHERE state IN ('retired', 'suspended')"  # noqa: S608
    assert "note" in altered(world, statement)


def test_a_licence_that_ended_before_leaves_its_notes_without_grams(world: World) -> None:
    licence_ends(world, date(2025, 3, 1))
    assert "pool" in told(world)


def test_a_correction_that_undercuts_a_note_is_told(world: World) -> None:
    event = recycled(world, 50)
    accepted(world, 100)
    assert told(world) == []
    world.do("plant", "reverse", event=event, reason="写错了")
    assert told(world) == ["pool"]


def test_grams_that_earned_in_a_second_life_are_not_counted_twice(world: World) -> None:
    pack = world.batch("plant", "collect", stream="power_battery", product="LFP", mass_g=100)
    lines = (OutputLine(mass_g=100, to="cascade"),)
    lived = world.batch("plant", "process", process="test_regroup", inputs=(ProcessInput(batch=pack),), outputs=lines)
    accepted(world, 100, pool=pool_of(world, stream="power_battery", outcome="cascade"))
    world.do("plant", "retire", batch=lived)
    lines = (OutputLine(mass_g=80, to="recycle"),)
    world.do("plant", "process", process="hydrometallurgy", inputs=(ProcessInput(batch=lived),), outputs=lines)
    assert told(world) == []
    statement = "UPDATE evidence_lines SET outcome = 'recycle', stream = 'power_battery' WHERE stream = 'power_battery'"
    assert "pool" in altered(world, statement)
