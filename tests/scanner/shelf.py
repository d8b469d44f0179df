"""A shelf with a few marked things on it, for tests of what a scan names: rows laid by hand, no capture involved."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from registry.domain.parties import Actor
from registry.services.ids import fresh_id
from registry.store.batches import BatchCodeRow, BatchPlaceRow, BatchRow, ContainerRow
from registry.store.events import EventBatchRow, EventRow
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
    """A batch held by the party; `codes` maps scheme to value. Gives its id."""
    batch = fresh_id(NOW)
    event = EventRow(
        id=fresh_id(NOW),
        kind="collect",
        status="booked",
        actor_id=party.actor.id,
        organisation_id=party.organisation_id,
        site_id=party.site_id,
        occurred_at_utc=NOW,
        recorded_at_utc=NOW,
        body="{}",
        sha256="0" * 64,
        frozen="{}",
        findings="[]",
    )
    session.add(event)
    session.flush()
    session.add(BatchRow(id=batch, stream=stream, product="LFP", created_seq=event.seq))
    session.flush()
    session.add_all(
        [
            BatchPlaceRow(
                batch_id=batch,
                status=status,
                site_id=party.site_id,
                holder_id=party.organisation_id,
                mass_g=412_500,
                last_seq=event.seq,
            ),
            EventBatchRow(seq=event.seq, batch_id=batch, role="out", before="", after=json.dumps({})),
            *(
                BatchCodeRow(
                    batch_id=batch,
                    scheme=scheme,
                    value=value,
                    bound_seq=event.seq,
                    released_seq=event.seq if released else None,
                )
                for scheme, value in codes.items()
            ),
        ]
    )
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
