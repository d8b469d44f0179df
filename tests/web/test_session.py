"""Signing in and out: by password, by a cookie that can be ended, never by a page of somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from registry.app import create_app
from registry.config import Settings
from registry.extensions import db
from registry.services import accounts, keys, refusals
from registry.services.transactions import writing
from registry.store.parties import RefusalRow
from tests.ledgers import an_id, build

PASSWORD = "贵州的山 and the sea"
NOW = datetime(2025, 3, 10, tzinfo=UTC)


@pytest.fixture
def app(sqlite_url: str) -> Iterator[Flask]:
    app = create_app(Settings(database_url=sqlite_url, secret_key="k" * 40, limits=False, testing=True))
    with app.app_context():
        build(db.session)
        with writing(db.session) as session:
            accounts.create_user(
                session, name="Li", password=PASSWORD, role="collector", now=NOW, organisation_id=an_id("point")
            )
            session.commit()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def _mark(browser: FlaskClient, path: str = "/sign-in") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    assert found
    return found[1]


def _sign_in(browser: FlaskClient, *, name: str = "li", password: str = PASSWORD, **more: str) -> TestResponse:
    data = {"name": name, "password": password, "csrf_token": _mark(browser), **more}
    return browser.post("/sign-in", data=data)


def _signed_in(browser: FlaskClient) -> bool:
    return bool(browser.get("/api/v1/me").status_code == 200)


def test_the_right_password_signs_in_whatever_the_case_of_the_name(browser: FlaskClient) -> None:
    answer = _sign_in(browser, name=" LI ")
    assert answer.status_code == 303
    assert browser.get("/api/v1/me").json["name"] == "li"


@pytest.mark.parametrize(
    ("name", "password"), [("li", "wrong password"), ("nobody", PASSWORD), ("", ""), ("li", "x" * 9999)]
)
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(browser: FlaskClient, name: str, password: str) -> None:
    answer = _sign_in(browser, name=name, password=password)
    assert answer.status_code == 401
    assert "请检查账户和密码" in answer.text
    assert not _signed_in(browser)


def test_a_failed_sign_in_is_kept_for_the_audit(app: Flask, browser: FlaskClient) -> None:
    _sign_in(browser, password="wrong password")
    with app.app_context():
        (row,) = refusals.recent(db.session)
        assert (row.code, row.subject, row.actor_id) == ("sign_in_failed", "name:li", None)


def test_a_disabled_account_is_signed_out_everywhere_and_cannot_return(app: Flask, browser: FlaskClient) -> None:
    _sign_in(browser)
    assert _signed_in(browser)
    with app.app_context(), writing(db.session) as session:
        accounts.disable_user(session, user_id=accounts.user_named(session, "li").id, now=NOW)
        session.commit()
    assert not _signed_in(browser)
    assert _sign_in(browser).status_code == 401


def test_a_new_password_ends_every_session(app: Flask, browser: FlaskClient) -> None:
    other = app.test_client()
    _sign_in(browser)
    _sign_in(other)
    with app.app_context(), writing(db.session) as session:
        accounts.set_password(session, user_id=accounts.user_named(session, "li").id, password="another password")
        session.commit()
    assert not _signed_in(browser)
    assert not _signed_in(other)


def test_signing_out_forgets_the_account_on_this_device_only(app: Flask, browser: FlaskClient) -> None:
    other = app.test_client()
    _sign_in(browser)
    _sign_in(other)
    browser.post("/sign-out", data={"csrf_token": _mark(browser, "/problems/not_found")})
    assert not _signed_in(browser)
    assert _signed_in(other)


def test_the_session_cookie_is_kept_from_scripts_and_from_foreign_pages(browser: FlaskClient) -> None:
    cookies = _sign_in(browser).headers.getlist("Set-Cookie")
    (session,) = [cookie for cookie in cookies if cookie.startswith("session=")]
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session


def test_a_cookie_somebody_made_up_signs_nobody_in(browser: FlaskClient) -> None:
    browser.set_cookie("session", "eyJfdXNlcl9pZCI6ImxpIn0.Z9xyzA.made-up-signature")
    assert not _signed_in(browser)


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/language"])
def test_a_page_form_without_its_mark_is_refused(browser: FlaskClient, path: str) -> None:
    answer = browser.post(path, data={"name": "li", "password": PASSWORD, "language": "en"})
    assert answer.status_code == 403
    assert "csrf_failed" in answer.text
    assert not _signed_in(browser)


def test_an_unsafe_call_of_the_api_by_cookie_needs_the_mark(browser: FlaskClient) -> None:
    _sign_in(browser)
    body = {"name": "scale", "scopes": ["read"]}
    refused = browser.post("/api/v1/api-keys", json=body)
    assert (refused.status_code, refused.json["code"]) == (403, "csrf_failed")
    mark = {"X-CSRFToken": _mark(browser, "/problems/not_found")}
    assert browser.post("/api/v1/api-keys", json=body, headers=mark).status_code == 201


def test_the_mark_of_one_browser_is_worth_nothing_in_another(app: Flask, browser: FlaskClient) -> None:
    _sign_in(browser)
    foreign = {"X-CSRFToken": _mark(app.test_client())}
    assert browser.post("/api/v1/api-keys", json={"name": "n", "scopes": ["read"]}, headers=foreign).status_code == 403


def test_a_key_needs_no_mark_even_beside_a_cookie(app: Flask, browser: FlaskClient) -> None:
    _sign_in(browser)
    with app.app_context(), writing(db.session) as session:
        _, secret = keys.issue_key(session, name="n", role="administrator", scopes=["read", "admin"], now=NOW)
        session.commit()
    headers = {"Authorization": f"Bearer {secret}"}
    assert browser.get("/api/v1/me", headers=headers).json["role"] == "administrator"
    assert browser.post("/api/v1/api-keys", json={"name": "n", "scopes": ["read"]}, headers=headers).status_code == 201


def test_a_made_up_key_beside_a_good_cookie_is_refused_not_ignored(browser: FlaskClient) -> None:
    _sign_in(browser)
    answer = browser.get("/api/v1/me", headers={"Authorization": "Bearer hl_made-up"})
    assert (answer.status_code, answer.json["code"]) == (401, "key_unknown")


def test_an_open_check_by_nobody_needs_no_mark(browser: FlaskClient) -> None:
    answer = browser.post("/api/v1/identifiers/check", json={"scheme": "registry", "value": "YFR6F0DTHH"})
    assert (answer.status_code, answer.json["valid"]) == (200, True)


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/batches?limit=5", "/batches?limit=5"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_to_our_own_pages_only(browser: FlaskClient, wanted: str, target: str) -> None:
    assert _sign_in(browser, next=wanted).headers["Location"] == target


def test_a_page_for_the_signed_in_asks_for_sign_in_and_leads_back(browser: FlaskClient) -> None:
    answer = browser.get("/batches?status=stock")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=%2Fbatches%3Fstatus%3Dstock"


def test_guessing_is_slowed_down_by_address_and_by_name(sqlite_url: str, app: Flask) -> None:
    limited = create_app(Settings(database_url=sqlite_url, secret_key="k" * 40, limits=True, testing=True))
    browser = limited.test_client()
    mark = _mark(browser)
    codes = []
    for attempt in range(12):
        # Another address each time: the name alone is counted.
        data = {"name": "li", "password": f"guess number {attempt}", "csrf_token": mark}
        codes.append(browser.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": f"10.0.0.{attempt}"}).status_code)
    assert codes == [401] * 10 + [429] * 2
    with limited.app_context():
        db.engine.dispose()


def test_the_language_switch_holds_for_the_device_and_the_account(app: Flask, browser: FlaskClient) -> None:
    _sign_in(browser)
    mark = _mark(browser, "/problems/not_found")
    browser.post("/language", data={"language": "en", "csrf_token": mark})
    assert '<html lang="en"' in browser.get("/problems/").text
    other = app.test_client()
    _sign_in(other)
    assert '<html lang="en"' in other.get("/problems/").text


def test_a_link_can_carry_the_language_and_it_is_remembered(browser: FlaskClient) -> None:
    assert '<html lang="zh-CN"' in browser.get("/sign-in").text
    assert '<html lang="en"' in browser.get("/sign-in?lang=en").text
    assert '<html lang="en"' in browser.get("/sign-in").text


def test_looking_where_one_may_not_is_kept_for_the_audit(app: Flask, browser: FlaskClient) -> None:
    _sign_in(browser)
    mark = {"X-CSRFToken": _mark(browser, "/problems/not_found")}
    answer = browser.post("/api/v1/organisations", json={}, headers=mark)
    assert (answer.status_code, answer.json["code"]) == (403, "role_may_not")
    with app.app_context():
        (row,) = db.session.scalars(select(RefusalRow))
        assert (row.code, row.subject) == ("role_may_not", "/api/v1/organisations")
        assert row.actor_id == accounts.user_named(db.session, "li").id
