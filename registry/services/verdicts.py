"""Findings that need more than the batch: pathway, licences in force, deadlines kept.

True events, but something is missed: kept and shown, never refused. DOMAIN §7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.domain import streams
from registry.domain.case import Case, Decision, Finding
from registry.domain.deadlines import NO_RULE, Due
from registry.domain.events import Capture, Process
from registry.domain.periods import local_date
from registry.domain.rules import Deadline
from registry.domain.verdicts import judge_pathway
from registry.services.deadlines import first_due
from registry.store import states


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Every finding of an event, and until when it had to be recorded (as the event keeps it)."""

    findings: Sequence[Finding]
    due: str


def judged(session: Session, command: Capture, case: Case, decision: Decision, *, recorded_at: datetime) -> Judged:
    """The decision's own findings and those of dated tables: deadline, licence, pathway."""
    on = local_date(command.occurred_at)
    due = _deadline(command, case, decision)
    found = [*decision.findings, *_late(due, local_date(recorded_at))]
    if isinstance(command.details, Process):
        found += _licence(session, case, command.details, on)
        found += _pathway(case, decision, command.details, on)
    return Judged(findings=found, due=due[0].text if due else NO_RULE)


def _deadline(command: Capture, case: Case, decision: Decision) -> tuple[Due, Deadline] | None:
    touched = {batch.stream for batch in decision.new} | {state.stream for state in case.batches.values()}
    touched |= {state.stream for inside in case.contained.values() for state in inside}
    return first_due(command.kind, command.occurred_at, touched, case.site.organisation_kind)


def _late(due: tuple[Due, Deadline] | None, recorded_on: date) -> list[Finding]:
    if due is None or recorded_on <= due[0].on:
        return []
    last, rule = due
    return [Finding(code="late", facts={"due": last.on.isoformat(), "days": rule.days, "counting": rule.counting})]


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
