"""The reports by API: the same numbers as the pages, as JSON, CSV or XLSX, and what is behind each figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from registry.domain.refusals import Refusal
from registry.domain.schemes import schemes
from registry.domain.streams import streams
from registry.extensions import db
from registry.http.auth import keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.language import language
from reports.asking import asked_selection
from reports.catalogue import CATALOGUE, GROUPS, entry_of
from reports.entry import Entry
from reports.opening import asked_of
from reports.queries.contributions import opened
from reports.render.files import FORMATS, File, check_format, opening_file, report_file
from reports.sealing import stamp
from reports.selection import BASES, BREAKDOWNS

blueprint = Blueprint("reports", __name__, url_prefix=API_PREFIX, description="报告 · Reports")

PAGE = 200
PAGE_MOST = 1000
FILE_MOST = 1_000_000
_SHORT = validate.Length(max=64)


def _words(description: str, example: str) -> fields.String:
    metadata = {"description": description, "example": example}
    return fields.String(load_default=None, validate=_SHORT, metadata=metadata)


_FILTERS: Mapping[str, fields.Field[Any]] = {
    "stream": _words("; ".join(each.code for each in streams()), "power_battery"),
    "product": _words("chemistry or grade; `-` for what nobody named", "LFP"),
    "area": _words("province, prefecture or county", "520000"),
    "alone": _words("1: only what the area's own code says, without the parts of it", ""),
    "site": _words("id: only what is posted at this site", "0195f3a0-0000-7000-8000-000000000001"),
    "organisation": _words(
        "id: only what is posted at this organisation's sites", "0195f3a0-0000-7000-8000-000000000002"
    ),
    "process": _words("only what this process posted; `-` for what no process did", "hydrometallurgy"),
    "to_place": _words("only what an event there took: site:… · organisation:… · area:… · alone:…", "area:520300"),
    "from": _words("first local day", "2025-01-01"),
    "to": _words("the day after the last", "2026-01-01"),
    "basis": _words(" · ".join(BASES), "cohort"),
    "by": _words(" · ".join(BREAKDOWNS), "product"),
    "compare": _words("`previous`: beside each figure that of the period before", "previous"),
    "as_of": _words("recorded up to this moment, or to the end of this local day", "2026-06-30"),
    "scheme": _words("of a collection rate: " + " · ".join(each.code for each in schemes()), "eu-weee"),
    "format": _words(" · ".join(FORMATS), "json"),
}
ReportArgs = Schema.from_dict(dict(_FILTERS), name="ReportArgs")
ContributionArgs = Schema.from_dict(
    {
        **_FILTERS,
        "figure": fields.String(
            required=True,
            validate=_SHORT,
            metadata={"description": "substance.figure, or source.substance.figure", "example": "lithium.recycled"},
        ),
        "after": fields.String(load_default="", validate=_SHORT, metadata={"description": "the `next` before"}),
        "limit": fields.Integer(load_default=PAGE, validate=validate.Range(min=1, max=PAGE_MOST)),
    },
    name="ContributionArgs",
)


class SubstanceRowSchema(Schema):
    """An element's way through the loop. Exact decimal kg; the rate in percent, null without a denominator."""

    substance = fields.String(metadata={"example": "lithium"})
    contained_kg = fields.String(metadata={"example": "75599.5"})
    recycled_kg = fields.String(metadata={"example": "44370.1"})
    cascade_kg = fields.String(metadata={"example": "0"})
    rate_percent = fields.String(allow_none=True, metadata={"example": "58.69"})
    treated_rate_percent = fields.String(allow_none=True, metadata={"example": "58.69"})
    norm = fields.Dict(allow_none=True)
    verdict = fields.String(allow_none=True, metadata={"example": "missed"})
    closing = fields.Dict()


class ReportRowSchema(Schema):
    """One stream and product (and area or month, where asked)."""

    stream = fields.String(metadata={"example": "power_battery"})
    product = fields.String(metadata={"example": "LFP"})
    collected_kg = fields.String(metadata={"example": "6227900"})
    collected_t = fields.String(metadata={"example": "6227.9"})
    input_kg = fields.String(metadata={"example": "6227900"})
    outcomes_kg = fields.Dict(keys=fields.String(), values=fields.String())
    shares_of_input_percent = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True))
    shares_of_closed_percent = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True))
    substances = fields.List(fields.Nested(SubstanceRowSchema))
    closing = fields.Dict()


class ReportSchema(Schema):
    """A report with what it needs to be defended."""

    report = fields.String(metadata={"example": "recovery"})
    basis = fields.String(metadata={"example": "cohort"})
    filters = fields.Dict(keys=fields.String(), values=fields.String())
    cut_off = fields.String(metadata={"example": "2026-06-30T15:59:59.999999Z"})
    definition = fields.Dict()
    notice = fields.Dict(allow_none=True)
    rule_versions = fields.List(fields.Dict())
    totals_kg = fields.Dict(keys=fields.String(), values=fields.String())
    rows = fields.List(fields.Nested(ReportRowSchema))
    other_sources = fields.List(fields.Nested(ReportRowSchema))
    findings = fields.List(fields.Dict())


class ContributionsSchema(Schema):
    """Batches and events whose amounts, with those of `others` and of all pages, sum to `total`."""

    figure = fields.String(metadata={"example": "lithium.recycled"})
    total = fields.String(metadata={"example": "44370.1"})
    unit = fields.String(metadata={"example": "kg"})
    items = fields.List(fields.Dict(keys=fields.String(), values=fields.String(allow_none=True)))
    others = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))
    next = fields.String(allow_none=True)


def sent(file: File) -> Response:
    """The file as an answer; what is to be kept says its name."""
    response = Response(file.chunks, content_type=file.media_type)
    if file.attached:
        response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    if file.signature:
        response.headers["Huiliu-Signature"] = file.signature
    return response


class CatalogueEntrySchema(Schema):
    """One report of the catalogue, and how it may be asked."""

    name = fields.String(metadata={"example": "recovery"})
    title = fields.Dict(keys=fields.String(), values=fields.String())
    group = fields.String(metadata={"example": "loop"})
    group_title = fields.Dict(keys=fields.String(), values=fields.String())
    question = fields.Dict(keys=fields.String(), values=fields.String())
    definition = fields.Dict(keys=fields.String(), values=fields.String())
    source = fields.String()
    bases = fields.List(fields.String())
    breakdowns = fields.List(fields.String())
    filters = fields.List(fields.String())
    formats = fields.List(fields.String())
    opens = fields.Boolean(metadata={"description": "whether its figures open into batches and events"})
    href = fields.String(metadata={"example": "/api/v1/reports/recovery"})


class ReportCatalogueSchema(Schema):
    """Every report there is."""

    reports = fields.List(fields.Nested(CatalogueEntrySchema))


def _described(entry: Entry) -> dict[str, Any]:
    about = entry.about
    return {
        "name": about.name,
        "title": dict(about.title),
        "group": about.group,
        "group_title": dict(GROUPS[about.group]),
        "question": dict(about.question),
        "definition": dict(about.definition),
        "source": about.source,
        "bases": list(entry.bases),
        "breakdowns": list(entry.breakdowns),
        "filters": list(entry.filters),
        "formats": list(FORMATS),
        "opens": entry.opens,
        "href": f"{API_PREFIX}/reports/{about.name}",
    }


@blueprint.route("/reports")
@keeper("report.read")
@blueprint.response(200, ReportCatalogueSchema)
def catalogue() -> dict[str, Any]:
    """The reports there are, with what each answers and how it may be asked."""
    return {"reports": [_described(entry) for entry in CATALOGUE.values()]}


@blueprint.route("/reports/<name>")
@keeper("report.read")
@blueprint.arguments(ReportArgs, location="query")
@blueprint.response(200, ReportSchema)
@blueprint.alt_response(404, description="not_found: no such report, or an area outside one's division")
@blueprint.alt_response(422, description="unknown_stream, period_malformed, period_not_month_aligned, …")
def report(values: Mapping[str, Any], name: str) -> Response:
    """A report as JSON, CSV, XLSX or PDF, signed; `csv.sig` holds the signature of the CSV.

    Every number is exact decimal text; rates are rounded once, half up.
    """
    entry = entry_of(name)
    form = check_format(values["format"] or "json")
    answer = entry.answer(db.session, asked_selection(values, entry))
    table = entry.table(answer, language())
    return sent(report_file(answer, table, form, language(), entry.manner, stamp=stamp()))


@blueprint.route("/reports/<name>/contributions")
@keeper("report.read")
@blueprint.arguments(ContributionArgs, location="query")
@blueprint.response(200, ContributionsSchema)
@blueprint.alt_response(404, description="not_found")
@blueprint.alt_response(422, description="unknown_figure, unknown_substance, cursor_malformed, …")
def contributions(values: Mapping[str, Any], name: str) -> Response:
    """The batches and events behind one figure. JSON is paged by `after`; CSV and XLSX hold all of it."""
    if not entry_of(name).opens:
        raise Refusal("not_found", report=name[:40])
    form = check_format(values["format"] or "json")
    paged = form == "json"
    opening = opened(
        db.session,
        asked_selection(values),
        asked_of(values["figure"]),
        cursor=values["after"] if paged else "",
        limit=values["limit"] if paged else FILE_MOST,
    )
    return sent(opening_file(opening, form, language()))
