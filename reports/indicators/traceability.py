"""Traceability 可追溯率: the share of the mass whose fate is known, and of that whose place is known."""

from __future__ import annotations

from typing import Final

from reports.entry import Entry
from reports.selection import BREAKDOWNS
from reports.sheets import Part, Share, Sheet, asked_sheet, framed_sheet
from reports.tabular import ROW_NAMES, About, Chart

ABOUT: Final = About(
    name="traceability",
    title={"zh": "去向可追溯率", "en": "Traceability"},
    group="loop",
    question={
        "zh": "收集的质量里，有几成说得清去向？",
        "en": "Of which share of the mass is the fate known?",
    },
    definition={
        "zh": "可追溯率 = 已了结（各去向 + 损耗）÷ 投入。所在可知 =（已了结 + 在库 + 在途）÷ 投入；"
        "其余为重量差（正为短少）与运出所选范围的量。来源不明与添加物不进入比率。",
        "en": "Traceability = what has found its end (outcomes + loss) ÷ input. Whereabouts known = (ended + in "
        "stock + in transit) ÷ input; the rest is weight differences (positive: missing) and what left the selection. "
        "Mass of unknown source and additions count in no rate.",
    },
    source="新能源汽车废旧动力电池回收和综合利用管理暂行办法（六部门令第73号）",
    charts=(
        Chart(
            kind="bar",
            title={"zh": "去向可追溯率", "en": "Traceability"},
            label=ROW_NAMES,
            series=("traceability", "whereabouts"),
        ),
    ),
)

SHEET: Final = Sheet(
    about=ABOUT,
    parts=tuple(
        Part(key=key)
        for key in ("collected", "received", "input", "closed", "stock", "transit", "difference_weighing", "sent_out")
    ),
    shares=(
        Share(key="traceability", over=("closed",), under=("input",)),
        Share(
            key="whereabouts",
            over=("closed", "stock", "transit"),
            under=("input",),
            words={"zh": "所在可知", "en": "Whereabouts known"},
        ),
    ),
)

ENTRY: Final = Entry(about=ABOUT, query=asked_sheet(SHEET), frame=framed_sheet(SHEET), breakdowns=BREAKDOWNS)
