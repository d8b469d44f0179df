"""What a reader must know of a table to defend it: definition, basis, filters, cut-off, rule versions, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from registry.domain.rules import RuleRow
from reports import words
from reports.report import Finding, Report
from reports.selection import Selection

Facts = Sequence[tuple[str, str]]
"""(label, text) in the order they are shown"""

_LABELS: Final[Mapping[str, words.Words]] = {
    "report": {"zh": "报告", "en": "Report"},
    "basis": {"zh": "口径", "en": "Basis"},
    "area": {"zh": "地区", "en": "Area"},
    "period": {"zh": "期间（含首日，不含末日）", "en": "Period (last day excluded)"},
    "stream": {"zh": "物料", "en": "Stream"},
    "product": {"zh": "品类", "en": "Product"},
    "by": {"zh": "细分", "en": "Breakdown"},
    "cut_off": {"zh": "数据截止", "en": "Cut-off"},
    "definition": {"zh": "定义", "en": "Definition"},
    "notice": {"zh": "提醒", "en": "Notice"},
    "rule": {"zh": "规则版本", "en": "Rule version"},
    "finding": {"zh": "发现", "en": "Finding"},
}


_RECOVERY: Final = ("recovery", "closing")


def selection_facts(
    selection: Selection, language: str, *, title: str, forecast: bool, definitions: Sequence[str] = _RECOVERY
) -> list[tuple[str, str]]:
    """What was asked, and the definitions it is answered by."""
    everything = words.ALL[language]
    values = [
        ("report", title),
        ("basis", words.BASES[selection.basis][language]),
        ("area", f"{words.division_words(selection.area)[language]} {selection.area}"),
        ("period", f"{selection.period.start} – {selection.period.end}"),
        ("stream", words.stream_words(selection.stream)[language] if selection.stream else everything),
        ("product", selection.product or everything),
        ("by", words.BREAKDOWNS[selection.by][language]),
        ("cut_off", selection.as_of_utc.isoformat()),
        *(("definition", words.DEFINITIONS[key][language]) for key in (selection.basis, *definitions)),
    ]
    if forecast:
        values.append(("notice", words.FORECAST[language]))
    return [(_LABELS[key][language], value) for key, value in values]


def report_facts(report: Report, language: str) -> list[tuple[str, str]]:
    """The selection, the rules that judged, and the findings."""
    rule, finding = (_LABELS[key][language] for key in ("rule", "finding"))
    return [
        *selection_facts(report.selection, language, title=words.TITLE[language], forecast=report.forecast),
        *((rule, text) for text in dict.fromkeys(rule_text(each) for each in report.rules)),
        *((finding, f"{coordinates(each, language)}: {finding_text(each, language)}") for each in report.findings),
    ]


_SIGNS: Final = {">=": "≥", "<=": "≤"}


def comparator(rule: RuleRow) -> str:
    """The sign of a rule as people write it."""
    return _SIGNS.get(rule.comparator, rule.comparator)


def rule_text(rule: RuleRow) -> str:
    """A rule with its number, its instrument, its dates and how it was verified."""
    parts = (
        rule.name if rule.value is None else f"{rule.name} {comparator(rule)} {rule.value} {rule.unit}",
        rule.instrument,
        f"{rule.valid_from} – {rule.valid_to or '…'}",
        rule.verified_as,
    )
    return " · ".join(parts)


def coordinates(finding: Finding, language: str) -> str:
    """Which line a finding is about."""
    bucket = words.division_words(finding.bucket)[language] if finding.bucket.isdigit() else finding.bucket
    parts = (
        words.stream_words(finding.stream)[language],
        finding.product,
        bucket,
        words.substance_words(finding.substance)[language],
    )
    return " · ".join(part for part in parts if part)


def finding_text(finding: Finding, language: str) -> str:
    """The finding in words."""
    return words.finding_text(finding.code, finding.facts, language)
