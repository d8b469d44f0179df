"""Dated rule packs: norms, targets, deadlines, pathways, subsidies and waste codes, each row with its dates.

A row is in force on a day when it is switched on and `valid_from` <= day < `valid_to`. Repealed rows answer within
their dates, so an old report is judged by the rules then in force. Rows nobody verified, drafts and rows whose number
was not seen are shipped switched off and say why in `reason`. Tables: `registry/data/<kind>s.csv`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from registry.domain.refusals import Refusal
from registry.domain.substances import is_element
from registry.domain.tables import flag, rows, words

_TABLES: Final = {
    "norm": "norms",
    "target": "targets",
    "deadline": "deadlines",
    "pathway": "pathways",
    "subsidy": "subsidies",
    "waste_code": "waste_codes",
}
KINDS: Final[tuple[str, ...]] = tuple(_TABLES)
HOME: Final = "CN-52"
_OPEN: Final = "open"
_RECOVERY: Final = "recovery:"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One dated rule.

    `product` lists stream (or foreign product) codes, empty for none in particular; `process` lists process codes,
    empty for all; `valid_to` is exclusive, None when open. `assumed_from` and `assumed_to`: the source gave a month
    or year only, its first day was taken. `verified` is true when the text or a secondary source was seen.
    """

    kind: str
    rule: str
    product: tuple[str, ...]
    jurisdiction: str
    process: tuple[str, ...]
    indicator: str
    event: tuple[str, ...]
    actors: tuple[str, ...]
    comparator: str
    value: Decimal | None
    unit: str
    valid_from: date
    valid_to: date | None
    assumed_from: bool
    assumed_to: bool
    name: str
    instrument: str
    source: str
    verified: bool
    verified_as: str
    enabled: bool
    reason: str
    note: str
    hazardous: bool | None = None

    def in_force(self, on: date) -> bool:
        """Whether the row is switched on and its dates hold `on`."""
        return self.enabled and self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    def reaches(self, jurisdiction: str) -> bool:
        """Whether a place of `jurisdiction` is under it: a national row reaches its provinces, not the reverse."""
        return jurisdiction == self.jurisdiction or jurisdiction.startswith(f"{self.jurisdiction}-")

    @property
    def elements(self) -> tuple[str, ...]:
        """Elements a recovery norm speaks of; more than one means one combined rate of them."""
        return tuple(self.indicator.removeprefix(_RECOVERY).split("+")) if self.indicator.startswith(_RECOVERY) else ()

    def is_met_by(self, measured: Decimal) -> bool:
        """Whether a measured value, in the row's unit, satisfies it. Raises ValueError for a row without a number."""
        if self.value is None or self.comparator not in _COMPARED:
            raise ValueError(f"rule {self.rule} {self.indicator} has no number to compare with")
        return _COMPARED[self.comparator](measured, self.value)


_COMPARED: Final = {
    ">=": Decimal.__ge__,
    "<=": Decimal.__le__,
    "<": Decimal.__lt__,
    "=": Decimal.__eq__,
}


class Deadline(NamedTuple):
    """Days within which an event must be reported, and how they count: `working` or `calendar`."""

    days: int
    counting: str


@cache
def rules(kind: str) -> tuple[RuleRow, ...]:
    """Every row of a kind, switched off ones included, in table order. Raises Refusal("unknown_rule_kind")."""
    if kind not in _TABLES:
        raise Refusal("unknown_rule_kind", kind=kind, known=list(KINDS))
    return tuple(_row_of(kind, row) for row in rows(_TABLES[kind]))


def _row_of(kind: str, row: Mapping[str, str]) -> RuleRow:
    valid_from = date.fromisoformat(row["valid_from"])
    valid_to = None if row["valid_to"] == _OPEN else date.fromisoformat(row["valid_to"])
    if valid_to is not None and valid_to <= valid_from:
        raise ValueError(f"{kind} {row['rule']} {row['indicator']} ends before it begins")
    return RuleRow(
        kind=kind,
        rule=row["rule"],
        product=words(row["product"]),
        jurisdiction=row["jurisdiction"],
        process=words(row["process"]),
        indicator=row["indicator"],
        event=words(row["event"]),
        actors=words(row["actors"]),
        comparator=row["comparator"],
        value=Decimal(row["value"]) if row["value"] else None,
        unit=row["unit"],
        valid_from=valid_from,
        valid_to=valid_to,
        assumed_from="from" in words(row["assumed"]),
        assumed_to="to" in words(row["assumed"]),
        name=row["name"],
        instrument=row["instrument"],
        source=row["source"],
        verified=row["verified"].startswith("verified ("),
        verified_as=row["verified"],
        enabled=flag(row["enabled"]),
        reason=row["reason"],
        note=row["note"],
        hazardous=flag(row["hazardous"]) if row.get("hazardous") else None,
    )


def rules_in_force(kind: str, *, on: date, product: str | None = None, jurisdiction: str = HOME) -> tuple[RuleRow, ...]:
    """Rows of a kind in force on a day in a jurisdiction (and above it), of one product or of all.

    Raises Refusal("unknown_rule_kind").
    """
    return tuple(
        row
        for row in rules(kind)
        if row.in_force(on) and row.reaches(jurisdiction) and (product is None or product in row.product)
    )


def norm_for(
    what: str, *, product: str, on: date, process: str | None = None, jurisdiction: str = HOME
) -> RuleRow | None:
    """The norm for an element ("lithium") or an indicator ("electrode_powder_recovery") on a day, or None.

    With a process, only a norm that speaks of it; without, of any process of the product. A combined norm answers
    for each of its elements, and `elements` of the row says that it is one rate of them all.
    """
    for row in rules_in_force("norm", on=on, product=product, jurisdiction=jurisdiction):
        named = what in row.elements if is_element(what) else what == row.indicator
        if named and (process is None or not row.process or process in row.process):
            return row
    return None


def deadline_for(
    event_kind: str,
    on: date,
    *,
    product: str = "power_battery",
    actor: str | None = None,
    jurisdiction: str = HOME,
) -> Deadline | None:
    """How soon an event of `event_kind` that happened `on` a day must be recorded, or None when no rule says.

    `actor` is the kind of the reporting organisation. Without it the longest deadline of any actor answers: nobody
    is called late by a rule that may not be theirs.
    """
    found = [
        row
        for row in rules_in_force("deadline", on=on, product=product, jurisdiction=jurisdiction)
        if event_kind in row.event and (actor is None or actor in row.actors)
    ]
    days = [Deadline(int(row.value), row.unit) for row in found if row.value is not None]
    return max(days, default=None)
