"""The catalogue's entry of the recovery report: the whole balance of each row, with every rate it gives."""

from __future__ import annotations

from typing import Final

from reports.columns import recovery_table
from reports.entry import Entry
from reports.queries.cells import cells
from reports.recovery import recovery
from reports.render.files import RECOVERY
from reports.tabular import About
from reports.words import DEFINITIONS, TITLE

ENTRY: Final = Entry(
    about=About(
        name="recovery",
        title=TITLE,
        group="loop",
        question={
            "zh": "收集了多少，变成了什么，每种元素回收了几成？",
            "en": "How much was collected, what became of it, and which share of each element came back?",
        },
        definition=DEFINITIONS["recovery"],
        source="行业规范条件 2024 年本；Commission Delegated Regulation (EU) 2025/606",
    ),
    query=cells,
    frame=recovery,
    table=recovery_table,
    manner=RECOVERY,
)
