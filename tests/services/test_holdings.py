"""What a reader's batches add up to, what its containers carry, and its products in other hands."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine, Part, ProcessInput
from registry.domain.identifiers import draw_code
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services import holdings
from tests.ledgers import World, an_id, build, issue


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def _told(world: World, actor: Actor) -> list[tuple[str, str, int, int]]:
    found = holdings.holdings(world.session, actor=actor)
    return [(each.stream, each.status, each.batches, each.mass_g) for each in found]


def test_holdings_add_up_by_stream_and_state(world: World) -> None:
    world.do("point", "collect", stream="tyre", mass_g=1_000)
    away = world.batch("point", "collect", stream="tyre", mass_g=2_000)
    world.do("point", "collect", stream="plastic", mass_g=4_000)
    world.do("point", "dispatch", batches=(away,), to_site=world.site("plant"))
    assert _told(world, world.actors["point"]) == [
        ("plastic", "stock", 1, 4_000),
        ("tyre", "stock", 1, 1_000),
        ("tyre", "transit", 1, 2_000),
    ]
    assert _told(world, world.actors["plant"]) == [], "the sender answers for what travels"


def test_a_second_life_that_travels_counts_as_on_its_way(world: World) -> None:
    pack = world.batch("plant", "collect", stream="power_battery", mass_g=1_000)
    lines = (OutputLine(mass_g=1_000, to="cascade", product="second_life_pack"),)
    second = world.batch("plant", "process", process="test_regroup", inputs=(ProcessInput(batch=pack),), outputs=lines)
    assert ("power_battery", "cascade", 1, 1_000) in _told(world, world.actors["plant"])
    world.do("plant", "dispatch", batches=(second,), to_site=world.site("second"))
    assert _told(world, world.actors["plant"]) == [("power_battery", "transit", 1, 1_000)]


def test_a_regulator_adds_up_its_division_and_no_other(world: World) -> None:
    world.do("point", "collect", stream="tyre", mass_g=1_000)
    world.do("second", "collect", stream="tyre", mass_g=2_000)
    province = Actor(id="r", role="regulator", organisation_id=an_id("lab"), division_code="520000")
    prefecture = Actor(id="r", role="regulator", organisation_id=an_id("lab"), division_code="520300")
    assert _told(world, province) == [("tyre", "stock", 2, 3_000)]
    assert _told(world, prefecture) == [("tyre", "stock", 1, 2_000)]


def test_containers_tell_what_they_carry_to_their_own_organisation_only(world: World) -> None:
    code = draw_code()
    issue(world.session, code)
    batch = world.batch("point", "collect", stream="tyre", mass_g=1_000)
    world.do("point", "load", container=code, batches=(batch,))
    (carrier,) = holdings.containers(world.session, actor=world.actors["point"])
    assert (carrier.code, carrier.batches, carrier.mass_g) == (code, 1, 1_000)
    assert holdings.carried(world.session, actor=world.actors["point"], container_id=carrier.id)[1] == [batch]
    with pytest.raises(Refusal, match="not_found"):
        holdings.carried(world.session, actor=world.actors["plant"], container_id=carrier.id)


def test_products_are_told_page_by_page_with_their_fates(world: World) -> None:
    for grams in (1_000, 2_000, 3_000):
        world.do("point", "collect", stream="tyre", mass_g=grams, producer=an_id("second"))
    maker = Actor(id="m", role="producer", organisation_id=an_id("second"))
    first = holdings.products(world.session, actor=maker, limit=2)
    rest = holdings.products(world.session, actor=maker, after=(first[-1].seq, first[-1].id))
    assert len({each.id for each in (*first, *rest)}) == 3
    assert {fate.outcome for each in first for fate in each.fates} == {"stock"}
    world.do("point", "split", batch=rest[0].id, children=(Part(mass_g=400), Part(mass_g=600)))
    assert len(holdings.products(world.session, actor=maker)) == 3, "what became of it is no product of its own"
    assert holdings.products(world.session, actor=world.actors["lab"]) == []
