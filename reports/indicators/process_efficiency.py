"""Process efficiency 综合回收率 per plant and process: what counts of the outputs, over the waste that went in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from reports.columns import Column
from reports.entry import Entry
from reports.numbers import percent
from reports.queries.refed import refed
from reports.selection import BREAKDOWNS, Selection
from reports.sheets import Gathered, Part, Share, Sheet, asked_sheet, frame_of
from reports.tabular import ROW_NAMES, About, Cell, Chart, Named, TableReport, TableRow, code_of, rate

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
        "工序得率 = 全部产出（含中间产物）÷ 废料投入，同上。全链：按站点、单位、地区或时间合计各工序，"
        "投入不含本范围自产又投入的中间产物，产出只计去向：链回收率 = 计入的产出 ÷ 链投入。"
        "经拆分或合并再投入的按新投入计。",
        "en": "Process efficiency = outputs that count (reuse, cascade, remanufacture, retread, recycling) ÷ waste "
        "input, additions excluded; step yield = all outputs (intermediates included) ÷ the same waste input. The "
        "chain adds up all processes of a place or time: its input leaves out what the selection made itself and fed "
        "on, its output counts outcomes only: chain recovery = outputs that count ÷ chain input. What was split or "
        "merged before it was fed on counts as new input.",
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

CHAIN: Final = Sheet(about=ABOUT, parts=SHEET.parts, shares=SHEET.shares, rows=(), keep=SHEET.keep)
_CHAINED: Final = ("site", "organisation", "area", "month", "quarter", "year")
"""breakdowns whose rows hold several processes"""
_ALL: Final = Named(code="*", words={"zh": "全部工序（链）", "en": "All processes (chain)"})
_MORE: Final = (
    Column(key="chain_input", words={"zh": "链投入", "en": "Chain input"}, kind="mass", unit="kg"),
    rate("chain_recovery", {"zh": "链回收率", "en": "Chain recovery"}),
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The cells, and what the selection made itself and fed on."""

    gathered: Gathered
    refed: pd.DataFrame


def query(session: Any, selection: Selection) -> Asked:
    """Two SELECTs, and one for names where the rows are sites or organisations."""
    return Asked(gathered=asked_sheet(SHEET)(session, selection), refed=refed(session, selection))


def frame(asked: Asked, selection: Selection) -> TableReport:
    """A row per process, after one for the chain of all processes where the breakdown holds several."""
    report = frame_of(SHEET, asked.gathered, selection)
    rows, by = report.rows, selection.by
    if by in _CHAINED:
        fed = _fed_on(asked.refed, selection)
        chains = [_chained(row, fed, by) for row in frame_of(CHAIN, asked.gathered, selection).rows]
        steps = {code_of(row.cells[by]): [each for each in rows if each.cells[by] == row.cells[by]] for row in chains}
        rows = tuple(row for chain in chains for row in (chain, *steps[code_of(chain.cells[by])]))
    totals = _with_chain(report.totals, int(asked.refed["amount"].sum()))
    return replace(report, columns=(*report.columns, *_MORE), rows=rows, totals=totals)


def _chained(row: TableRow, fed: Mapping[str, int], by: str) -> TableRow:
    cells = _with_chain(row.cells, fed.get(code_of(row.cells[by]), 0))
    return replace(row, cells={**cells, "process": _ALL})


def _with_chain(cells: Mapping[str, Cell], fed_on: int) -> dict[str, Cell]:
    went_in, counted = cells["process_input"], cells["counted_output"]
    if not isinstance(went_in, int) or not isinstance(counted, int):
        return dict(cells)
    chain = went_in - fed_on
    return {**cells, "chain_input": chain, "chain_recovery": percent(counted, chain)}


def _fed_on(made: pd.DataFrame, selection: Selection) -> Mapping[str, int]:
    """By row: what was made and fed on in that same place or time."""
    found: dict[str, int] = {}
    for row in made.to_dict("records"):
        here, there = str(row["bucket"]), _made_bucket(row, selection)
        if selection.by == "area":
            here = selection.area_children.get(here, "")
        if there is None or here == there:
            found[here] = found.get(here, 0) + int(row["amount"])
    return found


def _made_bucket(row: Mapping[Any, Any], selection: Selection) -> str | None:
    """The row of what made it; None where the rows tell cohorts, which all share a place and a time of origin."""
    month, by = str(row["made_month"]), selection.by
    if by in ("site", "organisation"):
        return str(row["made_place"])
    if selection.basis == "cohort":
        return None
    if by == "area":
        return selection.area_children.get(str(row["made_place"]), "")
    return {"month": month, "year": month[:4], "quarter": f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"}[by]


ENTRY: Final = Entry(
    about=ABOUT,
    query=query,
    frame=frame,
    breakdowns=("site", *(by for by in BREAKDOWNS if by != "site")),
)
