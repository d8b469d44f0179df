"""What a batch is, where it is, how much it holds and where that came from, as far as the reader may see."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from registry.domain.identifiers import normalise
from registry.domain.ledger import MASS
from registry.domain.outcomes import OUTCOMES
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services.knowledge import known_contents
from registry.services.sights import FATE, FULL, Party, Whereabouts, parties, sight, whereabouts
from registry.services.trace import Fate, fates
from registry.store import batch_queries, ledger_queries
from registry.store.batches import BatchCodeRow, BatchPlaceRow, BatchRow

HOLDINGS = ("stock", "transit", *(f"outcome:{code}" for code in OUTCOMES))
"""accounts whose sums are what a batch holds, final outcomes included"""


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a text names. kind: batch · container · label (drawn, not bound to anything yet)."""

    kind: str
    id: str | None
    code: str | None
    live: bool = True
    """False: the name was given up since"""
    site_id: str | None = None
    """of a label: the site whose roll it is on"""
    stream: str | None = None
    status: str | None = None
    """of a batch, as of a place"""


@dataclass(frozen=True, kw_only=True)
class Name:
    """One code of a batch."""

    scheme: str
    value: str
    live: bool


@dataclass(frozen=True, kw_only=True)
class Container:
    """What carries the batch."""

    id: str
    code: str | None


@dataclass(frozen=True, kw_only=True)
class Content:
    """How much of one substance; basis: weighed · estimated · declared · measured · inherited."""

    substance: str
    amount: int
    basis: str

    @property
    def known(self) -> bool:
        """Whether somebody weighed, declared or measured it, rather than a table or a share."""
        return self.basis in ("weighed", "declared", "measured")


@dataclass(frozen=True, kw_only=True)
class OriginShare:
    """What a batch holds of one origin. kind: collected · addition · unknown · others (everything not the reader's)."""

    kind: str
    stream: str | None = None
    product: str | None = None
    producer: Party | None = None
    division_code: str | None = None
    month: str | None = None
    amounts: Mapping[str, int] = field(default_factory=dict)
    """substance → grams (Wh for energy)"""


@dataclass(frozen=True, kw_only=True)
class BatchView:
    """One batch as one reader sees it. With sight `fate` only the product's own codes and the fates are filled."""

    id: str
    sight: str
    stream: str
    product: str | None
    codes: tuple[Name, ...]
    status: str | None = None
    place: Whereabouts | None = None
    to: Whereabouts | None = None
    """where it travels to; None: it does not travel"""
    holder: Party | None = None
    producer: Party | None = None
    container: Container | None = None
    mass_g: int | None = None
    contents: tuple[Content, ...] = ()
    origins: tuple[OriginShare, ...] = ()
    fates: tuple[Fate, ...] = ()
    last_seq: int | None = None

    @property
    def code(self) -> str | None:
        """The registry code it carries, or carried."""
        return next((name.value for name in self.codes if name.scheme == "registry"), None)

    @property
    def travelling(self) -> bool:
        """Sent and not yet received."""
        return self.to is not None


def find(session: Session, *, text_or_id: str) -> Named | None:
    """What a text names: a batch id, or any code as typed or scanned. A live name wins over one given up.

    Says that a thing exists, nothing about it: whether the reader may see more is asked of `batch_view`.
    """
    text = text_or_id.strip()
    if _is_uuid(text):
        known = batch_queries.batch(session, text.lower())
        if known is not None:
            row, place = known
            return Named(kind="batch", id=row.id, code=None, stream=row.stream, status=place.status)
        carrier = batch_queries.container(session, text.lower())
        return None if carrier is None else Named(kind="container", id=carrier.id, code=None)
    code = normalise(text)
    found = batch_queries.named(session, typed=text, normalised=code)
    if found is not None:
        kind, named_id = ("batch", found.batch_id) if found.batch_id else ("container", found.container_id)
        return Named(
            kind=kind,
            id=named_id,
            code=found.value,
            live=found.released_seq is None,
            stream=found.stream,
            status=found.status,
        )
    label = batch_queries.issued(session, code)
    return None if label is None else Named(kind="label", id=None, code=label[0], site_id=label[1])


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return len(text) == 36


def batch_view(session: Session, *, actor: Actor, batch_id: str) -> BatchView:
    """The batch as the actor sees it. Refusal `not_found` where it does not exist or is not the actor's to see."""
    level = sight(session, actor=actor, batch_id=batch_id)
    found = batch_queries.batch(session, batch_id)
    if level is None or found is None:
        raise Refusal("not_found", what="batch")
    row, place = found
    names = [_name(each) for each in batch_queries.names_of(session, [batch_id]).get(batch_id, [])]
    if level == FATE:
        return BatchView(
            id=row.id,
            sight=FATE,
            stream=row.stream,
            product=row.product,
            codes=tuple(name for name in names if name.scheme != "registry"),
            fates=fates(session, batch_id=batch_id),
        )
    return _full_view(session, actor, row, place, names)


def _full_view(session: Session, actor: Actor, row: BatchRow, place: BatchPlaceRow, names: Sequence[Name]) -> BatchView:
    sites = whereabouts(session, [place.site_id, place.to_site_id])
    known = parties(session, [row.producer_id, place.holder_id])
    return BatchView(
        id=row.id,
        sight=FULL,
        stream=row.stream,
        product=row.product,
        codes=tuple(sorted(names, key=lambda name: (name.scheme != "registry", not name.live))),
        status=place.status,
        place=sites[place.site_id],
        to=sites[place.to_site_id] if place.to_site_id else None,
        holder=known[place.holder_id],
        producer=known.get(row.producer_id or ""),
        container=_container(session, place.container_id),
        mass_g=place.mass_g,
        contents=contents(session, batch_id=row.id),
        origins=origins(session, actor=actor, batch_id=row.id),
        last_seq=place.last_seq,
    )


def _name(row: BatchCodeRow) -> Name:
    return Name(scheme=row.scheme, value=row.value, live=row.released_seq is None)


def _container(session: Session, container_id: str | None) -> Container | None:
    if container_id is None:
        return None
    return Container(id=container_id, code=batch_queries.container_codes(session, [container_id]).get(container_id))


def contents(session: Session, *, batch_id: str) -> tuple[Content, ...]:
    """What the batch holds now, mass first. Unknown is not zero: a substance never declared is absent."""
    sums: dict[str, int] = {}
    for balance in ledger_queries.of_batches(session, [batch_id]):
        if balance.account in HOLDINGS:
            sums[balance.substance] = sums.get(balance.substance, 0) + balance.amount
    basis = known_contents(session, batch_id=batch_id)
    return tuple(
        Content(substance=name, amount=sums[name], basis=basis.get(name, "inherited"))
        for name in sorted(sums, key=lambda name: (name != MASS, name))
        if sums[name]
    )


def origins(session: Session, *, actor: Actor, batch_id: str) -> tuple[OriginShare, ...]:
    """Where what the batch holds came from; the shares sum to its contents, substance by substance.

    The reader's own origins are those of its products, those it collected into, and those that name no producer;
    all others are one row `others`. A regulator and the administrator see every row. The caller has checked that
    the actor sees the batch in full.
    """
    rows = ledger_queries.origins_of(session, batch_id, accounts=HOLDINGS)
    hidden = _hidden_origins(session, actor, rows)
    producers = parties(session, {row.origin.producer_id for row in rows if row.origin.id not in hidden})
    shares: dict[str, OriginShare] = {}
    amounts: dict[str, dict[str, int]] = {}
    for row in rows:
        key = "others" if row.origin.id in hidden else row.origin.key
        shares.setdefault(key, OriginShare(kind="others") if key == "others" else _share(row, producers))
        held = amounts.setdefault(key, {})
        held[row.substance] = held.get(row.substance, 0) + row.amount
    ordered = sorted(shares, key=lambda key: (key == "others", -amounts[key].get(MASS, 0), key))
    return tuple(_with(shares[key], amounts[key]) for key in ordered)


def _hidden_origins(session: Session, actor: Actor, rows: Sequence[ledger_queries.OriginBalance]) -> set[int]:
    if actor.role in ("regulator", "administrator") or actor.organisation_id is None:
        return set()
    foreign = {row.origin.id for row in rows if row.origin.producer_id not in (None, actor.organisation_id)}
    return foreign - ledger_queries.collected_by(session, actor.organisation_id, foreign)


def _share(row: ledger_queries.OriginBalance, producers: Mapping[str, Party]) -> OriginShare:
    origin = row.origin
    return OriginShare(
        kind=origin.kind,
        stream=origin.stream,
        product=origin.product,
        producer=producers.get(origin.producer_id or ""),
        division_code=origin.division_code,
        month=origin.month,
    )


def _with(share: OriginShare, amounts: Mapping[str, int]) -> OriginShare:
    return OriginShare(
        kind=share.kind,
        stream=share.stream,
        product=share.product,
        producer=share.producer,
        division_code=share.division_code,
        month=share.month,
        amounts=dict(sorted(amounts.items(), key=lambda item: (item[0] != MASS, item[0]))),
    )
