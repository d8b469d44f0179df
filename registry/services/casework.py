"""Putting an event's case together: who, where, which batches; the frozen part lets `verify` do it again."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from registry.domain import contents, divisions
from registry.domain.case import Case, SiteFacts
from registry.domain.event_bodies import references
from registry.domain.events import Capture, Collect, Dispatch, Load, Process, Retire, Stocktake, Unload, kind
from registry.domain.ledger import BatchState
from registry.domain.parties import Actor
from registry.domain.periods import month_of
from registry.domain.refusals import Refusal
from registry.domain.substances import ENERGY
from registry.services.references import Resolved, Waiting, container_of, resolve
from registry.store import states

AHEAD = timedelta(minutes=10)
"""a device's clock may be this far ahead; DOMAIN §4"""
_PRODUCT = re.compile(r"[\w.+\-/ ]{1,64}\Z")


@dataclass(kw_only=True)
class Frozen:
    """What the server decided with: kept in the event, so that new tables or moved codes change nothing later."""

    role: str
    month: str
    refs: dict[str, str] = field(default_factory=dict)
    containers: dict[str, str] = field(default_factory=dict)
    carried: dict[str, list[str]] = field(default_factory=dict)
    contents: dict[str, int] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    """batch id → registry code"""
    new_container: str | None = None
    due: str = ""
    """until when it had to be recorded, as `domain.tallies` writes it; empty: captured before this was kept"""

    def to_json(self) -> dict[str, Any]:
        """Without what is empty."""
        return {name: value for name, value in vars(self).items() if value}


def may(actor: Actor, command: Capture, now: datetime) -> None:
    """Whether the actor may say this, now.

    Refusals: unknown_event_kind, schema_invalid, role_may_not, date_in_future.
    """
    row = kind(command.kind)
    if not isinstance(command.details, row.details):
        raise Refusal("schema_invalid", path="details")
    if actor.organisation_id is None or not actor.may(f"event.{command.kind}"):
        raise Refusal("role_may_not", role=actor.role, kind=command.kind)
    if command.occurred_at.tzinfo is None:
        raise Refusal("schema_invalid", path="occurred_at")
    if command.occurred_at > now + AHEAD:
        raise Refusal("date_in_future", occurred_at=command.occurred_at.isoformat(), now=now.isoformat())


def acting_site(session: Session, actor: Actor, site_id: str) -> SiteFacts:
    """The site the actor stands on. Refusals: unknown_site, not_your_site, site_closed."""
    found = states.sites(session, {site_id}).get(site_id)
    if found is None:
        raise Refusal("unknown_site", site=site_id)
    site, closed = found
    if site.organisation_id != actor.organisation_id:
        raise Refusal("not_your_site", site=site_id)
    if closed:
        raise Refusal("site_closed", site=site_id)
    return site


def assemble(session: Session, actor: Actor, command: Capture, site: SiteFacts) -> tuple[Case, Frozen]:
    """The case of one event, its batches locked. Refusals and Waiting as `references.resolve` and the checks below."""
    details = command.details
    frozen = Frozen(role=actor.role, month=month_of(command.occurred_at))
    _check_words(session, details)
    found = resolve(session, references(details))
    if isinstance(details, Load | Unload):
        found = _with_container(session, details, found, frozen)
    elif found.containers and command.kind not in ("dispatch", "receive"):
        raise Refusal("not_a_batch", batch=next(iter(found.containers)))
    frozen.refs, frozen.containers = dict(found.batches), dict(found.containers)
    frozen.carried = {ref: found.carried[container_id] for ref, container_id in found.containers.items()}
    if isinstance(details, Collect):
        frozen.contents = contents_of(details)
    wanted = {*found.batches.values(), *(b for ids in frozen.carried.values() for b in ids)}
    loaded = states.load(session, wanted)
    for ref, batch_id in found.batches.items():
        if batch_id not in loaded:
            raise Waiting("unknown_batch", batch=ref)
    case = case_of(
        command,
        organisation_id=actor.organisation_id or "",
        site=site,
        frozen=frozen,
        loaded=loaded,
        sites=_sites(session, details, loaded),
    )
    return case, frozen


def case_of(
    command: Capture,
    *,
    organisation_id: str,
    site: SiteFacts,
    frozen: Frozen,
    loaded: Mapping[str, BatchState],
    sites: Mapping[str, SiteFacts],
) -> Case:
    """The pure case from what was frozen; the same for capture and for `verify`."""
    return Case(
        event_id=command.id,
        organisation_id=organisation_id,
        role=frozen.role,
        site=site,
        month=frozen.month,
        batches={ref: loaded[batch_id] for ref, batch_id in frozen.refs.items()},
        contained={
            ref: tuple(loaded[batch_id] for batch_id in frozen.carried.get(ref, [])) for ref in frozen.containers
        },
        container_ids=dict(frozen.containers),
        sites=sites,
        contents=frozen.contents,
    )


def _with_container(session: Session, details: Load | Unload, found: Resolved, frozen: Frozen) -> Resolved:
    """The container itself, made now when its code is still unbound."""
    if found.containers:
        raise Refusal("not_a_batch", batch=next(iter(found.containers)))
    container_id = container_of(session, details.container)
    if container_id is None:
        if isinstance(details, Unload):
            raise Waiting("unknown_batch", batch=details.container)
        container_id = str(uuid.uuid4())
        frozen.new_container = container_id
    return Resolved(
        batches=found.batches,
        containers={details.container: container_id},
        carried=states.carried(session, [container_id]),
    )


def _sites(session: Session, details: object, loaded: Mapping[str, BatchState]) -> dict[str, SiteFacts]:
    wanted = {state.place.to_site_id for state in loaded.values() if state.place.to_site_id}
    if isinstance(details, Dispatch):
        wanted.add(details.to_site)
    if not wanted:
        return {}
    found = states.sites(session, wanted)
    if isinstance(details, Dispatch):
        if details.to_site not in found:
            raise Refusal("unknown_site", site=details.to_site)
        if found[details.to_site][1]:
            raise Refusal("site_closed", site=details.to_site)
    return {site_id: facts for site_id, (facts, _) in found.items()}


def _check_words(session: Session, details: object) -> None:
    """Free words that end in keys: products, the producer, the county."""
    if isinstance(details, Collect):
        if details.producer is not None and not states.organisation_exists(session, details.producer):
            raise Refusal("unknown_producer", producer=details.producer)
        if details.division is not None:
            divisions.division(details.division)
    products = [getattr(details, "product", None)]
    if isinstance(details, Process):
        products = [line.product for line in details.outputs]
    for product in products:
        if product is not None and not _PRODUCT.match(product):
            raise Refusal("schema_invalid", path="product")
    for name in ("mass_g", "weighed_g"):
        value = getattr(details, name, None)
        if value is not None and value < 0 and not isinstance(details, Retire | Stocktake):
            raise Refusal("mass_negative", mass_g=value)


def contents_of(details: Collect) -> dict[str, int]:
    """Contents of a collect: by capacity and chemistry where the table knows it, else as declared; energy in Wh.

    What was declared wins over the table, element by element. DOMAIN §4.
    """
    found: dict[str, int] = {}
    if details.capacity_wh is not None:
        if details.capacity_wh < 0:
            raise Refusal("mass_negative", substance=ENERGY)
        if details.product is not None:
            found |= contents.contents_g(details.product, capacity_wh=details.capacity_wh)
        found[ENERGY] = details.capacity_wh
    found |= dict(details.contents_g or {})
    return dict(sorted(found.items()))
