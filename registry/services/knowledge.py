"""Who says how much a batch holds: weighed, declared, measured, or taken from a table or a share.

DOMAIN §4: a collected battery carries contents of its chemistry until an inspection measures them; an output line
that does not declare an element inherits it pro rata, marked estimated. The latest word about a substance counts;
what comes out of a split or a merge keeps the word of its parents where they agree.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from registry.domain.ledger import MASS
from registry.domain.substances import ENERGY
from registry.store import event_queries
from registry.store.events import EventRow

DECLARED = "declared"
ESTIMATED = "estimated"
WEIGHED = "weighed"
INHERITED = "inherited"
DEPTH = 6
"""splits and merges followed back; beyond it a substance counts as inherited"""

Basis = dict[str, str]


def known_contents(session: Session, *, batch_id: str, depth: int = DEPTH) -> Mapping[str, str]:
    """substance → basis, for every substance an event said something about. What was taken back said nothing."""
    touches = [touch for touch in event_queries.of_batch(session, batch_id) if touch[0].status == "booked"]
    reversals = event_queries.naming(session, [event.id for event, _ in touches])
    taken_back = {row.target_id for row in reversals if row.status != "pending"}
    basis: Basis = {}
    for event, touch in touches:
        if event.id in taken_back:
            continue
        if event.kind in _INHERITS and touch.role == "out":
            basis |= _of_parents(session, event, batch_id, depth)
        elif event.kind in _SAYS:
            said = _Said(
                details=json.loads(event.body)["details"],
                frozen=json.loads(event.frozen),
                event_id=event.id,
                batch_id=batch_id,
            )
            basis |= _SAYS[event.kind](said)
    return MappingProxyType(basis)


def _of_parents(session: Session, event: EventRow, batch_id: str, depth: int) -> Basis:
    if depth == 0:
        return {}
    parents = [
        known_contents(session, batch_id=edge.from_batch_id, depth=depth - 1)
        for edge in event_queries.edges_into(session, [batch_id])
        if edge.seq == event.seq
    ]
    agreed: Basis = {}
    for name in {name for parent in parents for name in parent}:
        words = {parent.get(name, INHERITED) for parent in parents}
        agreed[name] = words.pop() if len(words) == 1 else INHERITED
    return agreed


@dataclass(frozen=True, kw_only=True)
class _Said:
    """An event's own words, what the server froze beside them, and the batch they are asked about."""

    details: Mapping[str, Any]
    frozen: Mapping[str, Any]
    event_id: str
    batch_id: str


def _collected(said: _Said) -> Basis:
    """Contents from the chemistry's table are frozen in the event; what the sender declared itself is its word."""
    words = dict.fromkeys(said.frozen.get("contents", ()), ESTIMATED)
    words |= dict.fromkeys(said.details.get("contents_g", ()), DECLARED)
    if "capacity_wh" in said.details:
        words[ENERGY] = DECLARED
    return words | {MASS: said.details.get("measured", WEIGHED)}


def _inspected(said: _Said) -> Basis:
    return dict.fromkeys(said.details.get("contents_g", ()), "measured")


def _counted(said: _Said) -> Basis:
    return {MASS: said.details.get("measured", WEIGHED)}


def _received(said: _Said) -> Basis:
    """The receiver's scale counts where it said a mass of its own."""
    refs = said.frozen.get("refs", {})
    for line in said.details["lines"]:
        if refs.get(line["batch"], line["batch"]) == said.batch_id and "mass_g" in line:
            return {MASS: line.get("measured", WEIGHED)}
    return {}


def _put_out(said: _Said) -> Basis:
    """The line that made the batch: its id was chosen by the client, or follows from the event and the line."""
    for number, line in enumerate(said.details["outputs"]):
        derived = str(uuid.uuid5(uuid.UUID(said.event_id), f"output:{number}"))
        if line.get("batch_id", derived) == said.batch_id:
            return {MASS: DECLARED} | dict.fromkeys(line.get("contents_g", ()), DECLARED)
    return {}


_INHERITS = frozenset({"split", "merge", "receive", "retire"})
"""kinds whose new batches are parts of others: what is known of the parents is known of them"""

_SAYS: Mapping[str, Callable[[_Said], Basis]] = MappingProxyType(
    {
        "collect": _collected,
        "inspect": _inspected,
        "stocktake": _counted,
        "receive": _received,
        "process": _put_out,
    }
)
