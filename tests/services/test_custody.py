"""What a reader sees of a batch: what it is, where it came from, what happened to it, what became of it."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine, Part, ProcessInput, ReceiveLine
from registry.domain.parties import ANONYMOUS, Actor
from registry.domain.refusals import Refusal
from registry.services import custody, stories
from registry.services.trace import Fate
from registry.store.base import writing
from registry.store.parties import OrganisationRow
from tests.ledgers import NOON, World, an_id, build, issue

CODE = "YFR6F0DTHH"
REGULATOR = Actor(id="r", role="regulator", division_code="520000")
FAR_REGULATOR = Actor(id="f", role="regulator", division_code="520300")
ADMINISTRATOR = Actor(id="a", role="administrator")


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def _maker(world: World, name: str) -> Actor:
    """A producer's account."""
    with writing(world.session) as session:
        session.add(OrganisationRow(id=an_id(name), name_zh=name, name_en=name, kind="producer", created_at_utc=NOON))
        session.commit()
    return Actor(id=f"user {name}", role="producer", organisation_id=an_id(name))


def _view(world: World, actor: Actor, batch: str) -> custody.BatchView:
    return custody.batch_view(world.session, actor=actor, batch_id=batch)


def _absent(world: World, actor: Actor, batch: str) -> bool:
    with pytest.raises(Refusal) as caught:
        _view(world, actor, batch)
    return caught.value.code == "not_found"


# --- naming ----------------------------------------------------------------------------------------------------------


def test_a_batch_is_found_by_id_and_by_any_spelling_of_its_code(world: World) -> None:
    issue(world.session, CODE)
    batch = world.batch("point", "collect", stream="tyre", mass_g=5, code=CODE)
    for text in (batch, batch.upper(), CODE, "yfr6 f0dt hh", "ＹＦＲ６Ｆ０ＤＴＨＨ", f"  {CODE}\n"):
        found = custody.find(world.session, text_or_id=text)
        assert found is not None, text
        assert (found.kind, found.id) == ("batch", batch), text


def test_a_label_nobody_has_used_is_found_as_a_label(world: World) -> None:
    issue(world.session, CODE)
    found = custody.find(world.session, text_or_id=CODE)
    assert found is not None
    assert (found.kind, found.id) == ("label", None)


def test_a_container_is_found_by_its_code(world: World) -> None:
    issue(world.session, CODE)
    batch = world.batch("point", "collect", stream="tyre", mass_g=5)
    world.do("point", "load", container=CODE, batches=(batch,))
    found = custody.find(world.session, text_or_id=CODE)
    assert found is not None
    assert found.kind == "container"
    container = _view(world, world.actors["point"], batch).container
    assert container is not None
    assert container.code == CODE


@pytest.mark.parametrize("text", ["", " ", "nothing at all", "0" * 300, "%", "00000000-0000-7000-8000-000000000000"])
def test_what_names_nothing_is_not_found(world: World, text: str) -> None:
    assert custody.find(world.session, text_or_id=text) is None


# --- who sees what ---------------------------------------------------------------------------------------------------


def test_who_held_it_sees_it_and_who_did_not_finds_it_absent(world: World) -> None:
    batch = world.batch("point", "collect", stream="tyre", mass_g=5)
    assert _view(world, world.actors["point"], batch).sight == "full"
    for stranger in (world.actors["plant"], ANONYMOUS, FAR_REGULATOR):
        assert _absent(world, stranger, batch)
    world.do("point", "dispatch", batches=(batch,), to_site=world.site("second"))
    assert _view(world, world.actors["second"], batch).travelling
    assert _absent(world, world.actors["plant"], batch)
    assert _view(world, FAR_REGULATOR, batch).sight == "full", "it travels into the division"


def test_regulator_and_administrator_see_it_in_full(world: World) -> None:
    batch = world.batch("point", "collect", stream="tyre", mass_g=5)
    for reader in (REGULATOR, ADMINISTRATOR):
        assert _view(world, reader, batch).mass_g == 5


def test_a_producer_sees_outcome_month_and_area_of_what_it_made_and_no_more(world: World) -> None:
    maker = _maker(world, "maker")
    batch = world.batch("point", "collect", stream="tyre", mass_g=5, producer=an_id("maker"))
    view = _view(world, maker, batch)
    assert view.sight == "fate"
    assert view.fates == (Fate(outcome="stock", month="2025-03", area="520100"),)
    hidden = (view.place, view.holder, view.mass_g, view.contents, view.origins, view.code, view.last_seq)
    assert hidden == (None, None, None, (), (), None, None)
    assert stories.story(world.session, actor=maker, batch_id=batch) == view.fates


def test_the_fate_of_a_producers_batch_is_followed_through_processing(world: World) -> None:
    maker = _maker(world, "maker")
    batch = world.batch("plant", "collect", stream="tyre", mass_g=100, producer=an_id("maker"))
    lines = _lines(recycle=60, energy=30)
    world.do("plant", "process", process="crumb", inputs=_inputs(batch), outputs=lines)
    outcomes = {fate.outcome for fate in _view(world, maker, batch).fates}
    assert outcomes == {"recycle", "energy", "loss"}


def _inputs(*batches: str) -> tuple[ProcessInput, ...]:
    return tuple(ProcessInput(batch=batch) for batch in batches)


def _lines(**grams: int) -> tuple[OutputLine, ...]:
    return tuple(OutputLine(mass_g=mass, to=to) for to, mass in grams.items())


# --- how much, and who says so ---------------------------------------------------------------------------------------


def _basis(world: World, batch: str) -> dict[str, tuple[int, str]]:
    found = custody.contents(world.session, batch_id=batch)
    return {content.substance: (content.amount, content.basis) for content in found}


def test_contents_of_a_battery_are_estimates_until_they_are_measured(world: World) -> None:
    batch = world.batch(
        "plant",
        "collect",
        stream="power_battery",
        product="LFP",
        mass_g=400_000,
        capacity_wh=48_200,
        contents_g={"copper": 30_000},
    )
    assert _basis(world, batch) == {
        "mass": (400_000, "weighed"),
        "copper": (30_000, "declared"),
        "energy": (48_200, "declared"),
        "lithium": (5_109, "estimated"),
    }
    inspected = world.do("plant", "inspect", batch=batch, contents_g={"lithium": 5_000})
    assert _basis(world, batch)["lithium"] == (5_000, "measured")
    world.do("plant", "reverse", event=inspected.id, reason="wrong sample")
    assert _basis(world, batch)["lithium"] == (5_109, "estimated")


def test_what_is_known_of_a_batch_is_known_of_its_parts(world: World) -> None:
    batch = world.batch("plant", "collect", stream="tyre", mass_g=100, measured="estimated", contents_g={"zinc": 10})
    children = world.made(world.do("plant", "split", batch=batch, children=(Part(mass_g=40), Part(mass_g=60))))
    assert {_basis(world, child)["zinc"][1] for child in children} == {"declared"}
    assert {_basis(world, child)["mass"][1] for child in children} == {"estimated"}


def test_an_output_that_declares_nothing_inherits(world: World) -> None:
    batch = world.batch("plant", "collect", stream="tyre", mass_g=100, contents_g={"zinc": 10})
    (output,) = world.made(
        world.do("plant", "process", process="crumb", inputs=_inputs(batch), outputs=_lines(recycle=100))
    )
    assert _basis(world, output)["zinc"] == (10, "inherited")


# --- origins ---------------------------------------------------------------------------------------------------------


def test_origins_sum_to_the_contents_and_other_producers_are_one_row(world: World) -> None:
    _maker(world, "maker")
    rival = _maker(world, "rival")
    mine = world.batch("point", "collect", stream="tyre", mass_g=30, producer=an_id("maker"))
    other = world.batch("point", "collect", stream="tyre", mass_g=70, producer=an_id("rival"))
    world.do("point", "dispatch", batches=(mine, other), to_site=world.site("plant"))
    world.do("plant", "receive", lines=(ReceiveLine(batch=mine), ReceiveLine(batch=other)))
    nobody = world.batch("plant", "collect", stream="tyre", mass_g=5)
    merged = world.batch("plant", "merge", batches=(mine, other, nobody))
    rows = _view(world, world.actors["plant"], merged).origins
    assert [(row.kind, row.amounts["mass"]) for row in rows] == [("collected", 5), ("others", 100)]
    assert rows[-1].producer is None
    full = _view(world, REGULATOR, merged).origins
    assert {(row.producer.id if row.producer else None, row.amounts["mass"]) for row in full} == {
        (an_id("maker"), 30),
        (an_id("rival"), 70),
        (None, 5),
    }
    assert rival.organisation_id == an_id("rival")


def test_who_collected_it_knows_the_producer_it_wrote_down(world: World) -> None:
    _maker(world, "maker")
    batch = world.batch("point", "collect", stream="tyre", mass_g=30, producer=an_id("maker"))
    (row,) = _view(world, world.actors["point"], batch).origins
    assert row.producer is not None
    assert (row.producer.id, row.division_code, row.month) == (an_id("maker"), "520102", "2025-03")
