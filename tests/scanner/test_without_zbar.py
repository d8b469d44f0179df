"""pyzbar's system library is optional: where it is missing photos are still read, and the log and `/readyz` say so."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.app import create_app
from registry.config import Settings
from registry.http import service
from scanner import engines
from scanner.decode import decode
from tests.scanner.photos import photograph
from tests.scanner.test_decode import LABEL, TEXT

MISSING = "libzbar is missing: photos are read by zxing-cpp alone"


@pytest.fixture
def without_zbar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "pyzbar", None)
    monkeypatch.setattr(service, "_zbar", lambda: False)


def started(app: Flask, printed: pytest.CaptureFixture[str]) -> str:
    """What the application logs when it is made."""
    settings = app.config["SETTINGS"]
    printed.readouterr()
    create_app(Settings(database_url=settings.database_url, secret_key="k" * 32, limits=False, testing=True))
    return printed.readouterr().err


def test_the_log_says_so_at_the_start(app: Flask, without_zbar: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert MISSING in started(app, capsys)


def test_the_log_says_nothing_where_it_is_there(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    assert "libzbar" not in started(app, capsys)


def test_readiness_names_the_missing_library_and_is_ready(nobody: FlaskClient, without_zbar: None) -> None:
    answer = nobody.get("/readyz")
    assert (answer.status_code, answer.get_json()["checks"]["photo_decoder"]) == (200, "zxing-cpp (libzbar is missing)")


def test_readiness_names_both_readers_where_both_are_there(nobody: FlaskClient) -> None:
    assert nobody.get("/readyz").get_json()["checks"]["photo_decoder"] == "zxing-cpp, pyzbar"


def test_a_photo_is_read_without_it(without_zbar: None) -> None:
    assert [mark.text for mark in decode(photograph(LABEL)).marks] == [TEXT]
