"""A report as a frozen value: lines of figures and rates, findings, and what it was asked. Renderers read no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from registry.domain.rules import RuleRow
from reports.figures import IN_SIDE, OUT_SIDE
from reports.selection import Selection


@dataclass(frozen=True, kw_only=True)
class Line:
    """One balance: of one source, stream, product, bucket (area or month, or empty) and substance.

    `figures` in grams (Wh where the substance is energy), exact; `rates` as text with two decimals, None without a
    denominator. `verdict`: met · missed · empty where no norm in force speaks of it.
    """

    source: str
    stream: str
    product: str
    bucket: str
    substance: str
    figures: Mapping[str, int]
    rates: Mapping[str, str | None]
    norm: RuleRow | None = None
    verdict: str = ""

    @property
    def row_key(self) -> tuple[str, str, str, str]:
        """What the lines of one row share: all but the substance."""
        return self.source, self.stream, self.product, self.bucket

    @property
    def rest(self) -> int:
        """Both sides of the closing equation taken from each other: zero, always."""
        return sum(self.figures[key] for key in IN_SIDE) - sum(self.figures[key] for key in OUT_SIDE)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something true that a reader must know; `facts` are its coordinates and numbers as text."""

    code: str
    stream: str = ""
    product: str = ""
    bucket: str = ""
    substance: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Report:
    """One answered question. `forecast`: demonstration data of the model is among it, and must be said.

    `totals` are the figures of collected mass over the whole selection. Lines broken down by area do not sum to
    them: what one part received from another was input of that part, but none of the whole.
    """

    name: str
    selection: Selection
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    rules: tuple[RuleRow, ...]
    totals: Mapping[str, int]
    forecast: bool

    @property
    def rows(self) -> Mapping[tuple[str, str, str, str], Mapping[str, Line]]:
        """Row key → substance → line, in the report's order."""
        found: dict[tuple[str, str, str, str], dict[str, Line]] = {}
        for line in self.lines:
            found.setdefault(line.row_key, {})[line.substance] = line
        return found
