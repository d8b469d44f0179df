"""The list of events as one CSV file, streamed: a million rows in a few megabytes of memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Response, stream_with_context
from marshmallow import Schema, fields, validate

from registry.api.answers import problems
from registry.domain.divisions import division
from registry.domain.events import KINDS
from registry.domain.parties import Actor
from registry.domain.periods import period_between
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.language import language
from registry.services.event_export import export, lines

blp = Blueprint("Export", __name__, url_prefix=API_PREFIX, description="导出 Exports: long lists as files")

FIRST, LAST = "2000-01-01", "2999-01-01"


class ExportQuery(Schema):
    """Which events: local days of occurrence, half-open."""

    kind = fields.String(
        load_default=None,
        validate=validate.OneOf(["", *sorted(KINDS)]),
        metadata={"example": "collect"},
    )
    site = fields.String(load_default=None, validate=validate.Length(max=36))
    first = fields.String(data_key="from", load_default="", metadata={"example": "2025-01-01"})
    end = fields.String(data_key="to", load_default="", metadata={"example": "2026-01-01"})


@blp.route("/events/export", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="All events as CSV")
@blp.arguments(ExportQuery, location="query")
@blp.response(200, content_type="text/csv", description="BOM, CRLF; `Huiliu-Rows` says how many rows will come")
@problems(blp, 401, 422)
def get_export(query: Mapping[str, Any]) -> Response:
    """The list of `/events`, whole, in the order latest first. What is captured meanwhile is not in it."""
    period = period_between(query["first"] or FIRST, query["end"] or LAST)
    asked = export(
        db.session,
        actor=current_actor(),
        kind=query["kind"] or None,
        site_id=query["site"] or None,
        occurred_from=period.start_at_utc,
        occurred_to=period.end_at_utc,
    )
    chunks = (chunk.encode() for chunk in lines(db.session, asked, language()))
    response = Response(stream_with_context(chunks), content_type="text/csv; charset=utf-8")
    response.headers["Huiliu-Rows"] = str(asked.count)
    response.headers["Content-Disposition"] = f'attachment; filename="{_name(current_actor(), query)}"'
    return response


def _name(actor: Actor, query: Mapping[str, Any]) -> str:
    """What, where, when."""
    where = division(actor.division_code).code if actor.division_code else actor.role
    parts = ["huiliu_events", query["kind"] or "all", where]
    named = [day for day in (query["first"], query["end"]) if day]
    parts += named or [f"until_{datetime.now(UTC):%Y-%m-%d}"]
    return "_".join(parts) + ".csv"
