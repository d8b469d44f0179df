"""A plant that earns evidence, a producer and a regulator: short words for the tests of notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.domain.events import OutputLine, ProcessInput
from registry.domain.evidence import Balance, Pool
from registry.domain.parties import Actor
from registry.services import evidence
from registry.services.evidence_booking import Asked
from registry.services.evidence_pools import balance
from registry.store.base import writing
from registry.store.evidence import EvidenceNoteRow
from registry.store.parties import LicenceRow, OrganisationRow
from tests.ledgers import NOON, World, an_id, build

MARCH = "2025-03"
HOLDERS = (("maker", "producer", "producer"), ("other", "producer", "producer"), ("service", "pro", "pro"))


def trade(session: Session) -> World:
    """The tiny world with two producers, a PRO, and regulators of the province and of another prefecture."""
    world = build(session)
    with writing(session):
        for name, kind, role in HOLDERS:
            session.add(OrganisationRow(id=an_id(name), name_zh=name, name_en=name, kind=kind, created_at_utc=NOON))
            world.actors[name] = Actor(id=an_id(f"user {name}"), role=role, organisation_id=an_id(name))
        session.commit()
    world.actors["regulator"] = Actor(id=an_id("user regulator"), role="regulator", division_code="520000")
    world.actors["zunyi"] = Actor(id=an_id("user zunyi"), role="regulator", division_code="520300")
    world.actors["administrator"] = Actor(id=an_id("user administrator"), role="administrator")
    return world


def pool_of(world: World, who: str = "plant", **more: Any) -> Pool:
    """Recycled tyres of March at a plant, unless said otherwise."""
    return replace(Pool(site_id=world.site(who), stream="tyre", outcome="recycle", month=MARCH), **more)


def recycled(world: World, mass_g: int, *, who: str = "plant", loss_g: int = 0, **more: Any) -> str:
    """Tyres collected and turned to crumb; the id of the event that earns."""
    batch = world.batch(who, "collect", stream="tyre", mass_g=mass_g + loss_g, **more)
    done = world.do(
        who,
        "process",
        process="crumb",
        inputs=(ProcessInput(batch=batch),),
        outputs=(OutputLine(mass_g=mass_g, to="recycle"),),
    )
    return done.id


def left(world: World, pool: Pool | None = None) -> Balance:
    """The balance of a pool."""
    found = balance(world.session, pool or pool_of(world))
    world.session.rollback()
    return found


def drafted(world: World, mass_g: int, *, to: str = "maker", pool: Pool | None = None, **more: Any) -> str:
    """A draft of the plant; its id."""
    with writing(world.session) as session:
        asked = Asked(action="draft", to=an_id(to), mass_g=mass_g, **more)
        row = evidence.draft(session, actor=world.actors["plant"], pool=pool or pool_of(world), asked=asked, now=NOON)
        note_id = row.id
        session.commit()
    return note_id


def step(world: World, who: str, note_id: str, action: str, **more: Any) -> EvidenceNoteRow:
    """One action, committed; `to` by name."""
    if "to" in more:
        more["to"] = an_id(more["to"])
    with writing(world.session) as session:
        row = evidence.act(
            session, actor=world.actors[who], note_id=note_id, asked=Asked(action=action, **more), now=NOON
        )
        session.commit()
    return row


def accepted(world: World, mass_g: int, **more: Any) -> str:
    """A note all the way to its holder."""
    note_id = drafted(world, mass_g, **more)
    step(world, "plant", note_id, "submit")
    step(world, "plant", note_id, "authorise")
    step(world, more.get("to", "maker"), note_id, "accept")
    return note_id


def licence_ends(world: World, on: date, who: str = "plant") -> None:
    """The plant's licence ends on a day."""
    with writing(world.session) as session:
        row = session.get(LicenceRow, an_id(f"licence {who}"))
        assert row is not None
        row.valid_to = on
        session.commit()


OWED: Mapping[str, Any] = {"scheme": "guizhou-demo", "material": "tyre", "year": 2025}
NIGHT = datetime.fromisoformat("2025-03-31T23:59:00+08:00")
