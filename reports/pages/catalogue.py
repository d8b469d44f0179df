"""The reports there are, in words, and any of them as a page: filters, headline, charts, table, what it stands on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from registry.domain.refusals import Refusal
from registry.domain.schemes import schemes
from registry.extensions import db
from registry.http.auth import keeper
from registry.http.language import language
from registry.http.problems import detail_of, words_of
from reports import words
from reports.cartogram import cartogram
from reports.catalogue import CATALOGUE, GROUPS, entry_of
from reports.entry import Entry
from reports.facts import rule_text
from reports.grid import grid_of
from reports.pages.addresses import address, downloader, kept, page_of
from reports.pages.filters import Question, choices, latest, question
from reports.pictures import maps, pictures
from reports.render.files import FORMATS
from reports.selection import Selection
from reports.tabular import TableReport

pages = Blueprint("catalogue_pages", __name__, template_folder="../templates")

_DOWNLOADS = ("xlsx", "csv", "pdf", "json")
"""in the order of who asks most; those there are"""


@pages.get("/reports")
@keeper("report.read")
def index() -> str:
    """Every report by the question it answers; `text` keeps those whose words hold it."""
    spoken = language()
    text = request.args.get("text", "").strip()[:60]
    found = [entry for entry in CATALOGUE.values() if _holds(entry, text, spoken)]
    return render_template(
        "reports/index.html",
        text=text,
        groups=[
            (said[spoken], [(entry.title[spoken], entry.about.question[spoken], page_of(entry.name)) for entry in mine])
            for code, said in GROUPS.items()
            if (mine := [entry for entry in found if entry.about.group == code])
        ],
        count=len(found),
    )


def _holds(entry: Entry, text: str, spoken: str) -> bool:
    about = entry.about
    spoken_of = " ".join((about.name, about.title[spoken], about.question[spoken], about.definition[spoken]))
    return all(part in spoken_of.casefold() for part in text.casefold().split())


@pages.get("/reports/<name>")
@keeper("report.read")
def report(name: str) -> Any:
    """Any report. Refusals: not_found, and those of a question that nobody mends in the form."""
    return told(name)


def told(name: str) -> Any:
    """One report in the common shape."""
    entry = entry_of(name)
    path = page_of(name)
    asked = question(_defaults(entry), entry=entry)
    answer, complaint = _answered(entry, asked)
    page = render_template(
        "reports/report.html",
        entry=entry,
        selection=asked.selection,
        complaint=complaint and detail_of(complaint, language()),
        schemes=[(each.code, each.code) for each in schemes()] if "scheme" in entry.filters else [],
        **choices(asked, path, entry),
        **_head(entry, asked.selection),
        **_shown(entry, answer, asked.selection, path),
    )
    return (page, words_of(complaint.code).status) if complaint else page


def _defaults(entry: Entry) -> dict[str, str]:
    """What a report cannot do without and nobody has typed yet: the first scheme."""
    return {"scheme": schemes()[0].code} if "scheme" in entry.filters else {}


def _answered(entry: Entry, asked: Question) -> tuple[Any, Refusal | None]:
    """The answer, or why there is none: a question this report has no answer to is said above its filters."""
    if asked.complaint:
        return None, asked.complaint
    try:
        return entry.answer(db.session, asked.selection), None
    except Refusal as refusal:
        if words_of(refusal.code).status != 422:
            raise
        return None, refusal


def _head(entry: Entry, selection: Selection) -> dict[str, Any]:
    """Who, where, when, and the files."""
    spoken = language()
    return {
        "title": entry.title[spoken],
        "question_said": entry.about.question[spoken],
        "area_said": words.division_words(selection.area)[spoken],
        "basis_said": words.BASES[selection.basis][spoken],
        "downloads": [(form, downloader(entry.name, selection)(form)) for form in _DOWNLOADS if form in FORMATS],
        "definitions": [words.DEFINITIONS[selection.basis][spoken], entry.about.definition[spoken]],
        "source": entry.about.source,
    }


def _shown(entry: Entry, answer: Any, selection: Selection, path: str) -> dict[str, Any]:
    """What the page makes of the answer: table, charts, findings, rules; nothing of no answer."""
    spoken = language()
    empty: dict[str, Any] = {
        "grid": None,
        "charts": [],
        "maps": [],
        "findings": [],
        "rules": [],
        "latest": None,
        "forecast_words": None,
    }
    if answer is None:
        return {**empty, "estimate": None, "href_of": None}
    told: TableReport = answer if isinstance(answer, TableReport) else entry.tabled(answer)
    grid = grid_of(told, spoken)
    return {
        **empty,
        "grid": grid,
        "latest": None if grid.rows else latest(selection, path),
        "forecast_words": words.FORECAST[spoken] if told.forecast else None,
        "estimate": told.estimate[spoken] if told.estimate else None,
        "href_of": lambda opens: address(f"{path}/figure", {**opens, **kept()}),
        **_drawn(told, path, spoken),
    }


def _drawn(answer: TableReport, path: str, spoken: str) -> dict[str, Any]:
    return {
        "charts": pictures(answer, spoken),
        "maps": [(chart.title[spoken], cartogram(answer.selection.area, values)) for chart, values in maps(answer)],
        "tile_href": lambda code: address(path, {**answer.selection.parameters(), **kept(), "area": code}),
        "spoken": spoken,
        "findings": [(each.place(spoken), each.text(spoken)) for each in answer.findings],
        "rules": list(dict.fromkeys(rule_text(rule) for rule in answer.rules)),
    }
