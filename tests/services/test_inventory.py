"""Lists of batches and balances: everything once, in pages, and only what is the reader's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine, ProcessInput, ReceiveLine
from registry.domain.parties import ANONYMOUS, Actor
from registry.domain.refusals import Refusal
from registry.services import inventory, ledger
from registry.services.inventory import Page
from tests.ledgers import World, build, issue

CODE = "YFR6F0DTHH"
REGULATOR = Actor(id="r", role="regulator", division_code="520100")
ADMINISTRATOR = Actor(id="a", role="administrator")


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def _ids(world: World, who: str, **filters: Any) -> list[str]:
    page = inventory.my_batches(world.session, actor=world.actors[who], **filters)
    return [line.id for line in page.items]


def _walk(ask: Callable[..., Page[Any]]) -> list[Any]:
    """Every page of a list, two items each."""
    found: list[Any] = []
    page = ask(after=None, limit=2)
    found += page.items
    while page.next_key is not None:
        page = ask(after=page.next_key, limit=2)
        found += page.items
    return found


def test_the_latest_touched_comes_first_and_pages_meet_without_gap(world: World) -> None:
    batches = [world.batch("point", "collect", stream="tyre", mass_g=10 + n) for n in range(5)]
    world.do("point", "stocktake", batch=batches[0], mass_g=9, reason="scale")
    actor = world.actors["point"]
    found = _walk(lambda **page: inventory.my_batches(world.session, actor=actor, **page))
    assert [line.id for line in found] == [batches[0], *reversed(batches[1:])]


def test_batches_touched_by_one_event_are_paged_too(world: World) -> None:
    batches = [world.batch("point", "collect", stream="tyre", mass_g=10) for _ in range(5)]
    world.do("point", "dispatch", batches=tuple(batches), to_site=world.site("plant"))
    actor = world.actors["plant"]
    found = _walk(lambda **page: inventory.my_batches(world.session, actor=actor, scope="incoming", **page))
    assert sorted(line.id for line in found) == sorted(batches)


def test_the_list_is_narrowed_by_stream_status_site_and_text(world: World) -> None:
    issue(world.session, CODE)
    tyre = world.batch("point", "collect", stream="tyre", mass_g=10, code=CODE)
    battery = world.batch("point", "collect", stream="power_battery", product="LFP", mass_g=10)
    graded = world.batch("point", "collect", stream="plastic", product="PE-HD", mass_g=10)
    gone = world.batch("point", "collect", stream="tyre", mass_g=10)
    world.do("point", "dispatch", batches=(gone,), to_site=world.site("plant"))
    assert _ids(world, "point", stream="power_battery") == [battery]
    assert _ids(world, "point", status="transit") == [gone]
    assert set(_ids(world, "point", status="stock")) == {tyre, battery, graded}
    assert _ids(world, "point", site_id=world.site("plant")) == []
    for text in (CODE, "yfr6", "ＹＦＲ６-F0"):
        assert _ids(world, "point", text=text) == [tyre], text
    assert _ids(world, "point", text="lfp") == [battery]
    for text in ("pe-hd", "ＰＥ－ＨＤ"):
        assert _ids(world, "point", text=text) == [graded], text
    assert _ids(world, "point", text="%") == []


def test_a_second_life_on_its_way_is_in_transit(world: World) -> None:
    waste = world.batch("plant", "collect", stream="power_battery", mass_g=10)
    batch = world.batch(
        "plant",
        "process",
        process="test_regroup",
        inputs=(ProcessInput(batch=waste),),
        outputs=(OutputLine(mass_g=10, to="cascade"),),
    )
    assert _ids(world, "plant", status="cascade") == [batch]
    world.do("plant", "dispatch", batches=(batch,), to_site=world.site("second"))
    assert _ids(world, "plant", status="cascade") == []
    (line,) = inventory.my_batches(world.session, actor=world.actors["plant"], status="transit").items
    assert (line.status, line.to.site_id if line.to else None) == ("transit", world.site("second"))


def test_scopes_tell_holding_from_ever_held(world: World) -> None:
    batch = world.batch("point", "collect", stream="tyre", mass_g=10)
    world.do("point", "dispatch", batches=(batch,), to_site=world.site("plant"))
    assert (_ids(world, "point", scope="outgoing"), _ids(world, "plant", scope="incoming")) == ([batch], [batch])
    assert (_ids(world, "point"), _ids(world, "plant")) == ([batch], [])
    world.do("plant", "receive", lines=(ReceiveLine(batch=batch),))
    assert (_ids(world, "point"), _ids(world, "plant")) == ([], [batch])
    assert (_ids(world, "point", scope="all"), _ids(world, "second", scope="all")) == ([batch], [])
    with pytest.raises(Refusal, match="schema_invalid"):
        _ids(world, "point", scope="everything")


def test_a_regulator_lists_its_division_and_nobody_lists_nothing(world: World) -> None:
    near = world.batch("point", "collect", stream="tyre", mass_g=10)
    world.batch("second", "collect", stream="tyre", mass_g=10)
    found = inventory.my_batches(world.session, actor=REGULATOR)
    assert [line.id for line in found.items] == [near]
    assert len(inventory.my_batches(world.session, actor=ADMINISTRATOR).items) == 2
    assert inventory.my_batches(world.session, actor=ANONYMOUS).items == ()


def test_shipments_are_grouped_by_the_event_that_sent_them_and_by_container(world: World) -> None:
    issue(world.session, CODE)
    caged = [world.batch("point", "collect", stream="tyre", mass_g=10) for _ in range(2)]
    loose, later = (world.batch("point", "collect", stream="tyre", mass_g=5) for _ in range(2))
    world.do("point", "load", container=CODE, batches=tuple(caged))
    first = world.do("point", "dispatch", batches=(CODE, loose), to_site=world.site("plant"))
    second = world.do("point", "dispatch", batches=(later,), to_site=world.site("plant"))
    shipments = inventory.incoming(world.session, actor=world.actors["plant"])
    assert [(s.event_id, s.mass_g, s.returned) for s in shipments] == [(second.id, 5, False), (first.id, 25, False)]
    loads = {load.container_code: sorted(line.id for line in load.batches) for load in shipments[1].loads}
    assert loads == {CODE: sorted(caged), None: [loose]}
    assert inventory.outgoing(world.session, actor=world.actors["point"]) == shipments
    assert inventory.incoming(world.session, actor=REGULATOR) == ()


def test_a_refused_part_comes_back_as_a_returned_shipment(world: World) -> None:
    batch = world.batch("point", "collect", stream="tyre", mass_g=10)
    world.do("point", "dispatch", batches=(batch,), to_site=world.site("plant"))
    world.do("plant", "receive", lines=(ReceiveLine(batch=batch, refused_g=4, refusal_reason="wet"),))
    (shipment,) = inventory.incoming(world.session, actor=world.actors["point"])
    assert (shipment.returned, shipment.mass_g) == (True, 4)
    assert shipment.receiver.site_id == world.site("point")


def test_balances_are_those_of_the_readers_sites_and_sum_to_zero_over_all(world: World) -> None:
    batch = world.batch("point", "collect", stream="tyre", mass_g=10, contents_g={"zinc": 2})
    world.do("point", "dispatch", batches=(batch,), to_site=world.site("plant"))
    world.do("plant", "receive", lines=(ReceiveLine(batch=batch, mass_g=9, reason="missing"),))
    rows = _walk(lambda **page: ledger.balances(world.session, actor=ADMINISTRATOR, **page))
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.substance] = sums.get(row.substance, 0) + row.amount
    assert sums == {"mass": 0, "zinc": 0}
    assert len({(row.account, row.site.site_id, row.stream, row.substance) for row in rows}) == len(rows)
    own = ledger.balances(world.session, actor=world.actors["point"]).items
    assert {(row.account, row.substance, row.amount) for row in own} == {
        ("origin:end_of_life", "mass", -10),
        ("origin:end_of_life", "zinc", -2),
    }
    narrowed = ledger.balances(world.session, actor=world.actors["plant"], account="stock", substance_code="mass").items
    assert [row.amount for row in narrowed] == [9]


def test_an_entry_is_shown_to_both_sides_and_to_nobody_else(world: World) -> None:
    batch = world.batch("point", "collect", stream="tyre", mass_g=10)
    sent = world.do("point", "dispatch", batches=(batch,), to_site=world.site("plant"))
    for who in ("point", "plant"):
        entry = ledger.entry(world.session, actor=world.actors[who], event_id=sent.id)
        assert {(line.account, line.amount) for line in entry.lines} == {("stock", -10), ("transit", 10)}
    with pytest.raises(Refusal, match="not_found"):
        ledger.entry(world.session, actor=world.actors["second"], event_id=sent.id)


def test_an_event_without_postings_has_no_entry(world: World) -> None:
    issue(world.session, CODE)
    batch = world.batch("point", "collect", stream="tyre", mass_g=10)
    loaded = world.do("point", "load", container=CODE, batches=(batch,))
    with pytest.raises(Refusal, match="not_found"):
        ledger.entry(world.session, actor=world.actors["point"], event_id=loaded.id)
