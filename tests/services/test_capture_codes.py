"""Codes: a registry code names one thing for life, any other one live batch at a time, and none is ever guessed."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.events import CodeRef, OutputLine, Part, ProcessInput, ReceiveLine
from registry.domain.identifiers import draw_code, is_registry_code
from registry.services.capture import ItemResult
from registry.services.codes import issue as issue_roll
from registry.store.base import writing
from registry.store.batches import BatchCodeRow
from registry.store.parties import IssuedCodeRow
from tests.ledgers import NOON, World, an_id, build, issue
from tests.services.invariants import counts, faults

SERIAL = (CodeRef(scheme="serial", value="SN 00-17"),)
BATTERY = "04QPE5C4HDABCDE8C1000001"


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


@pytest.fixture
def code(session: Session) -> str:
    drawn = draw_code()
    issue(session, drawn)
    return drawn


def collect(world: World, **facts: object) -> ItemResult:
    return world.send("point", "collect", **({"stream": "power_battery", "mass_g": 1_000} | facts))


def refusal(result: ItemResult) -> str:
    assert result.refusal is not None, result
    return result.refusal.code


def named(world: World, value: str) -> list[tuple[str | None, bool]]:
    """The batches a value names or named, and whether it still does."""
    rows = world.session.execute(
        select(BatchCodeRow.batch_id, BatchCodeRow.released_seq)
        .where(BatchCodeRow.value == value)
        .order_by(BatchCodeRow.bound_seq)
    )
    return [(batch_id, released is None) for batch_id, released in rows]


def made(world: World, result: ItemResult) -> str:
    (batch_id,) = world.made(result)
    return batch_id


def test_a_batch_without_a_label_is_given_a_code_nobody_had(world: World) -> None:
    result = collect(world)
    assert result.receipt is not None
    (batch,) = result.receipt.batches
    assert batch.code is not None
    assert is_registry_code(batch.code)
    assert world.session.get(IssuedCodeRow, batch.code) is not None


def test_a_label_from_the_roll_is_bound_at_the_first_scan(world: World, code: str) -> None:
    batch_id = made(world, collect(world, code=f" {code[:4].lower()}-{code[4:]}"))
    assert named(world, code) == [(batch_id, True)]


def test_a_batch_may_be_named_by_any_of_its_codes(world: World, code: str) -> None:
    collect(world, code=code, codes=(*SERIAL, CodeRef(scheme="gb34014", value=BATTERY)))
    for name in (code, "sn00 17", BATTERY.lower()):
        world.do("point", "stocktake", batch=name, mass_g=1_000)


def test_a_label_names_one_batch_for_life(world: World, code: str) -> None:
    batch_id = made(world, collect(world, code=code))
    assert refusal(collect(world, code=code)) == "code_taken"
    world.do("point", "stocktake", batch=batch_id, mass_g=0, reason="missing")
    assert refusal(collect(world, code=code)) == "code_taken"


def test_a_serial_is_free_again_when_its_batch_has_wholly_left(world: World) -> None:
    first = made(world, collect(world, codes=SERIAL))
    assert refusal(collect(world, codes=SERIAL)) == "code_taken"
    world.do("point", "stocktake", batch=first, mass_g=0, reason="missing")
    second = made(world, collect(world, codes=SERIAL))
    assert named(world, "SN0017") == [(first, False), (second, True)]
    world.do("point", "stocktake", batch="SN0017", mass_g=1_000)


def test_a_part_made_anew_and_sold_may_come_back_under_its_serial(world: World) -> None:
    core = made(world, collect(world, stream="reman_part"))
    world.do("point", "dispatch", batches=(core,), to_site=world.site("plant"))
    world.do("plant", "receive", lines=(ReceiveLine(batch=core),))
    line = OutputLine(mass_g=900, to="remanufacture", codes=SERIAL)
    world.do("plant", "process", process="remanufacture", inputs=(ProcessInput(batch=core),), outputs=(line,))
    assert collect(world, stream="reman_part", codes=SERIAL).status == "created"


def test_a_second_life_carries_new_codes_and_frees_the_old_ones(world: World) -> None:
    old = made(world, collect(world, codes=SERIAL))
    world.do("point", "dispatch", batches=(old,), to_site=world.site("plant"))
    world.do("plant", "receive", lines=(ReceiveLine(batch=old),))
    line = OutputLine(mass_g=1_000, to="cascade", codes=(CodeRef(scheme="serial", value="NEW1"),))
    pack = world.batch("plant", "process", process="test_regroup", inputs=(ProcessInput(batch=old),), outputs=(line,))
    assert named(world, "NEW1") == [(pack, True)]
    assert named(world, "SN0017") == [(old, False)]
    assert refusal(collect(world, codes=(CodeRef(scheme="serial", value="new 1"),))) == "code_taken"


def test_what_is_reused_keeps_the_name_its_battery_had_and_gives_it_back_when_that_was_wrong(world: World) -> None:
    old = made(world, collect(world, codes=SERIAL))
    world.do("point", "dispatch", batches=(old,), to_site=world.site("plant"))
    world.do("plant", "receive", lines=(ReceiveLine(batch=old),))
    lines = (OutputLine(mass_g=900, to="reuse", codes=SERIAL),)
    part, whole = ProcessInput(batch=old, mass_g=999), ProcessInput(batch=old)
    left = world.send("plant", "process", process="test_regroup", inputs=(part,), outputs=lines)
    assert refusal(left) == "code_taken"
    passed = world.do("plant", "process", process="test_regroup", inputs=(whole,), outputs=lines)
    (pack,) = world.made(passed)
    assert named(world, "SN0017") == [(old, False), (pack, True)]
    world.do("plant", "reverse", event=passed.id, reason="wrong pack")
    assert named(world, "SN0017") == [(old, True), (pack, False)]
    assert faults(world.session) == []


def test_a_collection_taken_back_frees_its_label_for_the_right_one(world: World, code: str) -> None:
    wrong = collect(world, code=code, codes=SERIAL)
    world.do("point", "reverse", event=wrong.id, reason="wrong stream")
    right = made(world, collect(world, code=code, codes=SERIAL, stream="tyre"))
    assert named(world, code) == [(made(world, wrong), False), (right, True)]
    world.do("point", "stocktake", batch=code, mass_g=1_000)


def test_a_correction_does_not_steal_a_serial_back_that_was_given_on_since(world: World) -> None:
    first = made(world, collect(world, codes=SERIAL))
    gone = world.do("point", "stocktake", batch=first, mass_g=0, reason="missing")
    second = made(world, collect(world, codes=SERIAL))
    before = counts(world.session)
    result = world.send("point", "reverse", event=gone.id, reason="it was there")
    assert refusal(result) == "code_taken"
    assert counts(world.session) == before
    assert named(world, "SN0017") == [(first, False), (second, True)]


def test_a_correction_gives_a_batch_its_serial_back(world: World) -> None:
    first = made(world, collect(world, codes=SERIAL))
    gone = world.do("point", "stocktake", batch=first, mass_g=0, reason="missing")
    world.do("point", "reverse", event=gone.id, reason="it was there")
    assert named(world, "SN0017") == [(first, True)]
    assert faults(world.session) == []


@pytest.mark.parametrize(
    ("expected", "facts"),
    [
        ("code_malformed", {"code": "ABC"}),
        ("code_malformed", {"code": "ILLEGAL0U"}),
        ("code_malformed", {"codes": (CodeRef(scheme="serial", value=" - "),)}),
        ("code_malformed", {"codes": (CodeRef(scheme="serial", value="9" * 121),)}),
        ("gb34014_length", {"codes": (CodeRef(scheme="gb34014", value="ABC"),)}),
        ("gb34014_field", {"codes": (CodeRef(scheme="gb34014", value="?" * 24),)}),
        ("code_scheme_unknown", {"codes": (CodeRef(scheme="tattoo", value="X"),)}),
        ("code_taken", {"codes": (*SERIAL, CodeRef(scheme="serial", value="SN0017"))}),
        ("batch_id_malformed", {"batch_id": "my batch"}),
        ("batch_id_malformed", {"batch_id": "x" * 5_000}),
    ],
)
def test_no_code_that_cannot_be_one(world: World, expected: str, facts: dict[str, object]) -> None:
    assert refusal(collect(world, **facts)) == expected


def test_a_label_nobody_issued_and_one_misread_are_told_apart(world: World) -> None:
    code = draw_code()
    other = next(each for each in "0123456789" if each != code[0])
    assert refusal(collect(world, code=code)) == "code_not_issued"
    assert refusal(collect(world, code=other + code[1:])) == "code_check_character"
    assert refusal(world.send("point", "stocktake", batch=other + code[1:], mass_g=1)) == "code_check_character"


def test_nobody_takes_another_batch_s_name_as_his_serial(world: World, code: str) -> None:
    mine = made(world, collect(world, code=code))
    stolen = (CodeRef(scheme="serial", value=code),)
    assert refusal(collect(world, codes=stolen)) == "code_taken"
    assert named(world, code) == [(mine, True)]


def test_a_label_of_a_roll_handed_to_another_is_not_yours(world: World) -> None:
    with writing(world.session):
        mine, theirs = (
            issue_roll(world.session, site_id=world.site(name), count=2, actor_id=an_id("admin"), now=NOON)[1]
            for name in ("point", "plant")
        )
        world.session.commit()
    before = counts(world.session)
    result = collect(world, code=theirs[0])
    assert (refusal(result), dict(result.refusal.facts if result.refusal else {})) == (
        "not_yours",
        {"batch": theirs[0]},
    )
    batch = world.batch("point", "collect", stream="tyre", mass_g=10)
    assert refusal(world.send("point", "load", container=theirs[1], batches=(batch,))) == "not_yours"
    assert counts(world.session)["events"] == before["events"] + 1
    assert collect(world, code=mine[0]).status == "created"
    assert world.send("point", "load", container=mine[1], batches=(batch,)).status == "created"


def test_nobody_takes_a_label_still_on_the_roll_as_his_serial(world: World, code: str) -> None:
    assert refusal(collect(world, codes=(CodeRef(scheme="serial", value=code),))) == "code_taken"


def test_one_name_in_two_schemes_would_name_two_batches(world: World) -> None:
    collect(world, codes=SERIAL)
    assert refusal(collect(world, codes=(CodeRef(scheme="gs1", value="SN0017"),))) == "code_taken"


def test_an_id_chosen_by_the_client_is_used_once(world: World) -> None:
    chosen = an_id("b")
    assert made(world, collect(world, batch_id=chosen)) == chosen
    assert refusal(collect(world, batch_id=chosen)) == "batch_id_taken"
    twins = (Part(mass_g=500, batch_id=an_id("twin")), Part(mass_g=500, batch_id=an_id("twin")))
    assert refusal(world.send("point", "split", batch=chosen, children=twins)) == "batch_id_taken"


def test_an_id_another_event_would_derive_may_be_squatted_and_is_then_refused(world: World) -> None:
    event_id = an_id("e2")
    squatted = str(uuid.uuid5(uuid.UUID(event_id), "batch"))
    collect(world, batch_id=squatted)
    assert refusal(collect(world, id=event_id)) == "batch_id_taken"


def test_a_batch_does_not_take_a_container_s_id(world: World, code: str) -> None:
    batch_id = made(world, collect(world))
    world.do("point", "load", container=code, batches=(batch_id,))
    container_id = world.session.scalar(select(BatchCodeRow.container_id).where(BatchCodeRow.value == code))
    assert refusal(collect(world, batch_id=container_id)) == "batch_id_taken"


def test_children_may_carry_labels_each_its_own(world: World, code: str) -> None:
    parent = made(world, collect(world))
    twins = (Part(mass_g=500, code=code), Part(mass_g=500, code=code))
    assert refusal(world.send("point", "split", batch=parent, children=twins)) == "code_taken"
    world.do("point", "split", batch=parent, children=(Part(mass_g=500, code=code), Part(mass_g=500)))
    assert len(named(world, code)) == 1


def test_a_label_that_became_a_container_is_no_batch_and_the_other_way_round(world: World, code: str) -> None:
    batch_id = made(world, collect(world))
    world.do("point", "load", container=code, batches=(batch_id,))
    assert refusal(collect(world, code=code)) == "code_taken"
    assert refusal(world.send("point", "load", container=batch_id, batches=(batch_id,))) == "not_a_container"
    assert refusal(world.send("point", "load", container=draw_code(), batches=(batch_id,))) == "unknown_code"
