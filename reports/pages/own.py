"""First pages of who answers for mass of their own: a producer's fate, a plant's yields, a collector's year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template
from markupsafe import Markup

from registry.extensions import db
from registry.http.language import language
from registry.http.panels import Panel
from reports import words
from reports.asking import asked_selection
from reports.drawings import ladder, process_words, sankey
from reports.loop import loop
from reports.numbers import percent
from reports.pages.addresses import address, year_of
from reports.queries.cells import cells, latest_month
from reports.recovery import COLLECTED, recovery
from reports.render.charts import FATES
from reports.report import Report
from reports.selection import Selection

STYLES = ("css/reports.css", "css/dashboard.css")
SCRIPTS = ("js/charts/draw.mjs",)


def _selection(basis: str, by: str) -> Selection | None:
    """The last year anything was collected in, as far as the reader sees; None before anything was."""
    month = latest_month(db.session, None)
    return asked_selection({**year_of(month), "basis": basis, "by": by}) if month else None


def _report(selection: Selection) -> Report:
    return recovery(cells(db.session, selection), selection)


def _panel(template: str, *, first: bool = False, **shown: Any) -> Panel:
    html = render_template(template, **shown)
    scripts = SCRIPTS if first else ()
    return Panel(html=Markup(html), first=first, styles=STYLES, scripts=scripts)  # noqa: S704  # our own template, escaped there


def _asking(selection: Selection, **more: str) -> Mapping[str, str | None]:
    return {**selection.parameters(), "by": "product", **more}


def fate() -> Panel | None:
    """What became of a producer's mass: the ladder and the loop, of the last year's cohort."""
    selection = _selection("cohort", "process")
    if selection is None:
        return None
    report = _report(selection)
    found = loop(report)
    if not found.links:
        return None
    spoken = language()
    totals = report.totals
    asking = _asking(selection)
    return _panel(
        "reports/own_fate.html",
        first=True,
        selection=selection,
        totals=totals,
        rows=[
            (
                words.FIGURES[key][spoken],
                totals[key],
                address("/reports/recovery/figure", {**asking, "figure": f"mass.{key}"}),
            )
            for key in FATES
            if totals[key]
        ],
        rates=[
            (words.RATE_WORDS["recycling_rate"][spoken], percent(totals["recycling"], totals["input"])),
            (words.RATE_WORDS["traceability"][spoken], percent(totals["closed"], totals["input"])),
        ],
        ladder_chart=ladder(totals, FATES, spoken),
        loop_chart=sankey(found, spoken, lambda _: None),
        report_href=address("/reports/recovery", asking),
        forecast_words=words.FORECAST[spoken] if report.forecast else None,
    )


def yields() -> Panel | None:
    """What a plant's own processes gave back of what went in, in the last year."""
    selection = _selection("flow", "process")
    if selection is None:
        return None
    report = _report(selection)
    spoken = language()
    lines = [
        line
        for line in report.lines
        if line.source == COLLECTED and line.bucket and words.is_total(line.substance) and line.figures["process_input"]
    ]
    if not lines:
        return None
    return _panel(
        "reports/own_yields.html",
        selection=selection,
        rows=[
            {
                "process": process_words(line.bucket)[spoken],
                "stream": words.stream_words(line.stream)[spoken],
                "product": line.product,
                "input_g": line.figures["process_input"],
                "output_g": line.figures["process_output"],
                "loss_g": line.figures["loss"],
                "rate": line.rates["step_yield"],
                "href": address(
                    "/reports/recovery/figure",
                    _asking(
                        selection,
                        stream=line.stream,
                        product=line.product,
                        process=line.bucket,
                        figure="mass.process_input",
                    ),
                ),
            }
            for line in sorted(lines, key=lambda line: -line.figures["process_input"])
        ],
        report_href=address("/reports/process_efficiency", _asking(selection, by="process")),
        forecast_words=words.FORECAST[spoken] if report.forecast else None,
    )


def collected() -> Panel | None:
    """What a collector brought in, month by month of the last year, by stream."""
    selection = _selection("flow", "month")
    if selection is None:
        return None
    report = _report(selection)
    lines = [line for line in report.lines if words.is_total(line.substance) and line.figures["collected"]]
    if not lines:
        return None
    spoken = language()
    streams = list(dict.fromkeys(line.stream for line in lines))
    months = sorted({line.bucket for line in lines})
    sums: dict[tuple[str, str], int] = {}
    for line in lines:
        key = line.stream, line.bucket
        sums[key] = sums.get(key, 0) + line.figures["collected"]
    return _panel(
        "reports/own_collected.html",
        selection=selection,
        total_g=sum(sums.values()),
        streams=[words.stream_words(code)[spoken] for code in streams],
        rows=[
            (
                month,
                [
                    (
                        sums.get((code, month), 0),
                        address(
                            "/reports/recovery/figure",
                            {
                                **_asking(selection, stream=code, figure="mass.collected"),
                                **selection.row_parameters(month),
                            },
                        ),
                    )
                    for code in streams
                ],
            )
            for month in months
        ],
        report_href=address("/reports/recovery", _asking(selection)),
        forecast_words=words.FORECAST[spoken] if report.forecast else None,
    )
