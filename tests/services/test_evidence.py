"""Evidence out of the mass ledger: what counts, whose it is, and what becomes of it on both engines."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from registry.domain.events import Addition, OutputLine, ProcessInput
from registry.domain.periods import parse_period
from registry.domain.refusals import Refusal
from registry.services import evidence
from registry.services.evidence_booking import Asked
from registry.services.evidence_pools import backing, balances
from registry.store.base import writing
from tests.ledgers import NOON, World, an_id
from tests.services.evidence_trade import (
    MARCH,
    NIGHT,
    OWED,
    accepted,
    drafted,
    left,
    licence_ends,
    pool_of,
    recycled,
    step,
    trade,
)


@pytest.fixture
def world(session: Session) -> World:
    return trade(session)


def refused(*args: Any, **more: Any) -> str:
    with pytest.raises(Refusal) as found:
        step(*args, **more)
    return found.value.code


# --- what counts ----------------------------------------------------------------------------------------------------


def test_what_a_licensed_plant_recycled_is_its_evidence_and_loss_is_none(world: World) -> None:
    recycled(world, 900, loss_g=100)
    assert (left(world).total_g, left(world).available_g) == (900, 900)
    assert left(world, pool_of(world, month="2025-04")).total_g == 0
    assert left(world, pool_of(world, who="second")).total_g == 0


def test_what_was_done_without_a_licence_in_force_on_the_day_earns_nothing(world: World) -> None:
    recycled(world, 900)
    licence_ends(world, date(2025, 3, 10))
    assert left(world).total_g == 0
    (line,) = balances(world.session, [world.site("plant")], parse_period(MARCH))
    assert line.unlicensed_g == 900
    licence_ends(world, date(2025, 3, 11))
    assert left(world).total_g == 900


def test_a_month_ends_at_midnight_of_the_province(world: World) -> None:
    batch = world.batch("plant", "collect", stream="tyre", mass_g=7)
    asked = {
        "process": "crumb",
        "inputs": (ProcessInput(batch=batch),),
        "outputs": (OutputLine(mass_g=7, to="recycle"),),
    }
    world.do("plant", "process", at=NIGHT, **asked)
    assert left(world).total_g == 7


def test_reagents_and_things_found_without_a_source_earn_nothing(world: World) -> None:
    known = world.batch("plant", "collect", stream="tyre", mass_g=60)
    found = world.batch("plant", "stocktake", stream="tyre", mass_g=40)
    world.do(
        "plant",
        "process",
        process="crumb",
        inputs=(ProcessInput(batch=known), ProcessInput(batch=found)),
        additions=(Addition(material="sulfur", mass_g=20),),
        outputs=(OutputLine(mass_g=120, to="recycle"),),
    )
    assert left(world).total_g == 60


def test_grams_of_a_known_producer_are_its_own_and_leave_what_is_traded(world: World) -> None:
    recycled(world, 100)
    recycled(world, 40, producer=an_id("maker"))
    assert left(world).available_g == 100
    own = pool_of(world, producer_id=an_id("maker"))
    assert left(world, own).available_g == 40
    with writing(world.session) as session:
        row = evidence.claim(
            session, actor=world.actors["maker"], pool=pool_of(world), asked=Asked(action="claim", mass_g=30), now=NOON
        )
        session.commit()
    assert (row.state, row.holder_id, row.producer_id) == ("accepted", an_id("maker"), an_id("maker"))
    with writing(world.session) as session:
        asked = Asked(action="release", mass_g=10)
        evidence.release(session, actor=world.actors["maker"], pool=pool_of(world), asked=asked, now=NOON)
        session.commit()
    assert (left(world).available_g, left(world, own).available_g) == (110, 0)


def test_nobody_claims_what_is_anothers(world: World) -> None:
    recycled(world, 40, producer=an_id("maker"))
    for who, code in (("other", "evidence_above_available"), ("plant", "evidence_not_yours_to_do")):
        asked = Asked(action="claim", mass_g=1)
        with pytest.raises(Refusal) as found:
            evidence.claim(world.session, actor=world.actors[who], pool=pool_of(world), asked=asked, now=NOON)
        assert found.value.code == code
        world.session.rollback()


def test_a_figure_opens_into_the_batches_behind_it(world: World) -> None:
    event = recycled(world, 30)
    recycled(world, 12)
    found = backing(world.session, [world.site("plant")], parse_period(MARCH))
    assert [each.grams for each in found] == [30, 12]
    assert found[0].event_id == event
    assert len({each.batch_id for each in found}) == 2


# --- the way of a note ----------------------------------------------------------------------------------------------


def test_a_note_rings_its_grams_off_then_issues_then_retires_them(world: World) -> None:
    recycled(world, 100)
    note_id = drafted(world, 30)
    assert left(world).available_g == 100
    step(world, "plant", note_id, "submit")
    assert (left(world).total_g, left(world).available_g) == (100, 70)
    step(world, "plant", note_id, "authorise")
    assert (left(world).total_g, left(world).available_g) == (70, 70)
    step(world, "maker", note_id, "accept")
    row = step(world, "maker", note_id, "retire", **OWED)
    assert (row.state, row.scheme, row.material, row.year) == ("retired", "guizhou-demo", "tyre", 2025)
    assert left(world).gone_g == 30
    told = evidence.history(world.session, actor=world.actors["maker"], note_id=note_id)
    assert [each.action for each in told] == ["draft", "submit", "authorise", "accept", "retire"]


@pytest.mark.parametrize("way", ["reject", "cancel", "regulator"])
def test_a_note_that_comes_to_nothing_gives_its_grams_back(world: World, way: str) -> None:
    recycled(world, 100)
    note_id = drafted(world, 100)
    step(world, "plant", note_id, "submit")
    assert refused(world, "plant", drafted(world, 1), "submit") == "evidence_above_available"
    step(world, "plant", note_id, "authorise")
    if way == "regulator":
        step(world, "maker", note_id, "accept")
        step(world, "regulator", note_id, "suspend", reason="疑点")
        assert refused(world, "maker", note_id, "retire", **OWED) == "evidence_retire_suspended"
        step(world, "regulator", note_id, "cancel", reason="不实")
    else:
        step(world, "maker" if way == "reject" else "plant", note_id, way, reason="写错了")
    assert left(world).available_g == 100


def test_a_transfer_and_a_split_move_and_divide_the_same_grams(world: World) -> None:
    recycled(world, 100)
    note_id = accepted(world, 60)
    step(world, "maker", note_id, "split", mass_g=25)
    mine = evidence.notes(world.session, actor=world.actors["maker"])
    child = next(each for each in mine if each.parent_id == note_id)
    assert sorted(each.mass_g for each in mine) == [25, 35]
    step(world, "maker", child.id, "transfer", to="other")
    assert [each.mass_g for each in evidence.notes(world.session, actor=world.actors["other"])] == [25]
    assert [each.mass_g for each in evidence.notes(world.session, actor=world.actors["maker"])] == [35]
    assert left(world).gone_g == 60


def test_evidence_of_another_stream_or_year_covers_nothing(world: World) -> None:
    recycled(world, 100)
    note_id = accepted(world, 60)
    assert refused(world, "maker", note_id, "retire", **{**OWED, "year": 2026}) == "evidence_of_another_year"
    assert refused(world, "maker", note_id, "retire", **{**OWED, "material": "plastic"}) == "evidence_stream_not_owed"
    assert refused(world, "maker", note_id, "retire") == "field_missing"
    assert left(world).gone_g == 60


def test_a_correction_that_undercuts_a_note_is_seen_and_nothing_more_can_be_taken(world: World) -> None:
    event = recycled(world, 100)
    recycled(world, 20)
    accepted(world, 60)
    world.do("plant", "reverse", event=event, reason="写错了")
    assert (left(world).available_g, left(world).total_g, left(world).undercut_g) == (0, 0, 40)
    assert refused(world, "plant", drafted(world, 1), "submit") == "evidence_above_available"


def test_who_is_nothing_to_a_note_does_not_know_it(world: World) -> None:
    recycled(world, 100)
    note_id = drafted(world, 10)
    for who in ("other", "second", "zunyi", "maker"):
        assert refused(world, who, note_id, "cancel", reason="x") == "not_found"
    step(world, "plant", note_id, "submit")
    step(world, "plant", note_id, "authorise")
    assert refused(world, "maker", note_id, "authorise") == "evidence_authorise_awaiting_acceptance"
    assert refused(world, "zunyi", note_id, "suspend", reason="x") == "not_found"
    step(world, "regulator", note_id, "suspend", reason="x")
    step(world, "administrator", note_id, "resume")


def test_the_same_again_changes_nothing_and_other_content_under_an_id_is_a_conflict(world: World) -> None:
    recycled(world, 100)
    first, second = an_id("one"), an_id("two")
    assert drafted(world, 10, id=first) == drafted(world, 10, id=first) == first
    with pytest.raises(Refusal) as found:
        drafted(world, 11, id=first)
    assert found.value.code == "evidence_conflict"
    step(world, "plant", first, "submit", id=second)
    assert step(world, "plant", first, "submit", id=second).state == "awaiting_authorisation"
    assert refused(world, "plant", first, "authorise", id=second) == "evidence_conflict"
    assert left(world).available_g == 90


def test_evidence_is_made_out_to_holders_alone(world: World) -> None:
    recycled(world, 10)
    with pytest.raises(Refusal) as found:
        drafted(world, 1, to="lab")
    assert found.value.code == "evidence_holder_unfit"
    note_id = accepted(world, 5, to="service")
    assert refused(world, "service", note_id, "transfer", to="plant") == "evidence_holder_unfit"


# --- second lives ---------------------------------------------------------------------------------------------------


def _second_life(world: World, mass_g: int) -> str:
    pack = world.batch("plant", "collect", stream="power_battery", product="LFP", mass_g=mass_g)
    return world.batch(
        "plant",
        "process",
        process="test_regroup",
        inputs=(ProcessInput(batch=pack),),
        outputs=(OutputLine(mass_g=mass_g, to="cascade"),),
    )


def test_what_comes_back_from_a_second_life_is_taken_from_grams_that_back_no_note(world: World) -> None:
    lived = pool_of(world, stream="power_battery", outcome="cascade")
    pack = _second_life(world, 100)
    accepted(world, 30, pool=lived)
    world.do("plant", "retire", batch=pack, mass_g=60)
    assert (left(world, lived).available_g, left(world, lived).undercut_g) == (10, 0)


def test_what_has_earned_evidence_in_a_second_life_earns_none_when_it_is_recycled(world: World) -> None:
    pack = _second_life(world, 100)
    world.do("plant", "retire", batch=pack)
    asked = {"inputs": (ProcessInput(batch=pack),), "outputs": (OutputLine(mass_g=80, to="recycle"),)}
    world.do("plant", "process", process="hydrometallurgy", **asked)
    assert left(world, pool_of(world, stream="power_battery")).total_g == 0
