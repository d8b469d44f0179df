"""The commands, run as a person runs them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from registry.app import create_app
from registry.config import Settings
from registry.extensions import db
from registry.services import accounts, keys
from registry.store import schema
from tests.ledgers import build

Run = Callable[..., Result]

NEWEST = schema.head()


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    app = create_app(Settings(database_url=database_url, secret_key="k" * 40, limits=False, testing=True))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def run(app: Flask) -> Run:
    """`run("user", "list")`; fails unless the command ends with `exit_code`."""
    runner = app.test_cli_runner()

    def _run(*arguments: str, exit_code: int = 0) -> Result:
        result = runner.invoke(args=list(arguments))
        assert result.exit_code == exit_code, result.output
        return result

    return _run


@pytest.fixture
def plant(run: Run) -> str:
    run("org", "add", "示例公司", "--name-en", "Example Co.", "--kind", "recycler", "--uscc", "91350100M000100Y43")
    return run(
        "site", "add", "示例厂", "--org", "Example Co.", "--kind", "recycling_plant", "--division", "520103"
    ).stdout.strip()


def test_an_account_is_made_with_a_drawn_password_that_signs_in(app: Flask, run: Run, plant: str) -> None:
    made = run("user", "add", "Li", "--role", "operator", "--org", "91350100M000100Y43", "--site", "示例厂").stdout
    name, role, password = made.strip().split("\t")
    assert (name, role) == ("li", "operator")
    with app.app_context():
        actor, _ = accounts.sign_in(db.session, name="li", password=password)
        assert actor.site_id == plant
    assert "li\toperator" in run("user", "list").stdout


def test_an_account_gets_a_new_password_and_is_ended(app: Flask, run: Run) -> None:
    run("user", "add", "boss", "--role", "administrator", "--password", "the first password")
    password = run("user", "password", "boss").stdout.strip()
    with app.app_context():
        assert accounts.sign_in(db.session, name="boss", password=password)
    run("user", "disable", "boss")
    with app.app_context(), pytest.raises(Exception, match="sign_in_failed"):
        accounts.sign_in(db.session, name="boss", password=password)


def test_a_refused_command_says_why_in_both_languages_and_leaves_nothing(run: Run) -> None:
    refused = run("user", "add", "li", "--role", "operator", exit_code=1)
    assert "organisation_needed: 请指明组织" in refused.stderr
    assert "An organisation is needed" in refused.stderr
    assert run("user", "list").stdout == ""


def test_a_key_is_printed_once_and_ends_at_once(app: Flask, run: Run, plant: str) -> None:
    secret = run("key", "add", "scale", "--role", "operator", "--org", "示例公司").stdout.strip()
    with app.app_context():
        assert keys.actor_of_key(db.session, key=secret).scopes == {"read", "capture"}
    assert secret not in run("key", "list").stdout
    run("key", "revoke", secret[3:11])
    with app.app_context(), pytest.raises(Exception, match="key_revoked"):
        keys.actor_of_key(db.session, key=secret)


def test_labels_are_printed_or_written(run: Run, plant: str, tmp_path: Path) -> None:
    printed = run("codes", "issue", "--site", plant, "--count", "30").stdout.split()
    assert len(set(printed)) == 30
    path = tmp_path / "roll.csv"
    run("codes", "issue", "--site", "示例厂", "--count", "20", "--csv", str(path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        written = [row["code"] for row in csv.DictReader(file)]
    assert len(set(written) - set(printed)) == 20


def test_a_licence_is_noted(run: Run, plant: str) -> None:
    run("licence", "add", "L1", "--site", plant, "--process", "hydrometallurgy", "--from", "2024-01-01")
    refused = run("licence", "add", "L2", "--site", plant, "--process", "alchemy", "--from", "2024-01-01", exit_code=1)
    assert "unknown_process" in refused.stderr


def test_the_schema_goes_down_and_up(run: Run) -> None:
    assert "at 0003" in run("db", "downgrade", "0003", "--yes").stdout
    assert f"at {NEWEST}, newest {NEWEST}" in run("db", "upgrade").stdout


def test_verify_says_nothing_is_wrong_and_then_names_the_gram_that_is(app: Flask, run: Run) -> None:
    with app.app_context():
        build(db.session).batch("point", "collect", stream="tyre", mass_g=5000)
        db.session.close()
    assert "no differences" in run("verify").stdout
    with app.app_context():
        _alter_behind_its_back("UPDATE postings SET amount = amount + 1 WHERE account = 'stock'")
    found = run("verify", exit_code=1).stdout
    assert "entry 1 line" in found
    assert "5001" in found


def _alter_behind_its_back(statement: str) -> None:
    """As somebody with the database's own rights would: without its triggers."""
    with db.engine.begin() as connection:
        if db.engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER tr_postings_no_update"))
        else:
            connection.execute(text("ALTER TABLE postings DISABLE TRIGGER USER"))
        connection.execute(text(statement))


def test_the_restore_drill_by_command(run: Run, engine: Engine, session: Session, tmp_path: Path) -> None:
    world = build(session)
    world.batch("point", "collect", stream="tyre", mass_g=1_000)
    session.rollback()
    copy = tmp_path / "copy"
    made = run("backup", str(copy)).stdout
    assert made.startswith(f"{copy}: 1 events, last ")
    assert "backup_target_not_empty" in run("restore", str(copy), exit_code=1).stderr
    assert "backup_exists" in run("backup", str(copy), exit_code=1).stderr
    if engine.dialect.name == "sqlite":
        settings = Settings(
            database_url=f"sqlite:///{tmp_path / 'empty.sqlite3'}", secret_key="k" * 40, limits=False, testing=True
        )
        other = create_app(settings)
        restored = other.test_cli_runner().invoke(args=["restore", str(copy)])
        assert restored.exit_code == 0, restored.output
        assert made.strip() in restored.stdout
        with other.app_context():
            db.engine.dispose()
