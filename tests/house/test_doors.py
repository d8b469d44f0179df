"""Every door is visited: it has a keeper, speaks one error shape, wears the headers, and looking is free."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from registry.app import create_app
from registry.config import Settings
from registry.domain.parties import GRANTS
from registry.extensions import db
from registry.http.headers import HEADERS
from registry.http.problems import MEDIA_TYPE, catalogue
from registry.services import accounts, keys
from registry.services.transactions import writing
from tests.ledgers import an_id, build

OPERATIONS = frozenset(operation for granted in GRANTS.values() for operation in granted)
PUBLIC = GRANTS["anonymous"]
PASSWORD = "a long enough password"
RUBBISH_PATHS = ("%27%22%3Cscript%3E", "99999999999999999999", "..%2F..%2Fetc%2Fpasswd", "%F0%9F%94%8B", "-1", "a%00b")
RUBBISH_QUERY = "limit=-1&after=%00&from=yesterday&to=9999-99-99&stream=%27&area=%25&status=&page=1e9&text=%22&lang=xx"
RUBBISH_BODIES = (b"", b"{", b"[]", b"null", b'"text"', b'{"a": NaN}', b"\xff\xfe", b"[" * 20_000, b'{"id": "\\u0000"}')


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """An application over a small lived-in world, CSRF off: its own tests stand in tests/web."""
    app = create_app(Settings(database_url=database_url, secret_key="k" * 40, limits=False, testing=True))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        world = build(db.session)
        world.batch("point", "collect", stream="tyre", mass_g=5000)
        db.session.close()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def people(app: Flask) -> dict[str, FlaskClient]:
    """A browser for each role, and one that is nobody's."""
    browsers = {"anonymous": app.test_client()}
    for role in GRANTS:
        if role != "anonymous":
            with app.app_context(), writing(db.session) as session:
                accounts.create_user(
                    session,
                    name=role,
                    password=PASSWORD,
                    role=role,
                    now=datetime.now(UTC),
                    organisation_id=None if role in ("regulator", "administrator") else an_id("point"),
                    division_code="520000" if role == "regulator" else None,
                )
                session.commit()
            browsers[role] = app.test_client()
            assert browsers[role].post("/sign-in", data={"name": role, "password": PASSWORD}).status_code == 303
    return browsers


def _rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def _methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def _keeper(app: Flask, rule: Rule, method: str) -> str:
    """The operation the view declares; a class of views declares one per method."""
    view = app.view_functions[rule.endpoint]
    view = getattr(getattr(view, "view_class", None), method.lower(), view)
    return getattr(view, "keeper", "nobody")


def _addresses(rule: Rule) -> Iterator[str]:
    """The rule with rubbish, and with something that exists, in its places."""
    for value in (*RUBBISH_PATHS, an_id("site point"), "520000", "tyre"):
        path = rule.rule
        for argument in rule.arguments:
            for spelling in (f"<{argument}>", f"<path:{argument}>", f"<string:{argument}>", f"<uuid:{argument}>"):
                path = path.replace(spelling, value)
        if "<" not in path:
            yield path
        if not rule.arguments:
            return


def _complaint(answer: TestResponse, path: str) -> str | None:
    """What is wrong with an answer, if anything is."""
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    missing = [name for name in HEADERS if name not in answer.headers]
    if missing:
        return f"without {missing}"
    if path.startswith("/api/") and answer.status_code >= 400:
        if answer.content_type != MEDIA_TYPE:
            return f"{answer.status_code} as {answer.content_type}"
        body = json.loads(answer.data)
        if body["code"] not in catalogue() or body["status"] != answer.status_code:
            return f"{answer.status_code} says {body}"
        if {"type", "title", "detail"} - set(body):
            return f"lacks words: {body}"
    return None


def test_every_route_has_a_keeper_whose_operation_somebody_may_perform(app: Flask) -> None:
    keepers = {f"{method} {rule}": _keeper(app, rule, method) for rule in _rules(app) for method in _methods(rule)}
    assert {door: keeper for door, keeper in keepers.items() if keeper not in OPERATIONS} == {}


def test_every_door_answers_rubbish_in_the_one_shape_whoever_brings_it(
    app: Flask, people: dict[str, FlaskClient]
) -> None:
    complaints: dict[str, str] = {}
    for rule in _rules(app):
        for (role, browser), method, address in product(people.items(), _methods(rule), _addresses(rule)):
            if role in ("anonymous", "operator", "administrator"):
                answer = browser.open(f"{address}?{RUBBISH_QUERY}", method=method, data=b"{}")
                complaint = _complaint(answer, address)
                if complaint:
                    complaints[f"{role} {method} {address}"] = complaint
                answer.close()
    assert complaints == {}


def test_every_door_that_reads_a_body_answers_rubbish_in_the_one_shape(
    app: Flask, people: dict[str, FlaskClient]
) -> None:
    complaints: dict[str, str] = {}
    for rule in _rules(app):
        for (role, browser), method in product(people.items(), _methods(rule)):
            if method == "GET" or role not in ("operator", "administrator"):
                continue
            address = next(_addresses(rule))
            kinds = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
            for body, kind in product(RUBBISH_BODIES, kinds):
                answer = browser.open(address, method=method, data=body, content_type=kind)
                complaint = _complaint(answer, address)
                if complaint:
                    complaints[f"{role} {method} {address} {kind} {body[:20]!r}"] = complaint
    assert complaints == {}


def test_who_is_not_signed_in_is_asked_to_and_sees_nothing(app: Flask, people: dict[str, FlaskClient]) -> None:
    let_in: dict[str, int] = {}
    for rule in _rules(app):
        for method, address in product(_methods(rule), list(_addresses(rule))[-1:]):
            if _keeper(app, rule, method) in PUBLIC:
                continue
            answer = people["anonymous"].open(address, method=method)
            asked = answer.status_code == 401 or (answer.status_code == 302 and "/sign-in?next=" in answer.location)
            if not asked:
                let_in[f"{method} {address}"] = answer.status_code
    assert let_in == {}


def test_no_role_passes_a_keeper_that_does_not_grant_it(app: Flask, people: dict[str, FlaskClient]) -> None:
    let_in: dict[str, int] = {}
    for rule, (role, browser) in product(_rules(app), people.items()):
        for method, address in product(_methods(rule), list(_addresses(rule))[-1:]):
            if role == "anonymous" or _keeper(app, rule, method) in GRANTS[role]:
                continue
            answer = browser.open(address, method=method)
            if answer.status_code != 403:
                let_in[f"{role} {method} {address}"] = answer.status_code
    assert let_in == {}


def test_looking_changes_nothing(app: Flask, people: dict[str, FlaskClient]) -> None:
    written: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        verb = statement.lstrip().split(None, 1)[0].upper()
        # The audit of refused attempts has a connection of its own and may write at any time.
        if verb in ("INSERT", "UPDATE", "DELETE", "REPLACE") and "refusals" not in statement:
            written.append(f"{address}: {statement[:80]}")

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    address = ""
    for rule, browser in product(_rules(app), people.values()):
        if "GET" in _methods(rule):
            for address in _addresses(rule):  # read by the listener
                browser.get(address).close()
    assert written == []


def test_the_listener_of_the_test_above_would_see_a_write(app: Flask) -> None:
    seen: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
        with writing(db.session) as session:
            keys.issue_key(session, name="n", role="administrator", scopes=["read"], now=datetime.now(UTC))
    assert any(statement.startswith("INSERT") for statement in seen)


def test_an_address_that_is_not_there_is_a_problem_too(app: Flask) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        answer = app.test_client().open("/api/v1/nothing/here", method=method)
        assert (answer.status_code, answer.content_type) == (404, MEDIA_TYPE)


def test_a_page_that_is_not_there_says_so_in_words(app: Flask) -> None:
    answer = app.test_client().get("/nothing/here")
    assert answer.status_code == 404
    assert "没有找到" in answer.text


def test_only_the_browsers_files_are_served(app: Flask) -> None:
    for path in ("package.json", "setup.mjs", "node_modules/idb/package.json", "../wsgi.py", "vendor/../setup.mjs"):
        assert app.test_client().get(f"/static/{path}").status_code == 404
