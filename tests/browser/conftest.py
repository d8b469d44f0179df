"""A small province, served: a collection point, a plant and a regulator who can sign in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from registry.services import accounts
from registry.store.base import open_engine, writing
from registry.store.parties import SiteRow
from tests.ledgers import an_id, build
from tests.serving import chromium, served

PASSWORD = "a long enough pass phrase"
PEOPLE = (("point", "collector", "point"), ("plant", "operator", "plant"), ("province", "regulator", None))


@pytest.fixture(scope="module")
def province(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of its database."""
    path = tmp_path_factory.mktemp("province") / "huiliu.sqlite3"
    shutil.copyfile(sqlite_template, path)
    url = f"sqlite:///{path}"
    engine = open_engine(url)
    with Session(engine) as session:
        world = build(session)
        with writing(session):
            for name, role, organisation in PEOPLE:
                accounts.create_user(
                    session,
                    name=name,
                    password=PASSWORD,
                    role=role,
                    now=datetime.now(UTC),
                    organisation_id=an_id(organisation) if organisation else None,
                    site_id=world.site(organisation) if organisation else None,
                    division_code=None if organisation else "520000",
                )
            for site in session.query(SiteRow):
                site.streams = "power_battery tyre"
            session.commit()
    engine.dispose()
    return url


@pytest.fixture(scope="module")
def origin(province: str) -> Iterator[str]:
    with served(province) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened
