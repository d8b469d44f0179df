"""The catalogue's entry of the recovery report: the whole balance of each row, with every rate it gives."""

from __future__ import annotations

from typing import Final

from reports.columns import Column, Opens, recovery_table
from reports.dimensions import column_of, named
from reports.entry import Entry, either, either_table
from reports.figures import FIGURES, RATES
from reports.queries.cells import cells
from reports.recovery import recovery
from reports.render.files import RECOVERY
from reports.report import Line, Report
from reports.selection import Selection
from reports.sheets import narrowing_of
from reports.tabular import About, Cell, TableReport, TableRow, rate
from reports.words import DEFINITIONS, RATE_WORDS, TITLE
from reports.words import FIGURES as FIGURE_WORDS

ABOUT: Final = About(
    name="recovery",
    title=TITLE,
    group="loop",
    question={
        "zh": "收集了多少，变成了什么，每种元素回收了几成？",
        "en": "How much was collected, what became of it, and which share of each element came back?",
    },
    definition=DEFINITIONS["recovery"],
    source="行业规范条件 2024 年本；Commission Delegated Regulation (EU) 2025/606",
)


def _dims(selection: Selection) -> tuple[str, ...]:
    buckets = () if selection.by in ("stream", "product") else (selection.by,)
    return ("source", "stream", "product", *buckets, "substance")


def tabled(report: Report) -> TableReport:
    """The lines as rows of the common shape: every figure and rate; norms and verdicts stay with the report itself."""
    dims = _dims(report.selection)
    return TableReport(
        about=ABOUT,
        selection=report.selection,
        columns=(
            *(column_of(dim) for dim in dims),
            *(
                Column(key=key, words=FIGURE_WORDS[key], kind="mass", unit="kg|kWh", opens=Opens(figure=key))
                for key in FIGURES
            ),
            *(rate(f"{key}_percent", RATE_WORDS[key]) for key in RATES),
        ),
        rows=tuple(_row(line, dims, report.selection) for line in report.lines),
        rules=report.rules,
        forecast=report.forecast,
    )


def _row(line: Line, dims: tuple[str, ...], selection: Selection) -> TableRow:
    own = {"source": line.source, "stream": line.stream, "product": line.product, "substance": line.substance}
    key = {dim: own.get(dim, line.bucket) for dim in dims}
    cells: dict[str, Cell] = {dim: named(dim, code, {}) for dim, code in key.items()}
    cells |= line.figures
    cells |= {f"{name}_percent": value for name, value in line.rates.items()}
    return TableRow(cells=cells, narrowing=narrowing_of(selection, key))


ENTRY: Final = Entry(
    about=ABOUT,
    query=cells,
    frame=recovery,
    table=either_table(recovery_table),
    tabled=tabled,
    manner=either(RECOVERY),
)
