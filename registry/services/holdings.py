"""What a reader's batches add up to: counts and masses by stream and state, and the containers that carry them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services.sights import in_full
from registry.services.trace import Fate, fates
from registry.store import batch_queries
from registry.store.batches import BatchPlaceRow, BatchRow, ContainerRow
from registry.store.events import EventRow

OPEN = ("stock", "transit", "cascade", "reuse")
"""states in which somebody still answers for the mass"""
_OVERSEERS = frozenset({"regulator", "administrator"})


@dataclass(frozen=True, kw_only=True)
class Holding:
    """Batches of one stream in one state. A second life on its way counts as in transit."""

    stream: str
    status: str
    batches: int
    mass_g: int


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """A container of the organisation, and what is in it now."""

    id: str
    code: str | None
    batches: int
    mass_g: int


def holdings(session: Session, *, actor: Actor) -> Sequence[Holding]:
    """Open batches by stream and state: those the actor's organisation answers for; to who oversees, all it may see."""
    status = case((BatchPlaceRow.to_site_id.is_not(None), "transit"), else_=BatchPlaceRow.status)
    own = actor.organisation_id if actor.role not in _OVERSEERS else None
    condition = in_full(actor) if own is None else batch_queries.held_by(own)
    query = (
        select(BatchRow.stream, status.label("status"), func.count(), func.sum(BatchPlaceRow.mass_g))
        .join(BatchPlaceRow, BatchPlaceRow.batch_id == BatchRow.id)
        .where(BatchPlaceRow.status.in_(OPEN), condition)
        .group_by(BatchRow.stream, status)
        .order_by(BatchRow.stream, status)
    )
    return [
        Holding(stream=stream, status=state, batches=batches, mass_g=int(grams or 0))
        for stream, state, batches, grams in session.execute(query)
    ]


def containers(session: Session, *, actor: Actor) -> Sequence[Carrier]:
    """The organisation's containers, newest first."""
    query = (
        select(
            ContainerRow.id,
            func.count(BatchPlaceRow.batch_id),
            func.coalesce(func.sum(BatchPlaceRow.mass_g), 0),
        )
        .outerjoin(BatchPlaceRow, BatchPlaceRow.container_id == ContainerRow.id)
        .where(ContainerRow.organisation_id == (actor.organisation_id or ""))
        .group_by(ContainerRow.id, ContainerRow.created_at_utc)
        .order_by(ContainerRow.created_at_utc.desc(), ContainerRow.id)
    )
    rows = session.execute(query).all()
    codes = batch_queries.container_codes(session, {row[0] for row in rows})
    return [Carrier(id=row[0], code=codes.get(row[0]), batches=row[1], mass_g=int(row[2])) for row in rows]


def carried(session: Session, *, actor: Actor, container_id: str) -> tuple[Carrier, Sequence[str]]:
    """One container and the ids of what it carries. Refusal not_found where it is not the organisation's."""
    found = next((each for each in containers(session, actor=actor) if each.id == container_id), None)
    if found is None:
        raise Refusal("not_found", what="container")
    return found, batch_queries.contained(session, container_id)


@dataclass(frozen=True, kw_only=True)
class Product:
    """A batch of the actor's own product in whoever's hands: what it is, its maker's codes, what became of it."""

    id: str
    seq: int
    stream: str
    product: str | None
    codes: tuple[str, ...]
    fates: tuple[Fate, ...]


def products(
    session: Session, *, actor: Actor, after: tuple[int, str] | None = None, limit: int = 20
) -> Sequence[Product]:
    """Collected batches that the actor's organisation had put on the market, latest first; `after` is (seq, id) of
    the last one seen. What they were made into is in their fates.
    """
    query = (
        select(BatchRow)
        .join(EventRow, EventRow.seq == BatchRow.created_seq)
        .where(BatchRow.producer_id == (actor.organisation_id or ""), EventRow.kind == "collect")
    )
    if after is not None:
        seq, batch_id = after
        later = and_(BatchRow.created_seq == seq, BatchRow.id > batch_id)
        query = query.where(or_(BatchRow.created_seq < seq, later))
    rows = session.scalars(query.order_by(BatchRow.created_seq.desc(), BatchRow.id).limit(limit)).all()
    names = batch_queries.names_of(session, [row.id for row in rows])
    return [
        Product(
            id=row.id,
            seq=row.created_seq,
            stream=row.stream,
            product=row.product,
            codes=tuple(name.value for name in names.get(row.id, ()) if name.scheme != "registry"),
            fates=fates(session, batch_id=row.id),
        )
        for row in rows
    ]
