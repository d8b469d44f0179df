"""The table: event kind → decider. `decide` is the one way from (state, event) to postings; `verify` takes it too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from registry.domain import handover, processing, remeasure, transformation
from registry.domain.case import Case, Decision
from registry.domain.events import Details, kind
from registry.domain.ledger import unbalanced
from registry.domain.refusals import Refusal

DECIDERS: Mapping[str, Callable[[Case, Any], Decision]] = MappingProxyType(
    {
        "collect": handover.collect,
        "dispatch": handover.dispatch,
        "receive": handover.receive,
        "split": transformation.split,
        "merge": transformation.merge,
        "inspect": remeasure.inspect,
        "process": processing.process,
        "retire": remeasure.retire,
        "stocktake": remeasure.stocktake,
        "load": handover.load,
        "unload": handover.unload,
    }
)
"""`reverse` is not decided but negated: see services.capture"""


def decide(case: Case, code: str, details: Details) -> Decision:
    """What the event does, or Refusal. Asserts that the entry sums to zero for each substance and origin."""
    row = kind(code)
    if not isinstance(details, row.details):
        raise Refusal("schema_invalid", path="details")
    decision = DECIDERS[code](case, details)
    rest = unbalanced(decision.postings)
    if rest:
        raise AssertionError(f"{code} {case.event_id} does not balance: {rest}")
    return decision
