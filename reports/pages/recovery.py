"""The recovery report as a page: what was collected, what became of it, which share of each element came back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template

from registry.extensions import db
from registry.http.auth import keeper
from registry.http.language import language
from registry.http.problems import detail_of, words_of
from reports import words
from reports.catalogue import entry_of
from reports.facts import comparator, coordinates, finding_text, rule_text
from reports.figures import IN_SIDE, OUT_SIDE, OUTCOME_FIGURES
from reports.numbers import percent
from reports.opening import Asked
from reports.pages import catalogue
from reports.pages.addresses import address, downloader, kept, page_of
from reports.pages.filters import choices, latest, question
from reports.render import charts
from reports.report import Line, Report
from reports.selection import NO_PRODUCT, Selection

pages = Blueprint("recovery_page", __name__, template_folder="../templates")

NAME = "recovery"
PATH = page_of(NAME)


@pages.get(PATH)
@keeper("report.read")
def recovery() -> Any:
    """The recovery report. What cannot be asked is said above the filters, which keep what was typed."""
    entry = entry_of(NAME)
    asked = question(entry=entry)
    if asked.selection.compare:
        return catalogue.told(NAME)
    report = entry.answer(db.session, asked.selection)
    page = render_template(
        "reports/recovery.html",
        report=report,
        selection=asked.selection,
        complaint=asked.complaint and detail_of(asked.complaint, language()),
        latest=None if report.lines else latest(asked.selection, PATH),
        **choices(asked, PATH, entry),
        **_shown(report),
    )
    return (page, words_of(asked.complaint.code).status) if asked.complaint else page


def _shown(report: Report) -> dict[str, Any]:
    """What the page makes of the report: rows, links, words."""
    spoken = language()
    collected = [line for line in report.lines if line.source == "collected"]
    masses = [line for line in collected if words.is_total(line.substance)]
    return {
        "masses": masses,
        "elements": [line for line in collected if "element_recovery" in line.rates],
        "closings": report.lines,
        "fates": _used(masses, (*OUTCOME_FIGURES, "loss", "stock", "transit")),
        "sides": {
            "mass_in": _used(masses, ("collected", "received")),
            "ins": _used(report.lines, IN_SIDE),
            "outs": _used(report.lines, _CLOSING_OUT),
        },
        "totals": _headline(report.totals),
        "findings": [(each, coordinates(each, spoken), finding_text(each, spoken)) for each in report.findings],
        "rules": list(dict.fromkeys(rule_text(rule) for rule in report.rules)),
        "definitions": [words.DEFINITIONS[key][spoken] for key in (report.selection.basis, "recovery", "closing")],
        "forecast_words": words.FORECAST[spoken] if report.forecast else None,
        "charts": {name: {**drawn, "kind": _KINDS[name]} for name, drawn in charts.page_data(report, spoken).items()},
        "row_name": lambda line: charts.row_name(line, report.selection, spoken),
        "figure_name": lambda key: words.FIGURES[key][spoken],
        "rate_name": lambda key: words.RATE_WORDS[key][spoken],
        "source_name": lambda code: words.SOURCES[code][spoken],
        "substance_said": lambda code: words.substance_words(code)[spoken],
        "unit_of": words.unit_of,
        "comparator": comparator,
        "verdict_name": lambda code: words.VERDICTS[code][spoken],
        "open_figure": _opener(report.selection),
        "download": downloader(NAME, report.selection),
        "area_said": words.division_words(report.selection.area)[spoken],
        "basis_said": words.BASES[report.selection.basis][spoken],
    }


_CLOSING_OUT = ("closed", *(key for key in OUT_SIDE if key not in (*OUTCOME_FIGURES, "loss")))


_KINDS: Mapping[str, str] = {"outcomes": "stacked", "elements": "bar"}


def _used(lines: Sequence[Line], keys: Sequence[str]) -> list[str]:
    """The figures that any line has: a column of zeros says nothing."""
    return [key for key in keys if any(line.figures[key] for line in lines)]


def _headline(totals: Mapping[str, int]) -> Mapping[str, Any]:
    """The four figures at the top: over the whole selection."""
    return {
        "collected": totals["collected"],
        "open": totals["stock"] + totals["transit"],
        "recycling_rate": percent(totals["recycling"], totals["input"]),
        "traceability": percent(totals["closed"], totals["input"]),
    }


def _opener(selection: Selection) -> Callable[[Line, str], str]:
    """(line, figure) → the address of what is behind it: the same question, narrowed to the line."""

    def opened(line: Line, figure: str) -> str:
        asked = Asked(source=line.source, substance=line.substance, name=figure)
        return address(
            f"{PATH}/figure",
            {**selection.parameters(), **_narrowed(selection, line), "by": "product", **kept(), "figure": asked.text},
        )

    return opened


def _narrowed(selection: Selection, line: Line) -> dict[str, str | None]:
    found: dict[str, str | None] = {"stream": line.stream}
    if line.source == "collected" and selection.by != "stream":
        found["product"] = line.product or NO_PRODUCT
    return {**found, **selection.row_parameters(line.bucket)}
