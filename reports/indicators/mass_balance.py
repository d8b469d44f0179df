"""Mass balance per site 质量平衡: in = out + stock + loss + differences, to the gram, with the difference accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reports.columns import Column
from reports.entry import Entry
from reports.figures import IN_SIDE, OUT_SIDE
from reports.selection import Selection
from reports.sheets import COLLECTED, Group, Judged, Part, Sheet, asked_sheet, framed_sheet
from reports.tabular import ROW_NAMES, About, Chart, Note
from reports.words import DEFINITIONS

_REST: Final = Column(key="rest", words={"zh": "差额（应为零）", "en": "Rest (zero)"}, kind="mass", unit="kg")
_OPEN: Final = {
    "zh": "账目不平，差 {grams} 克",
    "en": "The ledger does not close: {grams} g",
}
ABOUT: Final = About(
    name="mass_balance",
    title={"zh": "质量平衡", "en": "Mass balance"},
    group="books",
    question={
        "zh": "每个站点进了多少、出了多少，差在哪里？",
        "en": "What came into each site, what left it, and where is the difference?",
    },
    definition=DEFINITIONS["closing"],
    source="质量守恒；GB/T 24040 物质流",
    charts=(
        Chart(
            kind="stacked",
            title={"zh": "进入的量如何了结", "en": "How what came in is accounted for"},
            label=ROW_NAMES,
            series=OUT_SIDE,
        ),
    ),
)


def _judged(groups: Sequence[Group], _selection: Selection) -> list[Judged]:
    return [_closed(group) for group in groups]


def _closed(group: Group) -> Judged:
    """Collected mass may not change its stream of origin; the mass of a pseudo-origin counts by its batch's stream."""
    rest = sum(group.values[key] for key in IN_SIDE) - sum(group.values[key] for key in OUT_SIDE)
    odd = rest or (group.values["moved"] if group.key["source"] == COLLECTED else 0)
    notes = (Note(code="does_not_close", template=_OPEN, where=group.where, facts={"grams": str(odd)}),)
    return Judged(cells={"rest": rest}, notes=notes if odd else ())


SHEET: Final = Sheet(
    about=ABOUT,
    parts=tuple(Part(key=key, substance="mass") for key in (*IN_SIDE, *OUT_SIDE)),
    rows=("source",),
    sources=(COLLECTED, "addition", "unknown"),
    more=(_REST,),
    judge=_judged,
)

ENTRY: Final = Entry(
    about=ABOUT,
    query=asked_sheet(SHEET),
    frame=framed_sheet(SHEET),
    breakdowns=("site", "organisation", "area", "month", "quarter", "year"),
)
