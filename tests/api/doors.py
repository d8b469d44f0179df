"""The API as its callers meet it: one application over a tiny world, a key for each party."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.app import create_app
from registry.config import Settings
from registry.domain.parties import Actor
from registry.extensions import db
from registry.services.keys import issue_key
from registry.store import Base
from registry.store.base import open_engine, writing
from tests.ledgers import PARTIES, World, an_id, build

SCOPES = ("read", "capture", "report", "admin")
AT = "2025-03-10T12:00:00+08:00"


class Doors:
    """`post("point", …)` speaks with the key of that party; None speaks for nobody."""

    def __init__(self, world: World, client: Any, url: str) -> None:
        self.world = world
        self.url = url
        self._client = client
        self._keys: dict[str, str] = {}

    def hold_key(self, name: str, *, role: str, organisation: str | None = None, division: str | None = None) -> None:
        """A key for the name, and the actor it acts as for the world."""
        with writing(self.world.session) as session:
            key, secret = issue_key(
                session,
                name=name,
                role=role,
                scopes=SCOPES,
                now=datetime.now(UTC),
                organisation_id=organisation,
                division_code=division,
            )
            session.commit()
        self._keys[name] = secret
        self.world.actors[name] = Actor(
            id=key.id, role=role, kind="key", organisation_id=organisation, division_code=division
        )

    def get(self, who: str | None, path: str, **query: Any) -> TestResponse:
        return self._open("GET", who, path, query_string=query)

    def post(self, who: str | None, path: str, body: Any) -> TestResponse:
        return self._open("POST", who, path, json=body)

    def post_text(self, who: str | None, path: str, text: str | bytes) -> TestResponse:
        return self._open("POST", who, path, data=text, content_type="application/json")

    def delete(self, who: str | None, path: str, **query: Any) -> TestResponse:
        return self._open("DELETE", who, path, query_string=query)

    def _open(self, method: str, who: str | None, path: str, **options: Any) -> TestResponse:
        headers = {"Accept-Language": "zh"}
        if who is not None:
            headers["Authorization"] = f"Bearer {self._keys[who]}"
        answer: TestResponse = self._client.open(f"/api/v1{path}", method=method, headers=headers, **options)
        return answer

    def counts(self) -> Mapping[str, int]:
        """Rows per table, but for the audit of refusals, which keeps attempts on purpose."""
        with Session(self.world.session.get_bind()) as fresh:
            return {
                name: fresh.scalar(select(func.count()).select_from(table)) or 0
                for name, table in Base.metadata.tables.items()
                if name != "refusals"
            }

    def event(self, kind: str = "collect", *, site: str = "point", **details: Any) -> dict[str, Any]:
        """A whole event; without details, a tyre batch of 10 kg."""
        return {
            "id": str(uuid.uuid4()),
            "kind": kind,
            "site": self.world.site(site),
            "occurred_at": AT,
            "details": details or {"stream": "tyre", "mass_kg": "10"},
        }


@contextmanager
def opened(url: str) -> Iterator[Doors]:
    """An application and a world over the database at `url`."""
    app = create_app(Settings(database_url=url, secret_key="k" * 40, limits=False, testing=True))
    engine = open_engine(url)
    with Session(engine) as session:
        doors = Doors(build(session), app.test_client(), url)
        for name, _, role, _ in PARTIES:
            doors.hold_key(name, role=role, organisation=an_id(name))
        doors.hold_key("regulator", role="regulator", division="520000")
        doors.hold_key("administrator", role="administrator")
        yield doors
    with app.app_context():
        db.engine.dispose()
    engine.dispose()
