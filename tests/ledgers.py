"""Tiny readable worlds for tests: two or three organisations, their sites, and short words for events."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from registry.domain import events
from registry.domain.parties import Actor
from registry.services.capture import ItemResult, capture
from registry.store.base import writing
from registry.store.parties import IssuedCodeRow, LicenceRow, OrganisationRow, SiteRow

NOON = datetime(2025, 3, 10, 4, 0, tzinfo=UTC)
DETAILS: Mapping[str, type[Any]] = {code: row.details for code, row in events.KINDS.items()}


def an_id(name: str) -> str:
    """A repeatable id for a name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


@dataclass
class World:
    """A session with parties in it. Every event happens a minute after the one before."""

    session: Session
    minutes: int = 0
    actors: dict[str, Actor] = field(default_factory=dict)

    def site(self, name: str) -> str:
        """The id of an organisation's only site."""
        return an_id(f"site {name}")

    def tick(self) -> datetime:
        """The next minute."""
        self.minutes += 1
        return NOON + timedelta(minutes=self.minutes)

    def send(
        self,
        who: str,
        kind: str,
        *,
        id: str | None = None,  # noqa: A002  # the event's own word
        at: datetime | None = None,
        private: Mapping[str, str] | None = None,
        site: str | None = None,
        after: tuple[str, ...] = (),
        **facts: Any,
    ) -> ItemResult:
        """Capture one event in a transaction of its own, whatever comes of it."""
        moment = at or self.tick()
        command = events.Capture(
            id=id or str(uuid.uuid4()),
            kind=kind,
            site_id=site or self.site(who),
            occurred_at=moment,
            details=DETAILS[kind](**facts),
            private=private or {},
            after=after,
        )
        with writing(self.session):
            result = capture(self.session, actor=self.actors[who], command=command, now=moment)
            self.session.commit()
        return result

    def do(self, who: str, kind: str, **facts: Any) -> ItemResult:
        """Capture an event that must succeed."""
        result = self.send(who, kind, **facts)
        assert result.status == "created", f"{kind}: {result.status} {result.refusal}"
        return result

    def batch(self, who: str, kind: str, **facts: Any) -> str:
        """Do it and give the id of the one batch it made."""
        made = self.made(self.do(who, kind, **facts))
        assert len(made) == 1, made
        return made[0]

    def made(self, result: ItemResult) -> list[str]:
        """Ids of the batches an event made."""
        assert result.receipt is not None
        return [batch.batch_id for batch in result.receipt.batches if batch.role == "out"]


PARTIES = (
    ("point", "collection_company", "collector", "520102"),
    ("plant", "recycler", "operator", "520103"),
    ("second", "recycler", "operator", "520302"),
    ("lab", "inspector", "inspector", "520102"),
)


def build(session: Session) -> World:
    """A collection point, two plants with a licence for everything, a laboratory; three issued codes."""
    world = World(session)
    with writing(session):
        for name, kind, role, division in PARTIES:
            session.add(
                OrganisationRow(
                    id=an_id(name), name_zh=name, name_en=name, kind=kind, created_at_utc=NOON, illustrative=True
                )
            )
            session.flush()
            session.add(
                SiteRow(
                    id=world.site(name),
                    organisation_id=an_id(name),
                    name_zh=name,
                    name_en=name,
                    kind="recycling_plant" if role == "operator" else "collection_point",
                    division_code=division,
                    created_at_utc=NOON,
                )
            )
            session.flush()
            session.add(
                LicenceRow(
                    id=an_id(f"licence {name}"),
                    site_id=world.site(name),
                    number="L1",
                    process="*",
                    valid_from=datetime(2020, 1, 1, tzinfo=UTC).date(),
                )
            )
            world.actors[name] = Actor(id=an_id(f"user {name}"), role=role, organisation_id=an_id(name))
        session.commit()
    return world


def issue(session: Session, *codes: str) -> None:
    """Make codes pre-issued ones."""
    with writing(session):
        session.add_all(IssuedCodeRow(code=code) for code in codes)
        session.commit()
