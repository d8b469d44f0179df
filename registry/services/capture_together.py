"""Collections of one list, taken together: the same rows as one by one, in a tenth of the statements.

A list from a phone's outbox or a weighbridge is mostly collections, which name no batch and so depend on nothing in
the list. They are decided one by one, and written at once. Whatever is out of the ordinary makes them be taken one by
one after all, by `capture`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from registry.domain.case import SiteFacts
from registry.domain.events import Capture, Collect
from registry.domain.parties import Actor
from registry.domain.postings import decide
from registry.domain.refusals import Refusal
from registry.services import marks, tallying, verdicts
from registry.services.canonical import canonical
from registry.services.casework import acting_site, assemble, may
from registry.services.receipts import ItemResult, Receipt, receipt_from
from registry.services.references import is_id
from registry.services.rows import Decided, Sent, event_row
from registry.store import journal, states
from registry.store.cells import happening_of
from registry.store.events import EventRow

MOST = 500
"""engines bound the parameters of one statement"""


class Apart(Exception):
    """These must be taken one by one."""


def groups(commands: Sequence[Capture]) -> Iterator[Sequence[Capture]]:
    """The commands in their order: collections in runs, everything else alone."""
    for plain, run in groupby(commands, key=lambda command: isinstance(command.details, Collect) and not command.after):
        rest = list(run)
        for start in range(0, len(rest), step := MOST if plain else 1):
            yield rest[start : start + step]


def take_together(session: Session, *, actor: Actor, commands: Sequence[Capture], now: datetime) -> list[ItemResult]:
    """The results of collections, in their order, written at once inside the caller's savepoint.

    Raises Apart where an id is known, doubled or malformed, or a code is not to be had; IntegrityError where another
    writer was faster. Nothing may be kept of it then.
    """
    ids = [command.id for command in commands]
    if len(set(ids)) < len(ids) or not all(map(is_id, ids)) or states.known_events(session, ids):
        raise Apart
    sites: dict[str, SiteFacts] = {}
    decided: dict[str, Decided] = {}
    refused: dict[str, Refusal] = {}
    for command in commands:
        try:
            decided[command.id] = _decide(session, actor, command, now, sites)
        except Refusal as refusal:
            refused[command.id] = refusal
    receipts = _write(session, list(decided.values()))
    return [
        ItemResult(id=each, status="rejected", refusal=refused[each])
        if each in refused
        else ItemResult(id=each, status="created", receipt=receipts[each])
        for each in ids
    ]


def _decide(session: Session, actor: Actor, command: Capture, now: datetime, sites: dict[str, SiteFacts]) -> Decided:
    may(actor, command, now)
    sent = Sent(actor=actor, command=command, form=canonical(command, actor=actor), now=now, by_loader=False)
    site = sites.get(command.site_id) or acting_site(session, actor, command.site_id)
    sites[command.site_id] = site
    case, frozen = assemble(session, actor, command, site)
    decision = decide(case, command.kind, command.details)
    judged = verdicts.judged(session, command, case, decision, recorded_at=now)
    frozen.due = judged.due
    return Decided(sent=sent, frozen=frozen, case=case, decision=decision, findings=judged.findings)


def _write(session: Session, decided: Sequence[Decided]) -> dict[str, Receipt]:
    """The receipts of what was written: by event id."""
    if not decided:
        return {}
    try:
        codes = marks.assign(
            session,
            [batch for each in decided for batch in each.decision.new],
            organisation_id=decided[0].sent.actor.organisation_id,
            trusting=True,
        )
    except Refusal:
        raise Apart from None
    rows = [_row(each, codes) for each in decided]
    journal.append_events(session, rows)
    journal.append_private(session, {each.sent.command.id: each.sent.form.private for each in decided})
    journal.append_decisions(
        session,
        [
            journal.Booked(
                seq=row.seq,
                event=happening_of(row),
                decision=each.decision,
                codes=each.frozen.codes,
                arrivals=tallying.arrived(row, each.case, each.decision),
            )
            for row, each in zip(rows, decided, strict=True)
        ],
    )
    tallying.count(session, zip(rows, decided, strict=True))
    return {
        row.id: receipt_from(row, each.decision.moves, each.frozen.codes)
        for row, each in zip(rows, decided, strict=True)
    }


def _row(each: Decided, codes: Mapping[str, str]) -> EventRow:
    each.frozen.codes = {batch.id: codes[batch.id] for batch in each.decision.new}
    row = event_row(each.sent, frozen=each.frozen.to_json(), findings=each.findings)
    row.status = "booked"
    return row
