"""The doors of the house itself: alive, ready, described, and one shape for whatever goes wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.app import create_app
from registry.config import Settings
from registry.extensions import db
from registry.http.problems import MEDIA_TYPE
from registry.store import schema
from tests.api.doors import Doors


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    app = create_app(Settings(database_url=database_url, secret_key="k" * 40, limits=False, testing=True))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def test_alive_and_ready(browser: FlaskClient) -> None:
    assert browser.get("/healthz").json == {"status": "ok"}
    ready = browser.get("/readyz")
    assert (ready.status_code, ready.json["checks"]["database"]) == (200, "ok")
    assert "zxing-cpp" in ready.json["checks"]["photo_decoder"]


def test_not_ready_below_the_newest_step_but_alive(app: Flask, browser: FlaskClient) -> None:
    with app.app_context():
        schema.downgrade(db.engine, "0003")
    ready = browser.get("/readyz")
    assert (ready.status_code, ready.json["status"]) == (503, "unavailable")
    assert "at 0003" in ready.json["checks"]["database"]
    assert browser.get("/healthz").status_code == 200


def test_not_ready_without_a_database() -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    app = create_app(Settings(database_url=url, secret_key="k" * 40, limits=False, testing=True))
    ready = app.test_client().get("/readyz")
    assert (ready.status_code, ready.json["checks"]["database"]) == (503, "not reachable")
    answer = app.test_client().get("/api/v1/sites")
    assert (answer.status_code, answer.json["code"]) == (503, "database_busy")
    assert answer.headers["Retry-After"]


def test_a_body_of_ten_megabytes_is_refused_before_it_is_read(doors: Doors) -> None:
    before = doors.counts()
    answer = doors.post_text("point", "/events", b"[" + b" " * 10_000_000 + b"]")
    assert (answer.status_code, answer.json["code"]) == (413, "body_too_large")
    assert answer.json["facts"] == {"most_bytes": 5_000_000}
    assert doors.counts() == before


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"id": 1,}',
        '{"id": 1, "id": 2}',
        '{"id": "\\ud800"}',
        '{"id": "\\u0000"}',
        "[" * 100_000,
        "1" * 5000,
        b"\xff\xfe{}",
    ],
)
def test_broken_json_has_a_code_of_its_own(doors: Doors, text: str | bytes) -> None:
    answer = doors.post_text("point", "/events", text)
    assert (answer.status_code, answer.json["code"]) == (400, "json_broken")


def test_text_in_any_script_is_not_broken_json(doors: Doors) -> None:
    body = json.dumps({"name_zh": "再生\U00020bb7公司🔋", "kind": "recycler"})  # escapes, surrogate pairs among them
    answer = doors.post_text("administrator", "/organisations", body)
    assert (answer.status_code, answer.json["name_zh"]) == (201, "再生\U00020bb7公司🔋")


def test_a_wrong_field_of_a_known_refusal_gives_the_problem_its_code(doors: Doors) -> None:
    answer = doors.post("administrator", "/sites", {"longitude": "east"} | _site(doors))
    assert (answer.status_code, answer.json["code"]) == (422, "number_malformed")
    assert [error["path"] for error in answer.json["errors"]] == ["longitude"]


def test_several_wrong_fields_are_all_named(doors: Doors) -> None:
    answer = doors.post("administrator", "/sites", {"longitude": "east", "latitude": "NaN"} | _site(doors))
    assert answer.json["code"] == "schema_invalid"
    assert {error["path"]: error["code"] for error in answer.json["errors"]} == {
        "longitude": "number_malformed",
        "latitude": "number_malformed",
    }


def _site(doors: Doors) -> dict[str, object]:
    organisation = doors.get("administrator", "/organisations").json["items"][0]["id"]
    return {"organisation": organisation, "name_zh": "站", "kind": "collection_point", "division_code": "520102"}


@pytest.mark.parametrize(("language", "word"), [("zh", "没有找到"), ("en", "Not found")])
def test_problems_speak_the_language_a_machine_names(browser: FlaskClient, language: str, word: str) -> None:
    answer = browser.get("/api/v1/organisations/x/y", headers={"Accept-Language": language})
    assert (answer.content_type, answer.json["title"]) == (MEDIA_TYPE, word)


def test_every_problem_has_its_page(browser: FlaskClient) -> None:
    kind = browser.get("/api/v1/me").json["type"]
    assert "请先登录" in browser.get(kind).text
    assert browser.get("/problems/no_such_code").status_code == 404


def test_the_wrong_verb_is_told_the_right_ones(browser: FlaskClient) -> None:
    answer = browser.delete("/api/v1/me")
    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


def test_something_of_ours_that_breaks_is_answered_without_its_trace(app: Flask) -> None:
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.view_functions["healthz"] = lambda: 1 / 0
    page = app.test_client().get("/healthz")
    assert page.status_code == 500
    assert "ZeroDivisionError" not in page.text
    problem = app.test_client().get("/healthz", headers={"Accept": "application/json"})
    assert (problem.content_type, problem.json["code"]) == (MEDIA_TYPE, "server_error")


def test_the_description_names_every_operation_once_and_answers_refusals_as_problems(browser: FlaskClient) -> None:
    spec = browser.get("/api/openapi.json").json
    operations = [
        operation for path in spec["paths"].values() for operation in path.values() if isinstance(operation, dict)
    ]
    assert len(operations) > 20
    assert all(operation.get("summary") for operation in operations)
    refusals = [
        content
        for one in operations
        for status, answer in one["responses"].items()
        if status > "399"
        for content in answer.get("content", {})
    ]
    assert refusals
    assert set(refusals) == {MEDIA_TYPE}


def test_the_docs_page_needs_nothing_from_elsewhere(browser: FlaskClient) -> None:
    page = browser.get("/api/docs").text
    assert "/api/v1/events" in page
    assert 'src="http' not in page
    assert "<script>" not in page
