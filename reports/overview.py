"""The figures of an overseer's first page, out of three recovery reports of one cohort. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from registry.domain.rules import norm_for
from registry.domain.substances import SUBSTANCES, is_element
from reports.loop import Loop, loop
from reports.report import Finding, Report
from reports.shortfall import Shortfall, shortfall

WORST = 5


@dataclass(frozen=True, kw_only=True)
class Overview:
    """One area, period and stream at a glance. `shortfalls`: the elements a norm in force speaks of."""

    by_process: Report
    by_area: Report
    by_month: Report
    loop: Loop
    shortfalls: tuple[Shortfall, ...]

    @property
    def missed(self) -> Shortfall | None:
        """The first element that misses its norm: the one to explain."""
        return next((each for each in self.shortfalls if each.verdict == "missed"), None)

    @property
    def worst(self) -> tuple[Finding, ...]:
        """What cannot be (by area) first, then the norms that processes miss by most."""
        wrong = [each for each in self.by_area.findings if each.code in _WRONG]
        missed = [each for each in self.by_process.findings if each.code == "norm_missed"]
        return (*wrong, *sorted(missed, key=_reached))[:WORST]


_WRONG = ("does_not_close", "negative_stock", "rate_above_100")


def _reached(finding: Finding) -> Decimal:
    return Decimal(finding.facts["percent"] or 0)


def normed_elements(stream: str | None, on: date) -> tuple[str, ...]:
    """The elements of a stream that a norm in force asks a recovery of, in the order of the table of substances."""
    if not stream:
        return ()
    return tuple(
        each.code
        for each in SUBSTANCES
        if is_element(each.code) and (norm := norm_for(each.code, product=stream, on=on)) and norm.value is not None
    )


def overview(by_process: Report, by_area: Report, by_month: Report) -> Overview:
    """All of it. The three answer the same cohort, broken down differently."""
    selection = by_process.selection
    elements: Sequence[str] = normed_elements(selection.stream, selection.rules_on)
    found = [shortfall(by_process, element, stream=selection.stream or "") for element in elements]
    return Overview(
        by_process=by_process,
        by_area=by_area,
        by_month=by_month,
        loop=loop(by_process),
        shortfalls=tuple(each for each in found if each.input_g),
    )
