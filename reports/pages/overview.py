"""The first page of who oversees: the loop, the norms and why they are missed, the map, the trend, the findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import render_template, request
from markupsafe import Markup

from registry.domain import divisions, streams
from registry.extensions import db
from registry.http.language import language
from registry.http.panels import Panel
from registry.http.problems import detail_of
from reports import words
from reports.cartogram import DEVIATIONS, Cartogram, Indicator, cartogram, indicators, tonnes_of, values_of
from reports.catalogue import CATALOGUE, entry_of
from reports.drawings import node_name, parts, process_words, sankey, trend, whereabouts
from reports.facts import finding_text
from reports.loop import OPEN
from reports.overview import Overview, overview
from reports.pages.addresses import address, kept, whole_year
from reports.pages.filters import Question, question
from reports.pages.remembered import remembered
from reports.queries.cells import cells
from reports.recovery import recovery
from reports.report import Finding, Report
from reports.selection import NO_PRODUCT, Selection
from reports.shortfall import Shortfall
from reports.tabular import code_of

STREAM = "power_battery"
"""what the norms of the day speak of most"""
STYLES = ("css/reports.css", "css/dashboard.css")
SCRIPTS = ("js/charts/draw.mjs",)
_ALL = "all"
_Node = tuple[str, str]


def panel(path: str = "/") -> Panel:
    """The overview that the address asks for; without one, the whole area in the last year there is."""
    asked = _asked()
    selection = asked.selection
    found = remembered(selection, lambda: overview(*(_report(selection, by) for by in ("process", "area", "month"))))
    spoken = language()
    html = render_template(
        "reports/overview.html",
        found=found,
        selection=selection,
        complaint=asked.complaint and detail_of(asked.complaint, spoken),
        barren=not found.by_process.lines,
        **_choices(selection, path),
        **_cards(found, spoken),
        **_loop(found, spoken),
        **_map(found, path, spoken),
        **_trend(found, spoken),
        findings=[(_where(each, spoken), finding_text(each, spoken)) for each in found.worst],
        report_href=address("/reports/recovery", _asking(selection)),
        forecast_words=words.FORECAST[spoken] if found.by_process.forecast else None,
    )
    return Panel(html=Markup(html), styles=STYLES, scripts=SCRIPTS)  # noqa: S704  # our own template, escaped there


def _where(finding: Finding, spoken: str) -> str:
    named = words.division_words if finding.bucket.isdigit() else process_words
    parts = (named(finding.bucket)[spoken], finding.product, words.substance_words(finding.substance)[spoken])
    return " · ".join(part for part in parts if part)


def _asked() -> Question:
    """A cohort: only of what was collected can be said what finally became of it. `stream=all`: of every stream."""
    chosen = request.args.get("stream") or STREAM
    return question({"basis": "cohort", "stream": "" if chosen == _ALL else chosen, "by": "process"}, without=_FIXED)


_FIXED = ("basis", "by", "stream", "indicator", "product", "site", "organisation", "process", "scheme")


def _report(selection: Selection, by: str) -> Report:
    asked = selection.narrowed(by=by)
    return recovery(cells(db.session, asked), asked)


def _asking(selection: Selection, **more: str | None) -> dict[str, str | None]:
    return {**selection.parameters(), "by": "product", **kept(), **more}


def _figure(selection: Selection, figure: str, **more: str | None) -> str:
    """The address of the batches behind a figure."""
    return address("/reports/recovery/figure", _asking(selection, **more, figure=figure))


def _choices(selection: Selection, path: str) -> Mapping[str, Any]:
    """Streams, years and the way up, as addresses of this page."""
    spoken = language()
    here = {
        "stream": selection.stream or _ALL,
        "area": selection.area,
        "indicator": request.args.get("indicator"),
        "from": selection.period.start.isoformat(),
        "to": selection.period.end.isoformat(),
        **kept(),
    }
    year = selection.period.start.year
    top = selection.reader.division_code or divisions.divisions()[0].code
    parent = divisions.division(selection.area).parent_code if selection.area != top else None
    codes = [(each.code, words.stream_words(each.code)[spoken]) for each in streams.streams()]
    return {
        "streams": [
            (code, text, address(path, {**here, "stream": code}), code == (selection.stream or _ALL))
            for code, text in (*codes, (_ALL, words.ALL[spoken]))
        ],
        "years": [
            (each, address(path, {**here, **whole_year(each)}), each == year) for each in (year - 1, year, year + 1)
        ],
        "up": parent and (words.division_words(parent)[spoken], address(path, {**here, "area": parent})),
        "area_said": words.division_words(selection.area)[spoken],
        "here": here,
    }


def _cards(found: Overview, spoken: str) -> dict[str, Any]:
    """The norms, each with its verdict and the way to its why."""
    selection = found.by_process.selection
    asking = {name: value for name, value in _asking(selection).items() if name != "by"}
    missed = found.missed
    return {
        "collected_g": found.loop.collected_g,
        "collected_href": _figure(selection, "mass.collected"),
        "cards": [
            (each, words.substance_words(each.element)[spoken], address(f"/reports/why/{each.element}", asking))
            for each in found.shortfalls
        ],
        "missed": missed,
        "missed_said": missed and words.substance_words(missed.element)[spoken],
        "missed_chart": missed and whereabouts(missed, spoken),
        "missed_rows": missed and _part_rows(missed, spoken),
        "missed_href": missed and address(f"/reports/why/{missed.element}", asking),
        "process_name": lambda code: process_words(code)[spoken],
        "verdict_name": lambda code: words.VERDICTS[code][spoken],
    }


def _part_rows(found: Shortfall, spoken: str) -> list[tuple[str, int]]:
    return [(name, grams) for _, name, grams in parts(found, spoken)]


def _loop(found: Overview, spoken: str) -> dict[str, Any]:
    selection = found.by_process.selection
    return {
        "loop_chart": sankey(found.loop, spoken, lambda node: _node_href(selection, node))
        if found.loop.links
        else None,
        "loop_rows": [
            (
                node_name(link.source, spoken),
                node_name(link.target, spoken),
                link.grams,
                _link_href(selection, *ends),
            )
            for link in found.loop.links
            for ends in [(link.source, link.target)]
        ],
    }


_NODE_FILTERS: Mapping[str, str] = {"stream": "stream", "product": "product", "process": "process"}


def _node_href(selection: Selection, node: _Node) -> str | None:
    column, code = node
    if column == "end":
        return _open_href(selection) if code == OPEN else _figure(selection, f"mass.{code}")
    figure = "mass.closed" if column == "process" else "mass.collected"
    return _figure(selection, figure, **{_NODE_FILTERS[column]: code or NO_PRODUCT})


def _link_href(selection: Selection, source: _Node, target: _Node) -> str | None:
    """What is behind a band: both its ends as filters."""
    narrowed = {
        _NODE_FILTERS[column]: code or NO_PRODUCT for column, code in (source, target) if column in _NODE_FILTERS
    }
    if target == ("end", OPEN):
        return _open_href(selection, **narrowed)
    return _figure(selection, f"mass.{target[1]}" if target[0] == "end" else "mass.closed", **narrowed)


def _open_href(selection: Selection, **narrowed: str) -> str:
    """Stock and transit are two figures, so what stands open opens in the report."""
    return address("/reports/recovery", _asking(selection, **narrowed))


def _map(found: Overview, path: str, spoken: str) -> dict[str, Any]:
    selection = found.by_area.selection
    known: Sequence[Indicator] = indicators([each.element for each in found.shortfalls])
    if _DEVIATIONS in CATALOGUE:
        known = (*known, DEVIATIONS)
    chosen = next((each for each in known if each.key == request.args.get("indicator")), known[0])
    here: Cartogram = cartogram(selection.area, _values(found, chosen))
    asking = {**_place(selection), **kept(), "indicator": chosen.key}
    ranked = sorted((tile for tile in here.tiles if tile.value is not None), key=lambda tile: -Decimal(tile.value or 0))
    return {
        "map": here,
        "indicator": chosen,
        "indicator_said": chosen.words[spoken],
        "indicators": [
            (
                each.words[spoken],
                address(path, {**asking, "area": selection.area, "indicator": each.key}) + "#map-title",
                each == chosen,
            )
            for each in known
        ],
        "ranked": [(tile, words.division_words(tile.code)[spoken]) for tile in ranked],
        "tile_href": lambda code: address(path, {**asking, "area": code}),
        "area_href": lambda code: _area_href(selection, chosen, code),
        "spoken": spoken,
    }


_DEVIATIONS = "pathway_deviations"


def _values(found: Overview, chosen: Indicator) -> Mapping[str, str | None]:
    """Part of the area → the indicator, from the balance or from the report that counts deviations."""
    if chosen is not DEVIATIONS:
        return values_of(found.by_area, chosen)
    entry = entry_of(_DEVIATIONS)
    answer = entry.answer(db.session, found.by_area.selection.narrowed(basis=entry.bases[0], by="area"))
    sums: dict[str, int] = {}
    for row in answer.rows:
        code, amount = code_of(row.cells.get("area")), row.cells.get("deviation")
        if code and isinstance(amount, int):
            sums[code] = sums.get(code, 0) + amount
    return tonnes_of(sums)


def _area_href(selection: Selection, chosen: Indicator, code: str) -> str:
    """Where a figure of the list is explained."""
    if chosen is DEVIATIONS:
        entry = entry_of(_DEVIATIONS)
        return address(
            f"/reports/{_DEVIATIONS}", {**_asking(selection, area=code), "basis": entry.bases[0], "by": "site"}
        )
    return address("/reports/recovery", _asking(selection, area=code))


def _place(selection: Selection) -> dict[str, str]:
    return {
        "stream": selection.stream or _ALL,
        "from": selection.period.start.isoformat(),
        "to": selection.period.end.isoformat(),
    }


def _trend(found: Overview, spoken: str) -> dict[str, Any]:
    elements = [each.element for each in found.shortfalls][:3]
    chart = trend(found.by_month, elements, spoken)
    head = ["", *(each["name"] for each in chart["series"])]
    rows = [
        [period, *(each["values"][place] for each in chart["series"])]
        for place, period in enumerate(chart["categories"])
    ]
    return {
        "trend_chart": chart if chart["categories"] else None,
        "trend_head": head,
        "trend_rows": rows,
        "trend_href": address("/reports/recovery", _asking(found.by_month.selection, by="month")),
    }
