"""The story of a batch and its chain: in full within one step of custody, beyond it the fate alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from registry.domain.events import Capture, Collect, OutputLine, Part, ProcessInput, ReceiveLine
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services import custody, stories, trace
from registry.services.capture import capture
from registry.services.stories import Happening
from registry.store.base import writing
from tests.ledgers import NOON, World, an_id, build

ADMINISTRATOR = Actor(id="a", role="administrator")
FAR_REGULATOR = Actor(id="f", role="regulator", division_code="520300")


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


# --- the story -------------------------------------------------------------------------------------------------------


def _hand_over(world: World, batch: str, sender: str, receiver: str) -> None:
    world.do(sender, "dispatch", batches=(batch,), to_site=world.site(receiver))
    world.do(receiver, "receive", lines=(ReceiveLine(batch=batch),))


def _told(world: World, actor: Actor, batch: str) -> list[str]:
    chapters = stories.story(world.session, actor=actor, batch_id=batch)
    return [chapter.kind if isinstance(chapter, Happening) else f"({chapter.outcome})" for chapter in chapters]


def test_the_story_shows_one_step_of_custody_and_beyond_it_only_the_fate(world: World) -> None:
    batch = world.batch("point", "collect", stream="tyre", mass_g=100)
    _hand_over(world, batch, "point", "plant")
    world.do("plant", "stocktake", batch=batch, mass_g=99, reason="scale")
    _hand_over(world, batch, "plant", "second")
    world.do("second", "stocktake", batch=batch, mass_g=98, reason="scale")
    whole = ["collect", "dispatch", "receive", "stocktake", "dispatch", "receive", "stocktake"]
    assert _told(world, ADMINISTRATOR, batch) == whole
    assert _told(world, world.actors["plant"], batch) == whole
    assert _told(world, world.actors["point"], batch) == [*whole[:5], "(stock)"]
    assert _told(world, world.actors["second"], batch) == ["(stock)", "(transit)", *whole[2:]]
    assert _told(world, FAR_REGULATOR, batch) == ["(stock)", "(transit)", "(stock)", "(transit)", *whole[5:]]


def test_a_chapter_says_what_changed_who_did_it_and_whether_it_was_taken_back(world: World) -> None:
    batch = world.batch("point", "collect", stream="tyre", mass_g=100)
    counted = world.do("point", "stocktake", batch=batch, mass_g=90, reason="scale", private={"note": "again"})
    undone = world.do("point", "reverse", event=counted.id, reason="wrong pallet")
    chapters = stories.story(world.session, actor=world.actors["point"], batch_id=batch)
    told = [(c.mass_g, c.change_g, c.reversed_by) for c in chapters if isinstance(c, Happening)]
    assert told == [(100, 100, None), (90, -10, undone.id), (100, 10, None)]
    happening = chapters[1]
    assert isinstance(happening, Happening)
    assert happening.notes == {"note": "again"}
    assert happening.organisation.name_zh == "point"


def test_an_event_recorded_after_its_deadline_is_shown_as_late(world: World) -> None:
    prompt = world.batch("point", "collect", stream="power_battery", mass_g=100)
    with writing(world.session):
        late = capture(
            world.session,
            actor=world.actors["point"],
            command=Capture(
                id=an_id("late"),
                kind="collect",
                site_id=world.site("point"),
                occurred_at=NOON,
                details=Collect(stream="power_battery", mass_g=5),
            ),
            now=NOON + timedelta(days=300),
        )
        world.session.commit()
    (late_batch,) = world.made(late)
    flags = [
        chapter.late
        for batch in (prompt, late_batch)
        for chapter in stories.story(world.session, actor=ADMINISTRATOR, batch_id=batch)
        if isinstance(chapter, Happening)
    ]
    assert flags == [False, True]


# --- the chain -------------------------------------------------------------------------------------------------------


def test_the_chain_is_followed_both_ways_with_the_mass_of_every_step(world: World) -> None:
    first = world.batch("plant", "collect", stream="tyre", mass_g=60)
    second = world.batch("plant", "collect", stream="tyre", mass_g=40)
    merged = world.batch("plant", "merge", batches=(first, second))
    made = world.do(
        "plant", "process", process="crumb", inputs=(ProcessInput(batch=merged),), outputs=_lines(recycle=70, energy=20)
    )
    outputs = world.made(made)
    actor = world.actors["plant"]
    forward = trace.trace(world.session, actor=actor, batch_id=first, direction="forward")
    assert {(e.source, e.target): e.mass_g for e in forward.edges} == {
        (first, merged): 60,
        **{(merged, output): mass for output, mass in _masses(world, outputs).items()},
    }
    assert {node.key: node.step for node in forward.nodes} == {first: 0, merged: 1, **dict.fromkeys(outputs, 2)}
    backward = trace.trace(world.session, actor=actor, batch_id=outputs[0])
    assert {node.key for node in backward.nodes} == {outputs[0], merged, first, second}
    standing = {node.key: node.accounts for node in forward.nodes}
    assert standing[merged] == {"loss": 10}


def _lines(**grams: int) -> tuple[OutputLine, ...]:
    return tuple(OutputLine(mass_g=mass, to=to) for to, mass in grams.items())


def _masses(world: World, batches: list[str]) -> dict[str, int]:
    masses = {batch: custody.batch_view(world.session, actor=ADMINISTRATOR, batch_id=batch).mass_g for batch in batches}
    return {batch: mass for batch, mass in masses.items() if mass is not None}


def test_beyond_sight_the_chain_shows_outcome_month_and_area_only(world: World) -> None:
    batch = world.batch("point", "collect", stream="tyre", mass_g=100)
    _hand_over(world, batch, "point", "plant")
    children = world.made(world.do("plant", "split", batch=batch, children=(Part(mass_g=40), Part(mass_g=60))))
    world.do("plant", "process", process="crumb", inputs=(ProcessInput(batch=children[0]),), outputs=_lines(recycle=30))
    seen = trace.trace(world.session, actor=world.actors["point"], batch_id=batch, direction="forward")
    beyond = [node for node in seen.nodes if node.batch_id is None]
    assert len(beyond) == 3
    assert all((n.code, n.stream, n.place, n.mass_g, dict(n.accounts)) == (None, None, None, None, {}) for n in beyond)
    assert {node.fate.outcome for node in beyond} == {"consumed", "stock", "recycle"}
    assert sorted(str(edge.mass_g) for edge in seen.edges) == ["40", "60", "None"]
    assert not {batch_id for edge in seen.edges for batch_id in (edge.source, edge.target)} & set(children)


def test_a_chain_cut_short_says_so(world: World) -> None:
    batch = world.batch("plant", "collect", stream="tyre", mass_g=100)
    for mass_g in (100, 90, 80):
        parts = (Part(mass_g=10), Part(mass_g=mass_g - 10, batch_id=an_id(f"rest of {mass_g}")))
        world.do("plant", "split", batch=batch, children=parts)
        batch = an_id(f"rest of {mass_g}")
    actor = world.actors["plant"]
    cut = trace.trace(world.session, actor=actor, batch_id=batch, depth=2)
    whole = trace.trace(world.session, actor=actor, batch_id=batch, depth=3)
    assert (cut.truncated, len(cut.nodes)) == (True, 3)
    assert (whole.truncated, len(whole.nodes)) == (False, 4)


def test_a_chain_of_what_one_may_not_see_is_absent(world: World) -> None:
    batch = world.batch("point", "collect", stream="tyre", mass_g=100)
    with pytest.raises(Refusal, match="not_found"):
        trace.trace(world.session, actor=world.actors["second"], batch_id=batch)
