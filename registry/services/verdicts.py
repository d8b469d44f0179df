"""Findings that need more than the batch: pathway, licences in force, deadlines kept.

True events, but something is missed: kept and shown, never refused. DOMAIN §7.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.domain import streams
from registry.domain.case import Case, Decision, Finding
from registry.domain.events import Capture, Process
from registry.domain.periods import local_date
from registry.domain.rules import deadline_for
from registry.domain.verdicts import judge_pathway
from registry.services.deadlines import due_date
from registry.store import states


def findings(
    session: Session, command: Capture, case: Case, decision: Decision, *, recorded_at: datetime
) -> list[Finding]:
    """Findings beside those of the decision itself."""
    on = local_date(command.occurred_at)
    found = _late(command, case, decision, on=on, recorded_at=recorded_at)
    if isinstance(command.details, Process):
        found += _licence(session, case, command.details, on)
        found += _pathway(case, decision, command.details, on)
    return found


def _late(command: Capture, case: Case, decision: Decision, *, on: date, recorded_at: datetime) -> list[Finding]:
    streams_touched = {batch.stream for batch in decision.new} | {state.stream for state in case.batches.values()}
    for stream in sorted(streams_touched):
        rule = deadline_for(command.kind, on, product=stream, actor=case.site.organisation_kind or None)
        if rule is not None:
            due = due_date(command.occurred_at, rule)
            if local_date(recorded_at) > due:
                return [
                    Finding(code="late", facts={"due": due.isoformat(), "days": rule.days, "counting": rule.counting})
                ]
    return []


def _licence(session: Session, case: Case, details: Process, on: date) -> list[Finding]:
    """Processing without a licence in force is true all the same, and earns no evidence."""
    rows = [row for row in states.licences(session, case.site.id) if row.process in ("*", details.process)]
    if any(row.valid_from <= on and (row.valid_to is None or on < row.valid_to) for row in rows):
        return []
    expired = max((row.valid_to for row in rows if row.valid_to and row.valid_to <= on), default=None)
    facts: dict[str, object] = {"process": details.process, "on": on.isoformat()}
    if expired:
        facts["expired"] = expired.isoformat()
    return [Finding(code="no_licence_in_force", facts=facts)]


def _pathway(case: Case, decision: Decision, details: Process, on: date) -> list[Finding]:
    """先梯次利用后再生利用: one finding per input that was found fit and is recycled all the same."""
    found = []
    for move in decision.moves:
        if move.role != "in" or move.before is None:
            continue
        stream = next(state.stream for state in case.batches.values() if state.id == move.batch_id)
        verdict = judge_pathway(
            product=stream,
            passed_test=move.before.fit,
            process=streams.process(details.process),
            reason=details.reason or "",
            on=on,
        )
        if verdict is not None:
            found.append(Finding(code=verdict.code, kind=verdict.kind, facts={"batch": move.batch_id, **verdict.facts}))
    return found
