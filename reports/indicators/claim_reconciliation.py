"""Claim reconciliation 申报核对: what plants declare, what stands in their outputs, what went in. DOMAIN §4, §6."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from registry.domain import tallies
from reports.entry import Entry
from reports.event_sheets import BREAKDOWNS, EventSheet, Group, Part, Share, asked, framed
from reports.numbers import kg_shown
from reports.selection import Selection
from reports.tabular import About, Cell, Chart, Note
from reports.tallies import TALLY_FIGURES

_ABOVE: Final = {
    "zh": "申报 {declared} 千克，高于理论含量 {content} 千克",
    "en": "{declared} kg declared, above the theoretical content of {content} kg",
}
ABOUT: Final = About(
    name="claim_reconciliation",
    title={"zh": "申报核对", "en": "Claim reconciliation"},
    group="plants",
    question={
        "zh": "工厂申报的回收率，与产出合计和理论含量对得上吗？",
        "en": "Do the recovery rates plants declare agree with their outputs and the theoretical content?",
    },
    definition={
        "zh": "按工厂、工序与元素：理论含量（投入与药剂中的账面含量：容量 "
        "× 每千瓦时含量，或检测值）、工厂在产出各行中申报的量、"
        "产出合计（含按质量推算的行）。申报率 = 申报 ÷ 理论含量；"
        "产出率 = 产出合计 ÷ 理论含量。高于含量的申报照记，列为发现。",
        "en": "Per plant, process and element: theoretical content (on the books of inputs and reagents: capacity × "
        "content per kWh, or as measured), what the plant declared in its output lines, and the sum of all lines "
        "(inherited ones included). Declared rate = declared ÷ content; output rate = outputs ÷ content. A claim "
        "above the content is kept, and is a finding.",
    },
    source="registry/data/battery_params.csv",
    charts=(
        Chart(
            kind="bar",
            title={"zh": "申报与含量", "en": "Declared and contained"},
            label=("substance", *BREAKDOWNS, "process"),
            series=("content", "declared", "outputs"),
        ),
    ),
)


def _notes(groups: Sequence[Group], _selection: Selection) -> list[Note]:
    return [
        Note(
            code="claim_above_content",
            template=_ABOVE,
            where=group.where,
            facts={name: kg_shown(group.values[name], 3) for name in ("declared", "content")},
        )
        for group in groups
        if group.values["overclaim"] > 0 or group.values["declared"] > group.values["content"]
    ]


def _unsaid(group: Group) -> dict[str, Cell]:
    """Unknown is not zero: a plant that declared nothing has no declared rate."""
    return {} if group.values["declared"] else {"declared": None, "declared_rate": None}


SHEET: Final = EventSheet(
    about=ABOUT,
    words=frozenset({tallies.CLAIM, tallies.OVERCLAIM}),
    rows=("process", "substance"),
    parts=tuple(
        Part(key=key, words=TALLY_FIGURES[key].words, figure=key, substance="")
        for key in ("content", "declared", "outputs", "overclaim")
    ),
    shares=(
        Share(key="declared_rate", over="declared", under="content", words={"zh": "申报率", "en": "Declared rate"}),
        Share(key="output_rate", over="outputs", under="content", words={"zh": "产出率", "en": "Output rate"}),
    ),
    told=_unsaid,
    judge=_notes,
)
ENTRY: Final = Entry(
    about=ABOUT, query=asked(SHEET), frame=framed(SHEET), bases=("flow",), breakdowns=(*BREAKDOWNS, "process")
)
