"""Settings come from the environment alone, and a fresh start needs none."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry import config
from registry.app import create_app
from registry.config import Settings, engine_url


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No HUILIU_ variable, and a folder of its own for what running makes."""
    for name in [name for name in config.os.environ if name.startswith("HUILIU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(config, "VAR", tmp_path / "var")
    return tmp_path / "var"


def test_a_fresh_start_needs_no_settings_and_keeps_its_key_to_itself(bare: Path) -> None:
    first = Settings.from_env()
    assert first.database_url == f"sqlite:///{bare / 'huiliu.sqlite3'}"
    assert len(first.secret_key) == 64
    assert Settings.from_env().secret_key == first.secret_key
    assert stat.S_IMODE((bare / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in bare.iterdir()] == ["secret_key"]


def test_workers_that_start_together_agree_on_the_key(bare: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: Settings.from_env().secret_key, range(16)))
    assert len(keys) == 1


def test_every_setting_is_read_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "DATABASE_URL": "postgres://u@h/d",
        "SECRET_KEY": "s" * 40,
        "PUBLIC_URL": "https://hui.example/",
        "FORMER_URLS": "https://old.example/,http://older.example",
        "HOST": "0.0.0.0",  # noqa: S104  # only read here
        "PORT": "9000",
        "LIMITS": "false",
        "LIMITS_STORAGE": "redis://localhost",
        "TRUSTED_PROXIES": "1",
        "POOL_SIZE": "3",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"HUILIU_{name}", value)
    found = Settings.from_env()
    assert found.database_url == "postgresql+psycopg://u@h/d"
    assert (found.public_url, found.former_urls) == (
        "https://hui.example",
        ("https://old.example", "http://older.example"),
    )
    assert (found.port, found.limits, found.trusted_proxies, found.pool_size) == (9000, False, 1, 3)
    assert found.secure


@pytest.mark.parametrize(
    ("typed", "opened"),
    [
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:////tmp/x", "sqlite:////tmp/x"),
    ],
)
def test_a_short_database_address_opens_the_driver_we_ship(typed: str, opened: str) -> None:
    assert engine_url(typed) == opened


def test_cookies_travel_over_tls_only_where_the_public_address_is_https(sqlite_url: str) -> None:
    for public, secure in (("https://hui.example", True), ("http://127.0.0.1:8000", False)):
        settings = Settings(database_url=sqlite_url, secret_key="k" * 40, public_url=public, limits=False)
        app = create_app(settings)
        assert app.config["SESSION_COOKIE_SECURE"] is secure
        assert ("Strict-Transport-Security" in app.test_client().get("/healthz").headers) is secure
