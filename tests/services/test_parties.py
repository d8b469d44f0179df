"""Organisations, sites, licences, label rolls, and who sees a site's affairs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from registry.domain.identifiers import parse_registry_code
from registry.domain.parties import ANONYMOUS, Actor
from registry.domain.refusals import Refusal
from registry.services import codes, licences, parties, visibility
from tests.ledgers import World, an_id, build

NOW = datetime(2025, 3, 10, tzinfo=UTC)
USCC = "91350100M000100Y43"
"""the example of GB 32100-2015"""


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def _organisation(world: World, **more: object) -> parties.Organisation:
    given: dict[str, object] = {"name_zh": "示例公司", "kind": "recycler"} | more
    return parties.create_organisation(world.session, now=NOW, **given)  # type: ignore[arg-type]


def _site(world: World, **more: object) -> parties.Site:
    given: dict[str, object] = {
        "organisation_id": an_id("plant"),
        "name_zh": "示例厂",
        "kind": "recycling_plant",
        "division_code": "520103",
    } | more
    return parties.create_site(world.session, now=NOW, **given)  # type: ignore[arg-type]


def test_a_uscc_is_kept_as_the_standard_writes_it(world: World) -> None:
    assert _organisation(world, uscc=" 9135 0100 m000100y43 ").uscc == USCC


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"uscc": USCC[:-1] + "5"}, "uscc_check_character"),
        ({"uscc": USCC[:-1]}, "uscc_length"),
        ({"kind": "emperor"}, "unknown_organisation_kind"),
        ({"name_zh": "  "}, "name_malformed"),
        ({"name_zh": "很" * 201}, "name_malformed"),
    ],
)
def test_an_organisation_that_cannot_be_is_refused(world: World, given: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        _organisation(world, **given)


def test_two_organisations_do_not_share_a_uscc(world: World) -> None:
    _organisation(world, uscc=USCC)
    with pytest.raises(Refusal, match="uscc_taken"):
        _organisation(world, uscc=USCC.lower())


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"organisation_id": "nobody"}, "unknown_organisation"),
        ({"kind": "castle"}, "unknown_site_kind"),
        ({"division_code": "999999"}, "unknown_division"),
        ({"takes": ["gold"]}, "unknown_stream"),
        ({"longitude": Decimal(106)}, "position_malformed"),
        ({"longitude": Decimal(181), "latitude": Decimal(26)}, "position_malformed"),
        ({"longitude": Decimal(106), "latitude": Decimal("-90.1")}, "position_malformed"),
    ],
)
def test_a_site_that_cannot_be_is_refused(world: World, given: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        _site(world, **given)


def test_a_position_keeps_six_decimals(world: World) -> None:
    site = _site(world, longitude=Decimal("106.62630000001"), latitude=Decimal("26.6"))
    assert (site.longitude, site.latitude) == (Decimal("106.626300"), Decimal("26.600000"))


def test_a_site_closes_empty_only(world: World) -> None:
    batch = world.batch("point", "collect", stream="tyre", mass_g=5000)
    with pytest.raises(Refusal, match="site_has_stock"):
        parties.close_site(world.session, site_id=world.site("point"), now=NOW)
    world.do("point", "dispatch", batches=(batch,), to_site=world.site("plant"))
    with pytest.raises(Refusal, match="site_has_stock"):
        parties.close_site(world.session, site_id=world.site("plant"), now=NOW)
    assert parties.close_site(world.session, site_id=world.site("lab"), now=NOW).closed_at == NOW


def test_a_closed_site_takes_no_events_and_no_labels(world: World) -> None:
    parties.close_site(world.session, site_id=world.site("point"), now=NOW)
    world.session.commit()
    refused = world.send("point", "collect", stream="tyre", mass_g=5000).refusal
    assert refused is not None
    assert refused.code == "site_closed"
    with pytest.raises(Refusal, match="site_closed"):
        codes.issue(world.session, site_id=world.site("point"), count=1, actor_id="a", now=NOW)


# --- licences


def _licence(world: World, site: parties.Site, **more: object) -> licences.Licence:
    given: dict[str, object] = {
        "number": "L2",
        "process": "hydrometallurgy",
        "valid_from": date(2024, 1, 1),
        "valid_to": date(2025, 1, 1),
    } | more
    return licences.add_licence(world.session, site_id=site.id, now=NOW, **given)  # type: ignore[arg-type]


def _number(world: World, site: parties.Site, on: date, process: str = "hydrometallurgy") -> str | None:
    found = licences.licence_in_force(world.session, site_id=site.id, process=process, on=on)
    return None if found is None else found.number


def test_a_licence_is_in_force_from_its_first_day_to_the_day_before_its_end(world: World) -> None:
    site = _site(world)
    _licence(world, site)
    assert _number(world, site, date(2023, 12, 31)) is None
    assert _number(world, site, date(2024, 1, 1)) == "L2"
    assert _number(world, site, date(2024, 12, 31)) == "L2"
    assert _number(world, site, date(2025, 1, 1)) is None


def test_a_licence_covers_its_own_process_and_a_star_covers_all(world: World) -> None:
    site = _site(world)
    _licence(world, site)
    assert _number(world, site, date(2024, 6, 1), "dismantle") is None
    _licence(world, site, number="L3", process="*", valid_to=None)
    assert _number(world, site, date(2030, 6, 1), "dismantle") == "L3"


def test_a_licence_that_is_withdrawn_ends_on_that_day(world: World) -> None:
    site = _site(world)
    licence = _licence(world, site, valid_to=None)
    licences.end_licence(world.session, licence_id=licence.id, valid_to=date(2024, 3, 1))
    assert _number(world, site, date(2024, 2, 29)) == "L2"
    assert _number(world, site, date(2024, 3, 1)) is None
    with pytest.raises(Refusal, match="licence_window_empty"):
        licences.end_licence(world.session, licence_id=licence.id, valid_to=date(2023, 1, 1))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"process": "alchemy"}, "unknown_process"),
        ({"valid_to": date(2024, 1, 1)}, "licence_window_empty"),
        ({"number": " "}, "name_malformed"),
        ({"valid_from": date(2024, 12, 31), "valid_to": None}, "licence_overlaps"),
    ],
)
def test_a_licence_that_cannot_be_is_refused(world: World, given: dict[str, object], code: str) -> None:
    site = _site(world)
    _licence(world, site)
    with pytest.raises(Refusal, match=code):
        _licence(world, site, **given)


def test_the_same_number_may_be_renewed_from_the_day_it_ends(world: World) -> None:
    site = _site(world)
    _licence(world, site)
    _licence(world, site, valid_from=date(2025, 1, 1), valid_to=date(2026, 1, 1))
    assert [licence.valid_from.year for licence in licences.licences(world.session, site_id=site.id)] == [2024, 2025]


# --- label rolls


def test_a_roll_is_as_many_different_codes_as_were_asked_for_and_each_is_well_formed(world: World) -> None:
    told: list[int] = []
    roll, drawn = codes.issue(
        world.session, site_id=world.site("point"), count=1200, actor_id="admin", now=NOW, progress=told.append
    )
    assert (roll.count, len(set(drawn)), sum(told)) == (1200, 1200, 1200)
    assert all(parse_registry_code(code) == code for code in drawn)
    assert list(codes.codes_of(world.session, roll_id=roll.id)) == sorted(drawn)


def test_a_label_is_used_up_by_the_batch_it_is_stuck_on(world: World) -> None:
    _, drawn = codes.issue(world.session, site_id=world.site("point"), count=2, actor_id="admin", now=NOW)
    world.session.commit()
    world.do("point", "collect", stream="tyre", mass_g=5000, code=drawn[0])
    (roll,) = codes.rolls(world.session, site_id=world.site("point"))
    assert codes.left(world.session, site_id=world.site("point")) == 1
    assert codes.codes_of(world.session, roll_id=roll.id, unbound=True) == [drawn[1]]


@pytest.mark.parametrize("count", [-1, 0, 100_001])
def test_a_roll_has_at_least_one_code_and_an_end(world: World, count: int) -> None:
    with pytest.raises(Refusal, match="count_out_of_range"):
        codes.issue(world.session, site_id=world.site("point"), count=count, actor_id="admin", now=NOW)


# --- who sees what

REGULATOR = Actor(id="regulator", role="regulator", division_code="520100")


def _seen(world: World, actor: Actor) -> set[str]:
    among = visibility.visible_sites(actor)
    return {site.name_zh for site in parties.sites(world.session, among=among)}


def test_a_party_sees_the_affairs_of_its_own_sites(world: World) -> None:
    assert _seen(world, world.actors["plant"]) == {"plant"}


def test_a_regulator_sees_its_division_and_below(world: World) -> None:
    assert _seen(world, REGULATOR) == {"point", "plant", "lab"}
    assert _seen(world, replace(REGULATOR, division_code="520300")) == {"second"}
    assert _seen(world, replace(REGULATOR, division_code="520000")) == {"point", "plant", "lab", "second"}
    assert _seen(world, replace(REGULATOR, division_code=None)) == set()


def test_nobody_sees_nothing_and_an_administrator_all(world: World) -> None:
    assert _seen(world, ANONYMOUS) == set()
    assert len(_seen(world, Actor(id="a", role="administrator"))) == 4


def test_what_one_may_not_see_is_absent_like_what_never_was(world: World) -> None:
    for site_id in (world.site("second"), "never was"):
        with pytest.raises(Refusal, match="not_found"):
            visibility.visible_site(world.session, actor=REGULATOR, site_id=site_id)


def test_batches_are_seen_by_who_touched_them_and_by_the_regulator_of_the_place(world: World) -> None:
    batch = world.batch("point", "collect", stream="tyre", mass_g=5000)
    world.do("point", "dispatch", batches=(batch,), to_site=world.site("plant"))
    everybody = {
        "point": world.actors["point"],
        "plant": world.actors["plant"],
        "second": world.actors["second"],
        "here": REGULATOR,
        "elsewhere": replace(REGULATOR, division_code="520300"),
        "nobody": ANONYMOUS,
    }
    seeing = {
        name
        for name, actor in everybody.items()
        if batch in set(world.session.scalars(visibility.visible_batches(actor)))
    }
    assert seeing == {"point", "plant", "here"}
