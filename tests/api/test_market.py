"""Placed on market at the API: declared by who may, in tonnes as text, conflicts told, pages of it read back."""

from __future__ import annotations

from typing import Any

import pytest

from registry.api.market import ASKED, SHOWN
from registry.services.parties import create_organisation
from registry.store.base import writing
from tests.api.doors import Doors
from tests.ledgers import NOON

PATH = "/placed-on-market"


@pytest.fixture
def makers(doors: Doors) -> Doors:
    """The doors, and a producer with a key."""
    with writing(doors.world.session) as session:
        maker = create_organisation(session, name_zh="厂", kind="producer", now=NOON)
        session.commit()
    doors.hold_key("maker", role="producer", organisation=maker.id)
    return doors


def _asked(**changed: Any) -> dict[str, Any]:
    return {**{name: value for name, value in ASKED.items() if name != "organisation"}, **changed}


def test_a_producer_declares_reads_back_and_corrects(makers: Doors) -> None:
    made = makers.post("maker", PATH, _asked())
    assert (made.status_code, made.json["mass_t"], set(made.json)) == (201, "5120.75", set(SHOWN))
    assert makers.post("maker", PATH, _asked()).status_code == 200
    conflict = makers.post("maker", PATH, _asked(mass_t="6000"))
    assert (conflict.status_code, conflict.json["code"]) == (409, "already_declared")
    corrected = makers.post("maker", PATH, _asked(mass_t="6000", replaces=conflict.json["facts"]["declaration"]))
    assert (corrected.status_code, corrected.json["version"]) == (201, 2)
    items = makers.get("maker", PATH).json["items"]
    assert [(each["mass_t"], each["product"]) for each in items] == [("6000", "LFP")]


def test_a_page_ends_where_the_next_begins(makers: Doors) -> None:
    for year in (2020, 2021, 2022):
        makers.post("maker", PATH, _asked(year=year))
    first = makers.get("maker", PATH, limit=2).json
    rest = makers.get("maker", PATH, limit=2, after=first["next"]).json
    assert sorted(each["year"] for each in [*first["items"], *rest["items"]]) == [2020, 2021, 2022]
    assert rest["next"] is None


@pytest.mark.parametrize("who", ["point", "plant", "regulator"])
def test_who_sells_nothing_may_not_declare(makers: Doors, who: str) -> None:
    assert makers.post(who, PATH, _asked()).json["code"] == "role_may_not"


def test_nobody_is_asked_to_sign_in(makers: Doors) -> None:
    assert makers.post(None, PATH, _asked()).status_code == makers.get(None, PATH).status_code == 401


def test_a_withdrawn_declaration_is_not_listed(makers: Doors) -> None:
    made = makers.post("maker", PATH, _asked()).json
    assert makers.post("maker", PATH, _asked(mass_t=None, replaces=made["id"])).status_code == 201
    assert makers.get("maker", PATH).json["items"] == []
