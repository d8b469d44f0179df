"""What the server does for a phone's outbox: says who is signed in, refuses another's events, and lists the shell."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from registry.web.outbox import SHELL_HEADER, SHELL_PAGES, shell_files
from tests.house.sources import HOUSE
from tests.web.browsers import Town

LIST_DOOR = "/api/v1/events/batch"


@pytest.fixture
def collector(here: Town) -> FlaskClient:
    client: FlaskClient = here.browser("point").client
    return client


@pytest.fixture
def visitor(here: Town) -> FlaskClient:
    client: FlaskClient = here.browser("visitor").client
    return client


def _session(client: FlaskClient) -> dict[str, str | None]:
    answer = client.get("/outbox/session")
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, str | None] = answer.get_json()
    return found


def test_the_session_says_who_is_signed_in_and_what_time_it_is(collector: FlaskClient, visitor: FlaskClient) -> None:
    mine, nobody = _session(collector), _session(visitor)
    assert (mine["service"], nobody["service"]) == ("huiliu", "huiliu")
    assert mine["user"]
    assert nobody["user"] is None
    assert datetime.fromisoformat(str(mine["now"])).tzinfo is not None


def test_events_of_one_person_are_not_taken_from_anothers_session(collector: FlaskClient) -> None:
    headers = {"X-CSRFToken": str(_session(collector)["token"])}
    other = collector.post(LIST_DOOR, json={"events": []}, headers={**headers, "X-Huiliu-Actor": "somebody else"})
    assert (other.status_code, other.get_json()["code"]) == (409, "another_actor")
    mine = collector.post(
        LIST_DOOR, json={"events": []}, headers={**headers, "X-Huiliu-Actor": _session(collector)["user"]}
    )
    assert mine.get_json()["code"] != "another_actor"


def test_who_is_not_signed_in_is_asked_to_and_not_called_another(visitor: FlaskClient) -> None:
    answer = visitor.post(LIST_DOOR, json={"events": []}, headers={"X-Huiliu-Actor": "somebody"})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "sign_in_needed")


@pytest.mark.parametrize("path", SHELL_PAGES)
def test_pages_of_the_shell_carry_their_mark(collector: FlaskClient, path: str) -> None:
    assert collector.get(path).headers[SHELL_HEADER]


def test_other_pages_do_not(collector: FlaskClient, visitor: FlaskClient) -> None:
    assert SHELL_HEADER not in collector.get("/batches").headers
    assert SHELL_HEADER not in visitor.get("/scan/cart").headers


def test_every_file_of_the_shell_is_there_and_all_that_its_scripts_import(visitor: FlaskClient) -> None:
    script = visitor.get("/service-worker.js").get_data(as_text=True)
    shell = json.loads(script.split("\n", 1)[0].removeprefix("const SHELL = ").rstrip(";"))
    assert shell["files"] == [f"/static/{name}" for name in shell_files()]
    assert [name for name in shell["files"] if _fetched(visitor, name)[0] != 200] == []
    assert _imported(shell["files"]) - set(shell["files"]) == {"/static/vendor/barcode_detector.mjs"}


def _fetched(client: FlaskClient, path: str) -> tuple[int, str]:
    with client.get(path) as answer:
        return answer.status_code, answer.mimetype


def _imported(files: list[str]) -> set[str]:
    """What the modules of the list import, as addresses."""
    found = set()
    for name in files:
        if name.endswith(".mjs") and "/vendor/" not in name:
            path = HOUSE / name.lstrip("/")
            for wanted in re.findall(r"(?:from|import\()\s*\"(\.[^\"]+)\"", path.read_text("utf-8")):
                found.add("/" + (path.parent / wanted).resolve().relative_to(HOUSE).as_posix())
    return found


def test_the_installed_product_has_its_icons(visitor: FlaskClient) -> None:
    manifest = json.loads(visitor.get("/manifest.webmanifest").get_data(as_text=True))
    assert manifest["start_url"] == "/"
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
    assert any(icon.get("purpose") == "maskable" for icon in manifest["icons"])
    assert {_fetched(visitor, icon["src"]) for icon in manifest["icons"]} == {(200, "image/png")}


def test_the_outbox_is_never_a_door_of_its_own(visitor: FlaskClient) -> None:
    """A phone that lost its way gets no HTML for an answer."""
    assert visitor.post("/outbox/session").status_code == 405
