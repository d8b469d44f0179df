"""What stands beside the postings and follows from the events all the same: columns, names, batches, origins.

Reports, rights and look-ups read these rows, not the hashed bodies: a month altered in an origin moves a figure as
surely as an altered posting does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.domain.case import Decision
from registry.domain.identifiers import normalise
from registry.domain.origins import Origin
from registry.services.canonical import moment_text
from registry.store import audit_queries
from registry.store.events import EventRow

_Name = tuple[str, str, str, int]
"""batch or container id, scheme, value, seq that bound it"""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One place where the stored records do not say what the events say."""

    where: str
    """coordinates: `entry 17 line 2`, `event 9`, `place <batch>` …"""
    expected: str
    stored: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, stored {self.stored}"


class Records:
    """Fed every event with what it decides, in the order of the ledger; says at the end what the rest should hold."""

    def __init__(self, targets: frozenset[str]) -> None:
        self._targets = targets
        self._taken_back: dict[str, tuple[int, datetime]] = {}
        self._names: dict[_Name, int | None] = {}
        self._names_of: dict[str, list[_Name]] = {}
        self._batches: dict[str, tuple[object, ...]] = {}
        self._carriers: dict[str, str] = {}
        self._reverses: dict[int, int] = {}

    def take(self, row: EventRow, decision: Decision) -> Iterator[Difference]:
        """Differences of the event's own row; what it makes and names is remembered."""
        body = json.loads(row.body)
        if row.id in self._targets:
            self._taken_back[row.id] = (row.seq, row.occurred_at_utc)
        yield from self._columns(row, body)
        if row.status != "pending":
            yield from _verdict(row, decision)
            self._remember(row, body, decision)

    def _columns(self, row: EventRow, body: Mapping[str, Any]) -> Iterator[Difference]:
        target = body["details"].get("event") if row.kind == "reverse" else None
        occurred = body["occurred_at"]
        if target in self._taken_back:
            occurred = moment_text(self._taken_back[target][1])
        said = {
            "id": body["id"],
            "kind": body["kind"],
            "actor_id": body["actor"],
            "organisation_id": body["organisation"],
            "site_id": body["site"],
            "clock_offset_ms": body["clock_offset_ms"],
            "target_id": target,
        }
        for name, expected in said.items():
            yield from _differ(f"event {row.seq} {name}", expected, getattr(row, name))
        yield from _differ(f"event {row.seq} occurred_at_utc", occurred, moment_text(row.occurred_at_utc))
        if row.status == "pending" and row.kind != "reverse":
            yield from _differ(f"event {row.seq} status", "not pending", row.status)

    def _remember(self, row: EventRow, body: Mapping[str, Any], decision: Decision) -> None:
        frozen = json.loads(row.frozen)
        ended = [move.batch_id for move in decision.moves if move.after.status == "closed"]
        if row.kind == "reverse":
            self._reversed(row, decision)
            return
        for batch_id in ended:
            self._release(batch_id, row.seq)
        for batch in decision.new:
            self._batches[batch.id] = (batch.stream, batch.product, batch.producer_id, row.seq)
            if batch.id in frozen.get("codes", {}):
                self._bind(batch.id, "registry", frozen["codes"][batch.id], row.seq)
            for code in batch.codes:
                self._bind(batch.id, code.scheme, normalise(code.value), row.seq)
        for batch_id in ended:
            self._release(batch_id, row.seq)
        if "new_container" in frozen:
            self._carriers[frozen["new_container"]] = body["organisation"]
            self._bind(frozen["new_container"], "registry", normalise(body["details"]["container"]), row.seq)

    def _reversed(self, row: EventRow, decision: Decision) -> None:
        seq, _ = self._taken_back.get(row.target_id or "", (0, None))
        if decision.postings:
            self._reverses[row.seq] = seq
        for move in decision.moves:
            if move.after.status == "void":
                self._release(move.batch_id, row.seq, labels_too=True)
                continue
            for name in self._names_of.get(move.batch_id, []):
                if self._names[name] == seq:
                    self._names[name] = None

    def _bind(self, holder: str, scheme: str, value: str, seq: int) -> None:
        self._names[holder, scheme, value, seq] = None
        self._names_of.setdefault(holder, []).append((holder, scheme, value, seq))

    def _release(self, holder: str, seq: int, *, labels_too: bool = False) -> None:
        for name in self._names_of.get(holder, []):
            if self._names[name] is None and (labels_too or name[1] != "registry"):
                self._names[name] = seq

    def rest(self, session: Session) -> Iterator[Difference]:
        """Differences of all rows that belong to no single event."""
        yield from _tables("name", self._names, audit_queries.names(session))
        yield from _tables("batch", self._batches, audit_queries.batches(session))
        yield from _tables("container", self._carriers, audit_queries.carriers(session))
        yield from _tables("entry reverses_seq", self._reverses, audit_queries.reverses(session))
        for key, fields in audit_queries.origins(session):
            yield from _differ(f"origin {key}", key, Origin(*(each or "" for each in fields)).key)


def _verdict(row: EventRow, decision: Decision) -> Iterator[Difference]:
    """Status, and the findings the decision itself makes: those of dated tables stand behind them."""
    yield from _differ(f"event {row.seq} status", "booked" if decision.postings else "handled", row.status)
    found = [{"kind": item.kind, "code": item.code, "facts": dict(item.facts)} for item in decision.findings]
    expected = json.loads(json.dumps(found))
    yield from _differ(f"event {row.seq} findings", expected, json.loads(row.findings)[: len(expected)])


def _differ(where: str, expected: object, stored: object) -> Iterator[Difference]:
    if expected != stored:
        yield Difference(where=where, expected=str(expected), stored=str(stored))


def _tables(what: str, expected: Mapping[Any, object], stored: Mapping[Any, object]) -> Iterator[Difference]:
    for key in sorted(expected.keys() | stored.keys(), key=str):
        if key not in stored:
            yield Difference(where=f"{what} {key}", expected=str(expected[key]), stored="nothing")
        elif key not in expected:
            yield Difference(where=f"{what} {key}", expected="nothing", stored=str(stored[key]))
        else:
            yield from _differ(f"{what} {key}", expected[key], stored[key])
