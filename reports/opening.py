"""A figure opened: one page of the batches and events behind it, and the one row of what others hold."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from registry.domain.refusals import Refusal
from registry.domain.substances import substance
from reports.figures import FIGURES, Figure
from reports.selection import Selection

SOURCES = ("collected", "addition", "unknown")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which figure of which balance: `name` is a key of FIGURES."""

    source: str
    substance: str
    name: str

    @property
    def figure(self) -> Figure:
        """What it sums."""
        return FIGURES[self.name]

    @property
    def text(self) -> str:
        """The figure as an address writes it: `lithium.recycled`, `addition.mass.loss`."""
        named = f"{self.substance}.{self.name}"
        return named if self.source == SOURCES[0] else f"{self.source}.{named}"


def asked_of(text: str) -> Asked:
    """The inverse of `Asked.text`. Refusals: unknown_figure, unknown_substance."""
    source, _, rest = text.partition(".") if text.partition(".")[0] in SOURCES else (SOURCES[0], "", text)
    code, _, name = rest.partition(".")
    if name not in FIGURES:
        raise Refusal("unknown_figure", figure=text[:60])
    return Asked(source=source, substance=substance(code).code, name=name)


@dataclass(frozen=True, kw_only=True)
class Opening:
    """`rows` are CONTRIBUTION_COLUMNS of reports.queries.contributions; `others` sums by division what the reader may
    not open. Over all pages, rows and others sum to `total`, which is the figure.
    """

    selection: Selection
    asked: Asked
    rows: pd.DataFrame
    others: pd.DataFrame
    total: int
    forecast: bool
    cursor: str | None
    """where the next page begins; None on the last"""
