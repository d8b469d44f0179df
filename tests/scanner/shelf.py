"""A shelf with a few marked things on it, for tests of what a scan names."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.events import Capture, CodeRef, Collect
from registry.domain.parties import Actor
from registry.services.capture import capture
from registry.services.ids import fresh_id
from registry.store.batches import BatchCodeRow, BatchPlaceRow, ContainerRow
from registry.store.parties import CodeRollRow, IssuedCodeRow, OrganisationRow, SiteRow

NOW = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Party:
    """An organisation with one site and a collector who works there."""

    organisation_id: str
    site_id: str
    actor: Actor


def a_party(session: Session, *, name: str = "甲") -> Party:
    organisation, site, user = fresh_id(NOW), fresh_id(NOW), fresh_id(NOW)
    session.add(
        OrganisationRow(id=organisation, name_zh=name, name_en=name, kind="collection_company", created_at_utc=NOW)
    )
    session.flush()
    session.add(
        SiteRow(
            id=site,
            organisation_id=organisation,
            name_zh=f"{name}站",
            name_en=f"{name} site",
            kind="collection_point",
            division_code="520102",
            created_at_utc=NOW,
        )
    )
    session.flush()
    return Party(
        organisation_id=organisation,
        site_id=site,
        actor=Actor(id=user, role="collector", organisation_id=organisation, site_id=site),
    )


def a_batch(
    session: Session,
    party: Party,
    *,
    codes: dict[str, str],
    status: str = "stock",
    stream: str = "power_battery",
    released: bool = False,
) -> str:
    """412.5 kg collected by the party; `codes` maps scheme to value. Gives the id.

    Another status than stock is laid over the place by hand: how it comes about is capture's own test.
    """
    registry = codes["registry"]
    a_label(session, party, code=registry)
    details = Collect(
        stream=stream,
        product="LFP" if stream == "power_battery" else None,
        mass_g=412_500,
        code=registry,
        codes=tuple(CodeRef(scheme=scheme, value=value) for scheme, value in codes.items() if scheme != "registry"),
    )
    command = Capture(id=fresh_id(NOW), kind="collect", site_id=party.site_id, occurred_at=NOW, details=details)
    result = capture(session, actor=party.actor, command=command, now=NOW)
    assert result.receipt is not None, result.refusal
    batch = result.receipt.batches[0].batch_id
    place = session.get_one(BatchPlaceRow, batch)
    place.status = status
    if released:
        row = session.scalars(select(BatchCodeRow).where(BatchCodeRow.value == registry)).one()
        row.released_seq = place.last_seq
    session.flush()
    return batch


def a_container(session: Session, party: Party, *, code: str) -> str:
    container = fresh_id(NOW)
    session.add(ContainerRow(id=container, organisation_id=party.organisation_id, created_at_utc=NOW))
    session.flush()
    session.add(BatchCodeRow(container_id=container, scheme="registry", value=code, bound_seq=1))
    session.flush()
    return container


def a_label(session: Session, party: Party, *, code: str) -> None:
    """A pre-issued code on a roll of the party's site."""
    roll = fresh_id(NOW)
    session.add(CodeRollRow(id=roll, site_id=party.site_id, issued_by=party.actor.id, issued_at_utc=NOW, count=1))
    session.flush()
    session.add(IssuedCodeRow(code=code, roll_id=roll))
    session.flush()
