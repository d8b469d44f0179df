"""Who says how much a batch holds: weighed, declared, measured, or taken from a table or a share.

DOMAIN §4: a collected battery carries contents of its chemistry until an inspection measures them; an output line
that does not declare an element inherits it pro rata, marked estimated. The latest word about a substance counts;
what comes out of a split or a merge keeps the word of its parents where they agree.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from registry.domain.ledger import MASS
from registry.domain.substances import ENERGY
from registry.store import event_queries
from registry.store.events import EventRow

DECLARED = "declared"
ESTIMATED = "estimated"
INHERITED = "inherited"
DEPTH = 6
"""splits and merges followed back; beyond it a substance counts as inherited"""

Basis = dict[str, str]


def known_contents(session: Session, *, batch_id: str, depth: int = DEPTH) -> Mapping[str, str]:
    """substance → basis, for every substance an event said something about. What was taken back said nothing."""
    touches = [touch for touch in event_queries.of_batch(session, batch_id) if touch[0].status == "booked"]
    taken_back = {row.target_id for row in event_queries.naming(session, [event.id for event, _ in touches])}
    basis: Basis = {}
    for event, touch in touches:
        if event.id in taken_back:
            continue
        if event.kind in _INHERITS and touch.role == "out":
            basis |= _of_parents(session, event, batch_id, depth)
        elif event.kind in _SAYS:
            details: Mapping[str, Any] = json.loads(event.body)["details"]
            basis |= _SAYS[event.kind](details, event.id, batch_id)
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


def _collected(details: Mapping[str, Any], _event_id: str, _batch_id: str) -> Basis:
    said = {MASS: details.get("measured", "weighed")}
    if "capacity_wh" in details:
        said[ENERGY] = DECLARED
    return said | dict.fromkeys(details.get("contents_g", ()), DECLARED)


def _inspected(details: Mapping[str, Any], _event_id: str, _batch_id: str) -> Basis:
    return dict.fromkeys(details.get("contents_g", ()), "measured")


def _counted(details: Mapping[str, Any], _event_id: str, _batch_id: str) -> Basis:
    return {MASS: details.get("measured", "weighed")}


def _put_out(details: Mapping[str, Any], event_id: str, batch_id: str) -> Basis:
    """The line that made the batch: its id was chosen by the client, or follows from the event and the line."""
    for number, line in enumerate(details["outputs"]):
        if batch_id in (line.get("batch_id"), str(uuid.uuid5(uuid.UUID(event_id), f"output:{number}"))):
            return {MASS: DECLARED} | dict.fromkeys(line.get("contents_g", ()), DECLARED)
    return {}


_INHERITS = frozenset({"split", "merge", "receive", "retire"})
"""kinds whose new batches are parts of others: what is known of the parents is known of them"""

_SAYS: Mapping[str, Callable[[Mapping[str, Any], str, str], Basis]] = MappingProxyType(
    {"collect": _collected, "inspect": _inspected, "stocktake": _counted, "process": _put_out}
)
