"""Evidence at the API: a plant issues, a producer accepts and retires, a regulator suspends, strangers see nothing."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy.orm import Session

from registry.api.evidence_schemas import NOTE, NOTE_WHOLE, POOLS
from registry.http.problems import MEDIA_TYPE
from registry.store.base import writing
from registry.store.parties import OrganisationRow
from tests.api.doors import Doors
from tests.ledgers import NOON, an_id
from tests.services.evidence_trade import recycled

PERIOD = "2025-03"


def _holder(session: Session, name: str, kind: str) -> None:
    with writing(session):
        session.add(OrganisationRow(id=an_id(name), name_zh=name, name_en=name, kind=kind, created_at_utc=NOON))
        session.commit()


@pytest.fixture
def market(doors: Doors) -> Doors:
    """A plant with 100 kg of evidence, of which nobody has taken any, and two producers."""
    for name in ("maker", "other"):
        _holder(doors.world.session, name, "producer")
        doors.hold_key(name, role="producer", organisation=an_id(name))
    doors.hold_key("zunyi", role="regulator", division="520300")
    recycled(doors.world, 100_000)
    doors.world.session.rollback()
    return doors


def _pool(doors: Doors, **more: Any) -> dict[str, Any]:
    return {"site": doors.world.site("plant"), "stream": "tyre", "outcome": "recycle", "month": PERIOD, **more}


def _draft(doors: Doors, kg: str = "40", **more: Any) -> Any:
    return doors.post("plant", "/evidence/notes", _pool(doors, holder=an_id("maker"), mass_kg=kg, **more))


def _act(doors: Doors, who: str, note: str, action: str, **more: Any) -> Any:
    return doors.post(who, f"/evidence/notes/{note}/actions", {"action": action, **more})


def _issued(doors: Doors, kg: str = "40") -> str:
    note: str = _draft(doors, kg).json["id"]
    for action in ("submit", "authorise"):
        assert _act(doors, "plant", note, action).status_code == 200
    return note


def test_a_note_goes_from_the_plant_to_the_producers_obligation(market: Doors) -> None:
    note = _issued(market)
    assert _act(market, "maker", note, "accept").json["state"] == "accepted"
    answer = _act(market, "maker", note, "retire", scheme="guizhou-demo", material="tyre", year=2025)
    assert (answer.status_code, answer.json["state"], answer.json["year"]) == (200, "retired", 2025)
    (pool,) = market.get("plant", "/evidence/pools", period=PERIOD).json["items"]
    assert (pool["counted_kg"], pool["available_kg"], pool["gone_kg"]) == ("100", "60", "40")
    whole = market.get("maker", f"/evidence/notes/{note}").json
    assert [each["action"] for each in whole["history"]] == ["draft", "submit", "authorise", "accept", "retire"]
    assert [each["mass_kg"] for each in whole["behind"]] == ["100"]


def test_the_answers_have_the_shape_their_examples_show(market: Doors) -> None:
    made = _draft(market)
    assert (made.status_code, set(made.json)) == (201, set(NOTE))
    whole = market.get("plant", f"/evidence/notes/{made.json['id']}").json
    assert set(whole) == set(NOTE_WHOLE)
    assert set(whole["history"][0]) == set(NOTE_WHOLE["history"][0])
    assert set(whole["behind"][0]) == set(NOTE_WHOLE["behind"][0])
    pools = market.get("regulator", "/evidence/pools", period="2025").json
    assert set(pools["items"][0]) == set(POOLS["items"][0])


def test_more_than_there_is_and_steps_that_cannot_be_are_problems_with_their_own_code(market: Doors) -> None:
    note = _draft(market, "100.001").json["id"]
    for who, action, status, code in (
        ("plant", "submit", 409, "evidence_above_available"),
        ("plant", "authorise", 409, "evidence_authorise_draft"),
        ("maker", "accept", 404, "not_found"),
        ("zunyi", "cancel", 404, "not_found"),
        ("plant", "frame", 422, "schema_invalid"),
    ):
        answer = _act(market, who, note, action)
        assert (answer.status_code, answer.json["code"]) == (status, code)
        assert answer.content_type == MEDIA_TYPE


def test_a_regulator_suspends_with_a_reason_and_lets_go_again(market: Doors) -> None:
    note = _issued(market)
    assert _act(market, "regulator", note, "suspend").json["code"] == "evidence_reason_missing"
    assert _act(market, "regulator", note, "suspend", reason="核查").json["state"] == "suspended"
    assert _act(market, "maker", note, "accept").json["code"] == "evidence_accept_suspended"
    assert _act(market, "regulator", note, "resume").json["state"] == "awaiting_acceptance"


def test_one_sees_what_one_issued_or_holds_and_nothing_else(market: Doors) -> None:
    draft, issued = _draft(market, "1").json["id"], _issued(market, "2")
    seen = {
        who: {each["id"] for each in market.get(who, "/evidence/notes").json["items"]}
        for who in ("plant", "maker", "other", "second", "regulator", "zunyi", "administrator")
    }
    both = {draft, issued}
    assert seen == {
        "plant": both,
        "maker": {issued},
        "other": set(),
        "second": set(),
        "regulator": both,
        "zunyi": set(),
        "administrator": both,
    }
    assert market.get("second", "/evidence/pools", period=PERIOD).json == {"items": []}
    assert market.get("maker", "/evidence/pools", period=PERIOD).json == {"items": []}


def test_what_is_a_producers_own_by_origin_it_claims_or_releases_itself(market: Doors) -> None:
    recycled(market.world, 30_000, producer=an_id("maker"))
    market.world.session.rollback()
    (own,) = market.get("maker", "/evidence/pools", period=PERIOD).json["items"]
    assert (own["producer"], own["available_kg"]) == (an_id("maker"), "30")
    claimed = market.post("maker", "/evidence/claims", _pool(market, mass_kg="20"))
    assert (claimed.status_code, claimed.json["state"]) == (201, "accepted")
    again = {"id": str(uuid.uuid4()), **_pool(market, mass_kg="10")}
    for _ in range(2):
        assert market.post("maker", "/evidence/releases", again).status_code == 204
    assert (
        market.post("maker", "/evidence/claims", _pool(market, mass_kg="1")).json["code"] == "evidence_above_available"
    )
    traded = market.get("plant", "/evidence/pools", period=PERIOD).json["items"]
    assert {each["producer"]: each["available_kg"] for each in traded} == {None: "110", an_id("maker"): "0"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"mass_kg": "0"}, "mass_zero"),
        ({"month": "2025"}, "period_malformed"),
        ({"month": "2025-13"}, "period_malformed"),
        ({"stream": "cheese"}, "unknown_stream"),
        ({"outcome": "wonder"}, "unknown_outcome"),
        ({"site": "nowhere"}, "unknown_site"),
        ({"id": "1"}, "schema_invalid"),
        ({"holder": an_id("lab")}, "evidence_holder_unfit"),
    ],
)
def test_a_draft_that_cannot_be_is_refused(market: Doors, changed: dict[str, Any], code: str) -> None:
    body = {**_pool(market, holder=an_id("maker"), mass_kg="1"), **changed}
    answer = market.post("plant", "/evidence/notes", body)
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_a_period_longer_than_a_year_is_refused(market: Doors) -> None:
    answer = market.get("administrator", "/evidence/pools", period="2020-01-01/2025-01-01")
    assert answer.json["code"] == "period_too_long"


def test_who_issues_nothing_drafts_nothing(market: Doors) -> None:
    body = _pool(market, holder=an_id("maker"), mass_kg="1")
    assert market.post("maker", "/evidence/notes", body).status_code == 403
    assert market.post(None, "/evidence/notes", body).status_code == 401
    assert market.post("second", "/evidence/notes", body).json["code"] == "evidence_not_yours_to_do"
