"""`verify`: every posting, origin, place, edge and name derived again from the events and held against what is stored.

It finds what was altered behind the registry's back, and names it by its coordinates. It proves that the ledger
follows from the events; that the events themselves were not altered is the business of their hashes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy.orm import Session

from registry.domain.case import Decision
from registry.domain.ledger import Posting, unbalanced
from registry.domain.refusals import Refusal
from registry.services.audit_counts import Counts
from registry.services.audit_evidence import EvidenceAudit
from registry.services.audit_records import Difference, Records
from registry.services.replay import Replay
from registry.store import audit_queries, history, journal, recount
from registry.store.events import EventRow


@dataclass(frozen=True, kw_only=True)
class AuditReport:
    """What was looked at, and every difference."""

    events: int
    postings: int
    differences: tuple[Difference, ...]

    @property
    def summary(self) -> str:
        """One line."""
        verdict = "no differences" if not self.differences else f"{len(self.differences)} differences"
        return f"{self.events} events, {self.postings} postings re-derived: {verdict}"


def verify(session: Session, *, progress: Callable[[int], object] | None = None) -> AuditReport:
    """Replay the whole ledger. `progress` is told how many events were done since it was last told."""
    reversed_ids, targets = audit_queries.reversed_ids(session), audit_queries.targets(session)
    replay, evidence = Replay(audit_queries.site_facts(session), reversed_ids), EvidenceAudit(session, reversed_ids)
    records, stored, counts = Records(targets), _Entries(session), Counts(session, targets)
    differences = [*_cells(session)]
    count = postings = 0
    for row in audit_queries.events(session):
        count += 1
        differences += _event(row)
        here = stored.of(row.seq)
        differences += stored.strays
        stored.strays.clear()
        # A pending reversal did nothing yet: whatever is stored of it is too much.
        decision, refused = (Decision(), []) if row.status == "pending" else _again(replay, row)
        differences += [*refused, *records.take(row, decision), *counts.take(row, decision)]
        evidence.take(row, decision)
        differences += _postings(row.seq, decision, here) + _traces(session, row.seq, decision)
        postings += len(decision.postings)
        if progress is not None:
            progress(1)
    differences += stored.rest()
    differences += [*_places(session, replay), *records.rest(session)]
    differences += [*evidence.rest(session), *counts.rest(session)]
    return AuditReport(events=count, postings=postings, differences=tuple(differences))


def _event(row: EventRow) -> list[Difference]:
    digest = hashlib.sha256(row.body.encode()).hexdigest()
    if digest == row.sha256:
        return []
    return [Difference(where=f"event {row.seq} body", expected=f"sha256 {row.sha256}", stored=f"sha256 {digest}")]


def _again(replay: Replay, row: EventRow) -> tuple[Decision, list[Difference]]:
    try:
        return replay.decide(row), []
    except (Refusal, LookupError, TypeError, ValueError, AssertionError) as error:
        # Whatever was done to the records, the audit goes on and says where it stumbled.
        return Decision(), [
            Difference(where=f"event {row.seq} ({row.kind})", expected="an event that can be true", stored=repr(error))
        ]


class _Entries:
    """Stored postings handed out entry by entry; entries that belong to no event are strays."""

    def __init__(self, session: Session) -> None:
        self._groups = ((seq, [p for _, p in rows]) for seq, rows in groupby(history.all_postings(session), _first))
        self._next: tuple[int, list[Posting]] | None = next(self._groups, None)
        self.strays: list[Difference] = []

    def of(self, seq: int) -> list[Posting]:
        """The postings of this entry; those of entries skipped on the way become strays."""
        while self._next is not None and self._next[0] < seq:
            self._stray()
        if self._next is None or self._next[0] != seq:
            return []
        _, postings = self._next
        self._next = next(self._groups, None)
        return postings

    def rest(self) -> list[Difference]:
        """Everything after the last event."""
        while self._next is not None:
            self._stray()
        return self.strays

    def _stray(self) -> None:
        if self._next is not None:
            seq, postings = self._next
            self.strays.append(
                Difference(where=f"entry {seq}", expected="no postings", stored=f"{len(postings)} postings")
            )
            self._next = next(self._groups, None)


def _first(pair: tuple[int, Posting]) -> int:
    return pair[0]


def _postings(seq: int, decision: Decision, stored: list[Posting]) -> list[Difference]:
    found = []
    for line in range(max(len(stored), len(decision.postings))):
        expected = decision.postings[line] if line < len(decision.postings) else None
        actual = stored[line] if line < len(stored) else None
        if expected != actual:
            found.append(Difference(where=f"entry {seq} line {line}", expected=_words(expected), stored=_words(actual)))
    for (substance, origin), rest in unbalanced(stored).items():
        found.append(
            Difference(where=f"entry {seq} {substance} {origin}".rstrip(), expected="sum 0", stored=f"sum {rest}")
        )
    return found


def _words(posting: Posting | None) -> str:
    if posting is None:
        return "nothing"
    origins = ", ".join(f"{origin.key}={part}" for origin, part in sorted(posting.origins.items()))
    return (
        f"{posting.account} at {posting.site_id} batch {posting.batch_id} "
        f"{posting.substance} {posting.amount} [{origins}]"
    )


def _traces(session: Session, seq: int, decision: Decision) -> list[Difference]:
    """The batches an event touched, and the mass along its edges."""
    moves: set[tuple[object, ...]] = {
        (move.batch_id, move.role, journal.place_json(move.before), journal.place_json(move.after, move.mass_g))
        for move in decision.moves
    }
    edges: set[tuple[object, ...]] = {(edge.from_batch_id, edge.to_batch_id, edge.mass_g) for edge in decision.edges}
    return [
        *_sets(f"event {seq} batch", moves, audit_queries.touched(session, seq)),
        *_sets(f"event {seq} edge", edges, audit_queries.edges(session, seq)),
    ]


def _sets(where: str, expected: set[tuple[object, ...]], stored: set[tuple[object, ...]]) -> Iterator[Difference]:
    for row in sorted(expected - stored, key=str):
        yield Difference(where=f"{where} {row[0]}", expected=str(row[1:]), stored="nothing like it")
    for row in sorted(stored - expected, key=str):
        yield Difference(where=f"{where} {row[0]}", expected="nothing like it", stored=str(row[1:]))


def _places(session: Session, replay: Replay) -> list[Difference]:
    """Where every batch is now, and what the ledger says it holds in all."""
    found = []
    seen: Counter[str] = Counter()
    for batch_id, place, mass_g in audit_queries.places(session):
        seen[batch_id] += 1
        batch = replay.batches.get(batch_id)
        expected = (batch.place, replay.masses[batch_id]) if batch is not None else None
        if expected != (place, mass_g):
            found.append(Difference(where=f"place {batch_id}", expected=str(expected), stored=str((place, mass_g))))
    found += [
        Difference(where=f"place {batch_id}", expected=str(replay.batches[batch_id].place), stored="nothing")
        for batch_id in sorted(set(replay.batches) - set(seen))
    ]
    return found


def _cells(session: Session) -> Iterator[Difference]:
    """The sums that reports read, held against the postings they sum."""
    for key, (amount, lines), (kept, kept_lines) in recount.differences(session):
        yield Difference(
            where="cell " + " ".join(str(part) for part in key.values() if part != ""),
            expected=f"{amount} of {lines} lines",
            stored=f"{kept} of {kept_lines} lines",
        )
