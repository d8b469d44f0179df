"""Discrepancies 差异: weights that differ, parts that travel back, corrections that wait. DOMAIN §4."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from registry.domain import tallies
from reports.entry import Entry
from reports.event_sheets import BREAKDOWNS, EventSheet, Group, Part, asked, framed
from reports.numbers import kg_shown
from reports.selection import Selection
from reports.tabular import About, Chart, Note

_OPEN: Final = {
    "zh": "{count} 起未了结，{kg} 千克",
    "en": "{count} still open, {kg} kg",
}
ABOUT: Final = About(
    name="discrepancies",
    title={"zh": "差异与拒收", "en": "Discrepancies"},
    group="books",
    question={
        "zh": "交接与盘点中出现了哪些差异，哪些还没有了结？",
        "en": "Where did hand-overs and stocktakes disagree, and what is still open?",
    },
    definition={
        "zh": "重量差 = 账面 − 实收（正为短少），按理由计：过磅、"
        "短少、多出、无来源。拒收部分退回发出方；两方签认的更正"
        "须对方确认。未了结：短少而同一批次此后没有找回；拒收而发出方尚未收回；更正而对方尚未确认。"
        "过磅与多出即时了结。按事件发生站点计，对方为发出站点。",
        "en": "Weight difference = booked − found (positive: missing), "
        "by its reason: scale, missing, found, no source. A "
        "refused part travels back to its sender; a correction of "
        "what two signed needs the other's word. Open: missing, "
        "and nothing found again at that batch since; refused, and not yet back with its sender; not yet confirmed. "
        "What a scale says otherwise, or was found, is settled at once. Counted where it happened; the other side is "
        "where it came from.",
    },
    source="difference:weighing; event findings",
    charts=(
        Chart(
            kind="bar",
            title={"zh": "差异起数", "en": "Discrepancies"},
            label=("type", *BREAKDOWNS, "other_site"),
            series=("count", "count_open"),
        ),
    ),
)


def _notes(groups: Sequence[Group], _selection: Selection) -> list[Note]:
    return [
        Note(
            code="discrepancy_open",
            template=_OPEN,
            where=group.where,
            facts={"count": str(group.values["count_open"]), "kg": kg_shown(group.values["mass_open"])},
        )
        for group in groups
        if group.values["count_open"] > 0
    ]


def _part(key: str, zh: str, en: str, substance: str, *, is_open: bool = False) -> Part:
    figure = "{type}_open" if is_open else "{type}"
    return Part(
        key=key, words={"zh": zh, "en": en}, figure=figure, substance=substance, detail="other_site", is_open=is_open
    )


SHEET: Final = EventSheet(
    about=ABOUT,
    words=frozenset({tallies.DIFFERENCE, tallies.REFUSED, tallies.WITHDRAWAL}),
    rows=("type", "other_site"),
    splits=("state",),
    parts=(
        _part("count", "起数", "Number", "count"),
        _part("count_open", "其中未了结", "Of these open", "count", is_open=True),
        _part("mass", "质量", "Mass", "mass"),
        _part("mass_open", "其中未了结", "Of this open", "mass", is_open=True),
    ),
    judge=_notes,
)
ENTRY: Final = Entry(about=ABOUT, query=asked(SHEET), frame=framed(SHEET), bases=("flow",), breakdowns=BREAKDOWNS)
