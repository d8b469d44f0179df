"""Organisations: listed for everybody signed in, made by an administrator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify

from registry.api import party_schemas as shapes
from registry.api.answers import problems
from registry.extensions import db
from registry.http.auth import keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.paging import decode, page
from registry.http.transaction import transaction
from registry.services import parties

blp = Blueprint("parties", __name__, url_prefix=API_PREFIX, description="组织 Organisations")


def next_key(items: list[Any], limit: int) -> tuple[str, ...] | None:
    """The key after a page that was read one longer than asked."""
    return (items[limit - 1].id,) if len(items) > limit else None


@blp.route("/organisations", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="List organisations")
@blp.arguments(shapes.OrganisationQuery, location="query")
@blp.response(200, shapes.OrganisationsSchema, description="A page, oldest first")
@problems(blp, 401, 422)
def get_organisations(query: dict[str, Any]) -> Response:
    """The directory: who there is. What they hold is theirs."""
    after = decode(query["after"])
    found = list(
        parties.organisations(
            db.session, kind=query["kind"], after=after[0] if after else None, limit=query["limit"] + 1
        )
    )
    shown = shapes.OrganisationSchema(many=True).dump(found[: query["limit"]])
    return page(shown, next_key(found, query["limit"]))


@blp.route("/organisations", methods=["POST"])
@keeper("party.write")
@blp.doc(summary="Make an organisation")
@blp.arguments(shapes.OrganisationSchema, example=shapes.NEW_ORGANISATION)
@blp.response(201, shapes.OrganisationSchema, example=shapes.ORGANISATION)
@problems(blp, 400, 401, 403, 409, 422)
def post_organisation(body: dict[str, Any]) -> tuple[Response, int]:
    """The USCC is checked, and belongs to one organisation only."""
    with transaction() as session:
        made = parties.create_organisation(session, now=datetime.now(UTC), **body)
    return jsonify(shapes.OrganisationSchema().dump(made)), 201


@blp.route("/organisations/<organisation>", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="One organisation")
@blp.response(200, shapes.OrganisationSchema, example=shapes.ORGANISATION)
@problems(blp, 401, 404)
def get_organisation(organisation: str) -> Any:
    """By id."""
    return parties.organisation(db.session, organisation)
