"""Why an element's recovery is what it is: what went in, split exactly into what came back, what still may, and what
each process lost. Pure: lines of a recovery report by process in, shares out. Amounts in grams.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.domain.rules import RuleRow, norm_for
from reports.numbers import exact_percent, percent
from reports.recovery import COLLECTED
from reports.report import Line, Report

_OPEN = ("stock", "transit")


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one process did with the element: `lost_g` is what it took in for good and did not give back."""

    process: str
    treated_g: int
    recycled_g: int

    @property
    def lost_g(self) -> int:
        """Treated without coming back."""
        return self.treated_g - self.recycled_g

    @property
    def yield_percent(self) -> str | None:
        """Recycled of what it treated."""
        return percent(self.recycled_g, self.treated_g)


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """One element over a whole selection.

    input = recycled + second life + lost (over all steps) + open + elsewhere, to the gram; `elsewhere` is what left
    the selection or was moved by differences. `norm` is the one in force, judged on what was treated; `verdict` is
    met, missed, or empty where there is none.
    """

    element: str
    input_g: int
    recycled_g: int
    second_life_g: int
    treated_g: int
    open_g: int
    steps: tuple[Step, ...]
    norm: RuleRow | None
    verdict: str

    @property
    def elsewhere_g(self) -> int:
        """Input that none of the other parts holds."""
        return self.input_g - self.treated_g - self.second_life_g - self.open_g

    @property
    def rate_percent(self) -> str | None:
        """Recycled of the whole input."""
        return percent(self.recycled_g, self.input_g)

    @property
    def treated_rate_percent(self) -> str | None:
        """Recycled of what was treated: what the norm speaks of."""
        return percent(self.recycled_g, self.treated_g)

    def treated_share(self, step: Step) -> str | None:
        """The step's part of all that was treated."""
        return percent(step.treated_g, self.treated_g)

    def lost_share(self, step: Step) -> str | None:
        """The step's part of all that was lost."""
        return percent(step.lost_g, self.treated_g - self.recycled_g)

    @property
    def worst(self) -> tuple[Step, ...]:
        """The steps below the norm (or that lost anything, where there is none), most lost first."""
        return tuple(step for step in self.steps if step.lost_g > 0 and not self._reaches(step))

    def _reaches(self, step: Step) -> bool:
        return self.norm is not None and self.norm.is_met_by(exact_percent(step.recycled_g, step.treated_g))


def shortfall(report: Report, element: str, *, stream: str) -> Shortfall:
    """The element in a recovery report by process. Steps are ordered by what they lost, most first."""
    lines = _of(report, element, stream)
    norm = norm_for(element, product=stream, on=report.selection.rules_on)
    if norm is not None and norm.value is None:
        norm = None
    return Shortfall(
        element=element,
        input_g=_sum(lines, "input"),
        recycled_g=_sum(lines, "recycled"),
        second_life_g=_sum(lines, "second_life"),
        treated_g=_sum(lines, "treated"),
        open_g=_sum(lines, *_OPEN),
        steps=_steps(lines),
        norm=norm,
        verdict=_verdict(report, stream, norm),
    )


def _of(report: Report, element: str, stream: str) -> list[Line]:
    return [
        line
        for line in report.lines
        if line.source == COLLECTED and line.substance == element and line.stream == stream
    ]


def _sum(lines: Sequence[Line], *keys: str) -> int:
    return sum(line.figures[key] for line in lines for key in keys)


def _steps(lines: Sequence[Line]) -> tuple[Step, ...]:
    found = []
    for process in sorted({line.bucket for line in lines}):
        mine = [line for line in lines if line.bucket == process]
        step = Step(process=process, treated_g=_sum(mine, "treated"), recycled_g=_sum(mine, "recycled"))
        if step.treated_g or step.recycled_g:
            found.append(step)
    return tuple(sorted(found, key=lambda step: -step.lost_g))


def _verdict(report: Report, stream: str, norm: RuleRow | None) -> str:
    """Met or missed by all the elements the norm speaks of together."""
    if norm is None:
        return ""
    together = [line for element in norm.elements for line in _of(report, element, stream)]
    treated = _sum(together, "treated")
    if treated == 0:
        return ""
    return "met" if norm.is_met_by(exact_percent(_sum(together, "recycled"), treated)) else "missed"
