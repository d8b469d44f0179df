"""The row of an event, as capture and reversal both write it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from registry.domain.case import Finding
from registry.domain.events import Capture
from registry.domain.parties import Actor
from registry.services.canonical import Canonical
from registry.store.events import EventRow


def event_row(
    *,
    actor: Actor,
    command: Capture,
    form: Canonical,
    frozen: dict[str, Any],
    findings: Sequence[Finding],
    now: datetime,
    by_loader: bool,
) -> EventRow:
    """The row of an event, still without seq and status."""
    return EventRow(
        id=command.id,
        kind=command.kind,
        actor_id=actor.id,
        organisation_id=actor.organisation_id,
        site_id=command.site_id,
        occurred_at_utc=command.occurred_at,
        recorded_at_utc=now,
        clock_offset_ms=command.clock_offset_ms,
        recorded_by_loader=by_loader,
        body=form.text,
        sha256=form.sha256,
        frozen=json.dumps(frozen, sort_keys=True, ensure_ascii=False),
        findings=json.dumps(
            [{"kind": item.kind, "code": item.code, "facts": dict(item.facts)} for item in findings],
            sort_keys=True,
            ensure_ascii=False,
        ),
    )
