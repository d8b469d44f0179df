"""Outcome shares 去向构成: what became of the mass, as shares of what went in and of what has found its end."""

from __future__ import annotations

from typing import Final

from reports.entry import Entry
from reports.figures import OUTCOME_FIGURES
from reports.selection import BREAKDOWNS
from reports.sheets import Part, Share, Sheet, asked_sheet, framed_sheet
from reports.tabular import ROW_NAMES, About, Chart

_FATES: Final = (*OUTCOME_FIGURES, "loss")

ABOUT: Final = About(
    name="outcomes",
    title={"zh": "去向构成", "en": "Outcome shares"},
    group="loop",
    question={
        "zh": "收集的废旧产品最后变成了什么，各占几成？",
        "en": "What became of what was collected, and in which shares?",
    },
    definition={
        "zh": "各去向的质量 ÷ 投入（批次追踪口径：收集量；流量口径：收集 + 自外部接收），"
        "以及 ÷ 已了结（各去向 + 损耗）。两种分母并列；在库与在途尚无去向，计入投入，不计入已了结。",
        "en": "Mass per outcome ÷ input (cohort: what was collected; flow: collected + received from outside), and ÷ "
        "what has found its end (outcomes + loss). Both are shown; what is in stock or on its way is input "
        "without an end.",
    },
    source="Commission Decision 2011/753/EU; 2008/98/EC art. 4",
    charts=(
        Chart(
            kind="stacked",
            title={"zh": "去向构成", "en": "What became of it"},
            label=ROW_NAMES,
            series=(*_FATES, "stock", "transit"),
        ),
    ),
)

SHEET: Final = Sheet(
    about=ABOUT,
    parts=tuple(
        Part(key=key)
        for key in (
            *("collected", "received", "input", *_FATES, "closed"),
            *("recycling", "recovery", "stock", "transit", "sent_out"),
        )
    ),
    shares=(
        Share(key="recycling_rate", over=("recycling",), under=("input",)),
        Share(key="recovery_rate", over=("recovery",), under=("input",)),
        *(Share(key=f"{code}_of_input", over=(code,), under=("input",)) for code in _FATES),
        *(Share(key=f"{code}_of_closed", over=(code,), under=("closed",)) for code in _FATES),
    ),
)

ENTRY: Final = Entry(about=ABOUT, query=asked_sheet(SHEET), frame=framed_sheet(SHEET), breakdowns=BREAKDOWNS)
