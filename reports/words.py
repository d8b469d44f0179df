"""The words of a report in both languages, beside the codes they stand for: one place for page, JSON, CSV and XLSX."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from registry.domain.divisions import division
from registry.domain.outcomes import LADDER
from registry.domain.refusals import Refusal
from registry.domain.streams import stream
from registry.domain.substances import ENERGY, MASS, substance
from reports.figures import RATES

Words = Mapping[str, str]
"""language → text"""
COUNT: Final = "count"
"""stands for a substance where events are counted"""


def _words(zh: str, en: str) -> Words:
    return MappingProxyType({"zh": zh, "en": en})


_OUTCOMES = {each.code: _words(each.name_zh, each.name_en) for each in LADDER}

FIGURES: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "collected": _words("收集", "Collected"),
        "received": _words("自外部接收", "Received from outside"),
        "additions": _words("添加物", "Additions"),
        "input": _words("投入（含量）", "Input (content)"),
        **_OUTCOMES,
        "stock": _words("在库", "In stock"),
        "transit": _words("在途", "In transit"),
        "difference_weighing": _words("重量差（正为短少）", "Weight differences (positive: missing)"),
        "difference_assay": _words("含量差（正为短少）", "Assay differences (positive: missing)"),
        "sent_out": _words("运出", "Sent out"),
        "moved": _words("转入其他物料", "Moved to other streams"),
        "recycled": _words("再生产出", "Recycled"),
        "second_life": _words("再使用与梯次", "Reuse and cascade"),
        "recycling": _words("再使用至再生利用", "Reuse to recycling"),
        "recovery": _words("再使用至能源化", "Reuse to energy recovery"),
        "closed": _words("已了结", "Closed"),
        "treated": _words("已处理", "Treated"),
        "process_input": _words("工序投入", "Process input"),
        "intermediates": _words("中间产物", "Intermediates"),
        "process_output": _words("工序产出", "Process output"),
        "handed_on": _words("移交", "Handed on"),
        "counted_output": _words("计入综合回收的产出", "Output that counts"),
    }
)

_SHARES = {
    f"{code}_of_{base}": _words(f"{words['zh']}占{zh}", f"{words['en']}, share of {en}")
    for base, zh, en in (("input", "投入", "input"), ("closed", "已了结", "closed"))
    for code, words in _OUTCOMES.items()
}

RATE_WORDS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "element_recovery": _words("元素回收率", "Element recovery"),
        "treatment_yield": _words("元素处理回收率", "Element recovery of what was treated"),
        "recycling_rate": _words("再使用与再生利用率", "Reuse and recycling rate"),
        "recovery_rate": _words("综合利用率（含能源化）", "Recovery rate (with energy)"),
        "traceability": _words("去向可追溯率", "Traceability"),
        "step_yield": _words("工序得率", "Step yield"),
        **_SHARES,
    }
)
if missing := RATES.keys() - RATE_WORDS.keys():
    raise LookupError(f"rates without words: {missing}")

SOURCES: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "collected": _words("收集来源", "Collected"),
        "addition": _words("添加物", "Additions"),
        "unknown": _words("来源不明", "Unknown source"),
    }
)
BASES: Final[Mapping[str, Words]] = MappingProxyType(
    {"flow": _words("流量口径", "Flow basis"), "cohort": _words("批次追踪口径", "Cohort basis")}
)
BREAKDOWNS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "product": _words("按品类", "By product"),
        "stream": _words("按物料", "By stream"),
        "area": _words("按地区", "By area"),
        "month": _words("按月份", "By month"),
        "quarter": _words("按季度", "By quarter"),
        "year": _words("按年份", "By year"),
        "site": _words("按站点", "By site"),
        "organisation": _words("按单位", "By organisation"),
        "process": _words("按工序", "By process"),
    }
)
VERDICTS: Final[Mapping[str, Words]] = MappingProxyType(
    {"met": _words("达到", "met"), "missed": _words("未达到", "missed"), "": _words("", "")}
)

TITLE: Final = _words("回收率报告", "Recovery report")
COLLECTION_TITLE: Final = _words("收集率报告", "Collection rate report")
ALL: Final = _words("全部", "All")
UNNAMED: Final = _words("未注明", "Not named")
OTHERS: Final = _words("其他各方", "Others")

DEFINITIONS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "flow": _words(
            "流量口径：所选期间、所选地区内的站点实际发生的量。投入 = 当地收集 + 自外部接收"
            "（元素另计检测对含量的修正）；去向按当期在当地入账计。在库与在途为期内变动。更正计入被更正事件的时间。",
            "Flow basis: what happened in the period at the area's sites. Input = collected there + received from "
            "outside (for elements, as corrected by inspections); outcomes as booked there in the period. Stock and "
            "transit are changes within the period. A correction counts at the time of the event it corrects.",
        ),
        "cohort": _words(
            "批次追踪口径：所选期间（按月）在所选地区收集的量，截至数据截止时间分别变成了什么，不论在何处处理。",
            "Cohort basis: of what was collected in the area in the period (by month), what has become of it as of "
            "the cut-off, wherever it was treated.",
        ),
        "recovery": _words(
            "元素回收率 = 再生产出中的元素 ÷ 投入中的元素。规范条件的比对采用已处理部分"
            "（不含在库、在途、再使用与梯次利用）。添加物与来源不明的量不进入任何比率，单独列平。"
            "比率不截断；四舍五入仅在显示时进行一次。",
            "Element recovery = element in recycled outputs ÷ element in the input. Norms are compared with what was "
            "treated (without stock, transit, reuse and cascade). Additions and mass of unknown source count in no "
            "rate and close on their own. Rates are never clamped; rounding happens once, half up, at the cell.",
        ),
        "collection": _words(
            "收集率 = 当年收集量 ÷ 办法规定年度内投放市场量的平均值；年份不足时按有的年份平均。"
            "更正过的申报按数据截止时有效的一份计。比率不截断；四舍五入一次，四位小数。",
            "Collection rate = collected in the year ÷ the mean of what was placed on the market over the scheme's "
            "years; with fewer years, those there are. Of a corrected declaration the one that stood at the cut-off "
            "counts. Rates are never clamped; rounding happens once, half up, to four decimals.",
        ),
        "closing": _words(
            "平衡：收集 + 自外部接收 + 添加物 = 各去向 + 损耗 + 在库 + 在途 + 差异（正为短少）"
            "+ 运出 + 转入其他物料，精确到克。",
            "Closing: collected + received + additions = outcomes + loss + stock + transit + differences (positive: "
            "missing) + sent out + moved to other streams, to the gram.",
        ),
    }
)
FORECAST: Final = _words(
    "含模型预测数据，非统计：Peng、Tian、Meng 等，CC BY 4.0。",
    "Contains model forecasts, not statistics: Peng, Tian, Meng et al., CC BY 4.0.",
)

FINDINGS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "rate_above_100": _words("{rate} 为 {percent}%，超过 100%", "{rate} is {percent}%, above 100%"),
        "zero_denominator": _words(
            "没有“{figure}”，{rate}等比率无法计算", "No “{figure}”, so {rate} and the like have no value"
        ),
        "norm_missed": _words(
            "元素处理回收率 {percent}%，未达到 {instrument} 规定的 {norm}%",
            "Recovery of what was treated is {percent}%, short of {norm}% in {instrument}",
        ),
        "negative_stock": _words("“{account}”为负（{grams} 克）", "“{account}” is negative ({grams} g)"),
        "does_not_close": _words("账目不平，差 {grams} 克", "The ledger does not close: {grams} g"),
    }
)


def finding_text(code: str, facts: Mapping[str, str], language: str) -> str:
    """The sentence of a finding, its figures and rates named in words."""
    named = dict(facts)
    for key, table in (("rate", RATE_WORDS), ("figure", FIGURES), ("account", FIGURES)):
        if key in named:
            named[key] = table[named[key]][language]
    return FINDINGS[code][language].format_map(named)


def stream_words(code: str) -> Words:
    """The stream's name; the code itself where the table does not know it."""
    try:
        found = stream(code)
    except Refusal:
        return _words(code, code)
    return _words(found.name_zh, found.name_en)


def substance_words(code: str) -> Words:
    """The substance's name with its symbol; what counts events says so."""
    if code == COUNT:
        return _words("起数", "Number")
    try:
        found = substance(code)
    except Refusal:
        return _words(code, code)
    return _words(f"{found.name_zh} {found.symbol}".strip(), f"{found.name_en} {found.symbol}".strip())


def division_words(code: str) -> Words:
    """The division's name; the code itself where the table does not know it."""
    try:
        found = division(code)
    except Refusal:
        return _words(code, code)
    return _words(found.name_zh, found.name_en)


def unit_of(substance_code: str) -> str:
    """kg, or kWh for energy: the thousandth is the integer inside. Nothing for a number of events."""
    return {ENERGY: "kWh", COUNT: ""}.get(substance_code, "kg")


def is_total(substance_code: str) -> bool:
    """Whether the line is about total mass."""
    return substance_code == MASS
