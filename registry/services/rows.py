"""One event on its way into the store, and its row as capture and reversal both write it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.domain.case import Case, Decision, Finding
from registry.domain.events import Capture
from registry.domain.parties import Actor
from registry.services.canonical import Canonical
from registry.services.casework import Frozen
from registry.store.events import EventRow


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What was sent, by whom, and when it arrived; `by_loader` where the demonstration loader set that moment."""

    actor: Actor
    command: Capture
    form: Canonical
    now: datetime
    by_loader: bool


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What was sent, the case it was decided on, the decision, and every finding."""

    sent: Sent
    frozen: Frozen
    case: Case
    decision: Decision
    findings: Sequence[Finding]


def event_row(sent: Sent, *, frozen: Mapping[str, Any], findings: Sequence[Finding]) -> EventRow:
    """The row of an event, still without seq and status."""
    command = sent.command
    return EventRow(
        id=command.id,
        kind=command.kind,
        actor_id=sent.actor.id,
        organisation_id=sent.actor.organisation_id,
        site_id=command.site_id,
        occurred_at_utc=command.occurred_at,
        recorded_at_utc=sent.now,
        clock_offset_ms=command.clock_offset_ms,
        recorded_by_loader=sent.by_loader,
        body=sent.form.text,
        sha256=sent.form.sha256,
        frozen=json.dumps(frozen, sort_keys=True, ensure_ascii=False),
        findings=json.dumps(
            [{"kind": item.kind, "code": item.code, "facts": dict(item.facts)} for item in findings],
            sort_keys=True,
            ensure_ascii=False,
        ),
    )
