"""Pages as a person meets them: forms are read from the page and sent back with what was typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.app import create_app
from registry.config import Settings
from registry.extensions import db
from registry.services.accounts import create_user
from registry.store.base import open_engine, writing
from registry.store.events import EventRow
from tests.ledgers import PARTIES, World, an_id, build

PASSWORD = "a long enough password"
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])


class Page(HTMLParser):
    """What of a page tests look at: tags with their attributes, the fields of forms, the words."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not data.strip():
            return
        if self._open and self._open[-1] in ("script", "style"):
            self.inline.append(data)
        else:
            self.texts.append(data.strip())

    @property
    def words(self) -> str:
        return " ".join(self.texts)

    def value(self, name: str) -> str:
        """Of the first field of that name."""
        return next(found.get("value", "") for tag, found in self.tags if tag == "input" and found.get("name") == name)

    def links(self) -> list[str]:
        return [found["href"] for tag, found in self.tags if tag == "a" and "href" in found]

    def described(self, name: str) -> bool:
        """Whether the field is marked as wrong and points at the words that say so."""
        return any(
            found.get("name") == name
            and found.get("aria-invalid") == "true"
            and f"{name}-error" in found["aria-describedby"]
            for _, found in self.tags
        )


@dataclass
class Browser:
    """One person's browser."""

    client: Any
    language: str = "zh"

    def get(self, path: str) -> Page:
        answer = self.open(path)
        assert answer.status_code == 200, f"{path}: {answer.status}"
        return Page(answer.text)

    def open(self, path: str, **options: Any) -> TestResponse:
        answer: TestResponse = self.client.get(path, headers={"Accept": "text/html"}, **options)
        return answer

    def send(self, path: str, to: str | None = None, **typed: Any) -> TestResponse:
        """Open the form at `path`, fill it in, send it (to the same address unless told otherwise)."""
        page = self.get(path)
        return self.post(to or path.split("?", maxsplit=1)[0], {**hidden(page), **typed})

    def post(self, path: str, data: Mapping[str, Any]) -> TestResponse:
        answer: TestResponse = self.client.post(path, data=data, headers={"Accept": "text/html"})
        return answer


def hidden(page: Page) -> dict[str, str]:
    """The hidden fields of the last form on the page."""
    return {
        found["name"]: found.get("value", "")
        for tag, found in page.tags
        if tag == "input" and found.get("type") == "hidden" and found["name"] in ("csrf_token", "event_id", "shipment")
    }


@dataclass
class Town:
    """A world with people in it, one browser each."""

    app: Flask
    world: World
    url: str
    browsers: dict[str, Browser] = field(default_factory=dict)

    def browser(self, name: str) -> Browser:
        """Signed in through the page; `visitor` is not."""
        if name not in self.browsers:
            found = self.browsers[name] = Browser(self.app.test_client())
            if name != "visitor":
                self._enrol(name)
                assert found.send("/sign-in", name=name, password=PASSWORD).status_code == 303
        return self.browsers[name]

    def _enrol(self, name: str) -> None:
        with writing(self.world.session) as session:
            create_user(session, name=name, password=PASSWORD, now=datetime.now(UTC), **PEOPLE[name])  # type: ignore[arg-type]
            session.commit()

    def events(self) -> list[tuple[str, str]]:
        """Kind and status of everything captured, in order."""
        with Session(self.world.session.get_bind()) as fresh:
            return [(row.kind, row.status) for row in fresh.scalars(select(EventRow).order_by(EventRow.seq))]

    def count(self) -> int:
        with Session(self.world.session.get_bind()) as fresh:
            return fresh.scalar(select(func.count()).select_from(EventRow)) or 0


PEOPLE: Mapping[str, Mapping[str, str]] = {
    **{
        name: {"role": role, "organisation_id": an_id(name), "site_id": an_id(f"site {name}")}
        for name, _, role, _ in PARTIES
    },
    "maker": {"role": "producer", "organisation_id": an_id("second")},
    "regulator": {"role": "regulator", "division_code": "520000"},
    "administrator": {"role": "administrator"},
}


@contextmanager
def town(url: str) -> Iterator[Town]:
    """An application over a tiny world, with an account for each role."""
    app = create_app(Settings(database_url=url, secret_key="k" * 40, limits=False, testing=True))
    engine = open_engine(url)
    with Session(engine) as session:
        world = build(session)
        yield Town(app=app, world=world, url=url)
    with app.app_context():
        db.engine.dispose()
    engine.dispose()
