"""The double-count check of `verify`: no gram backs two notes, and every note is backed, from the events alone.

Deliberately independent of the services and queries of evidence: what was counted is derived from the decisions that
`verify` makes again out of the events, what was noted from the raw lines, and the two are held against each other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.case import Decision
from registry.domain.periods import local_date, month_of
from registry.services.audit_records import Difference
from registry.store.events import EventRow
from registry.store.evidence import EvidenceEntryRow, EvidenceLineRow, EvidenceNoteRow
from registry.store.parties import LicenceRow

_Pool = tuple[str, str, str, str, str]
"""site, stream, outcome, month, producer"""
_LIES_IN = {
    "awaiting_authorisation": "ring_fenced",
    "awaiting_acceptance": "issued",
    "accepted": "held",
    "retired": "retired",
}
"""state → the one account a note's grams lie in; every other state has none"""
_FREE = "available"
_OUTCOME = "outcome:"


class EvidenceAudit:
    """Fed every event with what it decides, in the order of the ledger; says at the end what the notes lack."""

    def __init__(self, session: Session, reversed_ids: frozenset[str]) -> None:
        self._reversed = reversed_ids
        self._licences = session.execute(
            select(LicenceRow.site_id, LicenceRow.process, LicenceRow.valid_from, LicenceRow.valid_to)
        ).all()
        self._counted: Counter[_Pool] = Counter()
        self._again: set[str] = set()
        """batches that came back from a second life, and what was made of them"""

    def take(self, row: EventRow, decision: Decision) -> None:
        """Count what the event earns. What a reversal took back earns nothing, and neither does the reversal."""
        if row.id in self._reversed or row.kind == "reverse":
            return
        if row.kind == "retire":
            self._again |= {move.batch_id for move in decision.moves if move.after.status == "stock"}
        self._again |= {edge.to_batch_id for edge in decision.edges if edge.from_batch_id in self._again}
        if row.kind == "process" and self._licensed(row):
            self._count(row, decision)

    def _licensed(self, row: EventRow) -> bool:
        process, on = json.loads(row.body)["details"]["process"], local_date(row.occurred_at_utc)
        return any(
            site == row.site_id and its in ("*", process) and start <= on and (end is None or on < end)
            for site, its, start, end in self._licences
        )

    def _count(self, row: EventRow, decision: Decision) -> None:
        for posting in decision.postings:
            earns = posting.account.startswith(_OUTCOME) and posting.substance == "mass"
            if not earns or posting.batch_id in self._again:
                continue
            outcome = posting.account.removeprefix(_OUTCOME)
            for origin, grams in posting.origins.items():
                if origin.kind == "collected":
                    pool = (posting.site_id, origin.stream, outcome, month_of(row.occurred_at_utc), origin.producer_id)
                    self._counted[pool] += grams

    def rest(self, session: Session) -> Iterator[Difference]:
        """Entries that do not balance, notes that are not what their lines say, pools that gave more than they had."""
        lines = session.scalars(select(EvidenceLineRow).order_by(EvidenceLineRow.seq, EvidenceLineRow.line)).all()
        by_entry: Counter[int] = Counter()
        by_note: Counter[tuple[str, str, str, _Pool]] = Counter()
        free = Counter(self._counted)
        for line in lines:
            pool = (line.site_id, line.stream, line.outcome, line.month, line.producer_id)
            by_entry[line.seq] += line.amount
            if line.account == _FREE:
                free[pool] += line.amount
            else:
                by_note[line.note_id, line.account, line.holder_id, pool] += line.amount
        for seq, grams in sorted(by_entry.items()):
            if grams:
                yield Difference(where=f"evidence entry {seq}", expected="sum 0", stored=f"sum {grams}")
        for pool, grams in sorted(free.items()):
            if grams < 0:
                counted = self._counted[pool]
                yield Difference(
                    where=f"evidence pool {' '.join(pool).rstrip()}",
                    expected=f"notes of at most {counted} g",
                    stored=f"notes of {counted - grams} g",
                )
        yield from _notes(session, {key: grams for key, grams in by_note.items() if grams})


def _notes(session: Session, grams: dict[tuple[str, str, str, _Pool], int]) -> Iterator[Difference]:
    """Each note against its own lines and the last entry that speaks of it."""
    said = dict(
        session.execute(
            select(EvidenceEntryRow.note_id, EvidenceEntryRow.state).order_by(EvidenceEntryRow.seq)
        ).all()  # the last one of a note stands
    )
    for note in session.scalars(select(EvidenceNoteRow).order_by(EvidenceNoteRow.id)):
        state = note.paused_in or note.state
        pool = (note.site_id, note.stream, note.outcome, note.month, note.producer_id)
        account = _LIES_IN.get(state)
        expected = {(note.id, account, note.holder_id, pool): note.mass_g} if account else {}
        stored = {key: grams.pop(key) for key in [key for key in grams if key[0] == note.id]}
        if expected != stored:
            yield Difference(where=f"evidence note {note.id}", expected=str(stored), stored=str(expected))
        if note.id in said and said[note.id] != note.state:
            yield Difference(where=f"evidence note {note.id} state", expected=said[note.id], stored=note.state)
    for key, rest in sorted(grams.items()):
        yield Difference(where=f"evidence note {key[0]}", expected="a note", stored=f"{rest} g of none")
