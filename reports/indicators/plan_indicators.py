"""The plan's indicators of the year 规划指标: every dated target that reaches the province, measured where it can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from registry.domain.rules import HOME, RuleRow, rules
from registry.domain.substances import MASS, is_element
from reports.balances import total_of
from reports.columns import Opens
from reports.entry import Entry
from reports.facts import comparator
from reports.numbers import exact_percent, percent, rounded
from reports.queries.cube import cube
from reports.queries.lines import CELL_COLUMNS
from reports.selection import Selection
from reports.sheets import COLLECTED, Gathered
from reports.tabular import About, Cell, Named, Note, TableReport, TableRow, figure, names, text
from reports.words import FIGURES, VERDICTS, Words, stream_words, substance_words

_TEN_THOUSAND_T: Final = 10**10
_STATUS: Final[Mapping[str, Words]] = {
    "measured": {"zh": "可计算", "en": "Measured"},
    "national": {"zh": "全国总量，仅列本省数", "en": "A national total: the province's part is shown"},
    "reference": {"zh": "外地规定，仅供参照", "en": "In force elsewhere, for reference"},
    "not_computed": {"zh": "本登记不计算", "en": "Not computed here"},
    "off": {"zh": "未启用", "en": "Switched off"},
}
_MISSED: Final = {"zh": "{name}：{measured}，目标 {target}", "en": "{name}: {measured}, target {target}"}
_NO_FORMULA: Final = {
    "zh": "出处未给出公式，或台账中没有其分母",
    "en": "No formula in the source, or no denominator here",
}

ABOUT: Final = About(
    name="plan_indicators",
    title={"zh": "规划指标", "en": "The plan's indicators"},
    group="duties",
    question={
        "zh": "规划定的指标，今年达到了哪些？",
        "en": "Which of the plan's targets were reached in the year?",
    },
    definition={
        "zh": "所选期间最后一日有效、适用于本省的目标逐条列出；能从台账计算的给出数值与比对：总量按再生产出，"
        "电池回收效率 = 计入的产出 ÷ 废料投入，元素回收率 = 再生产出 ÷ 已处理。全国总量不与一省之数比对；"
        "外地规定仅供参照；未启用与无法计算的照列并说明原因。",
        "en": "Every target in force on the period's last day that reaches the province; where the ledger can measure "
        "it, with value and verdict: amounts by what was recycled, recycling efficiency = output that counts ÷ waste "
        "input, element recovery = recycled ÷ treated. A national total is not held against one province; what is in "
        "force elsewhere is for reference; what is switched off or cannot be computed is listed with the reason.",
    },
    source="registry/data/targets.csv",
)

COLUMNS: Final = (
    names("indicator", "指标", "Indicator"),
    text("instrument", "文件", "Instrument"),
    text("jurisdiction", "适用", "Reaches"),
    text("target", "目标", "Target"),
    text("measured", "本期", "Measured"),
    names("verdict", "比对", "Verdict"),
    names("status", "状态", "Status"),
    names("substance", "物质", "Substance"),
    names("figure", "计入", "What counts"),
    figure("amount", {"zh": "计入的量", "en": "Amount counted"}, opens=Opens(figure="")),
    text("reason", "说明", "Note"),
)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """How an indicator is measured: a figure of a substance in a stream of origin, over another where it is a rate."""

    over: str
    under: str = ""
    stream: str = ""
    substance: str = MASS


_AMOUNTS: Final[Mapping[str, Measure]] = {
    "scrap_steel_use": Measure(over="recycled", stream="scrap_steel"),
    "recycled_nonferrous_output": Measure(over="recycled", stream="nonferrous"),
    "recycled_copper_output": Measure(over="recycled", substance="copper"),
    "recycled_aluminium_output": Measure(over="recycled", substance="aluminium"),
    "recycled_lead_output": Measure(over="recycled", substance="lead"),
}


def measure_of(rule: RuleRow) -> Measure | None:
    """How the ledger measures a target; None where it cannot."""
    streams = [code for code in rule.product if code == "power_battery"]
    if rule.indicator in _AMOUNTS:
        return _AMOUNTS[rule.indicator]
    if rule.indicator == "recycling_efficiency" and streams:
        return Measure(over="counted_output", under="process_input", stream=streams[0])
    if rule.elements and streams and all(is_element(code) for code in rule.elements) and len(rule.elements) == 1:
        return Measure(over="recycled", under="treated", stream=streams[0], substance=rule.elements[0])
    return None


def query(session: Any, selection: Selection) -> Gathered:
    """One SELECT."""
    return Gathered(cells=cube(session, selection.narrowed(by="product"), CELL_COLUMNS), names={})


def targets(selection: Selection) -> list[RuleRow]:
    """The targets whose dates hold the day and which reach the province, or speak of what can be measured here."""
    day = selection.rules_on
    found = [
        rule
        for rule in rules("target")
        if rule.valid_from <= day and (rule.valid_to is None or day < rule.valid_to)
        if _reaches(rule) or measure_of(rule)
        if not selection.stream or not rule.product or selection.stream in rule.product
    ]
    return sorted(found, key=lambda rule: (rule.jurisdiction != HOME, not _reaches(rule), not measure_of(rule)))


def _reaches(rule: RuleRow) -> bool:
    return rule.jurisdiction == HOME or HOME.startswith(f"{rule.jurisdiction}-")


def frame(gathered: Gathered, selection: Selection) -> TableReport:
    """A row per target."""
    mine = gathered.cells[gathered.cells["source"] == COLLECTED]
    found = [_row(rule, mine) for rule in targets(selection)]
    return TableReport(
        about=ABOUT,
        selection=selection,
        columns=COLUMNS,
        rows=tuple(row for row, _ in found),
        findings=tuple(note for _, note in found if note),
        rules=tuple(dict.fromkeys(targets(selection))),
        forecast=bool(len(mine)) and bool(mine["forecast"].max()),
    )


def _row(rule: RuleRow, cells: pd.DataFrame) -> tuple[TableRow, Note | None]:
    measure = measure_of(rule) if rule.enabled else None
    status = _status(rule, measure)
    target = f"{comparator(rule)} {rule.value} {rule.unit}" if rule.value is not None else None
    named: dict[str, Cell] = {
        "indicator": Named(code=rule.indicator, words={"zh": rule.name, "en": rule.name}),
        "instrument": rule.instrument,
        "jurisdiction": rule.jurisdiction,
        "target": target,
        "status": Named(code=status, words=_STATUS[status]),
        "reason": _reason(rule, status),
    }
    if measure is None:
        return TableRow(cells=named), None
    chosen = cells[cells["substance"] == measure.substance]
    if measure.stream:
        chosen = chosen[chosen["stream"] == measure.stream]
    over = total_of(chosen, measure.over)
    under = total_of(chosen, measure.under) if measure.under else None
    measured = _measured(over, under)
    verdict = _verdict(rule, status, over, under)
    named |= {
        "measured": measured,
        "verdict": Named(code=verdict, words=VERDICTS[verdict]) if verdict else None,
        "substance": Named(code=measure.substance, words=substance_words(measure.substance)),
        "figure": Named(code=measure.over, words=FIGURES[measure.over]),
        "amount": over,
    }
    narrowing = {"stream": measure.stream} if measure.stream else {}
    note = _missed(rule, measure, measured or "", target or "") if verdict == "missed" else None
    return TableRow(cells=named, narrowing=narrowing), note


def _missed(rule: RuleRow, measure: Measure, measured: str, target: str) -> Note:
    facts: dict[str, str | Named] = {"name": rule.name, "measured": measured, "target": target}
    return Note(code="target_missed", template=_MISSED, where=(_stream(measure),), facts=facts)


def _stream(measure: Measure) -> Named | str:
    return Named(code=measure.stream, words=stream_words(measure.stream)) if measure.stream else ""


def _status(rule: RuleRow, measure: Measure | None) -> str:
    if not rule.enabled:
        return "off"
    if measure is None:
        return "not_computed"
    if not _reaches(rule):
        return "reference"
    return "national" if not measure.under and rule.jurisdiction != HOME else "measured"


def _reason(rule: RuleRow, status: str) -> Named | str | None:
    if status == "off":
        return rule.reason
    return Named(code=status, words=_NO_FORMULA) if status == "not_computed" else None


def _measured(over: int, under: int | None) -> str | None:
    """A percentage where there is a denominator to have, else 万吨 with four decimals."""
    if under is None:
        return f"{rounded(over, _TEN_THOUSAND_T, 4)} 万吨"
    found = percent(over, under)
    return f"{found} %" if found is not None else None


def _verdict(rule: RuleRow, status: str, over: int, under: int | None) -> str:
    if status not in ("measured", "reference") or not under or rule.value is None:
        return ""
    return "met" if rule.is_met_by(exact_percent(over, under)) else "missed"


ENTRY: Final = Entry(about=ABOUT, query=query, frame=frame, breakdowns=("year",))
