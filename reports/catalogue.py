"""The reports there are: name → what it asks the ledger, what it makes of the answer, and how it is written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from registry.domain.refusals import Refusal
from reports.collection import collection
from reports.columns import Table, recovery_table
from reports.queries.cells import cells
from reports.queries.market import collected_and_placed
from reports.recovery import recovery
from reports.render.collection import COLLECTION, collection_table
from reports.render.files import RECOVERY, Manner
from reports.selection import Selection
from reports.words import COLLECTION_TITLE, TITLE, Words


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One report: its query (one SELECT), its pure frame, its table and its charts."""

    name: str
    title: Words
    query: Callable[[Any, Selection], pd.DataFrame]
    """(session, selection) → cells"""
    frame: Callable[[pd.DataFrame, Selection], Any]
    table: Callable[[Any, str], Table]
    manner: Manner
    """how the answer is told beside its table"""
    opens: bool = True
    """whether its figures are those of FIGURES, which open into their postings"""

    def answer(self, session: Any, selection: Selection) -> Any:
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
                manner=RECOVERY,
            ),
            Entry(
                name="collection_rate",
                title=COLLECTION_TITLE,
                query=collected_and_placed,
                frame=collection,
                table=collection_table,
                manner=COLLECTION,
                opens=False,
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
