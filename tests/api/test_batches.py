"""Batches, chains, balances and reference data as callers of the API get them."""

from __future__ import annotations

import base64
import json
import uuid

import pytest

from tests.api.doors import Doors
from tests.ledgers import issue

CODE = "YFR6F0DTHH"
OF_A_BATCH = ("", "/story", "/origins", "/actions", "/trace")
SIGNED_IN = ("/batches", "/events", "/ledger/balances")
PUBLIC = ("/streams", "/processes", "/outcomes", "/substances", "/divisions", "/rules")


@pytest.mark.parametrize("below", OF_A_BATCH)
def test_what_one_may_not_see_is_absent_like_what_never_was(doors: Doors, below: str) -> None:
    batch = doors.world.batch("point", "collect", stream="tyre", mass_g=1000)
    assert doors.get("point", f"/batches/{batch}{below}").status_code == 200
    hidden = doors.get("plant", f"/batches/{batch}{below}")
    absent = doors.get("plant", f"/batches/{uuid.uuid4()}{below}")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert {name: hidden.json[name] for name in ("code", "title", "detail")} == {
        name: absent.json[name] for name in ("code", "title", "detail")
    }
    assert hidden.json.get("facts") == absent.json.get("facts")


@pytest.mark.parametrize("below", OF_A_BATCH)
def test_a_batch_is_opened_by_any_code_that_names_it(doors: Doors, below: str) -> None:
    issue(doors.world.session, CODE)
    doors.world.batch("point", "collect", stream="tyre", mass_g=1000, code=CODE)
    assert doors.get("point", f"/batches/{CODE}{below}").status_code == 200
    assert doors.get("point", f"/batches/yfr6-f0dt-hh{below}").status_code == 200


@pytest.mark.parametrize("path", SIGNED_IN)
def test_lists_ask_who_reads(doors: Doors, path: str) -> None:
    assert doors.get(None, path).json["code"] == "sign_in_needed"
    assert doors.get("regulator", path).status_code == 200


@pytest.mark.parametrize("path", PUBLIC)
def test_reference_data_is_open_and_paged(doors: Doors, path: str) -> None:
    whole = doors.get(None, path).json
    assert whole["items"]
    first = doors.get(None, path, limit=2).json
    assert first["items"] == whole["items"][:2]
    second = doors.get(None, path, limit=2, after=first["next"]).json
    assert second["items"] == whole["items"][2:4]


@pytest.mark.parametrize("odd", ["\0", "\ud800"])
@pytest.mark.parametrize(("path", "parts"), [("/batches", 2), ("/ledger/balances", 4), ("/organisations", 1)])
def test_a_key_no_database_could_be_asked_for_is_no_key_of_ours(
    doors_of_both: Doors, path: str, parts: int, odd: str
) -> None:
    forged = base64.urlsafe_b64encode(json.dumps(["1"] * (parts - 1) + [odd]).encode()).decode().rstrip("=")
    answer = doors_of_both.get("administrator", path, after=forged)
    assert (answer.status_code, answer.json["code"]) == (422, "cursor_malformed")


@pytest.mark.parametrize("path", [*SIGNED_IN, *PUBLIC])
@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"after": "x" * 1001}])
def test_a_page_that_cannot_be_is_refused_with_its_place(doors: Doors, path: str, query: dict[str, str]) -> None:
    answer = doors.get("administrator", path, **query)
    assert (answer.status_code, answer.json["code"]) == (422, "schema_invalid")
    assert answer.json["errors"][0]["path"] == next(iter(query))


def test_a_filter_nobody_knows_is_not_taken_for_no_filter(doors: Doors) -> None:
    assert doors.get("point", "/batches", scope="everything").json["errors"][0]["path"] == "scope"
    assert doors.get("point", "/ledger/balances", substance="kryptonite").json["code"] == "unknown_substance"
    assert doors.get(None, "/rules", kind="rumour").json["code"] == "unknown_rule_kind"


def test_masses_are_decimal_text_in_kilograms(doors: Doors) -> None:
    batch = doors.world.batch(
        "point", "collect", stream="power_battery", product="LFP", mass_g=412_500, capacity_wh=48_200
    )
    shown = doors.get("point", f"/batches/{batch}").json
    assert shown["mass_kg"] == "412.5"
    assert {row["substance"]: row["amount"] for row in shown["contents"]} == {
        "mass": "412.5",
        "energy": "48.2",
        "lithium": "5.109",
    }
    (origin,) = shown["origins"]
    assert origin["amounts"] == {"mass": "412.5", "energy": "48.2", "lithium": "5.109"}


def test_a_closed_door_says_why_in_the_readers_language(doors: Doors) -> None:
    batch = doors.world.batch("point", "collect", stream="tyre", mass_g=1000)
    items = doors.get("point", f"/batches/{batch}/actions", lang="en").json["items"]
    closed = {item["kind"]: item["detail"] for item in items if not item["allowed"]}
    assert "transit" not in (closed["process"] or "")
    assert all(detail and not any("\u4e00" <= letter <= "\u9fff" for letter in detail) for detail in closed.values())


def test_the_chain_goes_the_way_it_is_asked(doors: Doors) -> None:
    world = doors.world
    parts = [world.batch("plant", "collect", stream="tyre", mass_g=mass) for mass in (600, 400)]
    merged = world.batch("plant", "merge", batches=tuple(parts))
    backward = doors.get("plant", f"/batches/{merged}/trace").json
    assert {(edge["source"], edge["mass_kg"]) for edge in backward["edges"]} == set(
        zip(parts, ("0.6", "0.4"), strict=True)
    )
    assert doors.get("plant", f"/batches/{merged}/trace", direction="forward").json["edges"] == []
    assert doors.get("plant", f"/batches/{merged}/trace", direction="sideways").status_code == 422
    assert doors.get("plant", f"/batches/{merged}/trace", depth=41).status_code == 422


def test_balances_answer_by_account_and_substance(doors: Doors) -> None:
    doors.world.batch("point", "collect", stream="tyre", mass_g=1500, contents_g={"zinc": 20})
    (row,) = doors.get("point", "/ledger/balances", account="stock", substance="zinc").json["items"]
    assert (row["amount"], row["unit"], row["stream"]) == ("0.02", "kg", "tyre")


def test_rules_are_read_as_they_stood_on_a_day(doors: Doors) -> None:
    def names(**query: str) -> set[str]:
        return {row["rule"] for row in doors.get(None, "/rules", kind="deadline", **query).json["items"]}

    assert "traceability_2018" in names(on="2026-03-31")
    assert "traceability_2018" not in names(on="2026-04-01")


def test_reading_changes_nothing(doors: Doors) -> None:
    batch = doors.world.batch("point", "collect", stream="tyre", mass_g=1000)
    before = doors.counts()
    for path in (*SIGNED_IN, *PUBLIC, *(f"/batches/{batch}{below}" for below in OF_A_BATCH)):
        doors.get("point", path)
    assert doors.counts() == before
