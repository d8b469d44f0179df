"""The reports there are: name → what it asks the ledger, what it makes of the answer, and how it is written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from registry.domain.refusals import Refusal
from reports.columns import Table, recovery_table
from reports.queries.cells import cells
from reports.recovery import recovery
from reports.render import charts
from reports.report import Report
from reports.selection import Selection
from reports.words import TITLE, Words


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One report: its query (one SELECT), its pure frame, its table and its charts."""

    name: str
    title: Words
    query: Callable[[Any, Selection], pd.DataFrame]
    """(session, selection) → cells"""
    frame: Callable[[pd.DataFrame, Selection], Report]
    table: Callable[[Report, str], Table]
    bars: tuple[Callable[[Report, str], charts.Bars], ...]

    def answer(self, session: Any, selection: Selection) -> Report:
        """Ask, and make the report."""
        return self.frame(self.query(session, selection), selection)


CATALOGUE: Final[Mapping[str, Entry]] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            Entry(
                name="recovery",
                title=TITLE,
                query=cells,
                frame=recovery,
                table=recovery_table,
                bars=(charts.outcomes, charts.elements),
            ),
        )
    }
)


def entry_of(name: str) -> Entry:
    """The report of that name. Refusal: not_found."""
    try:
        return CATALOGUE[name]
    except KeyError:
        raise Refusal("not_found", report=name[:40]) from None
