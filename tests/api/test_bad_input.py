"""Bad input at the door: each kind has its own code, words in both languages, and leaves nothing behind."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry.domain.identifiers import check_character
from tests.api.doors import Doors
from tests.ledgers import issue

CODE = "YFR6F0DTHH"


def _tyres(doors: Doors) -> str:
    return doors.world.batch("point", "collect", stream="tyre", mass_g=10_000)


def _elsewhere(doors: Doors) -> str:
    return doors.world.batch("second", "collect", stream="tyre", mass_g=10_000)


def _mass(value: Any) -> Callable[[Doors], dict[str, Any]]:
    return lambda doors: doors.event(stream="tyre", mass_kg=value)


def _crumb(doors: Doors, outputs_kg: str, process: str = "crumb") -> dict[str, Any]:
    batch = doors.world.batch("plant", "collect", stream="tyre", mass_g=10_000)
    return doors.event(
        "process",
        site="plant",
        process=process,
        inputs=[{"batch": batch}],
        outputs=[{"mass_kg": outputs_kg, "to": "recycle"}],
    )


def _split_above(doors: Doors) -> dict[str, Any]:
    batch = doors.world.batch("plant", "collect", stream="tyre", mass_g=10_000)
    return doors.event(
        "process",
        site="plant",
        process="crumb",
        inputs=[{"batch": batch, "mass_kg": "10.001"}],
        outputs=[{"mass_kg": "1", "to": "recycle"}],
    )


def _future(doors: Doors) -> dict[str, Any]:
    return doors.event() | {"occurred_at": (datetime.now(UTC) + timedelta(minutes=11)).isoformat()}


def _twice(doors: Doors) -> dict[str, Any]:
    issue(doors.world.session, CODE)
    doors.world.do("point", "collect", stream="tyre", mass_g=1, code=CODE)
    return doors.event(stream="tyre", mass_kg="1", code=CODE)


def _in_transit(doors: Doors) -> dict[str, Any]:
    batch = _tyres(doors)
    doors.world.do("point", "dispatch", batches=(batch,), to_site=doors.world.site("plant"))
    return doors.event("stocktake", batch=batch, mass_kg="9", reason="scale")


def _slipped(doors: Doors) -> dict[str, Any]:
    wrong = CODE[:-1] + ("2" if check_character(CODE[:-1]) != "2" else "3")
    return doors.event("stocktake", batch=wrong, mass_kg="1")


def _named(batch: str) -> Callable[[Doors], dict[str, Any]]:
    return lambda doors: doors.event("stocktake", batch=batch, mass_kg="1")


BAD: dict[str, tuple[str, int, str, Callable[[Doors], dict[str, Any]]]] = {
    "an unknown code": ("point", 422, "unknown_code", _named("NO-SUCH-THING-AT-ALL")),
    "a wrong check character": ("point", 422, "code_check_character", _slipped),
    "a wrong state": ("point", 409, "wrong_state", _in_transit),
    "a wrong party": (
        "point",
        403,
        "not_yours",
        lambda doors: doors.event("stocktake", batch=_elsewhere(doors), mass_kg="9", reason="scale"),
    ),
    "a site of others": ("point", 403, "not_your_site", lambda doors: doors.event(site="plant")),
    "a role that may not": (
        "point",
        403,
        "role_may_not",
        lambda doors: doors.event(
            "process",
            process="crumb",
            inputs=[{"batch": _tyres(doors)}],
            outputs=[{"mass_kg": "1", "to": "recycle"}],
        ),
    ),
    "a mass below zero": ("point", 422, "mass_negative", _mass("-1")),
    "a negative number": ("point", 422, "mass_negative", _mass(-1)),
    "a mass of zero": ("point", 422, "mass_zero", _mass("0")),
    "more than the batch holds": ("plant", 409, "mass_above_holding", _split_above),
    "four decimals": ("point", 422, "mass_too_precise", _mass("1.2345")),
    "10^30": ("point", 422, "mass_too_large", _mass("1" + "0" * 30)),
    "not a number": ("point", 422, "mass_not_a_number", _mass("NaN")),
    "words": ("point", 422, "mass_not_a_number", _mass("十公斤")),
    "true": ("point", 422, "mass_not_a_number", _mass(True)),
    "a list": ("point", 422, "mass_not_a_number", _mass([1])),
    "outputs above inputs": ("plant", 422, "outputs_above_inputs", lambda doors: _crumb(doors, "10.001")),
    "an unknown process": ("plant", 422, "unknown_process", lambda doors: _crumb(doors, "1", "alchemy")),
    "a process of another stream": (
        "plant",
        422,
        "process_not_for_stream",
        lambda doors: _crumb(doors, "1", "hydrometallurgy"),
    ),
    "an unknown stream": ("point", 422, "unknown_stream", lambda doors: doors.event(stream="moon", mass_kg="1")),
    "a date in the future": ("point", 422, "date_in_future", _future),
    "a date without a zone": (
        "point",
        422,
        "moment_malformed",
        lambda doors: doors.event() | {"occurred_at": "2025-03-10T12:00:00"},
    ),
    "a date before anybody": (
        "point",
        422,
        "date_too_early",
        lambda doors: doors.event() | {"occurred_at": "0001-01-01T12:00:00Z"},
    ),
    "a duplicate code": ("point", 409, "code_taken", _twice),
    "a code never issued": (
        "point",
        422,
        "code_not_issued",
        lambda doors: doors.event(stream="tyre", mass_kg="1", code=CODE),
    ),
    "an unknown kind": ("point", 422, "unknown_event_kind", lambda doors: doors.event("teleport", stream="tyre")),
    "an unknown site": (
        "point",
        422,
        "unknown_site",
        lambda doors: doors.event() | {"site": str(uuid.uuid4())},
    ),
    "an id that is none": ("point", 422, "event_id_malformed", lambda doors: doors.event() | {"id": "7"}),
    "an unknown field": (
        "point",
        422,
        "schema_invalid",
        lambda doors: doors.event(stream="tyre", mass_kg="1", weight="1"),
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_by_name_and_leaves_nothing_behind(doors: Doors, case: str) -> None:
    who, status, code, make = BAD[case]
    event = make(doors)
    before = doors.counts()
    answer = doors.post(who, "/events", event)
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.json
    assert answer.content_type == "application/problem+json"
    assert answer.json["type"] == f"/problems/{code}"
    assert doors.counts() == before


@pytest.mark.parametrize("case", BAD)
def test_the_same_bad_input_in_a_list_holds_no_other(doors: Doors, case: str) -> None:
    who, _, code, make = BAD[case]
    event = make(doors)
    good = doors.event(site=who)
    before = doors.counts()
    results = doors.post(who, "/events/batch", {"events": [event, good]}).json["results"]
    assert (results[0]["status"], results[0]["problem"]["code"]) == ("rejected", code)
    assert results[1]["status"] == "created"
    assert doors.counts()["events"] == before["events"] + 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refusal_speaks_both_languages(doors: Doors, language: str) -> None:
    problem = doors.post("point", f"/events?lang={language}", doors.event(stream="tyre", mass_kg="-1")).json
    assert problem["title"] == {"zh": "重量不能小于零", "en": "A mass cannot be negative"}[language]


def test_every_wrong_place_is_named_with_its_path(doors: Doors) -> None:
    event = doors.event(
        "receive",
        lines=[{"batch": "A", "mass_kg": "1.2345"}, {"mass_kg": "x"}],
        price_yuan="1.234",
    ) | {"clock_offset_ms": "x"}
    del event["occurred_at"]
    problem = doors.post("point", "/events", event).json
    assert problem["code"] == "schema_invalid"
    assert {(row["path"], row["code"]) for row in problem["errors"]} == {
        ("clock_offset_ms", "schema_invalid"),
        ("occurred_at", "schema_invalid"),
        ("details.lines.0.mass_kg", "mass_too_precise"),
        ("details.lines.1.batch", "schema_invalid"),
        ("details.lines.1.mass_kg", "mass_not_a_number"),
        ("details.price_yuan", "number_malformed"),
    }


TEXTS = {
    "half a body": ('{"id": "a', 400, "json_broken"),
    "nothing": ("", 400, "json_broken"),
    "not utf-8": (b'{"id": "\xff"}', 400, "json_broken"),
    "a key twice": ('{"id": "a", "id": "b"}', 400, "json_broken"),
    "half a surrogate": ('{"id": "\\ud800"}', 400, "json_broken"),
    "a NUL": ('{"id": "\\u0000"}', 400, "json_broken"),
    "a deep well": ("[" * 100_000, 400, "json_broken"),
    "ten thousand digits": ('{"id": ' + "9" * 10_000 + "}", 400, "json_broken"),
    "a list": ("[]", 422, "schema_invalid"),
    "a word": ('"x"', 422, "schema_invalid"),
    "null": ("null", 422, "schema_invalid"),
    "ten megabytes": ('{"id": "' + "a" * 10_000_000 + '"}', 413, "body_too_large"),
}


@pytest.mark.parametrize("path", ["/events", "/events/batch"])
@pytest.mark.parametrize("case", TEXTS)
def test_a_body_that_is_no_event_is_refused_by_name(doors: Doors, case: str, path: str) -> None:
    body, status, code = TEXTS[case]
    before = doors.counts()
    answer = doors.post_text("point", path, body)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert doors.counts() == before


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("NaN", "mass_not_a_number"),
        ("Infinity", "mass_not_a_number"),
        ("-Infinity", "mass_not_a_number"),
        ("1e30", "mass_too_large"),
        ("1e999999999", "mass_too_large"),
        ("1e-999999999", "mass_too_precise"),
        ("1.2345", "mass_too_precise"),
        ("0.1000000000000000055511151231257827", "mass_too_precise"),
        ("-0.001", "mass_negative"),
    ],
)
def test_a_json_number_is_read_exactly(doors: Doors, number: str, code: str) -> None:
    event = json.dumps(doors.event(stream="tyre", mass_kg="#")).replace('"#"', number)
    before = doors.counts()
    answer = doors.post_text("point", "/events", event)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert doors.counts() == before


@pytest.mark.parametrize(("number", "kg"), [("0.1", "0.1"), ("412.500", "412.5"), ("1E+2", "100"), ("7", "7")])
def test_a_json_number_that_is_a_mass_is_taken(doors: Doors, number: str, kg: str) -> None:
    event = json.dumps(doors.event(stream="tyre", mass_kg="#")).replace('"#"', number)
    answer = doors.post_text("point", "/events", event)
    assert answer.json["receipt"]["batches"][0]["mass_kg"] == kg


@pytest.mark.parametrize("number", ["1e999999999", "-1", "NaN", "1e-999999999", '"x"', "true", "1.005"])
def test_a_price_that_cannot_be_is_refused(doors: Doors, number: str) -> None:
    event = json.dumps(doors.event(stream="tyre", mass_kg="1", price_yuan="#")).replace('"#"', number)
    answer = doors.post_text("point", "/events", event)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["path"] == "details.price_yuan"


def test_a_body_that_is_not_said_to_be_json_is_refused(doors: Doors) -> None:
    answer = doors._open("POST", "point", "/events", data="{}", content_type="text/plain")
    assert (answer.status_code, answer.json["code"]) == (415, "media_type_unsupported")


def test_nobody_captures_without_an_account(doors: Doors) -> None:
    assert doors.post(None, "/events", doors.event()).json["code"] == "sign_in_needed"
    assert doors.post("regulator", "/events", doors.event()).json["code"] == "role_may_not"


def test_a_refused_attempt_on_what_is_anothers_is_kept_in_the_audit(doors: Doors) -> None:
    batch = _elsewhere(doors)
    event = doors.event("stocktake", batch=batch, mass_kg="9", reason="scale")
    doors.post("point", "/events", event)
    doors.post("point", "/events/batch", {"events": [event, event]})
    with doors.world.session.get_bind().connect() as connection:
        kept = connection.exec_driver_sql("SELECT code FROM refusals").scalars().all()
    assert kept == ["not_yours", "not_yours"]
