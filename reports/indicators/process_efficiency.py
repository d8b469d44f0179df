"""Process efficiency 综合回收率 per plant and process: what counts of the outputs, over the waste that went in."""

from __future__ import annotations

from typing import Final

from reports.entry import Entry
from reports.selection import BREAKDOWNS
from reports.sheets import Part, Share, Sheet, asked_sheet, framed_sheet
from reports.tabular import ROW_NAMES, About, Chart

ABOUT: Final = About(
    name="process_efficiency",
    title={"zh": "工序综合回收率", "en": "Process efficiency"},
    group="plants",
    question={
        "zh": "每个工厂、每道工序把投入的废料变成了多少有用的东西？",
        "en": "How much of the waste that goes in does each plant and process turn into something useful?",
    },
    definition={
        "zh": "综合回收率 = 计入的产出（再使用、梯次、再制造、翻新、再生利用）÷ 废料投入，添加物不计；"
        "工序得率 = 全部产出（含中间产物）÷ 废料投入，同上。",
        "en": "Process efficiency = outputs that count (reuse, cascade, remanufacture, retread, recycling) ÷ waste "
        "input, additions excluded; step yield = all outputs (intermediates included) ÷ the same waste input.",
    },
    source="Commission Regulation (EU) 493/2012; Regulation (EU) 2023/1542 art. 3(60)",
    charts=(
        Chart(
            kind="bar",
            title={"zh": "综合回收率与工序得率", "en": "Process efficiency and step yield"},
            label=ROW_NAMES,
            series=("efficiency", "step_yield"),
        ),
    ),
)

SHEET: Final = Sheet(
    about=ABOUT,
    parts=tuple(
        Part(key=key)
        for key in (
            *("process_input", "process_output", "intermediates", "counted_output"),
            *("energy", "dispose", "loss"),
        )
    ),
    shares=(
        Share(
            key="efficiency",
            over=("counted_output",),
            under=("process_input",),
            words={"zh": "综合回收率", "en": "Process efficiency"},
        ),
        Share(key="step_yield", over=("process_output",), under=("process_input",)),
        Share(
            key="loss_rate",
            over=("loss",),
            under=("process_input",),
            words={"zh": "损耗率", "en": "Loss rate"},
        ),
    ),
    rows=("process",),
    keep=lambda values: bool(values["process_input"] or values["process_output"]),
)

ENTRY: Final = Entry(
    about=ABOUT,
    query=asked_sheet(SHEET),
    frame=framed_sheet(SHEET),
    breakdowns=("site", *(by for by in BREAKDOWNS if by != "site")),
)
