"""Placed on market: declarations by organisation, material, place and year. Collection rates are divided by them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, fields, validate

from registry.api.answers import problems
from registry.domain.schemes import FIRST_YEAR, LAST_YEAR
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.fields import MassT, Moment
from registry.http.paging import PageArgs, decode, page
from registry.http.transaction import transaction
from registry.services import market
from registry.services.market import Declaration

blp = Blueprint("Market", __name__, url_prefix=API_PREFIX, description="投放市场 Placed on market")

_ID = "0198c000-0000-7000-8000-0000000000f1"
_MAKER = "0198c000-0000-7000-8000-0000000000a0"
ASKED = {
    "organisation": _MAKER,
    "stream": "power_battery",
    "product": "LFP",
    "division_code": "520000",
    "year": 2024,
    "mass_t": "5120.75",
}
SHOWN = {"id": _ID, **ASKED, "version": 1, "recorded_at": "2025-03-01T01:30:00.000Z"}


def _word(example: str, most: int, **more: Any) -> fields.String:
    return fields.String(validate=validate.Length(max=most), metadata={"example": example}, **more)


class DeclarationArgs(Schema):
    """What was placed on the market. `mass_t` null withdraws; `replaces` names the declaration that is corrected."""

    organisation = _word(_MAKER, 36, load_default=None, allow_none=True)
    stream = _word("power_battery", 64, required=True)
    product = _word("LFP", 64, load_default=None, allow_none=True)
    division_code = _word("520000", 6, required=True)
    year = fields.Integer(required=True, strict=True, metadata={"example": 2024})
    mass_t = MassT(required=True, allow_none=True, metadata={"example": "5120.75"})
    replaces = _word(_ID, 36, load_default=None, allow_none=True)


class DeclarationSchema(Schema):
    """One declaration. `version` counts its corrections."""

    id = fields.String(metadata={"example": _ID})
    organisation = fields.String(attribute="organisation.id", metadata={"example": _MAKER})
    stream = fields.String(metadata={"example": "power_battery"})
    product = fields.String(metadata={"example": "LFP", "description": "empty: none named"})
    division_code = fields.String(metadata={"example": "520000"})
    year = fields.Integer(metadata={"example": 2024})
    mass_t = MassT(attribute="mass_g", allow_none=True, metadata={"example": "5120.75"})
    version = fields.Integer(metadata={"example": 1})
    recorded_at = Moment()


class DeclarationsSchema(Schema):
    """A page of declarations."""

    items = fields.List(fields.Nested(DeclarationSchema))
    next = fields.String(allow_none=True)


class DeclarationQuery(PageArgs):
    """Which declarations."""

    stream = _word("power_battery", 64, load_default=None)
    year = fields.Integer(load_default=None, validate=validate.Range(min=FIRST_YEAR, max=LAST_YEAR))


def declaration_json(declaration: Declaration) -> dict[str, Any]:
    """A declaration as JSON."""
    body: dict[str, Any] = DeclarationSchema().dump(declaration)
    return body


@blp.route("/placed-on-market", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="What was placed on the market")
@blp.arguments(DeclarationQuery, location="query")
@blp.response(200, DeclarationsSchema, example={"items": [SHOWN], "next": None})
@problems(blp, 401, 422)
def get_declarations(query: dict[str, Any]) -> Response:
    """Those that stand, the newest first: one's own, those of a regulator's division, an administrator's all."""
    after = decode(query["after"])
    limit = query["limit"]
    found = market.declarations(
        db.session,
        actor=current_actor(),
        stream=query["stream"],
        year=query["year"],
        after=after[0] if after else None,
        limit=limit + 1,
    )
    following = (found[limit - 1].id,) if len(found) > limit else None
    return page([declaration_json(each) for each in found[:limit]], following)


@blp.route("/placed-on-market", methods=["POST"])
@keeper("market.declare")
@blp.doc(summary="Declare, correct or withdraw what was placed on the market")
@blp.arguments(DeclarationArgs, example=ASKED)
@blp.response(201, DeclarationSchema, example=SHOWN)
@blp.alt_response(200, schema=DeclarationSchema, example=SHOWN, description="It stood so already; nothing was written")
@problems(blp, 400, 401, 403, 409, 422)
def post_declaration(body: dict[str, Any]) -> tuple[Response, int]:
    """By the producer, its organisation, or an administrator. The same again changes nothing."""
    with transaction() as session:
        declaration, written = market.declare(
            session,
            actor=current_actor(),
            organisation_id=body["organisation"],
            stream=body["stream"],
            product=body["product"],
            division_code=body["division_code"],
            year=body["year"],
            mass_g=body["mass_t"],
            replaces=body["replaces"],
            now=datetime.now(UTC),
        )
    return jsonify(declaration_json(declaration)), 201 if written else 200
