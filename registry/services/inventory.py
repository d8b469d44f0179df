"""Lists of batches: mine, on their way to me, on their way from me. Latest touched first, by keyset pages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from unicodedata import normalize

from sqlalchemy import ColumnElement, false, true
from sqlalchemy.orm import Session

from registry.domain.identifiers import normalise
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services.sights import Whereabouts, in_full, whereabouts
from registry.store import batch_queries, event_queries
from registry.store.batch_queries import Held
from registry.store.batches import BatchCodeRow

PAGE = 50
PAGE_MOST = 200
UNDERWAY_MOST = 1000
"""batches looked at for the page of incoming shipments; the API pages through all of them"""

SEQ_DIGITS_MOST = 18

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """One page of a list; `next_key` is where the following one starts, None at the end."""

    items: tuple[T, ...]
    next_key: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class BatchLine:
    """One batch in a list, to a reader who sees it in full."""

    id: str
    code: str | None
    stream: str
    product: str | None
    status: str
    mass_g: int
    place: Whereabouts
    to: Whereabouts | None
    container_id: str | None
    container_code: str | None
    holder_id: str
    last_seq: int


@dataclass(frozen=True, kw_only=True)
class Load:
    """What travels together in one container, or loose (then `container_id` is None)."""

    container_id: str | None
    container_code: str | None
    batches: tuple[BatchLine, ...]

    @property
    def mass_g(self) -> int:
        """Sent mass of the load."""
        return sum(line.mass_g for line in self.batches)


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """What one event sent on its way. `returned`: a refused part that travels back to its sender."""

    event_id: str
    kind: str
    occurred_at: datetime
    sender: Whereabouts
    receiver: Whereabouts
    loads: tuple[Load, ...]

    @property
    def returned(self) -> bool:
        """Sent back by a receiver rather than dispatched."""
        return self.kind != "dispatch"

    @property
    def mass_g(self) -> int:
        """Sent mass of the shipment."""
        return sum(load.mass_g for load in self.loads)


def my_batches(
    session: Session,
    *,
    actor: Actor,
    status: str | None = None,
    stream: str | None = None,
    site_id: str | None = None,
    text: str | None = None,
    scope: str = "holding",
    after: tuple[str, ...] | None = None,
    limit: int = PAGE,
) -> Page[BatchLine]:
    """Batches the actor sees in full. scope: holding (its organisation answers for them now) · all · incoming ·
    outgoing; who has no organisation (a regulator) has every scope but `holding`, which is `all` to it.

    `text` is the beginning of a code, or a product. Refusal schema_invalid (scope), cursor_malformed.
    """
    if scope not in SCOPES:
        raise Refusal("schema_invalid", path="scope", allowed=list(SCOPES))
    conditions = [in_full(actor), _scope(actor, scope)] if scope != "all" else [in_full(actor)]
    conditions += batch_queries.having(status=status, stream=stream, site_id=site_id)
    if text and normalise(text):
        product = normalize("NFKC", text).strip()
        conditions.append(batch_queries.spelled(code=normalise(text), product=product))
    size = min(max(limit, 1), PAGE_MOST)
    rows = batch_queries.page(session, conditions=conditions, after=_key(after), limit=size + 1)
    lines = _lines(session, rows[:size])
    more = len(rows) > size
    return Page(items=lines, next_key=(str(lines[-1].last_seq), lines[-1].id) if more else None)


SCOPES = ("holding", "all", "incoming", "outgoing")


def _scope(actor: Actor, scope: str) -> ColumnElement[bool]:
    if actor.organisation_id is None:
        return true() if scope == "holding" else false()
    by_scope = {
        "holding": batch_queries.held_by,
        "incoming": batch_queries.to_organisation,
        "outgoing": batch_queries.from_organisation,
    }
    return by_scope[scope](actor.organisation_id)


def _key(after: tuple[str, ...] | None) -> tuple[int, str] | None:
    if after is None:
        return None
    if len(after) != 2:
        raise Refusal("cursor_malformed")
    return place_of(after[0]), after[1]


def place_of(text: str) -> int:
    """A place in the ledger out of a page's key. Refusal cursor_malformed, also for what no database could hold."""
    if not text.isascii() or not text.isdecimal() or len(text) > SEQ_DIGITS_MOST:
        raise Refusal("cursor_malformed")
    return int(text)


def incoming(session: Session, *, actor: Actor) -> tuple[Shipment, ...]:
    """What is on its way to the actor's sites, by the event that sent it and by container, latest first."""
    if actor.organisation_id is None:
        return ()
    return _shipments(session, batch_queries.to_organisation(actor.organisation_id))


def outgoing(session: Session, *, actor: Actor) -> tuple[Shipment, ...]:
    """What is on its way from the actor's organisation, in the same shape."""
    if actor.organisation_id is None:
        return ()
    return _shipments(session, batch_queries.from_organisation(actor.organisation_id))


def _shipments(session: Session, condition: ColumnElement[bool]) -> tuple[Shipment, ...]:
    rows = batch_queries.page(session, conditions=[condition], after=None, limit=UNDERWAY_MOST)
    lines = _lines(session, rows)
    events = event_queries.by_seq(session, {line.last_seq for line in lines})
    grouped: dict[tuple[int, str, str], list[BatchLine]] = {}
    for line in lines:
        if line.to is not None:
            grouped.setdefault((line.last_seq, line.place.site_id, line.to.site_id), []).append(line)
    return tuple(
        Shipment(
            event_id=events[seq].id,
            kind=events[seq].kind,
            occurred_at=events[seq].occurred_at_utc,
            sender=together[0].place,
            receiver=together[0].to or together[0].place,
            loads=_loads(together),
        )
        for (seq, _, _), together in grouped.items()
    )


def _loads(lines: Sequence[BatchLine]) -> tuple[Load, ...]:
    carried: dict[str | None, list[BatchLine]] = {}
    for line in lines:
        carried.setdefault(line.container_id, []).append(line)
    return tuple(
        Load(container_id=container_id, container_code=inside[0].container_code, batches=tuple(inside))
        for container_id, inside in sorted(carried.items(), key=lambda item: item[0] or "")
    )


def _lines(session: Session, rows: Sequence[Held]) -> tuple[BatchLine, ...]:
    codes = batch_queries.names_of(session, [batch.id for batch, _ in rows])
    sites = whereabouts(session, {site for _, place in rows for site in (place.site_id, place.to_site_id)})
    carriers = batch_queries.container_codes(session, _present(place.container_id for _, place in rows))
    return tuple(
        BatchLine(
            id=batch.id,
            code=registry_code(codes.get(batch.id, [])),
            stream=batch.stream,
            product=batch.product,
            status="transit" if place.to_site_id else place.status,
            mass_g=place.mass_g,
            place=sites[place.site_id],
            to=sites.get(place.to_site_id or ""),
            container_id=place.container_id,
            container_code=carriers.get(place.container_id or ""),
            holder_id=place.holder_id,
            last_seq=place.last_seq,
        )
        for batch, place in rows
    )


def _present(ids: Iterable[str | None]) -> set[str]:
    return {each for each in ids if each is not None}


def registry_code(names: Collection[BatchCodeRow]) -> str | None:
    """The registry code among the names of a batch; the live one first."""
    own = sorted((row for row in names if row.scheme == "registry"), key=lambda row: row.released_seq is not None)
    return own[0].value if own else None
