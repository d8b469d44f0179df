"""Why an element's recovery is what it is: process by process, each figure with its batches."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from registry.domain import streams
from registry.domain.refusals import Refusal
from registry.domain.substances import is_element, substance
from registry.extensions import db
from registry.http.auth import keeper
from registry.http.language import language
from registry.http.problems import detail_of, words_of
from reports import words
from reports.drawings import parts, process_words, whereabouts
from reports.facts import rule_text
from reports.pages.addresses import address, kept
from reports.pages.filters import question, years
from reports.pages.overview import STREAM
from reports.queries.cells import cells
from reports.recovery import recovery
from reports.selection import NO_PROCESS, Selection
from reports.shortfall import Step, shortfall

pages = Blueprint("why_page", __name__, template_folder="../templates")


@pages.get("/reports/why/<element>")
@keeper("report.read")
def why(element: str) -> Any:
    """Where an element of a cohort went, and which process keeps it from its norm. Refusal: not_found."""
    if not is_element(element):
        raise Refusal("not_found", element=element[:40])
    element = substance(element).code
    spoken = language()
    asked = question({"stream": STREAM, "basis": "cohort", "by": "process"}, without=("by", "basis", "process"))
    selection = asked.selection.narrowed(by="process")
    report = recovery(cells(db.session, selection), selection)
    found = shortfall(report, element, stream=selection.stream or STREAM)
    page = render_template(
        "reports/why.html",
        found=found,
        element_said=words.substance_words(element)[spoken],
        selection=selection,
        complaint=asked.complaint and detail_of(asked.complaint, spoken),
        chart=whereabouts(found, spoken),
        rows=parts(found, spoken),
        steps=[
            (
                step,
                process_words(step.process)[spoken],
                _outdated(step),
                *(_figure(selection, element, figure, step.process) for figure in ("treated", "recycled")),
            )
            for step in found.steps
        ],
        whole={
            key: _figure(selection, element, key)
            for key in ("input", "recycled", "second_life", "treated", "stock", "transit")
        },
        norm_said=found.norm and rule_text(found.norm),
        verdict_said=words.VERDICTS[found.verdict][spoken],
        definitions=[words.DEFINITIONS[key][spoken] for key in ("cohort", "recovery")],
        forecast_words=words.FORECAST[spoken] if report.forecast else None,
        area_said=words.division_words(selection.area)[spoken],
        stream_said=words.stream_words(selection.stream or STREAM)[spoken],
        back=address("/reports/recovery", {**selection.parameters(), "by": "product", **kept()}),
        years=years(asked.selection, f"/reports/why/{element}"),
    )
    return (page, words_of(asked.complaint.code).status) if asked.complaint else page


def _outdated(step: Step) -> bool:
    """Whether the table of processes calls it outdated."""
    try:
        return streams.process(step.process).outdated
    except Refusal:
        return False


def _figure(selection: Selection, element: str, figure: str, process: str | None = None) -> str:
    narrowed = {} if process is None else {"process": process or NO_PROCESS}
    return address(
        "/reports/recovery/figure",
        {**selection.parameters(), **narrowed, "by": "product", **kept(), "figure": f"{element}.{figure}"},
    )
