"""What a party may not see does not reach it by a refusal or by an event it has only a share in."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine, ProcessInput, ReceiveLine
from registry.domain.identifiers import draw_code
from registry.services import ledger, stories
from registry.services.events import event_view
from registry.services.stories import Happening
from tests.ledgers import World, build, issue


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def refused(world: World, who: str, kind: str, **facts: object) -> tuple[str, dict[str, object]]:
    result = world.send(who, kind, **facts)
    assert result.refusal is not None, result
    return result.refusal.code, dict(result.refusal.facts)


def loaded(world: World) -> tuple[str, str]:
    """A container at the point, and the batch in it."""
    code = draw_code()
    issue(world.session, code)
    batch_id = world.batch("point", "collect", stream="tyre", mass_g=1_000)
    world.do("point", "load", container=code, batches=(batch_id,))
    return code, batch_id


def test_a_container_of_another_tells_neither_where_it_is_nor_what_is_in_it(world: World) -> None:
    container, _ = loaded(world)
    mine = world.batch("plant", "collect", stream="tyre", mass_g=10)
    nothing = ("not_yours", {"batch": container})
    assert refused(world, "plant", "load", container=container, batches=(mine,)) == nothing
    assert refused(world, "plant", "unload", container=container) == nothing
    assert refused(world, "plant", "dispatch", batches=(container,), to_site=world.site("second")) == nothing
    assert refused(world, "plant", "receive", lines=(ReceiveLine(batch=container),)) == nothing


def test_who_may_take_back_or_inspect_what_another_holds_learns_nothing_of_what_it_may_not(world: World) -> None:
    sold = world.batch("point", "collect", stream="power_battery", mass_g=1_000, contents_g={"lithium": 10})
    nothing = ("not_yours", {"batch": sold})
    assert refused(world, "plant", "retire", batch=sold) == nothing
    too_much = {"contents_g": {"lithium": 2_000}}
    assert refused(world, "lab", "inspect", batch=sold, **too_much) == ("contents_above_mass", {"batch": sold})
    world.do("point", "dispatch", batches=(sold,), to_site=world.site("plant"))
    assert refused(world, "lab", "inspect", batch=sold, grade="A") == nothing
    assert refused(world, "second", "retire", batch=sold) == nothing
    world.do("plant", "receive", lines=(ReceiveLine(batch=sold),))
    line = OutputLine(mass_g=1_000, to="cascade")
    made = world.batch("plant", "process", process="test_regroup", inputs=(ProcessInput(batch=sold),), outputs=(line,))
    assert refused(world, "second", "retire", batch=made, mass_g=1_001) == ("mass_above_holding", {"batch": made})
    lighter = ("difference_needs_reason", {"batch": made, "found_g": 1})
    assert refused(world, "second", "retire", batch=made, weighed_g=1) == lighter
    world.do("plant", "dispatch", batches=(made,), to_site=world.site("second"))
    assert refused(world, "point", "retire", batch=made) == ("not_yours", {"batch": made})


def test_of_a_receipt_of_two_senders_each_sees_its_own_lines(world: World) -> None:
    ours = world.batch("point", "collect", stream="tyre", mass_g=1_000)
    theirs = world.batch("second", "collect", stream="tyre", mass_g=7_777)
    world.do("point", "dispatch", batches=(ours,), to_site=world.site("plant"))
    world.do("second", "dispatch", batches=(theirs,), to_site=world.site("plant"))
    lines = (
        ReceiveLine(batch=ours, mass_g=990, reason="scale"),
        ReceiveLine(batch=theirs, mass_g=7_000, reason="missing", refused_g=1_000, refusal_reason="wet"),
    )
    received = world.do("plant", "receive", lines=lines, price_fen=123)
    point = world.actors["point"]
    view = event_view(world.session, actor=point, event_id=received.id)
    entry = ledger.entry(world.session, actor=point, event_id=received.id)
    story = stories.story(world.session, actor=point, batch_id=ours)[-1]
    assert isinstance(story, Happening)
    assert {batch.batch_id for batch in view.batches} == {ours}
    assert {line.batch_id for line in entry.lines} == {ours}
    assert view.details.lines == lines[:1]  # type: ignore[union-attr]
    assert view.details.price_fen is None  # type: ignore[union-attr]
    for findings in (view.line.findings, story.findings):
        assert {finding["facts"].get("batch") for finding in findings} == {ours}
    whole = event_view(world.session, actor=world.actors["plant"], event_id=received.id)
    assert whole.details.lines == lines  # type: ignore[union-attr]
    assert len(whole.batches) == 3


def test_of_a_receipt_from_one_sender_both_sides_see_all_of_it(world: World) -> None:
    ours = world.batch("point", "collect", stream="tyre", mass_g=1_000)
    world.do("point", "dispatch", batches=(ours,), to_site=world.site("plant"))
    received = world.do(
        "plant", "receive", lines=(ReceiveLine(batch=ours, refused_g=10, refusal_reason="wet"),), price_fen=5
    )
    views = [event_view(world.session, actor=world.actors[who], event_id=received.id) for who in ("point", "plant")]
    assert views[0] == views[1]
