"""A running registry with a few marked things of two parties, and clients that stand at its door."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.app import create_app
from registry.config import Settings
from registry.domain.identifiers import draw_code
from registry.services import accounts
from registry.store.base import open_engine
from tests.scanner.shelf import NOW, Party, a_batch, a_container, a_label, a_party

PASSWORD = "a long enough password"
PUBLIC_URL = "https://huiliu.example"


@dataclass(frozen=True, kw_only=True)
class World:
    """What stands on the shelf. `mine` and the rest are registry codes; `li` works for the holder, `wu` elsewhere."""

    mine: str
    cage: str
    roll: str
    never: str
    wrong: str
    batch_id: str
    holder: Party


def lay(session: Session) -> World:
    """Two parties, one batch, one container, one label, and a collector at each of them."""
    holder, other = a_party(session, name="甲"), a_party(session, name="乙")
    mine, cage, roll, never = (draw_code() for _ in range(4))
    batch_id = a_batch(session, holder, codes={"registry": mine})
    a_container(session, holder, code=cage)
    a_label(session, holder, code=roll)
    for name, party in (("li", holder), ("wu", other)):
        accounts.create_user(
            session,
            name=name,
            password=PASSWORD,
            role="collector",
            now=NOW,
            organisation_id=party.organisation_id,
            site_id=party.site_id,
        )
    wrong = mine[:-1] + next(each for each in "23456789" if each != mine[-1])
    return World(mine=mine, cage=cage, roll=roll, never=never, wrong=wrong, batch_id=batch_id, holder=holder)


@pytest.fixture(scope="session")
def laid(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """The shelf, laid once (its passwords take their time); every test gets a copy of the file."""
    path = tmp_path_factory.mktemp("scanner") / "laid.sqlite3"
    shutil.copyfile(sqlite_template, path)
    engine = open_engine(f"sqlite:///{path}")
    with Session(engine) as session:
        found = lay(session)
        session.commit()
    engine.dispose()
    return path, found


@pytest.fixture
def world(laid: tuple[Path, World]) -> World:
    return laid[1]


@pytest.fixture
def world_url(laid: tuple[Path, World], tmp_path: Path) -> str:
    """Address of a fresh SQLite file with the shelf on it."""
    path = tmp_path / "world.sqlite3"
    shutil.copyfile(laid[0], path)
    return f"sqlite:///{path}"


@pytest.fixture
def app(world_url: str) -> Flask:
    return create_app(
        Settings(database_url=world_url, secret_key="k" * 32, public_url=PUBLIC_URL, limits=False, testing=True)
    )


@pytest.fixture
def nobody(app: Flask) -> FlaskClient:
    return app.test_client()


def signed_in(app: Flask, name: str) -> FlaskClient:
    """A browser in which this person has signed in, by the form."""
    client = app.test_client()
    answer = client.post(
        "/sign-in",
        data={"name": name, "password": PASSWORD, "csrf_token": csrf_of(client, "/sign-in")},
        headers={"Referer": "http://localhost/sign-in"},
    )
    assert answer.status_code == 303, answer.text
    return client


def csrf_of(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


@pytest.fixture
def li(app: Flask) -> FlaskClient:
    """A collector of the holder."""
    return signed_in(app, "li")


@pytest.fixture
def wu(app: Flask) -> FlaskClient:
    """A collector of another party."""
    return signed_in(app, "wu")


def assert_problem(answer: TestResponse, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    body = answer.get_json()
    assert (body["code"], body["status"]) == (code, status)
    assert body["title"]
    assert body["detail"]
