"""A small province, served: a collection point, a plant and a regulator who can sign in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.services import accounts, codes
from registry.store.base import open_engine, writing
from registry.store.batches import BatchCodeRow
from registry.store.events import EventRow
from registry.store.parties import SiteRow
from tests.ledgers import an_id, build
from tests.serving import CHROMIUM, QUIET, served

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
def launch() -> Iterator[Callable[..., Browser]]:
    with sync_playwright() as playwright:
        opened: list[Browser] = []

        def start(*arguments: str) -> Browser:
            opened.append(playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *arguments]))
            return opened[-1]

        yield start
        for browser in opened:
            browser.close()


@pytest.fixture(scope="module")
def browser(launch: Callable[..., Browser]) -> Browser:
    """A browser without a camera; its tabs may be killed."""
    return launch()


@pytest.fixture(scope="module")
def draw(province: str) -> Iterator[Callable[[int], tuple[str, ...]]]:
    """Draws labels of the collection point that nobody has used."""
    engine = open_engine(province)

    def some(count: int) -> tuple[str, ...]:
        with Session(engine) as session, writing(session):
            site = an_id("site point")
            _, drawn = codes.issue(session, site_id=site, count=count, actor_id="test", now=datetime.now(UTC))
            session.commit()
        return drawn

    yield some
    engine.dispose()


@pytest.fixture
def registered(province: str) -> Iterator[Callable[[tuple[str, ...]], int]]:
    """How many collections the ledger holds for these codes: each may stand there once."""
    engine = open_engine(province)

    def count(of: tuple[str, ...]) -> int:
        with Session(engine) as session:
            return session.scalar(select(func.count()).where(BatchCodeRow.value.in_(of))) or 0

    yield count
    engine.dispose()


@pytest.fixture
def events(province: str) -> Iterator[Callable[[], int]]:
    engine = open_engine(province)

    def count() -> int:
        with Session(engine) as session:
            return session.scalar(select(func.count()).select_from(EventRow)) or 0

    yield count
    engine.dispose()
