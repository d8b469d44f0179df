"""Counting events as they are captured, and again from the ledger: for `verify`, and for what was there before.

What an event counts for follows from its decision, its stored findings and its deadline as it was frozen.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from sqlalchemy.orm import Session

from registry.domain.arrivals import arrivals
from registry.domain.case import Case, Decision
from registry.domain.deadlines import Due, due_of
from registry.domain.event_bodies import from_body
from registry.domain.ledger import BatchState
from registry.domain.periods import local_date, month_of
from registry.domain.tallies import Thing, Told, tallies_of, withdrawal
from registry.services.deadlines import first_due
from registry.services.rows import Decided
from registry.store import tallies
from registry.store.events import EventRow
from registry.store.tallies import Counted


class Event(Protocol):
    """The columns of an event that counting reads."""

    @property
    def seq(self) -> Any: ...
    @property
    def id(self) -> Any: ...
    @property
    def kind(self) -> Any: ...
    @property
    def status(self) -> Any: ...
    @property
    def site_id(self) -> Any: ...
    @property
    def occurred_at_utc(self) -> Any: ...
    @property
    def recorded_at_utc(self) -> Any: ...
    @property
    def recorded_by_loader(self) -> Any: ...
    @property
    def body(self) -> Any: ...
    @property
    def frozen(self) -> Any: ...
    @property
    def findings(self) -> Any: ...
    @property
    def target_id(self) -> Any: ...


def count(session: Session, captured: Iterable[tuple[EventRow, Decided]]) -> None:
    """Write what captured events count for. Reversals are counted by `take_back` and `withdraw`."""
    tallies.append_tallies(session, [_counted(row, _told(row, each)) for row, each in captured])


def arrived(row: EventRow, case: Case, decision: Decision) -> dict[str, date]:
    """Since when every batch an event touched lies where it lies now."""
    before = {state.id: state.arrived_on for state in _states(case)}
    return arrivals(row.kind, decision, on=local_date(row.occurred_at_utc), before=before)


def _states(case: Case) -> list[BatchState]:
    return [*case.batches.values(), *(state for inside in case.contained.values() for state in inside)]


def take_back(session: Session, row: EventRow, target: EventRow) -> None:
    """A booked reversal counts as its target did, with the other sign."""
    of_target = tallies.counted_for(session, target.seq)
    if of_target is not None:
        tallies.append_tallies(session, [_negated(row.seq, of_target)])


def withdraw(session: Session, row: EventRow, told: Told) -> None:
    """A reversal that waits for the other party."""
    tallies.append_tallies(session, [_withdrawn(row, told)])


def _told(row: EventRow, each: Decided) -> Told:
    touched: list[_Batch] = [*_states(each.case), *each.decision.new]
    return Told(
        kind=row.kind,
        site_id=row.site_id,
        details=each.sent.command.details,
        decision=each.decision,
        things={batch.id: thing_of(batch) for batch in touched},
        findings=[{"code": item.code, "facts": item.facts} for item in each.findings],
        due=due_of(each.frozen.due),
        recorded_on=local_date(row.recorded_at_utc),
    )


class _Batch(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def stream(self) -> str: ...
    @property
    def product(self) -> str | None: ...
    @property
    def producer_id(self) -> str | None: ...


def thing_of(batch: _Batch) -> Thing:
    """What a batch is, of a state, a new batch or a row."""
    return Thing(stream=batch.stream, product=batch.product or "", producer_id=batch.producer_id or "")


def _counted(row: Event, told: Told) -> Counted:
    return Counted(
        seq=row.seq,
        kind=told.kind,
        month=month_of(row.occurred_at_utc),
        forecast=row.recorded_by_loader,
        tallies=tallies_of(told),
    )


def _negated(seq: int, of_target: Counted) -> Counted:
    return Counted(
        seq=seq,
        kind=of_target.kind,
        month=of_target.month,
        forecast=of_target.forecast,
        tallies=tuple(each.negated() for each in of_target.tallies),
    )


def _withdrawn(row: Event, told: Told) -> Counted:
    return Counted(
        seq=row.seq,
        kind=told.kind,
        month=month_of(row.occurred_at_utc),
        forecast=row.recorded_by_loader,
        tallies=withdrawal(told),
    )


@dataclass(frozen=True, kw_only=True)
class _Kept:
    told: Told
    counted: Counted
    days: Mapping[str, date | None]
    """of every batch it touched, before it"""


@dataclass(kw_only=True)
class Counting:
    """Fed every event with its decision, in the order of the ledger; says what each counts for.

    `targets`: events any reversal names. `things`: batches that decisions do not name as new. `organisation_kinds`:
    site → kind of its organisation, for events that were captured before their deadline was frozen.
    """

    targets: Collection[str]
    organisation_kinds: Mapping[str, str]
    things: dict[str, Thing] = field(default_factory=dict)
    days: dict[str, date | None] = field(default_factory=dict)
    """batch → since when it lies where it lies"""
    touched: dict[str, date | None] = field(default_factory=dict)
    """the same of the batches the last event touched"""
    _kept: dict[str, _Kept] = field(default_factory=dict)

    def take(self, row: Event, decision: Decision) -> Counted | None:
        """What the event counts for; None for nothing. LookupError, ValueError or TypeError for what cannot be."""
        self.touched = {}
        if row.kind == "reverse":
            return self._reversed(row, decision)
        self.things |= {batch.id: thing_of(batch) for batch in decision.new}
        told = Told(
            kind=row.kind,
            site_id=row.site_id,
            details=from_body(row.kind, json.loads(row.body)["details"]),
            decision=decision,
            things=self.things,
            findings=json.loads(row.findings),
            due=self._due(row, decision),
            recorded_on=local_date(row.recorded_at_utc),
        )
        counted = _counted(row, told)
        if row.id in self.targets:
            before = {move.batch_id: self.days.get(move.batch_id) for move in decision.moves}
            self._kept[row.id] = _Kept(told=told, counted=counted, days=before)
        self.touched = {**arrivals(row.kind, decision, on=local_date(row.occurred_at_utc), before=self.days)}
        self.days |= self.touched
        return counted if counted.tallies else None

    def _reversed(self, row: Event, decision: Decision) -> Counted | None:
        kept = self._kept[row.target_id or ""]
        if row.status == "pending":
            return _withdrawn(row, kept.told)
        self.touched = {move.batch_id: kept.days.get(move.batch_id) for move in decision.moves}
        self.days |= self.touched
        return _negated(row.seq, kept.counted) if kept.counted.tallies else None

    def _due(self, row: Event, decision: Decision) -> Due | None:
        frozen = json.loads(row.frozen).get("due")
        if frozen is not None:
            return due_of(frozen)
        touched = {self.things[move.batch_id].stream for move in decision.moves}
        found = first_due(row.kind, row.occurred_at_utc, touched, self.organisation_kinds.get(row.site_id))
        return found[0] if found else None
