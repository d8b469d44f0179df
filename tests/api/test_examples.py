"""The examples of the API's description are true: every request is posted, every answer has the shape shown."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import Schema
from sqlalchemy.orm import Session

from registry.api import detail_schemas, examples, shown
from registry.domain import events
from registry.store.base import writing
from registry.store.parties import IssuedCodeRow, LicenceRow, OrganisationRow, SiteRow
from tests.api.doors import Doors
from tests.ledgers import NOON

SITES = {"point": (examples.POINT_SITE, "520102"), "plant": (examples.PLANT_SITE, "520103")}
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def story(doors: Doors) -> Doors:
    """The parties the examples speak of, and a label issued to the point."""
    with writing(doors.world.session) as session:
        for name, (site_id, division) in SITES.items():
            _seed(session, name, site_id, division, doors)
        session.add(IssuedCodeRow(code=examples.LABEL))
        session.commit()
    return doors


def _seed(session: Session, name: str, site_id: str, division: str, doors: Doors) -> None:
    organisation_id = doors.world.actors[name].organisation_id or ""
    assert session.get(OrganisationRow, organisation_id) is not None
    session.add(
        SiteRow(
            id=site_id,
            organisation_id=organisation_id,
            name_zh=name,
            name_en=name,
            kind="collection_point",
            division_code=division,
            created_at_utc=NOON,
        )
    )
    session.flush()
    session.add(
        LicenceRow(id=site_id, site_id=site_id, number="L2", process="*", valid_from=NOON.date().replace(year=2020))
    )


def _spec(doors: Doors) -> dict[str, Any]:
    answer = doors._client.get("/api/openapi.json")
    spec: dict[str, Any] = answer.json
    return spec


def _operations(spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method} {path}": operation
        for path, item in spec["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_the_request_examples_of_the_description_tell_a_true_story(story: Doors) -> None:
    operation = _spec(story)["paths"]["/api/v1/events"]["post"]
    told = operation["requestBody"]["content"]["application/json"]["examples"]
    assert list(told) == list(examples.EVENTS)
    for kind, example in told.items():
        event = example["value"]
        who = "point" if event["site"] == examples.POINT_SITE else "plant"
        answer = story.post(who, "/events", event)
        assert answer.status_code == 201, f"{kind}: {answer.json}"


def test_the_list_example_is_taken_whole(story: Doors) -> None:
    operation = _spec(story)["paths"]["/api/v1/events/batch"]["post"]
    body = operation["requestBody"]["content"]["application/json"]["example"]
    results = story.post("point", "/events/batch", body).json["results"]
    assert {result["status"] for result in results} == {"created"}


def test_every_kind_of_event_has_an_example_and_a_schema() -> None:
    assert set(examples.EVENTS) == set(events.KINDS) == set(detail_schemas.DETAILS)


@pytest.mark.parametrize("kind", events.KINDS)
def test_the_schema_of_a_kind_says_exactly_what_the_domain_knows(kind: str) -> None:
    schema = detail_schemas.DETAILS[kind]()
    known = set(events.KINDS[kind].details.__dataclass_fields__)
    assert {field.attribute or name for name, field in schema.fields.items()} == known


@pytest.mark.parametrize("kind", events.KINDS)
def test_an_example_survives_the_way_in_and_out(kind: str) -> None:
    schema = detail_schemas.DETAILS[kind]()
    loaded = schema.load(examples.EVENTS[kind]["details"])
    assert schema.load(schema.dump(loaded)) == loaded


def _shape(value: Any) -> Any:
    """Keys only, so that an example with other values has the same shape."""
    if isinstance(value, dict):
        return {name: _shape(below) for name, below in value.items()}
    if isinstance(value, list):
        return [_shape(value[0])] if value else []
    return None


def _keys(value: Any) -> set[str]:
    return set(value) if isinstance(value, dict) else set()


ANSWERS = {
    "/events": shown.EVENTS_PAGE,
    "/events/{e}": shown.EVENT,
    "/batches": shown.BATCHES_PAGE,
    "/batches/{b}": shown.BATCH,
    "/batches/{b}/story": shown.STORY,
    "/batches/{b}/origins": shown.ORIGINS,
    "/batches/{b}/actions": shown.ACTIONS,
    "/batches/{b}/trace": shown.TRACE,
    "/ledger/balances": shown.BALANCES,
    "/ledger/entries/{e}": shown.ENTRY,
    "/streams": shown.STREAMS,
    "/processes": shown.PROCESSES,
    "/outcomes": shown.OUTCOMES,
    "/substances": shown.SUBSTANCES,
    "/divisions": shown.DIVISIONS,
    "/rules": shown.RULES,
}


@pytest.mark.parametrize("path", ANSWERS)
def test_an_answer_has_the_shape_its_example_shows(story: Doors, path: str) -> None:
    story.post("point", "/events", examples.EVENTS["collect"])
    batch = examples.EVENTS["collect"]["details"]["batch_id"]
    answer = story.get("point", path.format(b=batch, e=examples.EVENTS["collect"]["id"]))
    assert answer.status_code == 200
    example = ANSWERS[path]
    assert _keys(answer.json) == _keys(example)
    for name in ("items", "nodes", "lines", "contents"):
        if name in example:
            assert _keys(answer.json[name][0]) == _keys(example[name][0]), name


def test_the_receipt_has_the_shape_its_example_shows(story: Doors) -> None:
    answer = story.post("point", "/events", examples.EVENTS["collect"]).json
    answer["receipt"]["findings"] = []  # posted today, the story of 2025 is late; the example shows it in time
    assert _shape(answer) == _shape(examples.CREATED)


def test_every_operation_says_what_it_is_who_may_and_how_it_refuses(doors: Doors) -> None:
    spec = _spec(doors)
    assert spec["security"]
    for name, operation in _operations(spec).items():
        if not set(operation["tags"]) & {"Events", "Batches", "Trace", "Ledger", "Reference"}:
            continue
        assert operation["summary"], name
        taken = [body for status, body in operation["responses"].items() if status.startswith("2")]
        for body in taken:
            content = body["content"]["application/json"]
            assert "example" in content or "examples" in content, name
        refused = [body for status, body in operation["responses"].items() if status[:1] == "4"]
        assert any("application/problem+json" in body.get("content", {}) for body in refused), name


def test_no_schema_of_the_description_was_renamed(doors: Doors) -> None:
    names = list(_spec(doors)["components"]["schemas"])
    assert [name for name in names if name[-1].isdigit()] == []


def test_a_wrong_shape_would_be_noticed() -> None:
    assert issubclass(detail_schemas.CollectSchema, Schema)
    assert _shape({"a": [{"b": 1}]}) != _shape({"a": [{"c": 1}]})
