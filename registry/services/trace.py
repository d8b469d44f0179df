"""The product chain 产品链: which batch became which, with the mass of every step, and what finally became of a batch.

Beyond what the reader sees in full a node shows outcome, month and area only, under a name of its own that says
nothing; an edge between two such nodes shows no mass (DOMAIN §5).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from registry.domain.ledger import LOSS, MASS
from registry.domain.parties import Actor
from registry.domain.periods import month_of
from registry.domain.refusals import Refusal
from registry.services.sights import Whereabouts, area, seen_in_full, sight, whereabouts
from registry.store import batch_queries, event_queries, ledger_queries
from registry.store.events import BatchEdgeRow

BACKWARD = "backward"
FORWARD = "forward"
DIRECTIONS = (BACKWARD, FORWARD)
DEPTH = 12
DEPTH_MOST = 40
NODES_MOST = 400
"""a chain larger than this is cut, and says so"""
OUTCOME_PREFIX = "outcome:"
OPEN = ("stock", "transit", LOSS)
CONSUMED = "consumed"


@dataclass(frozen=True, kw_only=True)
class Fate:
    """Outcome (or an open state, or loss), month and area: all a reader sees beyond one step of custody."""

    outcome: str
    month: str
    area: str


@dataclass(frozen=True, kw_only=True)
class Node:
    """One batch of the chain. Without `batch_id` it is beyond the reader's sight: only fate is filled."""

    key: str
    """its id, or a name within this answer only"""
    step: int
    """how many events away from the batch that was asked about"""
    fate: Fate
    batch_id: str | None = None
    code: str | None = None
    stream: str | None = None
    product: str | None = None
    status: str | None = None
    place: Whereabouts | None = None
    mass_g: int | None = None
    accounts: Mapping[str, int] = field(default_factory=dict)
    """where its mass stands: account → grams, outcomes and loss included"""


@dataclass(frozen=True, kw_only=True)
class EdgeView:
    """Mass that went from one node to another; `mass_g` None where neither end is the reader's."""

    source: str
    target: str
    kind: str | None
    event_id: str | None
    occurred_month: str
    mass_g: int | None


@dataclass(frozen=True, kw_only=True)
class Trace:
    """The chain as one reader sees it. `truncated`: it goes on beyond the depth or the number of nodes."""

    batch_id: str
    direction: str
    nodes: tuple[Node, ...]
    edges: tuple[EdgeView, ...]
    truncated: bool


def trace(session: Session, *, actor: Actor, batch_id: str, direction: str = BACKWARD, depth: int = DEPTH) -> Trace:
    """What the batch was made of (backward) or what became of it (forward).

    Refusals: not_found (absent, or not the actor's to see), schema_invalid (direction).
    """
    if direction not in DIRECTIONS:
        raise Refusal("schema_invalid", path="direction", allowed=list(DIRECTIONS))
    if sight(session, actor=actor, batch_id=batch_id) is None:
        raise Refusal("not_found", what="batch")
    walk = _walk(session, batch_id, direction, min(max(depth, 1), DEPTH_MOST))
    seen = seen_in_full(session, actor=actor, batch_ids=walk.steps)
    nodes = _nodes(session, walk, seen)
    keys = dict(zip(walk.steps, (node.key for node in nodes), strict=True))
    return Trace(
        batch_id=batch_id,
        direction=direction,
        nodes=nodes,
        edges=_edges(session, walk, keys, seen),
        truncated=walk.truncated,
    )


def fates(session: Session, *, batch_id: str) -> tuple[Fate, ...]:
    """What has become of the batch so far, each kind of end once: for who produced it and held none of it."""
    walk = _walk(session, batch_id, FORWARD, DEPTH_MOST)
    found = {fate for each in _fates(session, walk.steps).values() for fate in each if fate.outcome != CONSUMED}
    return tuple(sorted(found, key=lambda fate: (fate.month, fate.outcome, fate.area)))


@dataclass(kw_only=True)
class _Walk:
    """Batches in the order they were met, how far away each is, and the edges between them."""

    steps: dict[str, int]
    edges: dict[tuple[int, str, str], BatchEdgeRow] = field(default_factory=dict)
    truncated: bool = False


def _walk(session: Session, start: str, direction: str, depth: int) -> _Walk:
    """Breadth first: one query per step, never one per batch."""
    walk, frontier = _Walk(steps={start: 0}), [start]
    ask = event_queries.edges_into if direction == BACKWARD else event_queries.edges_out_of
    for step in range(1, depth + 2):
        edges = ask(session, frontier)
        if not edges:
            return walk
        if step > depth:
            walk.truncated = True
            return walk
        frontier = _take(walk, edges, direction, step)
        if walk.truncated or not frontier:
            return walk
    return walk


def _take(walk: _Walk, edges: Sequence[BatchEdgeRow], direction: str, step: int) -> list[str]:
    met: list[str] = []
    for edge in edges:
        other = edge.from_batch_id if direction == BACKWARD else edge.to_batch_id
        if other not in walk.steps:
            if len(walk.steps) >= NODES_MOST:
                walk.truncated = True
                continue
            walk.steps[other] = step
            met.append(other)
        walk.edges[edge.seq, edge.from_batch_id, edge.to_batch_id] = edge
    return met


def _nodes(session: Session, walk: _Walk, seen: set[str]) -> tuple[Node, ...]:
    held = batch_queries.batches(session, walk.steps)
    codes = batch_queries.names_of(session, seen)
    sites = whereabouts(session, {held[batch_id][1].site_id for batch_id in seen})
    ends = _fates(session, walk.steps)
    accounts = _accounts(session, seen)
    nodes = []
    for number, (batch_id, step) in enumerate(walk.steps.items()):
        fate = ends[batch_id][0]
        if batch_id not in seen:
            nodes.append(Node(key=f"beyond-{number}", step=step, fate=fate))
            continue
        row, place = held[batch_id]
        code = next((name.value for name in codes.get(batch_id, []) if name.scheme == "registry"), None)
        nodes.append(
            Node(
                key=batch_id,
                step=step,
                fate=fate,
                batch_id=batch_id,
                code=code,
                stream=row.stream,
                product=row.product,
                status=place.status,
                place=sites[place.site_id],
                mass_g=place.mass_g,
                accounts=accounts.get(batch_id, {}),
            )
        )
    return tuple(nodes)


def _edges(session: Session, walk: _Walk, keys: Mapping[str, str], seen: set[str]) -> tuple[EdgeView, ...]:
    events = event_queries.by_seq(session, {edge.seq for edge in walk.edges.values()})
    views = []
    for edge in walk.edges.values():
        event = events[edge.seq]
        ends = {edge.from_batch_id, edge.to_batch_id}
        views.append(
            EdgeView(
                source=keys[edge.from_batch_id],
                target=keys[edge.to_batch_id],
                kind=event.kind if ends <= seen else None,
                event_id=event.id if ends <= seen else None,
                occurred_month=month_of(event.occurred_at_utc),
                mass_g=edge.mass_g if ends & seen else None,
            )
        )
    return tuple(views)


def _accounts(session: Session, batch_ids: Collection[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for balance in ledger_queries.of_batches(session, batch_ids):
        if balance.substance == MASS and (balance.account in OPEN or balance.account.startswith(OUTCOME_PREFIX)):
            found.setdefault(balance.batch_id, {})[balance.account] = balance.amount
    return found


def _fates(session: Session, batch_ids: Collection[str]) -> dict[str, list[Fate]]:
    """Where each batch's mass stands, largest first; `consumed` where it went on into others."""
    accounts = _accounts(session, batch_ids)
    held = batch_queries.batches(session, batch_ids)
    events = event_queries.by_seq(session, {place.last_seq for _, place in held.values()})
    sites = whereabouts(session, {place.site_id for _, place in held.values()})
    found: dict[str, list[Fate]] = {}
    for batch_id, (_, place) in held.items():
        standing = sorted(accounts.get(batch_id, {}).items(), key=lambda item: -item[1])
        when, where = month_of(events[place.last_seq].occurred_at_utc), area(sites[place.site_id].division_code)
        words = [account.removeprefix(OUTCOME_PREFIX) for account, amount in standing if amount > 0]
        if not any(word != LOSS for word in words):
            words.insert(0, CONSUMED)
        found[batch_id] = [Fate(outcome=word, month=when, area=where) for word in words]
    return found
