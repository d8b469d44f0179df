"""What the benchmarks are measured against. A goal missed is printed as SHORT and stops nothing: they are no tests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Goal:
    """`least` or `most`, in `unit`."""

    name: str
    unit: str
    least: float | None = None
    most: float | None = None

    def reached(self, value: float) -> bool:
        """Whether the value keeps to both bounds."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    @property
    def bound(self) -> str:
        """As people write it: `≤ 60 ms`."""
        return f"≥ {self.least:g} {self.unit}" if self.least is not None else f"≤ {self.most:g} {self.unit}"


def told(goal: Goal, value: float, *, note: str = "") -> str:
    """One line: what, how much, against which bound, ok or SHORT."""
    line = f"{goal.name:<52} {value:>9.1f} {goal.unit:<7} {goal.bound:>12}  {'ok' if goal.reached(value) else 'SHORT'}"
    return f"{line}  ({note})" if note else line
