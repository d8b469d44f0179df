"""The report page and the page behind each of its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from registry.domain import divisions, streams
from registry.domain.periods import ZONE
from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.auth import keeper
from registry.http.language import language
from registry.http.problems import detail_of, words_of
from reports import words
from reports.asking import asked_selection
from reports.catalogue import entry_of
from reports.facts import comparator, coordinates, finding_text, rule_text
from reports.figures import IN_SIDE, OUT_SIDE, OUTCOME_FIGURES
from reports.numbers import percent
from reports.opening import Asked, asked_of
from reports.queries.cells import latest_month, products
from reports.queries.contributions import opened
from reports.render import charts
from reports.report import Line, Report
from reports.selection import BASES, BREAKDOWNS, NO_PRODUCT, PROVINCE, Selection

pages = Blueprint("report_pages", __name__, template_folder="templates")

PAGE = 100
_PATH = "/reports/recovery"
_API = "/api/v1/reports/recovery"


@pages.get("/reports")
@keeper("report.read")
def index() -> Response:
    """The first report there is."""
    return redirect(_PATH)


@pages.get(_PATH)
@keeper("report.read")
def recovery() -> Any:
    """The recovery report. What cannot be asked is said above the filters, which keep what was typed."""
    typed = _with_latest_year({name: value for name, value in request.args.items() if value})
    complaint = None
    try:
        selection = asked_selection(typed)
    except Refusal as refusal:
        if refusal.code not in _MENDABLE:
            raise
        complaint = refusal
        selection = asked_selection({name: typed[name] for name in _MENDABLE[refusal.code] if name in typed})
    entry = entry_of("recovery")
    report = entry.answer(db.session, selection)
    page = render_template(
        "reports/recovery.html",
        report=report,
        selection=selection,
        complaint=complaint and detail_of(complaint, language()),
        latest=None if report.lines else _latest(selection),
        **_choices(selection, typed if complaint else {}),
        **_shown(report),
    )
    return (page, words_of(complaint.code).status) if complaint else page


def _with_latest_year(typed: dict[str, str]) -> dict[str, str]:
    """Where no period is named, the last year anything was collected in: a page should not open empty."""
    if "from" in typed or "to" in typed:
        return typed
    month = latest_month(db.session, typed.get("stream"))
    return {**typed, **_year_of(month)} if month else typed


def _year_of(month: str) -> dict[str, str]:
    year = int(month[:4])
    return {"from": f"{year}-01-01", "to": f"{year + 1}-01-01"}


_PLACE = ("stream", "product", "area", "basis", "by")
_MENDABLE: Mapping[str, tuple[str, ...]] = {
    "period_not_month_aligned": ("stream", "product", "area", "by", "from", "to"),
    "period_malformed": _PLACE,
    "period_empty": _PLACE,
    "period_out_of_range": _PLACE,
    "period_too_long": _PLACE,
    "as_of_malformed": (*_PLACE, "from", "to"),
}
"""refusals a person mends in the form → the filters that still say something"""


def _choices(selection: Selection, typed: Mapping[str, str]) -> dict[str, Any]:
    """What the filters offer, and what stands in them."""
    top = selection.reader.division_code or PROVINCE
    spoken = language()
    values = {**selection.parameters(), "as_of": request.args.get("as_of", "")[:40], **typed}
    return {
        "values": values,
        "areas": [
            (each.code, words.division_words(each.code)[spoken], each.level)
            for each in divisions.divisions()
            if each.code in divisions.descendants(top)
        ],
        "streams": [(each.code, words.stream_words(each.code)[spoken]) for each in streams.streams()],
        "products": _products(selection),
        "bases": [(code, words.BASES[code][spoken]) for code in BASES],
        "breakdowns": [(code, words.BREAKDOWNS[code][spoken]) for code in BREAKDOWNS],
        "years": _years(selection),
    }


def _products(selection: Selection) -> list[str]:
    """Products of the chosen stream, or of all."""
    known = products(db.session)
    found = known.get(selection.stream, ()) if selection.stream else sum(known.values(), ())
    return sorted({*found, *([selection.product] if selection.product not in (None, NO_PRODUCT) else [])})


def _years(selection: Selection) -> list[tuple[int, str]]:
    """The whole years around the chosen period, as addresses."""
    year = selection.period.start.year
    return [
        (each, _address(_PATH, {**selection.parameters(), "from": f"{each}-01-01", "to": f"{each + 1}-01-01"}))
        for each in (year - 1, year, year + 1)
    ]


def _latest(selection: Selection) -> Mapping[str, str] | None:
    """Where there is something to see: the last year anything was collected in."""
    month = latest_month(db.session, selection.stream)
    if month is None:
        return None
    return {"month": month, "href": _address(_PATH, {**selection.parameters(), **_year_of(month)})}


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
        "chart_data": charts.page_data(report, spoken),
        "row_name": lambda line: charts.row_name(line, report.selection, spoken),
        "figure_name": lambda key: words.FIGURES[key][spoken],
        "rate_name": lambda key: words.RATE_WORDS[key][spoken],
        "source_name": lambda code: words.SOURCES[code][spoken],
        "substance_said": lambda code: words.substance_words(code)[spoken],
        "unit_of": words.unit_of,
        "comparator": comparator,
        "verdict_name": lambda code: words.VERDICTS[code][spoken],
        "open_figure": _opener(report.selection),
        "download": _downloader(report.selection),
        "area_said": words.division_words(report.selection.area)[spoken],
        "basis_said": words.BASES[report.selection.basis][spoken],
    }


_CLOSING_OUT = ("closed", *(key for key in OUT_SIDE if key not in (*OUTCOME_FIGURES, "loss")))


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


def _address(path: str, values: Mapping[str, str | None]) -> str:
    return f"{path}?{urlencode({name: value for name, value in values.items() if value})}"


def _kept() -> dict[str, str]:
    """The cut-off, where the reader named one: an opened figure must be as of the same moment."""
    as_of = request.args.get("as_of", "")[:40]
    return {"as_of": as_of} if as_of else {}


def _opener(selection: Selection) -> Callable[[Line, str], str]:
    """(line, figure) → the address of what is behind it: the same question, narrowed to the line."""

    def address(line: Line, figure: str) -> str:
        asked = Asked(source=line.source, substance=line.substance, name=figure)
        return _address(
            f"{_PATH}/figure",
            {**selection.parameters(), **_narrowed(selection, line), "by": "product", **_kept(), "figure": asked.text},
        )

    return address


def _narrowed(selection: Selection, line: Line) -> dict[str, str | None]:
    found: dict[str, str | None] = {"stream": line.stream}
    if line.source == "collected" and selection.by != "stream":
        found["product"] = line.product or NO_PRODUCT
    if selection.by == "area" and line.bucket:
        found["area"] = line.bucket
    if selection.by == "month" and line.bucket:
        month = next(each for each in selection.period.months() if f"{each.start:%Y-%m}" == line.bucket)
        found |= {"from": month.start.isoformat(), "to": month.end.isoformat()}
    return found


def _downloader(selection: Selection) -> Callable[[str], str]:
    """format → address of the file."""
    spoken = language()
    return lambda form: _address(_API, {**selection.parameters(), **_kept(), "format": form, "lang": spoken})


@pages.get(f"{_PATH}/figure")
@keeper("report.read")
def figure() -> str:
    """What is behind a figure: batches and events, summing to it exactly."""
    spoken = language()
    typed = {name: value for name, value in request.args.items() if value}
    selection, asked = asked_selection(typed), asked_of(request.args.get("figure", ""))
    opening = opened(db.session, selection, asked, cursor=request.args.get("after", ""), limit=PAGE)
    values = {**selection.parameters(), **_kept()}
    named = {**values, "figure": asked.text}
    rows = opening.rows.to_dict("records")
    others = opening.others.to_dict("records")
    return render_template(
        "reports/figure.html",
        opening=opening,
        selection=selection,
        asked=asked,
        rows=rows,
        others=[(words.division_words(str(row["division_code"]))[spoken], int(row["amount"])) for row in others],
        page_sum=sum(int(row["amount"]) for row in (*rows, *others)),
        figure_said=words.FIGURES[asked.name][spoken],
        substance_said=words.substance_words(asked.substance)[spoken],
        source_said=None if asked.source == "collected" else words.SOURCES[asked.source][spoken],
        unit=words.unit_of(asked.substance),
        others_said=words.OTHERS[spoken],
        area_said=words.division_words(selection.area)[spoken],
        basis_said=words.BASES[selection.basis][spoken],
        stream_said=words.stream_words(selection.stream)[spoken] if selection.stream else words.ALL[spoken],
        forecast_words=words.FORECAST[spoken] if opening.forecast else None,
        back=_address(_PATH, values),
        next_href=opening.cursor and _address(f"{_PATH}/figure", {**named, "after": opening.cursor}),
        first_href=request.args.get("after") and _address(f"{_PATH}/figure", named),
        csv_href=_address(f"{_API}/contributions", {**named, "format": "csv", "lang": spoken}),
        xlsx_href=_address(f"{_API}/contributions", {**named, "format": "xlsx", "lang": spoken}),
        zone=ZONE,
    )
