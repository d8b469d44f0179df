"""Reference data, open to everybody: streams, processes, outcomes, substances, divisions, and the dated rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from registry.api import shown
from registry.api.answers import problems
from registry.api.detail_fields import text
from registry.domain import divisions, outcomes, rules, streams, substances
from registry.http.auth import keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.fields import DecimalText, MassKg
from registry.http.paging import PAGE_MOST, PageArgs, decode, page, part_of

blp = Blueprint("Reference", __name__, url_prefix=API_PREFIX, description="基础数据 Reference data, without an account")


class Named(Schema):
    """A code with its words in both languages."""

    code = fields.String()
    name_zh = fields.String()
    name_en = fields.String()


class StreamSchema(Named):
    """A material stream."""

    batch_max_kg = MassKg(attribute="batch_max_g", metadata={"description": "above this a batch is asked about"})
    elements = fields.List(fields.String())
    mixes_with = fields.Function(lambda row: sorted(row.mixes_with), metadata={"type": "array"})
    advice_zh = fields.String()
    advice_en = fields.String()


class OutputSchema(Schema):
    """What a process may put out."""

    product = fields.String()
    to = fields.String(metadata={"description": "stock, or an outcome"})
    stream = fields.String(allow_none=True)
    name_zh = fields.String()
    name_en = fields.String()


class TradeProcessSchema(Named):
    """A process of the trade."""

    streams = fields.List(fields.String())
    requires_role = fields.String()
    outdated = fields.Boolean()
    outputs = fields.List(fields.Nested(OutputSchema))


class OutcomeSchema(Named):
    """A rung of the ladder; a lower rank is preferred."""

    rank = fields.Integer()
    custody_kept = fields.Boolean()
    counts_as_recycling = fields.Boolean()
    counts_as_recovery = fields.Boolean()


class SubstanceSchema(Named):
    """What the ledger counts."""

    unit = fields.String(metadata={"description": "g or Wh: the unit inside; the API speaks kg and kWh"})
    symbol = fields.String()


class DivisionSchema(Named):
    """An administrative division."""

    level = fields.String()
    parent_code = fields.String(allow_none=True)


class RuleSchema(Schema):
    """A dated rule. In force where `enabled` and `valid_from` <= day < `valid_to`; `reason` says why one is off."""

    kind = fields.String()
    rule = fields.String()
    name = fields.String()
    product = fields.List(fields.String())
    jurisdiction = fields.String()
    process = fields.List(fields.String())
    indicator = fields.String()
    event = fields.List(fields.String())
    actors = fields.List(fields.String())
    comparator = fields.String()
    value = DecimalText(allow_none=True)
    unit = fields.String()
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)
    assumed_from = fields.Boolean()
    assumed_to = fields.Boolean()
    instrument = fields.String()
    source = fields.String()
    verified = fields.Boolean()
    enabled = fields.Boolean()
    reason = fields.String()
    note = fields.String()


class TableQuery(PageArgs):
    """A page of a table."""

    limit = fields.Integer(load_default=PAGE_MOST, validate=validate.Range(min=1, max=PAGE_MOST))


class RuleQuery(TableQuery):
    """Filters of the rules."""

    kind = text("norm · target · deadline · pathway · subsidy · waste_code", most=20)
    product = text("a stream", most=64)
    jurisdiction = text("CN-52 sees its own rules and those above it", most=10)
    on = fields.Date(metadata={"description": "those in force on the day; absent: all, switched off ones too"})


def _table(schema: type[Schema]) -> type[Schema]:
    name = schema.__name__.removesuffix("Schema")
    return Schema.from_dict(
        {"items": fields.List(fields.Nested(schema)), "next": fields.String(allow_none=True)}, name=f"{name}Table"
    )


def _page(schema: type[Schema], rows: Sequence[Any], query: dict[str, Any]) -> Response:
    shown, following = part_of(rows, decode(query["after"]), query["limit"])
    return page(schema(many=True).dump(shown), following)


@blp.route("/streams", methods=["GET"])
@keeper("read.public")
@blp.doc(summary="Material streams")
@blp.arguments(TableQuery, location="query")
@blp.response(200, _table(StreamSchema), example=shown.STREAMS)
@problems(blp, 422)
def get_streams(query: dict[str, Any]) -> Response:
    """In the order of the table."""
    return _page(StreamSchema, streams.streams(), query)


@blp.route("/processes", methods=["GET"])
@keeper("read.public")
@blp.doc(summary="Processes, the streams they take and what they put out")
@blp.arguments(TableQuery, location="query")
@blp.response(200, _table(TradeProcessSchema), example=shown.PROCESSES)
@problems(blp, 422)
def get_processes(query: dict[str, Any]) -> Response:
    """In the order of the table."""
    return _page(TradeProcessSchema, streams.processes(), query)


@blp.route("/outcomes", methods=["GET"])
@keeper("read.public")
@blp.doc(summary="The ladder of outcomes")
@blp.arguments(TableQuery, location="query")
@blp.response(200, _table(OutcomeSchema), example=shown.OUTCOMES)
@problems(blp, 422)
def get_outcomes(query: dict[str, Any]) -> Response:
    """The preferred first."""
    return _page(OutcomeSchema, outcomes.LADDER, query)


@blp.route("/substances", methods=["GET"])
@keeper("read.public")
@blp.doc(summary="What the ledger counts")
@blp.arguments(TableQuery, location="query")
@blp.response(200, _table(SubstanceSchema), example=shown.SUBSTANCES)
@problems(blp, 422)
def get_substances(query: dict[str, Any]) -> Response:
    """Total mass, nominal energy, and the elements."""
    return _page(SubstanceSchema, substances.SUBSTANCES, query)


@blp.route("/divisions", methods=["GET"])
@keeper("read.public")
@blp.doc(summary="Administrative divisions")
@blp.arguments(TableQuery, location="query")
@blp.response(200, _table(DivisionSchema), example=shown.DIVISIONS)
@problems(blp, 422)
def get_divisions(query: dict[str, Any]) -> Response:
    """Province, prefectures, counties; each names its parent."""
    return _page(DivisionSchema, divisions.divisions(), query)


@blp.route("/rules", methods=["GET"])
@keeper("read.public")
@blp.doc(summary="Dated rules: norms, targets, deadlines, pathways, subsidies, waste codes")
@blp.arguments(RuleQuery, location="query")
@blp.response(200, _table(RuleSchema), example=shown.RULES)
@problems(blp, 422)
def get_rules(query: dict[str, Any]) -> Response:
    """Rows that are repealed, not verified or switched off stand here too, and say so."""
    kinds = [query["kind"]] if "kind" in query else rules.KINDS
    found = [row for kind in kinds for row in rules.rules(kind) if _wanted(row, query)]
    return _page(RuleSchema, found, query)


def _wanted(row: rules.RuleRow, query: dict[str, Any]) -> bool:
    return (
        ("product" not in query or query["product"] in row.product)
        and ("jurisdiction" not in query or row.reaches(query["jurisdiction"]))
        and ("on" not in query or row.in_force(query["on"]))
    )
