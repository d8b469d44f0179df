"""Events at the door: taken once, judged alone, seen by both sides."""

from __future__ import annotations

import base64
import json
import uuid

import pytest

from tests.api.doors import Doors


def test_a_collection_is_taken_and_its_receipt_names_the_new_batch(doors_of_both: Doors) -> None:
    answer = doors_of_both.post("point", "/events", doors_of_both.event())
    assert answer.status_code == 201
    (batch,) = answer.json["receipt"]["batches"]
    assert (batch["role"], batch["mass_kg"], batch["status"]) == ("out", "10", "stock")
    assert len(batch["code"]) == 10


def test_the_same_event_again_gives_the_first_receipt(doors_of_both: Doors) -> None:
    event = doors_of_both.event()
    first = doors_of_both.post("point", "/events", event)
    before = doors_of_both.counts()
    again = doors_of_both.post("point", "/events", event)
    assert (again.status_code, again.json["status"]) == (200, "exists")
    assert again.json["receipt"] == first.json["receipt"]
    assert doors_of_both.counts() == before


def test_other_content_under_the_same_id_is_a_conflict(doors: Doors) -> None:
    event = doors.event()
    doors.post("point", "/events", event)
    event["details"]["mass_kg"] = "11"
    before = doors.counts()
    answer = doors.post("point", "/events", event)
    assert (answer.status_code, answer.json["code"]) == (409, "event_conflict")
    assert doors.counts() == before


def test_another_actor_under_the_same_id_gets_a_conflict_without_the_receipt(doors: Doors) -> None:
    event = doors.event()
    doors.post("point", "/events", event)
    answer = doors.post("plant", "/events", event | {"site": doors.world.site("plant")})
    assert answer.status_code == 409
    assert "receipt" not in answer.json
    assert "recorded_at" not in answer.json.get("facts", {})


def test_an_event_whose_predecessor_is_unknown_waits_and_leaves_nothing(doors: Doors) -> None:
    before = doors.counts()
    answer = doors.post("point", "/events", doors.event() | {"after": [str(uuid.uuid4())]})
    assert (answer.status_code, answer.json["status"]) == (202, "waiting")
    assert answer.json["problem"]["code"] == "waiting_predecessor"
    assert doors.counts() == before


def test_in_a_list_each_event_stands_or_falls_alone(doors_of_both: Doors) -> None:
    good, twin = doors_of_both.event(), doors_of_both.event()
    wrong = doors_of_both.event(stream="tyre", mass_kg="1.2345")
    refused = doors_of_both.event(stream="moon_dust", mass_kg="1")
    early = doors_of_both.event() | {"after": [str(uuid.uuid4())]}
    other = good | {"details": {"stream": "tyre", "mass_kg": "11"}}
    sent = [good, wrong, refused, early, twin, good, other, 7]
    answer = doors_of_both.post("point", "/events/batch", {"events": sent})
    results = answer.json["results"]
    assert [result["status"] for result in results] == [
        "created",
        "rejected",
        "rejected",
        "waiting",
        "created",
        "exists",
        "conflict",
        "rejected",
    ]
    assert [result["id"] for result in results] == [event["id"] for event in sent[:7]] + [None]
    codes = [result.get("problem", {}).get("code") for result in results]
    assert codes == [
        None,
        "mass_too_precise",
        "unknown_stream",
        "waiting_predecessor",
        None,
        None,
        "event_conflict",
        "schema_invalid",
    ]
    assert results[1]["problem"]["errors"][0]["path"] == "details.mass_kg"


def test_a_list_may_hold_a_chain_in_order(doors: Doors) -> None:
    collected = doors.event() | {"details": {"stream": "tyre", "mass_kg": "10", "batch_id": str(uuid.uuid4())}}
    sent = doors.event("dispatch", batches=[collected["details"]["batch_id"]], to_site=doors.world.site("plant"))
    results = doors.post("point", "/events/batch", {"events": [collected, sent]}).json["results"]
    assert [result["status"] for result in results] == ["created", "created"]


@pytest.mark.parametrize("count", [0, 1001])
def test_a_list_has_between_one_and_a_thousand_events(doors: Doors, count: int) -> None:
    answer = doors.post("point", "/events/batch", {"events": [1] * count})
    assert (answer.status_code, answer.json["code"]) == (422, "schema_invalid")
    assert answer.json["errors"][0]["path"] == "events"


def test_an_event_is_read_back_as_it_was_sent(doors: Doors) -> None:
    event = doors.event(
        stream="power_battery",
        product="LFP",
        mass_kg="412.5",
        capacity_kwh="48.2",
        contents_kg={"lithium": "5.1"},
        codes=[{"scheme": "serial", "value": "AB1"}],
        price_yuan="1250.5",
    ) | {"private": {"note": "门口第二排"}}
    doors.post("point", "/events", event)
    read = doors.get("point", f"/events/{event['id']}").json
    assert read["details"] == event["details"] | {"measured": "weighed"}
    assert read["private"] == event["private"]


def test_both_sides_of_a_dispatch_read_it_and_a_third_party_finds_nothing(doors: Doors) -> None:
    world = doors.world
    batch = world.batch("point", "collect", stream="tyre", mass_g=1000)
    sent = world.do("point", "dispatch", batches=(batch,), to_site=world.site("plant"))
    statuses = {who: doors.get(who, f"/events/{sent.id}").status_code for who in ("point", "plant", "second")}
    assert statuses == {"point": 200, "plant": 200, "second": 404}
    assert doors.get("second", f"/events/{sent.id}").json["code"] == "not_found"
    assert doors.get("second", f"/events/{uuid.uuid4()}").json["title"] == "没有找到"


def test_the_other_side_does_not_read_the_notes(doors: Doors) -> None:
    world = doors.world
    batch = world.batch("point", "collect", stream="tyre", mass_g=1000)
    sent = world.do("point", "dispatch", batches=(batch,), to_site=world.site("plant"), private={"vehicle": "贵A12345"})
    assert doors.get("point", f"/events/{sent.id}").json["private"] == {"vehicle": "贵A12345"}
    assert doors.get("plant", f"/events/{sent.id}").json["private"] == {}


def test_the_list_is_paged_by_key_without_gap_or_repetition(doors: Doors) -> None:
    for mass in range(1, 6):
        doors.world.do("point", "collect", stream="tyre", mass_g=mass)
    doors.world.do("plant", "collect", stream="tyre", mass_g=9)
    seqs, after = [], None
    for _ in range(3):
        answer = doors.get("point", "/events", limit=2, **({"after": after} if after else {}))
        seqs += [item["seq"] for item in answer.json["items"]]
        after = answer.json["next"]
    assert seqs == sorted(seqs, reverse=True)
    assert len(set(seqs)) == 5
    assert after is None
    assert 'rel="next"' in doors.get("point", "/events", limit=2).headers["Link"]
    assert "Link" not in answer.headers


def test_the_list_is_filtered_by_kind_site_batch_and_time(doors: Doors) -> None:
    world = doors.world
    batch = world.batch("point", "collect", stream="tyre", mass_g=1000)
    world.do("point", "collect", stream="tyre", mass_g=1)
    world.do("point", "stocktake", batch=batch, mass_g=999, reason="scale")

    def kinds(**query: str) -> list[str]:
        return [item["kind"] for item in doors.get("point", "/events", **query).json["items"]]

    assert kinds(kind="stocktake") == ["stocktake"]
    assert kinds(batch=batch) == ["stocktake", "collect"]
    assert kinds(site=world.site("plant")) == []
    assert kinds(occurred_from="2025-03-10T04:02:00Z", occurred_to="2025-03-10T04:03:00Z") == ["collect"]
    assert kinds(status="pending") == []


@pytest.mark.parametrize("path", ["/events", "/batches", "/ledger/balances", "/streams"])
def test_a_page_mark_nobody_gave_is_refused_by_name(doors_of_both: Doors, path: str) -> None:
    keys = [[], ["a"], ["-1"], ["٣"], ["9" * 30], ["9" * 30, "b"], ["1", "b", "c"], [1], {}, 7]
    forged = [base64.urlsafe_b64encode(json.dumps(key).encode()).decode() for key in keys]
    for mark in (*forged, "x", "=", "\u4e00"):
        answer = doors_of_both.get("point", path, after=mark)
        assert (answer.status_code, answer.json["code"]) == (422, "cursor_malformed"), mark


def test_the_author_erases_a_note_and_the_hash_stays(doors: Doors) -> None:
    event = doors.event() | {"private": {"note": "张先生", "vehicle": "贵A1"}}
    sha256 = doors.post("point", "/events", event).json["receipt"]["sha256"]
    assert doors.delete("point", f"/events/{event['id']}/private", kind="note").json == {"erased": ["note"]}
    read = doors.get("point", f"/events/{event['id']}").json
    assert read["private"] == {"vehicle": "贵A1"}
    assert read["sha256"] == sha256
    assert doors.post("point", "/events", event).json["status"] == "exists"


def test_the_administrator_erases_and_others_may_not(doors: Doors) -> None:
    event = doors.event() | {"private": {"note": "张先生"}}
    doors.post("point", "/events", event)
    doors.hold_key("colleague", role="collector", organisation=doors.world.actors["point"].organisation_id)
    path = f"/events/{event['id']}/private"
    assert doors.delete("colleague", path).json["code"] == "not_the_author"
    assert doors.delete("second", path).status_code == 404
    assert doors.delete("administrator", path).json == {"erased": ["note"]}
    assert doors.delete("administrator", path).status_code == 404
