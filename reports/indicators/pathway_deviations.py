"""Pathway deviations 梯次优先偏离: tested fit for a second life, recycled all the same. DOMAIN §7."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from registry.domain import tallies
from registry.domain.rules import RuleRow, rules_in_force
from reports.columns import Column
from reports.entry import Entry
from reports.event_sheets import BREAKDOWNS, EventSheet, Group, Part, Share, asked, framed
from reports.numbers import kg_shown
from reports.selection import Selection
from reports.tabular import About, Chart, Note
from reports.tallies import TALLY_FIGURES

_UNEXPLAINED: Final = {
    "zh": "{kg} 千克检测合格却直接再生利用，没有说明理由",
    "en": "{kg} kg passed their test and were recycled without a reason being given",
}
_MOST: Final = {
    "zh": "送去再生利用而本可梯次利用最多：{kg} 千克（{kwh} 千瓦时）",
    "en": "Sends most to recycling that could have cascaded: {kg} kg ({kwh} kWh)",
}
ABOUT: Final = About(
    name="pathway_deviations",
    title={"zh": "梯次优先偏离", "en": "Pathway deviations"},
    group="plants",
    question={
        "zh": "哪个市州把最多本可梯次利用的电池送去再生利用？",
        "en": "Which prefecture sends most to recycling that could have cascaded?",
    },
    definition={
        "zh": "检测合格（宜梯次或再使用）的投入中，进入不能保留产品的工序的质量与标称能量，按收集地计入地区、按处理工厂"
        "计入站点；未检测的不计。偏离率 = 偏离 ÷（偏离 + 保留使用）。规则在当日有效才算偏离。",
        "en": "Of inputs that passed their test (fit for reuse or cascade): mass and nominal energy that went into a "
        "process which cannot keep the product. Areas are those of collection, sites those of the plants; what was not "
        "tested does not count. Deviation = deviating ÷ (deviating + kept in use), under the rule in force that day.",
    },
    source="registry/data/pathways.csv",
    charts=(
        Chart(
            kind="bar",
            title={"zh": "本可梯次利用却再生利用", "en": "Recycled that could have cascaded"},
            label=("area", "site", "organisation", "month", "quarter", "year", "stream", "product", "process"),
            series=("explained", "unexplained"),
        ),
    ),
)


def _notes(groups: Sequence[Group], selection: Selection) -> list[Note]:
    found = [
        Note(
            code="cascade_before_recycling",
            template=_UNEXPLAINED,
            where=group.where,
            facts={"kg": kg_shown(group.values["unexplained"])},
        )
        for group in groups
        if group.values["unexplained"] > 0
    ]
    if selection.by == "area" and groups and groups[0].values["deviation"] > 0:
        most = groups[0]
        facts = {"kg": kg_shown(most.values["deviation"]), "kwh": kg_shown(most.values["deviation_energy"])}
        found.insert(0, Note(code="most_deviating", template=_MOST, where=most.where, facts=facts))
    return found


def _reasons(group: Group) -> dict[str, str]:
    return {"reasons": "; ".join(f"{reason} ({count})" for reason, count in group.reasons.items())}


def _rules(selection: Selection) -> tuple[RuleRow, ...]:
    rows = rules_in_force("pathway", on=selection.rules_on, product=selection.stream)
    return tuple(row for row in rows if row.indicator == "needs_reason")


def _part(key: str, substance: str, figure: str = "") -> Part:
    return Part(key=key, words=TALLY_FIGURES[figure or key].words, figure=figure or key, substance=substance)


SHEET: Final = EventSheet(
    about=ABOUT,
    words=frozenset({tallies.KEPT, tallies.DEVIATION}),
    by_origin=True,
    parts=(
        _part("deviation", "mass"),
        _part("deviation_energy", "energy", "deviation"),
        _part("explained", "mass"),
        _part("unexplained", "mass"),
        _part("kept", "mass"),
        _part("kept_energy", "energy", "kept"),
        _part("fit", "mass"),
    ),
    shares=(Share(key="share", over="deviation", under="fit", words={"zh": "偏离率", "en": "Deviation"}),),
    keep=lambda values: values["fit"] != 0,
    order=lambda group: (-group.values["deviation"], *group.key.values()),
    more=(Column(key="reasons", words={"zh": "理由", "en": "Reasons"}),),
    told=_reasons,
    judge=_notes,
    rules=_rules,
)
ENTRY: Final = Entry(
    about=ABOUT,
    query=asked(SHEET),
    frame=framed(SHEET),
    bases=("flow",),
    breakdowns=("area", *(each for each in BREAKDOWNS if each != "area"), "process"),
)
