"""Organisations, sites, licences and keys at the door."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.api.doors import Doors
from tests.ledgers import an_id

NEW_SITE = {"name_zh": "新站", "kind": "collection_point", "division_code": "520102", "streams": ["tyre"]}


def _code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def _all(doors: Doors, who: str, path: str, limit: int) -> list[dict[str, Any]]:
    """Every item of a list, page by page."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        body = doors.get(who, path, limit=limit, **after).json
        assert len(body["items"]) <= limit
        found += body["items"]
        if body["next"] is None:
            return found
        after = {"after": body["next"]}


def test_an_administrator_makes_an_organisation_and_everybody_signed_in_finds_it(doors_of_both: Doors) -> None:
    made = doors_of_both.post(
        "administrator",
        "/organisations",
        {"name_zh": "某公司", "kind": "recycler", "uscc": "91350100m000100y43"},
    )
    assert (made.status_code, made.json["uscc"]) == (201, "91350100M000100Y43")
    assert doors_of_both.get("plant", f"/organisations/{made.json['id']}").json == made.json
    assert doors_of_both.get(None, f"/organisations/{made.json['id']}").status_code == 401


@pytest.mark.parametrize("limit", [1, 3, 4, 50])
def test_pages_hold_everything_once_whatever_their_length(doors: Doors, limit: int) -> None:
    for path in ("/organisations", "/sites"):
        ids = [item["id"] for item in _all(doors, "administrator", path, limit)]
        assert ids == sorted(set(ids))
        assert len(ids) == 4


@pytest.mark.parametrize("role", ["point", "plant", "lab", "regulator"])
def test_only_an_administrator_makes_parties(doors: Doors, role: str) -> None:
    before = doors.counts()
    assert _code(doors.post(role, "/organisations", {"name_zh": "x", "kind": "recycler"})) == (403, "role_may_not")
    assert _code(doors.post(role, "/sites", NEW_SITE | {"organisation": an_id("plant")})) == (403, "role_may_not")
    assert doors.counts() == before


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({"kind": "recycler"}, "schema_invalid", "name_zh"),
        ({"name_zh": "x", "kind": "emperor"}, "unknown_organisation_kind", None),
        ({"name_zh": "x", "kind": "recycler", "id": "mine"}, "schema_invalid", "id"),
        ({"name_zh": None, "kind": "recycler"}, "schema_invalid", "name_zh"),
        ({"name_zh": "x", "kind": "recycler", "uscc": "91350100M000100Y44"}, "uscc_check_character", None),
    ],
)
def test_a_wrong_organisation_leaves_nothing_behind(
    doors: Doors, body: dict[str, Any], code: str, path: str | None
) -> None:
    before = doors.counts()
    answer = doors.post("administrator", "/organisations", body)
    assert _code(answer) == (422, code)
    assert path is None or path in [error["path"] for error in answer.json["errors"]]
    assert doors.counts() == before


def test_a_site_is_public_and_its_licences_are_not(doors: Doors) -> None:
    made = doors.post(
        "administrator",
        "/sites",
        NEW_SITE | {"organisation": an_id("plant"), "longitude": "106.6263", "latitude": 26.646},
    )
    assert made.status_code == 201
    site = made.json["id"]
    assert doors.get(None, f"/sites/{site}").json["streams"] == ["tyre"]
    assert doors.get(None, f"/sites/{site}").json["latitude"] == "26.646000"
    licence = {"number": "L9", "process": "hydrometallurgy", "valid_from": "2024-01-01"}
    assert doors.post("administrator", f"/sites/{site}/licences", licence).status_code == 201
    for who in ("plant", "regulator", "administrator"):
        assert [item["number"] for item in doors.get(who, f"/sites/{site}/licences").json["items"]] == ["L9"]
    assert _code(doors.get("point", f"/sites/{site}/licences")) == (404, "not_found")
    assert _code(doors.get("point", "/sites/never-was/licences")) == (404, "not_found")
    assert (
        doors.get("point", f"/sites/{site}/licences").json["detail"]
        == doors.get("point", "/sites/x/licences").json["detail"]
    )


def test_a_regulator_of_another_division_sees_neither_licences_nor_sites_of_its_own_there(doors: Doors) -> None:
    doors.hold_key("elsewhere", role="regulator", division="520300")
    assert _code(doors.get("elsewhere", f"/sites/{doors.world.site('plant')}/licences")) == (404, "not_found")
    own = doors.get("elsewhere", "/sites", scope="own").json["items"]
    assert [site["id"] for site in own] == [doors.world.site("second")]


def test_a_licence_ends(doors: Doors) -> None:
    site = doors.world.site("plant")
    body = {"number": "L9", "process": "*", "valid_from": "2024-01-01"}
    licence = doors.post("administrator", f"/sites/{site}/licences", body).json["id"]
    ended = doors.post("administrator", f"/licences/{licence}/end", {"valid_to": "2024-06-01"})
    assert ended.json["valid_to"] == "2024-06-01"
    assert _code(doors.post("administrator", f"/licences/{licence}/end", {"valid_to": "2023-06-01"})) == (
        422,
        "licence_window_empty",
    )


def test_a_site_with_stock_is_not_closed(doors: Doors) -> None:
    doors.post("point", "/events", doors.event())
    path = f"/sites/{doors.world.site('point')}/close"
    answer = doors.post("administrator", path, {})
    assert _code(answer) == (409, "site_has_stock")
    assert answer.json["facts"] == {"batches": 1}


def test_me_tells_a_key_what_it_may_do_and_where(doors: Doors) -> None:
    me = doors.get("point", "/me").json
    assert (me["kind"], me["role"], me["organisation"]["id"]) == ("key", "collector", an_id("point"))
    assert [site["id"] for site in me["sites"]] == [doors.world.site("point")]
    assert "event.collect" in me["operations"]
    assert "event.process" not in me["operations"]


def test_a_key_makes_a_narrower_key_which_works_until_it_is_revoked(doors_of_both: Doors) -> None:
    doors = doors_of_both
    made = doors.post("point", "/api-keys", {"name": "scale", "scopes": ["read"]})
    assert made.status_code == 201
    doors._keys["scale"] = made.json["key"]
    assert doors.get("scale", "/me").json["role"] == "collector"
    assert _code(doors.post("scale", "/events", doors.event())) == (403, "scope_may_not")
    assert "key" not in doors.get("point", "/api-keys").json["items"][0]
    assert doors.delete("point", f"/api-keys/{made.json['id']}").json["revoked_at"] is not None
    assert _code(doors.get("scale", "/me")) == (401, "key_revoked")


def test_a_key_never_makes_a_wider_one(doors: Doors) -> None:
    made = doors.post("point", "/api-keys", {"name": "narrow", "scopes": ["read", "admin"]})
    doors._keys["narrow"] = made.json["key"]
    answer = doors.post("narrow", "/api-keys", {"name": "wide", "scopes": ["read", "capture"]})
    assert _code(answer) == (403, "scope_may_not")


def test_the_keys_of_others_are_absent(doors: Doors) -> None:
    theirs = doors.post("plant", "/api-keys", {"name": "theirs", "scopes": ["read"]}).json["id"]
    assert theirs not in [item["id"] for item in doors.get("point", "/api-keys").json["items"]]
    assert _code(doors.delete("point", f"/api-keys/{theirs}")) == (404, "unknown_key")
    assert doors.delete("administrator", f"/api-keys/{theirs}").status_code == 200
