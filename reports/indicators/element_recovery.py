"""Element recovery 元素回收率 against the norm in force: what came back of each element, and where the rest went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from registry.domain.periods import parse_period
from registry.domain.rules import RuleRow, norm_for
from registry.domain.substances import is_element
from reports.entry import Entry
from reports.facts import comparator
from reports.indicators.element_causes import causes
from reports.numbers import exact_percent, percent
from reports.selection import BREAKDOWNS, Selection
from reports.sheets import Gathered, Group, Judged, Part, Share, Sheet, asked_sheet, frame_of
from reports.tabular import ROW_NAMES, About, Cell, Chart, Named, Note, TableReport, names, rate, text
from reports.words import VERDICTS

_MISSED: Final = {
    "zh": "元素处理回收率 {percent}%，未达到 {instrument} 规定的 {norm}%",
    "en": "Recovery of what was treated is {percent}%, short of {norm}% in {instrument}",
}

ABOUT: Final = About(
    name="element_recovery",
    title={"zh": "元素回收率", "en": "Element recovery"},
    group="loop",
    question={
        "zh": "每种元素回收了几成，达到规范了吗，没达到是因为什么？",
        "en": "Which share of each element came back, is the norm met, and if not, why?",
    },
    definition={
        "zh": "元素回收率 = 再生产出中的元素 ÷ 投入中的元素；"
        "处理回收率以已处理的量为分母（不含在库、在途、再使用与梯次），规范条件与它比对，取行内日期有效的规范；几种元素合并的规范按合计比对。"
        "未回收的部分分为：再使用与梯次、在库与在途、处理中损失（损耗、能源化、处置）与差异。",
        "en": "Element recovery = element in recycled outputs ÷ element in the input; recovery of what was treated "
        "divides by what was treated (without stock, transit, reuse and cascade). Norms are compared with the latter: "
        "the norm of the row's own date, one of several elements with them together. What did not come back is split "
        "into second life, stock and transit, lost in treatment (loss, energy, disposal) and differences.",
    },
    source="行业规范条件 2024 年本（工信部公告2024年第42号），2019 年本",
    charts=(
        Chart(
            kind="bar",
            title={"zh": "元素处理回收率与规范", "en": "Recovery of what was treated, and the norm"},
            label=ROW_NAMES,
            series=("treatment_yield", "element_recovery"),
            target="norm_value",
        ),
        Chart(
            kind="stacked",
            title={"zh": "元素去了哪里", "en": "Where the element went"},
            label=ROW_NAMES,
            series=("recycled", "second_life", "energy", "dispose", "loss", "stock", "transit"),
        ),
    ),
)


def rules_day(group: Group, selection: Selection) -> date:
    """The day whose rules judge a row: the last of its own period, or the selection's, or the cut-off's if earlier."""
    if selection.by in ("month", "quarter", "year"):
        last = parse_period(group.key[selection.by]).end - timedelta(days=1)
        return min(last, selection.rules_on)
    return selection.rules_on


def _judged(groups: Sequence[Group], selection: Selection) -> list[Judged]:
    known = {_rest_of(group.key, group.key["substance"]): group for group in groups}
    return [_held(group, known, rules_day(group, selection)) for group in groups]


def _rest_of(key: Mapping[str, str], substance: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({**key, "substance": substance}.items()))


def _held(group: Group, known: Mapping[tuple[tuple[str, str], ...], Group], day: date) -> Judged:
    process = group.key.get("process")
    norm = norm_for(group.key["substance"], product=group.key["stream"], on=day, process=process or None)
    if norm is None or norm.value is None or process == "":
        return Judged()
    near = [known[key] for element in norm.elements if (key := _rest_of(group.key, element)) in known]
    treated, recycled = (sum(each.values[key] for each in near) for key in ("treated", "recycled"))
    verdict = "" if treated == 0 else "met" if norm.is_met_by(exact_percent(recycled, treated)) else "missed"
    cells: dict[str, Cell] = {
        "norm": f"{comparator(norm)} {norm.value}",
        "norm_value": f"{norm.value.quantize(Decimal('0.01'))}",
        "norm_instrument": norm.instrument,
        "verdict": Named(code=verdict, words=VERDICTS[verdict]) if verdict else None,
    }
    notes = (_missed(group, norm, percent(recycled, treated) or ""),) if verdict == "missed" else ()
    return Judged(cells=cells, notes=notes, rules=(norm,))


def _missed(group: Group, norm: RuleRow, reached: str) -> Note:
    facts: dict[str, str | Named] = {
        "percent": reached,
        "norm": f"{comparator(norm)} {norm.value}",
        "instrument": norm.instrument,
    }
    return Note(code="norm_missed", template=_MISSED, where=group.where, facts=facts)


SHEET: Final = Sheet(
    about=ABOUT,
    parts=tuple(
        Part(key=key, substance="")
        for key in (
            *("input", "recycled", "second_life", "remanufacture", "retread", "energy", "dispose", "loss", "treated"),
            *("stock", "transit", "difference_weighing", "difference_assay", "sent_out"),
        )
    ),
    shares=(
        Share(key="element_recovery", over=("recycled",), under=("input",)),
        Share(key="treatment_yield", over=("recycled",), under=("treated",)),
        Share(
            key="second_life_share",
            over=("second_life",),
            under=("input",),
            words={"zh": "在再使用与梯次", "en": "In second life"},
        ),
        Share(
            key="open_share",
            over=("stock", "transit"),
            under=("input",),
            words={"zh": "在库与在途", "en": "In stock and transit"},
            whole=False,
        ),
        Share(
            key="lost_share",
            over=("loss", "energy", "dispose"),
            under=("input",),
            words={"zh": "处理中损失", "en": "Lost in treatment"},
        ),
    ),
    rows=("stream", "product", "substance"),
    asks=("process",),
    substances=is_element,
    more=(
        text("norm", "规范值", "Norm"),
        rate("norm_value", {"zh": "规范值", "en": "Norm"}),
        text("norm_instrument", "规范", "Norm stands in"),
        names("verdict", "比对", "Verdict"),
        text("cause", "原因", "Cause"),
    ),
    judge=_judged,
)


def frame(gathered: Gathered, selection: Selection) -> TableReport:
    """The sheet, and for each row that misses its norm the reason in one sentence."""
    report = frame_of(SHEET, gathered, selection)
    said = causes(gathered.cells, selection, report.rows)
    rows = [replace(row, cells={**row.cells, "cause": said.get(place)}) for place, row in enumerate(report.rows)]
    return replace(report, rows=tuple(rows))


ENTRY: Final = Entry(about=ABOUT, query=asked_sheet(SHEET), frame=frame, breakdowns=BREAKDOWNS)
