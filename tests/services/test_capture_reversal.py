"""更正: what was wrong is taken back whole, by those who signed it, unless something stands on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine, Part, ProcessInput, ReceiveLine
from registry.domain.identifiers import draw_code
from registry.services.audit import verify
from registry.services.capture import ItemResult
from registry.store.batches import BatchPlaceRow
from registry.store.events import EventRow
from tests.ledgers import NOON, World, build, issue
from tests.services.invariants import balances, counts, faults


@pytest.fixture
def world(session: Session) -> Iterator[World]:
    world = build(session)
    yield world
    assert faults(session) == []
    assert verify(session).differences == ()


def collected(world: World, mass_g: int = 1_000) -> str:
    return world.batch("point", "collect", stream="power_battery", mass_g=mass_g, contents_g={"lithium": mass_g // 10})


def delivered(world: World) -> tuple[str, ItemResult]:
    batch_id = collected(world)
    world.do("point", "dispatch", batches=(batch_id,), to_site=world.site("plant"))
    line = ReceiveLine(batch=batch_id, mass_g=990, reason="scale", refused_g=100, refusal_reason="wet")
    return batch_id, world.do("plant", "receive", lines=(line,))


def refused(world: World, who: str, event_id: str) -> tuple[str, dict[str, object]]:
    before = counts(world.session)
    result = world.send(who, "reverse", event=event_id, reason="typo")
    assert result.refusal is not None, result
    assert counts(world.session) == before
    return result.refusal.code, result.refusal.facts


def places(world: World) -> dict[str, tuple[object, ...]]:
    rows = world.session.execute(
        select(
            BatchPlaceRow.batch_id,
            BatchPlaceRow.status,
            BatchPlaceRow.site_id,
            BatchPlaceRow.holder_id,
            BatchPlaceRow.to_site_id,
            BatchPlaceRow.container_id,
            BatchPlaceRow.fit,
            BatchPlaceRow.mass_g,
        ).where(BatchPlaceRow.status != "void")
    ).all()
    world.session.rollback()
    return {row.batch_id: tuple(row[1:]) for row in rows}


def processed(world: World) -> ItemResult:
    batch_id = world.batch("plant", "collect", stream="power_battery", mass_g=1_000, contents_g={"lithium": 9})
    outputs = (
        OutputLine(mass_g=600, to="cascade"),
        OutputLine(mass_g=300, to="stock"),
        OutputLine(mass_g=10, to="reuse"),
    )
    return world.do("plant", "process", process="test_regroup", inputs=(ProcessInput(batch=batch_id),), outputs=outputs)


def one_of_each(world: World) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Kind by kind: who does what, on a batch that stands ready."""
    batch_id, other = collected(world), collected(world)
    yield "point", "stocktake", {"batch": batch_id, "mass_g": 900, "reason": "missing"}
    yield "lab", "inspect", {"batch": batch_id, "contents_g": {"nickel": 5}, "passed": True}
    yield "point", "split", {"batch": batch_id, "children": (Part(mass_g=100), Part(mass_g=900))}
    yield "point", "merge", {"batches": (batch_id, other)}
    yield "point", "dispatch", {"batches": (batch_id,), "to_site": world.site("plant")}
    code = draw_code()
    issue(world.session, code)
    yield "point", "load", {"container": code, "batches": (batch_id, other)}


def test_every_kind_is_taken_back_to_exactly_where_it_was(world: World) -> None:
    for who, kind, facts in one_of_each(world):
        before = balances(world.session), places(world)
        done = world.do(who, kind, **facts)
        assert places(world) != before[1], kind
        world.do(who, "reverse", event=done.id, reason="typo")
        assert (balances(world.session), places(world)) == before, kind


@pytest.mark.parametrize("part", [None, 200])
def test_a_return_from_a_second_life_is_taken_back(world: World, part: int | None) -> None:
    done = processed(world)
    assert done.receipt is not None
    pack = next(batch.batch_id for batch in done.receipt.batches if batch.status == "cascade")
    before = balances(world.session), places(world)
    retired = world.do("point", "retire", batch=pack, mass_g=part, weighed_g=150, reason="missing")
    world.do("point", "reverse", event=retired.id, reason="it still runs")
    assert (balances(world.session), places(world)) == before


def test_a_process_is_taken_back_and_its_outputs_are_void(world: World) -> None:
    done = processed(world)
    world.do("plant", "reverse", event=done.id, reason="wrong process")
    statuses = sorted(world.session.scalars(select(BatchPlaceRow.status)))
    assert statuses == ["stock", "void", "void", "void"]


def test_a_void_batch_is_good_for_nothing_more(world: World) -> None:
    done = world.do("point", "collect", stream="tyre", mass_g=5)
    world.do("point", "reverse", event=done.id, reason="typo")
    result = world.send("point", "stocktake", batch=world.made(done)[0], mass_g=5)
    assert result.refusal is not None
    assert (result.refusal.code, result.refusal.facts["status"]) == ("wrong_state", "void")


def test_a_reversal_takes_the_occurrence_of_its_target(world: World) -> None:
    done = world.do("point", "collect", at=NOON, stream="tyre", mass_g=5)
    taken = world.do("point", "reverse", event=done.id, reason="typo")
    moments = dict(world.session.execute(select(EventRow.id, EventRow.occurred_at_utc)).all())
    assert moments[taken.id] == moments[done.id] == NOON


def test_what_stands_on_an_event_is_listed_and_must_go_first(world: World) -> None:
    parent = collected(world)
    split = world.do("point", "split", batch=parent, children=(Part(mass_g=400), Part(mass_g=600)))
    small, _ = sorted(world.made(split), key=lambda each: places(world)[each][-1])
    look = world.do("lab", "inspect", batch=small, grade="A")
    sent = world.do("point", "dispatch", batches=(small,), to_site=world.site("plant"))
    assert refused(world, "point", split.id) == (
        "later_events_stand_on_it",
        {"event": split.id, "events": sorted([look.id, sent.id])},
    )
    world.do("point", "reverse", event=sent.id, reason="typo")
    assert refused(world, "point", split.id)[1]["events"] == [look.id]
    world.do("lab", "reverse", event=look.id, reason="typo")
    assert world.send("point", "reverse", event=split.id, reason="typo").status == "created"


def test_an_event_is_taken_back_once_and_a_reversal_never(world: World) -> None:
    done = world.do("point", "collect", stream="tyre", mass_g=5)
    taken = world.do("point", "reverse", event=done.id, reason="typo")
    assert refused(world, "point", done.id)[0] == "already_reversed"
    assert refused(world, "point", taken.id)[0] == "nothing_to_reverse"


def test_what_was_taken_back_may_be_done_again_and_taken_back_again(world: World) -> None:
    batch_id = collected(world)
    for _ in range(2):
        done = world.do("point", "dispatch", batches=(batch_id,), to_site=world.site("plant"))
        world.do("point", "reverse", event=done.id, reason="typo")
    assert places(world)[batch_id][0] == "stock"


def test_only_who_signed_takes_back(world: World) -> None:
    done = world.do("point", "collect", stream="tyre", mass_g=5)
    assert refused(world, "plant", done.id) == ("not_a_party", {"event": done.id})


# --- two parties -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), [("plant", "point"), ("point", "plant")])
def test_a_receipt_is_taken_back_when_both_sides_agree_whoever_speaks_first(
    world: World, first: str, second: str
) -> None:
    batch_id, receipt = delivered(world)
    before = balances(world.session), places(world)
    asked = world.do(first, "reverse", event=receipt.id, reason="wrong load")
    assert asked.receipt is not None
    assert (asked.receipt.status, asked.receipt.batches) == ("pending", ())
    assert (balances(world.session), places(world)) == before
    agreed = world.do(second, "reverse", event=receipt.id, reason="yes")
    assert agreed.receipt is not None
    assert agreed.receipt.status == "booked"
    assert places(world)[batch_id][0] == "transit"
    assert refused(world, first, receipt.id)[0] == "already_reversed"


def test_one_side_cannot_agree_with_itself(world: World) -> None:
    _, receipt = delivered(world)
    world.do("plant", "reverse", event=receipt.id, reason="wrong load")
    assert refused(world, "plant", receipt.id)[0] == "reversal_pending"
    assert refused(world, "second", receipt.id)[0] == "not_a_party"


def test_life_goes_on_under_a_pending_reversal_and_then_it_cannot_be_agreed_to(world: World) -> None:
    batch_id, receipt = delivered(world)
    world.do("plant", "reverse", event=receipt.id, reason="wrong load")
    later = world.do("plant", "stocktake", batch=batch_id, mass_g=890)
    assert refused(world, "point", receipt.id) == (
        "later_events_stand_on_it",
        {"event": receipt.id, "events": [later.id]},
    )


def test_a_pending_reversal_does_not_clear_the_way_for_an_earlier_one(world: World) -> None:
    _, receipt = delivered(world)
    world.do("plant", "reverse", event=receipt.id, reason="wrong load")
    sent = world.session.scalars(select(EventRow.id).where(EventRow.kind == "dispatch")).one()
    code, facts = refused(world, "point", sent)
    assert (code, facts["events"]) == ("later_events_stand_on_it", [receipt.id])


def test_a_pending_reversal_is_not_itself_taken_back(world: World) -> None:
    _, receipt = delivered(world)
    asked = world.do("plant", "reverse", event=receipt.id, reason="wrong load")
    assert refused(world, "plant", asked.id)[0] == "nothing_to_reverse"


# --- containers ------------------------------------------------------------------------------------------------------


def caged(world: World) -> tuple[str, str]:
    """A container at the plant, and the tyre in it."""
    code = draw_code()
    issue(world.session, code)
    batch_id = world.batch("plant", "collect", stream="tyre", mass_g=1_000)
    world.do("plant", "load", container=code, batches=(batch_id,))
    return code, batch_id


def filled_by_another(world: World, code: str) -> ItemResult:
    """The emptied container went back to the point, which fills it."""
    return world.do(
        "point", "load", container=code, batches=(world.batch("point", "collect", stream="tyre", mass_g=5),)
    )


def test_what_comes_back_does_not_come_back_into_a_container_that_went_on(world: World) -> None:
    code, batch_id = caged(world)
    line = OutputLine(mass_g=900, to="recycle")
    wrong = world.do("plant", "process", process="crumb", inputs=(ProcessInput(batch=batch_id),), outputs=(line,))
    filled_by_another(world, code)
    world.do("plant", "reverse", event=wrong.id, reason="typo")
    world.do("plant", "stocktake", batch=batch_id, mass_g=1_000)
    world.do("point", "dispatch", batches=(code,), to_site=world.site("plant"))


def test_an_unloading_is_taken_back_while_the_container_stands_there_and_not_when_it_went_on(world: World) -> None:
    code, _ = caged(world)
    before = places(world)
    first = world.do("plant", "unload", container=code)
    world.do("plant", "reverse", event=first.id, reason="typo")
    assert places(world) == before
    second = world.do("plant", "unload", container=code)
    away = filled_by_another(world, code)
    assert refused(world, "plant", second.id) == (
        "later_events_stand_on_it",
        {"event": second.id, "events": [away.id]},
    )
    world.do("point", "dispatch", batches=(code,), to_site=world.site("plant"))
