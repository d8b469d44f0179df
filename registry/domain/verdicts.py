"""The three kinds of verdict, never confused: refusal, finding and advice; and the judgements the rules allow.

A refusal says the event cannot be true or the actor may not; a finding that it is true but misses a norm, target,
licence or deadline, and is kept and shown; advice binds nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal

from registry.domain.rules import HOME, RuleRow, rules_in_force
from registry.domain.streams import Process

Kind = Literal["refusal", "finding", "advice"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judgement: its kind, a stable code and JSON-able facts. The words are the doors' business."""

    kind: Kind
    code: str
    facts: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


def _finding(code: str, row: RuleRow, **facts: object) -> Verdict:
    return Verdict("finding", code, MappingProxyType({"rule": row.rule, "instrument": row.instrument, **facts}))


def judge_pathway(
    *, product: str, passed_test: bool, process: Process, reason: str, on: date, jurisdiction: str = HOME
) -> Verdict | None:
    """先梯次利用后再生利用: what passed its test and still ends in recycling is a finding, `explained` or not.

    Source: the province's 14th five-year plan, section 四(八); rows `needs_reason` of `pathways.csv`. A process that
    only takes apart ends the product as surely as smelting does, so whatever cannot keep the product counts.
    """
    if not passed_test or process.keeps_product:
        return None
    for row in rules_in_force("pathway", on=on, product=product, jurisdiction=jurisdiction):
        if row.indicator == "needs_reason":
            return _finding(
                "cascade_before_recycling", row, process=process.code, explained=bool(reason.strip()), reason=reason
            )
    return None


def judge_use(*, product: str, use: str, on: date, jurisdiction: str = HOME) -> Verdict | None:
    """A use the rules forbid for a used product, e.g. `ebike` for a retired battery (Order 73 art. 22)."""
    for row in rules_in_force("pathway", on=on, product=product, jurisdiction=jurisdiction):
        if row.indicator == f"forbidden_use:{use}":
            return _finding("forbidden_use", row, use=use, product=product)
    return None


def judge_norm(row: RuleRow, *, measured_percent: Decimal | None) -> Verdict | None:
    """A measured rate against a norm, both in percent. The norms are a voluntary white list: a miss is a finding.

    None when it is met, or when nothing was measured: unknown is not zero.
    """
    if measured_percent is None or row.is_met_by(measured_percent):
        return None
    return _finding(
        "norm_missed",
        row,
        indicator=row.indicator,
        measured_percent=str(measured_percent),
        comparator=row.comparator,
        norm_percent=str(row.value),
    )


@dataclass(frozen=True, slots=True)
class HealthSplit:
    """State-of-health thresholds in percent. Habit says 80 and 60; no standard does, so a setting may change them."""

    reuse_from: int = 80
    cascade_from: int = 60

    def __post_init__(self) -> None:
        """Raises ValueError unless 0 <= cascade_from <= reuse_from <= 100."""
        if not 0 <= self.cascade_from <= self.reuse_from <= 100:
            raise ValueError("state-of-health thresholds must rise from cascade to reuse within 0 to 100 percent")


HABIT: Final = HealthSplit()


def advise_health(state_of_health_percent: int | Decimal, *, split: HealthSplit = HABIT) -> Verdict:
    """Which pathway a measured state of health suggests: advice, never more, because it stands in no standard."""
    steps = ((split.reuse_from, "reuse"), (split.cascade_from, "cascade"))
    pathway = next((name for least, name in steps if state_of_health_percent >= least), "recycle")
    facts = {"pathway": pathway, "reuse_from": split.reuse_from, "cascade_from": split.cascade_from}
    return Verdict("advice", f"health_suggests_{pathway}", MappingProxyType(facts))
