"""The filters above every report: what they offer, what stands in them, and how a question that fails is mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from registry.domain import divisions, streams
from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.language import language
from reports import words
from reports.asking import asked_selection
from reports.drawings import process_words
from reports.entry import Entry
from reports.pages.addresses import address, whole_year, year_of
from reports.queries.cells import latest_month, products
from reports.selection import NO_PRODUCT, PROVINCE, Selection

_WHERE = ("stream", "product", "area", "alone", "site", "organisation", "process", "by")
_PLACE = (*_WHERE, "basis")
MENDABLE: Mapping[str, tuple[str, ...]] = {
    "period_not_month_aligned": (*_WHERE, "from", "to"),
    "period_malformed": _PLACE,
    "period_empty": _PLACE,
    "period_out_of_range": _PLACE,
    "period_too_long": _PLACE,
    "as_of_malformed": (*_PLACE, "from", "to"),
}
"""refusals a person mends in the form → the filters that still say something"""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the address asks. `complaint`: why not all of it could be asked; then `typed` still stands in the form."""

    selection: Selection
    typed: Mapping[str, str]
    complaint: Refusal | None = None


def question(
    defaults: Mapping[str, str] | None = None, *, entry: Entry | None = None, without: Sequence[str] = ()
) -> Question:
    """The selection of this request, or the nearest that can be asked. Refusals: those nobody mends in the form.

    `without`: parameters of the address that this page reads in another sense, or not at all.
    """
    typed = {name: value for name, value in request.args.items() if value and name not in without}
    values = with_latest_year({**(defaults or {}), **typed})
    try:
        return Question(selection=asked_selection(values, entry), typed={})
    except Refusal as refusal:
        if refusal.code not in MENDABLE:
            raise
        left = {name: values[name] for name in MENDABLE[refusal.code] if name in values}
        return Question(selection=asked_selection(left, entry), typed=values, complaint=refusal)


def with_latest_year(values: Mapping[str, str]) -> dict[str, str]:
    """Where no period is named, the last year anything was collected in: a page should not open empty."""
    if "from" in values or "to" in values:
        return dict(values)
    month = latest_month(db.session, values.get("stream"))
    return {**values, **year_of(month)} if month else dict(values)


def choices(asked: Question, path: str, entry: Entry) -> dict[str, Any]:
    """What the filters offer, and what stands in them."""
    selection = asked.selection
    top = selection.reader.division_code or PROVINCE
    spoken = language()
    return {
        "values": {**selection.parameters(), "as_of": request.args.get("as_of", "")[:40], **asked.typed},
        "areas": [
            (each.code, words.division_words(each.code)[spoken], each.level)
            for each in divisions.divisions()
            if each.code in divisions.descendants(top)
        ],
        "streams": [(each.code, words.stream_words(each.code)[spoken]) for each in streams.streams()],
        "products": _products(selection),
        "bases": [(code, words.BASES[code][spoken]) for code in entry.bases],
        "breakdowns": [(code, words.BREAKDOWNS[code][spoken]) for code in entry.breakdowns],
        "held": _held(selection, path),
        "years": years(selection, path),
    }


def _held(selection: Selection, path: str) -> list[tuple[str, str]]:
    """Filters that came with a link and stand in no field: their words, and the address without them."""
    spoken = language()
    asked = selection.parameters()
    found = []
    for name in ("site", "organisation", "process"):
        if name in asked:
            rest = {key: value for key, value in asked.items() if key != name}
            said = process_words(asked[name])[spoken] if name == "process" else words.BREAKDOWNS[name][spoken]
            found.append((said, address(path, rest)))
    return found


def _products(selection: Selection) -> list[str]:
    """Products of the chosen stream, or of all."""
    known = products(db.session)
    found = known.get(selection.stream, ()) if selection.stream else sum(known.values(), ())
    return sorted({*found, *([selection.product] if selection.product not in (None, NO_PRODUCT) else [])})


def years(selection: Selection, path: str) -> list[tuple[int, str]]:
    """The whole years around the chosen period, as addresses."""
    year = selection.period.start.year
    return [
        (each, address(path, {**selection.parameters(), **whole_year(each)})) for each in (year - 1, year, year + 1)
    ]


def latest(selection: Selection, path: str) -> Mapping[str, str] | None:
    """Where there is something to see: the last year anything was collected in."""
    month = latest_month(db.session, selection.stream)
    if month is None:
        return None
    return {"month": month, "href": address(path, {**selection.parameters(), **year_of(month)})}
