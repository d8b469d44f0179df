"""A figure opened: one page of the batches and events behind it, and the one row of what others hold."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from registry.domain.mass import kg_text
from registry.domain.refusals import Refusal
from registry.domain.substances import substance
from reports import words
from reports.figures import FIGURES, Figure
from reports.selection import Selection
from reports.tallies import AGE_FIGURES, COUNT, EVENTS, TALLY_FIGURES
from reports.tallies import figure_words as event_words

SOURCES = ("collected", "addition", "unknown")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which figure of which balance: `name` is a key of FIGURES, or of an event figure (`reports.tallies`)."""

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


def figure_words(asked: Asked) -> words.Words:
    """What the figure is called."""
    return event_words(asked.name) if asked.source == EVENTS else words.FIGURES[asked.name]


def amount_text(asked: Asked, amount: int) -> str:
    """An amount of the figure as exact text: kg, kWh, or a number of events."""
    return str(amount) if asked.substance == COUNT else kg_text(amount)


def asked_of(text: str) -> Asked:
    """The inverse of `Asked.text`. Refusals: unknown_figure, unknown_substance."""
    if text.startswith(f"{EVENTS}."):
        return _asked_of_events(text)
    source, _, rest = text.partition(".") if text.partition(".")[0] in SOURCES else (SOURCES[0], "", text)
    code, _, name = rest.partition(".")
    if name not in FIGURES:
        raise Refusal("unknown_figure", figure=text[:60])
    return Asked(source=source, substance=substance(code).code, name=name)


def _asked_of_events(text: str) -> Asked:
    _, measure, name = (*text.split(".", 2), "")[:3]
    if name not in AGE_FIGURES and name.partition(".")[0] not in TALLY_FIGURES:
        raise Refusal("unknown_figure", figure=text[:60])
    return Asked(source=EVENTS, substance=measure if measure == COUNT else substance(measure).code, name=name)


@dataclass(frozen=True, kw_only=True)
class Opening:
    """`rows` are CONTRIBUTION_COLUMNS of reports.queries.opened; `others` sums by division what the reader may
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
