"""What is behind a figure of any report: batches and events, summing to it exactly."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.auth import keeper
from registry.http.language import language
from reports import words
from reports.asking import asked_selection
from reports.catalogue import entry_of
from reports.numbers import grouped
from reports.opening import amount_text, asked_of, figure_words
from reports.pages.addresses import API, address, kept, page_of
from reports.queries.contributions import opened

pages = Blueprint("figure_pages", __name__, template_folder="../templates")

PAGE = 100


@pages.get("/reports/<name>/figure")
@keeper("report.read")
def figure(name: str) -> str:
    """One page of a figure's contributions. Refusals: not_found, unknown_figure, cursor_malformed, as a selection's."""
    entry = entry_of(name)
    if not entry.opens:
        raise Refusal("not_found", report=name[:40])
    spoken = language()
    typed = {key: value for key, value in request.args.items() if value}
    selection, asked = asked_selection(typed), asked_of(request.args.get("figure", ""))
    opening = opened(db.session, selection, asked, cursor=request.args.get("after", ""), limit=PAGE)
    values = {**selection.parameters(), **kept()}
    named = {**values, "figure": asked.text}
    rows = opening.rows.to_dict("records")
    others = opening.others.to_dict("records")
    here = f"{page_of(name)}/figure"
    return render_template(
        "reports/figure.html",
        report_said=entry.title[spoken],
        opening=opening,
        selection=selection,
        asked=asked,
        rows=rows,
        others=[(words.division_words(str(row["division_code"]))[spoken], int(row["amount"])) for row in others],
        page_sum=sum(int(row["amount"]) for row in (*rows, *others)),
        figure_said=figure_words(asked)[spoken],
        amount=lambda each: grouped(amount_text(asked, int(each))),
        substance_said=words.substance_words(asked.substance)[spoken],
        source_said=words.SOURCES[asked.source][spoken] if asked.source in ("addition", "unknown") else None,
        unit=words.unit_of(asked.substance),
        others_said=words.OTHERS[spoken],
        area_said=words.division_words(selection.area)[spoken],
        basis_said=words.BASES[selection.basis][spoken],
        stream_said=words.stream_words(selection.stream)[spoken] if selection.stream else words.ALL[spoken],
        forecast_words=words.FORECAST[spoken] if opening.forecast else None,
        back=address(page_of(name), values),
        next_href=opening.cursor and address(here, {**named, "after": opening.cursor}),
        first_href=request.args.get("after") and address(here, named),
        csv_href=address(f"{API}/{name}/contributions", {**named, "format": "csv", "lang": spoken}),
        xlsx_href=address(f"{API}/{name}/contributions", {**named, "format": "xlsx", "lang": spoken}),
    )
