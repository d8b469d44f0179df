"""Deciding every event again, in memory, from nothing but the events: what the ledger ought to say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from registry.domain.case import Decision, Move, SiteFacts
from registry.domain.event_bodies import from_body
from registry.domain.events import Capture
from registry.domain.ledger import HOLDING_ACCOUNTS, BatchState, Place
from registry.domain.postings import decide
from registry.services.casework import Frozen, case_of
from registry.services.reversal import negation
from registry.store.events import EventRow


class Replay:
    """The state of every batch as the events make it. Feed it events in the order of the ledger."""

    def __init__(self, sites: Mapping[str, SiteFacts], reversed_ids: frozenset[str]) -> None:
        self._sites = sites
        self._reversed_ids = reversed_ids
        self._kept: dict[str, Decision] = {}
        self.batches: dict[str, BatchState] = {}
        self.masses: dict[str, int] = {}
        """batch id → book mass, as its place row shows it"""

    def decide(self, row: EventRow) -> Decision:
        """What the event does to the state so far; the state moves on. Raises Refusal where it cannot be true."""
        body = json.loads(row.body)
        decision = self._reverse(row) if row.kind == "reverse" else self._decide(row, body)
        if row.id in self._reversed_ids:
            self._kept[row.id] = decision
        return decision

    def _decide(self, row: EventRow, body: Mapping[str, Any]) -> Decision:
        command = Capture(
            id=row.id,
            kind=row.kind,
            site_id=body["site"],
            occurred_at=datetime.fromisoformat(body["occurred_at"]),
            details=from_body(row.kind, body["details"]),
        )
        case = case_of(
            command,
            organisation_id=body["organisation"],
            site=self._sites[command.site_id],
            frozen=Frozen(**json.loads(row.frozen)),
            loaded=self.batches,
            sites=self._sites,
        )
        decision = decide(case, command.kind, command.details)
        for batch in decision.new:
            self.batches[batch.id] = BatchState(
                id=batch.id,
                stream=batch.stream,
                product=batch.product,
                producer_id=batch.producer_id,
                place=Place(status="void", site_id=command.site_id, holder_id=body["organisation"]),
                holding_site_id=command.site_id,
            )
        self._settle(decision, fresh={batch.id for batch in decision.new})
        return decision

    def _reverse(self, row: EventRow) -> Decision:
        target = self._kept[row.target_id or ""]
        places = [(move.batch_id, move.before, move.after, self._mass_before(move, target)) for move in target.moves]
        decision = negation(target.postings, places)
        for posting in decision.postings:
            batch = self.batches[posting.batch_id]
            if posting.account in HOLDING_ACCOUNTS.values():
                batch.apply(posting)
        self._settle(decision, fresh=set())
        for posting in decision.postings:
            if posting.account in HOLDING_ACCOUNTS.values() and posting.amount > 0:
                self.batches[posting.batch_id].holding_site_id = posting.site_id
        return decision

    def _mass_before(self, move: Move, target: Decision) -> int:
        """A batch's book mass before the target: what it shows now, less what the target's postings put into it."""
        if move.before is None:
            return 0
        accounts = set(HOLDING_ACCOUNTS.values())
        change = sum(
            posting.amount
            for posting in target.postings
            if posting.batch_id == move.batch_id and posting.account in accounts and posting.substance == "mass"
        )
        return self.batches[move.batch_id].mass_g - change

    def _settle(self, decision: Decision, *, fresh: set[str]) -> None:
        """Let new batches hold what was posted to them, and everyone stand where the moves say."""
        for posting in decision.postings:
            if posting.batch_id in fresh and posting.account in HOLDING_ACCOUNTS.values():
                batch = self.batches[posting.batch_id]
                batch.apply(posting)
                batch.holding_site_id = posting.site_id
        for move in decision.moves:
            self.batches[move.batch_id].place = move.after
            self.masses[move.batch_id] = move.mass_g
