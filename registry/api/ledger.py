"""The mass ledger: balances by account, site, stream and substance, and the lines of an entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from registry.api import shown
from registry.api.answers import problems
from registry.api.detail_fields import text
from registry.api.event_schemas import PlaceSchema
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.fields import MassKg
from registry.http.paging import PageArgs, decode, page
from registry.services import ledger

blp = Blueprint(
    "Ledger", __name__, url_prefix=API_PREFIX, description="台账 Ledger: sums to zero, substance by substance"
)


EDGE_UNITS: Mapping[str, str] = {"g": "kg", "Wh": "kWh"}


class BalanceQuery(PageArgs):
    """Filters of the balances."""

    account = text("stock · transit · outcome:recycle · loss …", most=64)
    site = text(most=36)
    substance = text("mass, energy or an element", most=40)
    stream = text(most=64)


class BalanceSchema(Schema):
    """The sum of one account at one site. `amount` in kg, or kWh for energy; signed."""

    account = fields.String()
    site = fields.Nested(PlaceSchema)
    stream = fields.String()
    substance = fields.String()
    unit = fields.Function(lambda row: EDGE_UNITS[row.unit], metadata={"type": "string", "example": "kg"})
    amount = MassKg()


class BalancesSchema(Schema):
    """A page of balances."""

    items = fields.List(fields.Nested(BalanceSchema))
    next = fields.String(allow_none=True)


class LineSchema(BalanceSchema):
    """One posting."""

    class Meta:
        exclude = ("stream",)

    line = fields.Integer()
    batch_id = fields.String()


class EntrySchema(Schema):
    """The entry of one event."""

    event_id = fields.String()
    seq = fields.Integer()
    reverses_seq = fields.Integer(allow_none=True)
    lines = fields.List(fields.Nested(LineSchema))


@blp.route("/ledger/balances", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="Balances")
@blp.arguments(BalanceQuery, location="query")
@blp.response(200, BalancesSchema, description="Sums that are not zero", example=shown.BALANCES)
@problems(blp, 401, 422)
def get_balances(query: dict[str, Any]) -> Response:
    """At the caller's own sites; a regulator's: at those of its division."""
    found = ledger.balances(
        db.session,
        actor=current_actor(),
        account=query.get("account"),
        site_id=query.get("site"),
        substance_code=query.get("substance"),
        stream=query.get("stream"),
        after=decode(query["after"]),
        limit=query["limit"],
    )
    return page(BalanceSchema(many=True).dump(found.items), found.next_key)


@blp.route("/ledger/entries/<event_id>", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="The postings of one event")
@blp.response(200, EntrySchema, example=shown.ENTRY)
@problems(blp, 401, 404)
def get_entry(event_id: str) -> ledger.Entry:
    """They sum to zero for every substance."""
    return ledger.entry(db.session, actor=current_actor(), event_id=event_id)
