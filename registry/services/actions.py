"""What a reader may do with a batch now, and why not the rest: the reason stands beside every closed door.

A forecast, never a permission: capture decides again when the event comes. The reasons are capture's own codes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy.orm import Session

from registry.domain import streams
from registry.domain.events import KINDS, Kind
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services import reversal
from registry.services.sights import FULL, sight
from registry.store import batch_queries, event_queries
from registry.store.batches import BatchPlaceRow, BatchRow
from registry.store.events import EventRow


@dataclass(frozen=True, kw_only=True)
class Action:
    """One event kind: allowed, or the code of the reason why not, with its facts."""

    kind: str
    name_zh: str
    name_en: str
    allowed: bool
    reason: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    """of process: the processes this stream may enter; of reverse: the event that may be taken back"""


@dataclass(frozen=True, kw_only=True)
class _Standing:
    """What the checks look at. `receiver_id`: the organisation it travels to."""

    actor: Actor
    batch: BatchRow
    place: BatchPlaceRow
    receiver_id: str | None
    last: EventRow | None
    """the latest event that touched it and was not taken back"""
    reversal: Refusal | None
    """why that one may not be taken back"""

    @property
    def status(self) -> str:
        """A second life on its way is in transit for every question asked here."""
        return "transit" if self.place.to_site_id is not None else self.place.status


def actions(session: Session, *, actor: Actor, batch_id: str) -> tuple[Action, ...]:
    """Every kind of the grammar for this batch. Refusal `not_found` where the actor does not see it in full."""
    found = batch_queries.batch(session, batch_id)
    if found is None or sight(session, actor=actor, batch_id=batch_id) != FULL:
        raise Refusal("not_found", what="batch")
    batch, place = found
    last = _latest(session, batch_id)
    standing = _Standing(
        actor=actor,
        batch=batch,
        place=place,
        receiver_id=_runs(session, place.to_site_id),
        last=last,
        reversal=_irreversible(session, actor, last),
    )
    return tuple(_action(standing, kind) for kind in KINDS.values())


def _runs(session: Session, site_id: str | None) -> str | None:
    if site_id is None:
        return None
    return batch_queries.sites(session, [site_id])[site_id][1].id


def _latest(session: Session, batch_id: str) -> EventRow | None:
    events = [event for event, _ in event_queries.of_batch(session, batch_id) if event.kind != "reverse"]
    reversals = event_queries.naming(session, [event.id for event in events])
    taken_back = {row.target_id for row in reversals if row.status != "pending"}
    standing = [event for event in events if event.id not in taken_back]
    return standing[-1] if standing else None


def _irreversible(session: Session, actor: Actor, event: EventRow | None) -> Refusal | None:
    if event is None:
        return Refusal("nothing_to_reverse")
    try:
        reversal.check(session, actor, event)
    except Refusal as refusal:
        return refusal
    return None


def _action(standing: _Standing, kind: Kind) -> Action:
    refusal = _why_not(standing, kind)
    return Action(
        kind=kind.code,
        name_zh=kind.name_zh,
        name_en=kind.name_en,
        allowed=refusal is None,
        reason=None if refusal is None else refusal.code,
        facts={} if refusal is None else refusal.facts,
        choices=() if refusal is not None else _choices(standing, kind),
    )


def _why_not(standing: _Standing, kind: Kind) -> Refusal | None:
    if not standing.actor.may(f"event.{kind.code}"):
        return Refusal("role_may_not", role=standing.actor.role, operation=f"event.{kind.code}")
    own = _OWN.get(kind.code)
    if own is not None:
        return own(standing)
    if standing.place.holder_id != standing.actor.organisation_id:
        return Refusal("not_yours")
    return _wrong_state(standing, kind.code)


def _wrong_state(standing: _Standing, code: str) -> Refusal | None:
    if standing.status in KINDS[code].from_status:
        return None
    return Refusal("wrong_state", status=standing.status, wanted=sorted(KINDS[code].from_status))


def _collect(standing: _Standing) -> Refusal:
    """It is in the loop already: its code names it."""
    return Refusal("code_taken", status=standing.status)


def _receive(standing: _Standing) -> Refusal | None:
    """The named receiver. Who does not hold it learns nothing of its state."""
    mine = standing.place.holder_id == standing.actor.organisation_id
    if standing.receiver_id is None:
        return Refusal("wrong_state", status=standing.status, wanted=["transit"]) if mine else Refusal("not_yours")
    return None if standing.receiver_id == standing.actor.organisation_id else Refusal("not_the_receiver")


def _inspect(standing: _Standing) -> Refusal | None:
    """The holder, or an accredited inspector where it stands."""
    if standing.actor.role != "inspector" and standing.place.holder_id != standing.actor.organisation_id:
        return Refusal("not_yours")
    return _wrong_to(standing, "inspect")


def _retire(standing: _Standing) -> Refusal | None:
    """Whoever takes it back."""
    return _wrong_to(standing, "retire")


def _wrong_to(standing: _Standing, code: str) -> Refusal | None:
    """Of kinds that are not the holder's alone: a stranger is not told the state that closes the door."""
    wrong = _wrong_state(standing, code)
    mine = standing.place.holder_id == standing.actor.organisation_id
    return wrong if wrong is None or mine else Refusal("not_yours")


def _reverse(standing: _Standing) -> Refusal | None:
    return standing.reversal


def _unload(standing: _Standing) -> Refusal | None:
    if standing.place.holder_id != standing.actor.organisation_id:
        return Refusal("not_yours")
    if standing.place.container_id is None:
        return Refusal("not_in_container")
    return _wrong_state(standing, "unload")


_OWN: Mapping[str, Callable[[_Standing], Refusal | None]] = MappingProxyType(
    {
        "collect": _collect,
        "receive": _receive,
        "inspect": _inspect,
        "retire": _retire,
        "reverse": _reverse,
        "unload": _unload,
    }
)
"""kinds with a rule of their own about who may; all others are the holder's, in the states of the grammar"""


def _choices(standing: _Standing, kind: Kind) -> tuple[str, ...]:
    if kind.code == "process":
        return tuple(process.code for process in streams.processes_of(standing.batch.stream))
    return (standing.last.id,) if kind.code == "reverse" and standing.last is not None else ()
