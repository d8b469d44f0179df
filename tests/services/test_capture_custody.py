"""Batches on their way through hands, as the store shows them afterwards; the ledger closes after every story."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine, Part, ProcessInput, ReceiveLine
from registry.domain.identifiers import draw_code
from registry.store.batches import BatchPlaceRow
from registry.store.events import BatchEdgeRow
from registry.store.ledger import PostingRow
from tests.ledgers import World, an_id, build, issue
from tests.services.invariants import faults


@pytest.fixture
def world(session: Session) -> Iterator[World]:
    world = build(session)
    yield world
    assert faults(session) == []


def place(world: World, batch_id: str) -> BatchPlaceRow:
    row = world.session.get(BatchPlaceRow, batch_id, populate_existing=True)
    assert row is not None
    return row


def held(world: World, account: str, *, substance: str = "mass", batch_id: str | None = None) -> int:
    query = select(func.coalesce(func.sum(PostingRow.amount), 0)).where(
        PostingRow.account == account, PostingRow.substance == substance
    )
    return int(world.session.scalar(query if batch_id is None else query.where(PostingRow.batch_id == batch_id)) or 0)


def collected(world: World, mass_g: int = 1_000, **facts: object) -> str:
    return world.batch("point", "collect", **({"stream": "power_battery", "mass_g": mass_g} | facts))


def sent(world: World, *batches: str, who: str = "point", to: str = "plant") -> None:
    world.do(who, "dispatch", batches=batches, to_site=world.site(to))


def delivered(world: World, mass_g: int = 1_000, **facts: object) -> str:
    batch_id = collected(world, mass_g, **facts)
    sent(world, batch_id)
    world.do("plant", "receive", lines=(ReceiveLine(batch=batch_id),))
    return batch_id


def cascaded(world: World, mass_g: int = 1_000, **facts: object) -> str:
    """A second life at the plant."""
    batch_id = delivered(world, mass_g, **facts)
    outputs = (OutputLine(mass_g=mass_g, to="cascade"),)
    return world.batch(
        "plant", "process", process="test_regroup", inputs=(ProcessInput(batch=batch_id),), outputs=outputs
    )


def test_a_batch_is_collected_sent_and_received(world: World) -> None:
    batch_id = delivered(world, 100_000, product="LFP", capacity_wh=10_000)
    row = place(world, batch_id)
    assert (row.status, row.site_id, row.holder_id, row.mass_g) == (
        "stock",
        world.site("plant"),
        an_id("plant"),
        100_000,
    )
    assert held(world, "transit") == 0
    assert held(world, "stock", substance="lithium") > 0
    assert held(world, "stock", substance="energy") == 10_000


def test_the_contents_of_a_known_chemistry_are_frozen_at_the_collection(world: World) -> None:
    batch_id = collected(world, 100_000, product="LFP", capacity_wh=10_000, contents_g={"copper": 7})
    assert held(world, "stock", substance="copper", batch_id=batch_id) == 7
    assert held(world, "stock", substance="lithium", batch_id=batch_id) > 0
    assert held(world, "stock", substance="nickel", batch_id=batch_id) == 0


@pytest.mark.parametrize(("reason", "lithium"), [("scale", 100), ("missing", 90)])
def test_what_arrives_lighter_says_why_and_the_difference_is_seen(world: World, reason: str, lithium: int) -> None:
    batch_id = collected(world, contents_g={"lithium": 100})
    sent(world, batch_id)
    result = world.do("plant", "receive", lines=(ReceiveLine(batch=batch_id, mass_g=900, reason=reason),))
    assert held(world, "difference:weighing") == 100
    assert held(world, "stock", substance="lithium") == lithium
    assert result.receipt is not None
    assert [finding["code"] for finding in result.receipt.findings] == ["weight_difference"]


def test_a_refused_part_travels_back_and_is_taken_again_by_its_sender(world: World) -> None:
    batch_id = collected(world, contents_g={"lithium": 100})
    sent(world, batch_id)
    line = ReceiveLine(batch=batch_id, refused_g=400, refusal_reason="wet")
    part = world.batch("plant", "receive", lines=(line,))
    assert (place(world, part).to_site_id, place(world, part).holder_id) == (world.site("point"), an_id("point"))
    assert world.send("plant", "receive", lines=(ReceiveLine(batch=part),)).refusal is not None
    world.do("point", "receive", lines=(ReceiveLine(batch=part),))
    assert held(world, "stock", batch_id=part, substance="lithium") == 40
    assert held(world, "stock", batch_id=batch_id) == 600
    assert world.session.scalar(select(BatchEdgeRow.mass_g)) == 400


def test_what_is_refused_whole_comes_home_under_its_own_name(world: World) -> None:
    batch_id = collected(world)
    sent(world, batch_id)
    world.do("plant", "receive", lines=(ReceiveLine(batch=batch_id, refused_g=1_000, refusal_reason="wet"),))
    assert place(world, batch_id).status == "transit"
    world.do("point", "receive", lines=(ReceiveLine(batch=batch_id),))
    assert place(world, batch_id).site_id == world.site("point")


def test_a_second_life_changes_hands_and_nothing_is_posted(world: World) -> None:
    pack = cascaded(world)
    before = world.session.scalar(select(func.count()).select_from(PostingRow))
    sent(world, pack, who="plant", to="second")
    world.do("second", "receive", lines=(ReceiveLine(batch=pack),))
    assert world.session.scalar(select(func.count()).select_from(PostingRow)) == before
    row = place(world, pack)
    assert (row.status, row.holder_id, row.site_id, row.to_site_id) == (
        "cascade",
        an_id("second"),
        world.site("second"),
        None,
    )


def test_a_second_life_that_moved_on_is_taken_out_where_it_was_posted(world: World) -> None:
    pack = cascaded(world)
    sent(world, pack, who="plant", to="second")
    world.do("second", "receive", lines=(ReceiveLine(batch=pack),))
    world.do("point", "retire", batch=pack)
    sites = dict(
        world.session.execute(
            select(PostingRow.site_id, func.sum(PostingRow.amount))
            .where(PostingRow.batch_id == pack, PostingRow.substance == "mass")
            .group_by(PostingRow.site_id)
        ).all()
    )
    assert sites == {world.site("plant"): 0, world.site("point"): 1_000}


def test_a_second_life_is_taken_back_whole_by_whoever_takes_it(world: World) -> None:
    pack = cascaded(world)
    world.do("point", "retire", batch=pack, weighed_g=950, reason="scale")
    row = place(world, pack)
    assert (row.status, row.holder_id, row.mass_g) == ("stock", an_id("point"), 950)
    assert held(world, "outcome:cascade") == 0


def test_a_second_life_is_taken_back_in_parts_until_nothing_is_left(world: World) -> None:
    pack = cascaded(world, contents_g={"lithium": 99})
    parts = [world.batch("point", "retire", batch=pack, mass_g=333) for _ in range(3)]
    assert place(world, pack).mass_g == 1
    world.do("second", "retire", batch=pack)
    assert [place(world, part).mass_g for part in parts] == [333, 333, 333]
    assert held(world, "outcome:cascade", substance="lithium") == 0
    assert held(world, "stock", substance="lithium") == 99


def test_black_mass_is_processed_again_at_a_second_plant(world: World) -> None:
    black = world.batch(
        "plant",
        "process",
        process="dismantle",
        inputs=(ProcessInput(batch=delivered(world, contents_g={"lithium": 100})),),
        outputs=(OutputLine(mass_g=400, to="stock", product="black_mass", contents_g={"lithium": 95}),),
    )
    sent(world, black, who="plant", to="second")
    world.do("second", "receive", lines=(ReceiveLine(batch=black),))
    outputs = (OutputLine(mass_g=200, to="recycle", contents_g={"lithium": 90}),)
    world.do("second", "process", process="hydrometallurgy", inputs=(ProcessInput(batch=black),), outputs=outputs)
    assert held(world, "outcome:recycle", substance="lithium") == 90
    assert held(world, "loss", substance="lithium") == 10


def test_split_and_merge_keep_every_gram(world: World) -> None:
    parent = collected(world, contents_g={"lithium": 7})
    parts = (Part(mass_g=333), Part(mass_g=333), Part(mass_g=334))
    children = world.made(world.do("point", "split", batch=parent, children=parts))
    child = world.batch("point", "merge", batches=tuple(children))
    assert place(world, child).mass_g == 1_000
    assert held(world, "stock", substance="lithium", batch_id=child) == 7
    assert [place(world, each).status for each in (parent, *children)] == ["closed"] * 4


def test_an_inspector_measures_what_another_holds(world: World) -> None:
    batch_id = collected(world, contents_g={"lithium": 100})
    world.do("lab", "inspect", batch=batch_id, contents_g={"lithium": 80}, passed=True)
    assert held(world, "difference:assay", substance="lithium") == 20
    assert (place(world, batch_id).fit, place(world, batch_id).holder_id) == (True, an_id("point"))


def test_a_fit_battery_that_is_recycled_all_the_same_is_a_finding(world: World) -> None:
    batch_id = delivered(world)
    world.do("plant", "inspect", batch=batch_id, passed=True)
    result = world.do(
        "plant",
        "process",
        process="hydrometallurgy",
        inputs=(ProcessInput(batch=batch_id),),
        outputs=(OutputLine(mass_g=500, to="recycle"),),
    )
    assert result.receipt is not None
    assert "cascade_before_recycling" in {finding["code"] for finding in result.receipt.findings}


# --- containers ------------------------------------------------------------------------------------------------------


def caged(world: World, *batches: str) -> str:
    code = draw_code()
    issue(world.session, code)
    world.do("point", "load", container=code, batches=batches)
    return code


def test_a_container_takes_its_contents_along(world: World) -> None:
    one, two = collected(world, 100), collected(world, 200)
    cage = caged(world, one, two)
    sent(world, cage)
    assert held(world, "transit") == 300
    world.do("plant", "receive", lines=(ReceiveLine(batch=cage),))
    assert held(world, "stock", batch_id=one) == 100
    world.do("plant", "unload", container=cage)
    assert place(world, one).container_id is None
    empty = world.send("plant", "unload", container=cage)
    assert empty.refusal is not None
    assert empty.refusal.code == "container_empty"


def test_what_is_consumed_or_sent_alone_is_no_longer_in_its_container(world: World) -> None:
    one, two = collected(world, 100), collected(world, 200)
    cage = caged(world, one, two)
    sent(world, one)
    world.do("point", "split", batch=two, children=(Part(mass_g=50), Part(mass_g=150)))
    assert {place(world, each).container_id for each in (one, two)} == {None}
    refused = world.send("point", "dispatch", batches=(cage,), to_site=world.site("plant"))
    assert refused.refusal is not None
    assert refused.refusal.code == "container_empty"


def test_a_container_is_named_for_transport_only(world: World) -> None:
    cage = caged(world, collected(world))
    refused = world.send("point", "stocktake", batch=cage, mass_g=5, reason="scale")
    assert refused.refusal is not None
    assert refused.refusal.code == "not_a_batch"


def test_a_container_is_filled_again_after_it_was_emptied(world: World) -> None:
    cage = caged(world, collected(world))
    world.do("point", "unload", container=cage)
    other = collected(world)
    world.do("point", "load", container=cage, batches=(other,))
    assert place(world, other).container_id is not None
