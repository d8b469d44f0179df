"""Licence findings 许可核查: mass processed without a licence in force. DOMAIN §7."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from registry.domain import tallies
from reports.entry import Entry
from reports.event_sheets import BREAKDOWNS, EventSheet, Group, Part, Share, asked, framed
from reports.numbers import kg_shown
from reports.selection import Selection
from reports.tabular import About, Chart, Note
from reports.tallies import TALLY_FIGURES

_FOUND: Final = {
    "zh": "{kg} 千克在没有有效许可的情况下处理",
    "en": "{kg} kg were processed without a licence in force",
}
ABOUT: Final = About(
    name="licence_findings",
    title={"zh": "许可核查", "en": "Licence findings"},
    group="plants",
    question={
        "zh": "哪些工厂在没有有效许可的情况下处理了多少？",
        "en": "Which plants processed how much without a licence in force?",
    },
    definition={
        "zh": "按处理当日该站点、该工序有无有效许可计：许可起始日计入，终止日不计入。记录照留，不产生回收凭证。",
        "en": "By whether the site had a licence for the process "
        "on that day: its first day counts, its end does not. "
        "What was done stays recorded, and earns no evidence.",
    },
    source="licences of the sites, as they stood at capture",
    charts=(
        Chart(
            kind="stacked",
            title={"zh": "无有效许可的处理量", "en": "Processed without a licence in force"},
            label=(*BREAKDOWNS, "process"),
            series=("expired", "never"),
        ),
    ),
)


def _notes(groups: Sequence[Group], _selection: Selection) -> list[Note]:
    return [
        Note(
            code="no_licence_in_force",
            template=_FOUND,
            where=group.where,
            facts={"kg": kg_shown(group.values["unlicensed"])},
        )
        for group in groups
    ]


SHEET: Final = EventSheet(
    about=ABOUT,
    words=frozenset({tallies.LICENSED, tallies.UNLICENSED}),
    rows=("process",),
    parts=tuple(
        Part(key=key, words=TALLY_FIGURES[key].words, figure=key, substance="mass")
        for key in ("processed", "unlicensed", "expired", "never")
    ),
    shares=(
        Share(key="share", over="unlicensed", under="processed", words={"zh": "无许可占比", "en": "Without a licence"}),
    ),
    keep=lambda values: values["unlicensed"] != 0,
    order=lambda group: (-group.values["unlicensed"], *group.key.values()),
    judge=_notes,
)
ENTRY: Final = Entry(
    about=ABOUT, query=asked(SHEET), frame=framed(SHEET), bases=("flow",), breakdowns=(*BREAKDOWNS, "process")
)
