"""What an entry of the catalogue is: a question of the ledger, how it may be asked, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain.refusals import Refusal
from reports.columns import Table
from reports.comparing import compared
from reports.render import pdf
from reports.render.files import Manner
from reports.render.tabular import GENERIC
from reports.selection import BASES, Selection
from reports.tabular import About, TableReport, table_of
from reports.words import Words


def itself(answer: TableReport) -> TableReport:
    """An answer of the common shape already."""
    return answer


def _common(answer: Any) -> bool:
    return isinstance(answer, TableReport)


def either_table(own: Callable[[Any, str], Table]) -> Callable[[Any, str], Table]:
    """The table of an answer of an entry's own shape, or of the common one when it was compared."""
    return lambda answer, language: table_of(answer, language) if _common(answer) else own(answer, language)


def either(own: Manner) -> Manner:
    """The manner of an entry's own shape, or of the common one when it was compared."""
    return Manner(
        body=lambda answer: (GENERIC if _common(answer) else own).body(answer),
        facts=lambda answer, language: (GENERIC if _common(answer) else own).facts(answer, language),
        drawn=lambda answer, language: (GENERIC if _common(answer) else own).drawn(answer, language),
        sections=lambda answer, table, language: _sections(own, answer, table, language),
    )


def _sections(own: Manner, answer: Any, table: Table, language: str) -> Sequence[pdf.Section]:
    manner = GENERIC if _common(answer) else own
    if manner.sections is None:
        return pdf.whole(manner.facts(answer, language), table, language)
    return manner.sections(answer, table, language)


BREAKDOWNS = ("product", "stream", "area", "month")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One report: its query, its pure frame, its table and what it is drawn as.

    `bases` and `breakdowns` are those it may be asked by, the first of each when none is named; `filters` are the
    query parameters it reads beside those every report reads.
    """

    about: About
    query: Callable[[Any, Selection], Any]
    """(session, selection) → what the frame makes the answer of"""
    frame: Callable[[Any, Selection], Any]
    table: Callable[[Any, str], Table] = table_of
    tabled: Callable[[Any], TableReport] = itself
    """an answer of its own shape in the common one, for whoever reads only that"""
    manner: Manner = GENERIC
    """how the answer is told beside its table"""
    bases: tuple[str, ...] = BASES
    breakdowns: tuple[str, ...] = BREAKDOWNS
    filters: tuple[str, ...] = ()
    opens: bool = True
    """whether its figures are those of FIGURES, which open into their postings"""

    @property
    def name(self) -> str:
        """Its name in addresses, commands and files."""
        return self.about.name

    @property
    def title(self) -> Words:
        """Its name for people."""
        return self.about.title

    def check(self, selection: Selection) -> None:
        """Refusals unknown_basis and unknown_breakdown for a question it has no answer to."""
        for value, known, code in (
            (selection.basis, self.bases, "unknown_basis"),
            (selection.by, self.breakdowns, "unknown_breakdown"),
        ):
            if value not in known:
                raise Refusal(code, value=value, known=list(known))

    def answer(self, session: Any, selection: Selection) -> Any:
        """Ask, and make the report; with the period before beside it where it is asked for, in the common shape.

        Refusals as `check`, and those of its query.
        """
        self.check(selection)
        answer = self.frame(self.query(session, selection), selection)
        if selection.compare is None:
            return answer
        earlier = selection.before
        before = self.frame(self.query(session, earlier), earlier)
        return compared(self.tabled(answer), self.tabled(before))
