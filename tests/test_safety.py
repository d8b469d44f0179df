"""What nobody should serve people with is refused at the start, in words; and what is safe starts."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from registry.app import create_app
from registry.config import PROJECT, Settings
from registry.http import safety
from registry.http.safety import COMPLAINTS, complaints
from tests.databases import PostgresServer, throwaway_postgres

STRONG = secrets.token_hex(32)


def codes(settings: Settings, *, workers: int = 1, **environment: str) -> list[str]:
    return [each.code for each in complaints(settings, workers=workers, environment=environment)]


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'huiliu.sqlite3'}"


def test_one_machine_with_a_drawn_secret_is_safe(sqlite: str) -> None:
    assert codes(Settings(database_url=sqlite, secret_key=STRONG)) == []


@pytest.mark.parametrize("secret", ["", "short", "k" * 64, "abababab" * 8])
def test_a_weak_secret_is_refused(sqlite: str, secret: str) -> None:
    assert codes(Settings(database_url=sqlite, secret_key=secret)) == ["weak_secret"]


def test_debugging_is_refused(sqlite: str) -> None:
    settings = Settings(database_url=sqlite, secret_key=STRONG)
    assert codes(settings, FLASK_DEBUG="1") == ["debug_on"]
    assert codes(settings, FLASK_DEBUG="0") == []


def test_limits_counted_apart_are_refused_with_several_workers_only(sqlite: str) -> None:
    settings = Settings(database_url=sqlite, secret_key=STRONG)
    assert codes(settings, workers=2) == ["limits_apart"]
    shared = Settings(database_url=sqlite, secret_key=STRONG, limits_storage="redis://localhost")
    assert codes(shared, workers=2) == []


def test_a_database_that_forgets_is_refused_and_one_that_lasts_is_not(postgres_server: PostgresServer) -> None:
    fast = Settings(database_url=postgres_server.url("postgres"), secret_key=STRONG)
    (complaint,) = complaints(fast, workers=1, environment={})
    assert complaint.code == "database_forgets"
    assert "SHOW fsync = off" in complaint.said
    assert "SHOW synchronous_commit = off" in complaint.said
    with throwaway_postgres(durable=True) as server:
        assert codes(Settings(database_url=server.url("postgres"), secret_key=STRONG)) == []


def test_a_database_out_of_reach_is_said(tmp_path: Path) -> None:
    nowhere = f"postgresql+psycopg://nobody@/nothing?host={tmp_path}"
    assert codes(Settings(database_url=nowhere, secret_key=STRONG)) == ["database_unreachable"]


def test_a_file_on_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n")
    asked = safety._network_filesystem
    monkeypatch.setattr(safety, "_network_filesystem", lambda url: asked(url, mounts))
    shared = Settings(database_url=f"sqlite:///{tmp_path / 'a' / 'huiliu.sqlite3'}", secret_key=STRONG)
    (tmp_path / "a").mkdir()
    assert codes(shared) == ["database_shared_file"]
    assert asked("sqlite:////elsewhere/huiliu.sqlite3", mounts) == ""


def test_what_was_accepted_by_name_passes_and_nothing_else(sqlite: str) -> None:
    settings = Settings(database_url=sqlite, secret_key="weak", accept_unsafe=("weak_secret",))
    assert codes(settings, workers=2) == ["limits_apart"]


def test_every_complaint_is_said_in_both_languages() -> None:
    for words in COMPLAINTS.values():
        assert words.keys() == {"zh", "en"}
        assert all(text.strip() for text in words.values())


def test_the_command_names_what_is_unsafe(sqlite: str) -> None:
    app = create_app(Settings(database_url=sqlite, secret_key="k" * 40, testing=True))
    told = app.test_cli_runner().invoke(args=["check", "--workers", "3"])
    assert told.exit_code == 1
    assert "weak_secret" in told.output
    assert "limits_apart" in told.output
    safe = create_app(Settings(database_url=sqlite, secret_key=STRONG, testing=True))
    assert safe.test_cli_runner().invoke(args=["check"]).exit_code == 0


def test_gunicorn_does_not_start_on_what_is_unsafe(sqlite: str) -> None:
    told = {"HUILIU_DATABASE_URL": sqlite, "HUILIU_SECRET_KEY": STRONG, "FLASK_DEBUG": "1"}
    server = subprocess.run(
        [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", "127.0.0.1:0", "--no-control-socket"],
        env={**os.environ, **told},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert server.returncode == 3
    assert "debug_on" in server.stderr
    assert "Booting worker" not in server.stderr
