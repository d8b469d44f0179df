"""What the charts draw, as plain data: one source for the page's chart and the one inside the spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain.mass import kg_text
from reports import words
from reports.figures import OUTCOME_FIGURES
from reports.report import Line, Report
from reports.selection import Selection

MOST_BARS = 24
"""above it a chart is no picture any more: the largest are drawn, the table has them all"""
FATES = (*OUTCOME_FIGURES, "loss", "stock", "transit")


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Named series over the same categories; values as exact decimal text, None where there is none."""

    title: str
    unit: str
    categories: Sequence[str]
    series: Mapping[str, Sequence[str | None]]
    keys: Sequence[str]
    """the code of each series, in the order of `series`"""


def row_name(line: Line, selection: Selection, language: str) -> str:
    """What a row is called: stream, product and bucket, as far as the question has not said them already."""
    bucket = words.division_words(line.bucket)[language] if line.bucket.isdigit() else line.bucket
    stream = words.stream_words(line.stream)[language]
    named = [line.product if line.product != selection.product else "", bucket]
    if not selection.stream or not any(named):
        named = [stream, *named]
    return " · ".join(part for part in named if part)


def _largest(lines: Sequence[Line], figure: str) -> list[Line]:
    """The lines with most of the figure, in the report's order."""
    kept = sorted(range(len(lines)), key=lambda place: -lines[place].figures[figure])[:MOST_BARS]
    return [lines[place] for place in sorted(kept)]


def _titled(title: str, found: Sequence[Line], language: str) -> str:
    if len(found) <= MOST_BARS:
        return title
    return {"zh": f"{title}（最大的 {MOST_BARS} 项）", "en": f"{title} (the largest {MOST_BARS})"}[language]


def outcomes(report: Report, language: str) -> Bars:
    """What became of each row's mass, in kg: only the fates that occur."""
    found = [line for line in report.lines if line.source == "collected" and words.is_total(line.substance)]
    lines = _largest(found, "input")
    used = [key for key in FATES if any(line.figures[key] for line in lines)]
    return Bars(
        title=_titled({"zh": "去向构成", "en": "What became of it"}[language], found, language),
        unit="kg",
        categories=[row_name(line, report.selection, language) for line in lines],
        series={words.FIGURES[key][language]: [kg_text(line.figures[key]) for line in lines] for key in used},
        keys=used,
    )


def elements(report: Report, language: str) -> Bars:
    """Recovery of each element in percent, beside the share of what was treated and the norm."""
    found = [line for line in report.lines if line.rates.get("element_recovery")]
    lines = _largest(found, "treated")
    norm = {"zh": "规范值", "en": "Norm"}[language]
    return Bars(
        title=_titled(words.RATE_WORDS["element_recovery"][language], found, language),
        unit="%",
        categories=[
            f"{row_name(line, report.selection, language)} · {words.substance_words(line.substance)[language]}"
            for line in lines
        ],
        series={
            words.RATE_WORDS["element_recovery"][language]: [line.rates["element_recovery"] for line in lines],
            words.RATE_WORDS["treatment_yield"][language]: [line.rates["treatment_yield"] for line in lines],
            norm: [str(line.norm.value) if line.norm else None for line in lines],
        },
        keys=("element_recovery", "treatment_yield", "norm"),
    )


def page_data(report: Report, language: str) -> dict[str, Any]:
    """Both charts, for the script of the page. Series are a list: an object's order would be lost on the way."""
    return {
        name: {
            "title": bars.title,
            "unit": bars.unit,
            "categories": list(bars.categories),
            "series": [
                {"key": key, "name": title, "values": list(values)}
                for key, (title, values) in zip(bars.keys, bars.series.items(), strict=True)
            ],
        }
        for name, bars in (("outcomes", outcomes(report, language)), ("elements", elements(report, language)))
    }
