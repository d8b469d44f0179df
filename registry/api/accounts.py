"""The caller itself, and the keys that speak for its party."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify

from registry.api import party_schemas as shapes
from registry.api.answers import problems
from registry.api.parties import next_key
from registry.api.sites import site_json
from registry.domain.parties import GRANTS
from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.paging import PageArgs, decode, page
from registry.http.transaction import transaction
from registry.services import keys, parties, visibility

blp = Blueprint("accounts", __name__, url_prefix=API_PREFIX, description="账户与密钥 The caller and its keys")


@blp.route("/me", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="Who am I")
@blp.response(200, shapes.MeSchema)
@problems(blp, 401)
def get_me() -> Response:
    """The party, what it may do, and where it may capture."""
    actor = current_actor()
    own = None if actor.organisation_id is None else parties.organisation(db.session, actor.organisation_id)
    sites = [] if own is None else parties.sites(db.session, organisation_id=own.id)
    return jsonify(
        {
            "id": actor.id,
            "kind": actor.kind,
            "name": actor.name,
            "role": actor.role,
            "organisation": None if own is None else shapes.OrganisationSchema().dump(own),
            "division_code": actor.division_code,
            "site": actor.site_id,
            "scopes": sorted(actor.scopes),
            "language": actor.language,
            "operations": sorted(operation for operation in GRANTS[actor.role] if actor.may(operation)),
            "sites": [site_json(site) for site in sites if site.closed_at is None],
        }
    )


@blp.route("/api-keys", methods=["GET"])
@keeper("account.own")
@blp.doc(summary="List keys")
@blp.arguments(PageArgs, location="query")
@blp.response(200, shapes.KeysSchema, description="A page, oldest first, without secrets")
@problems(blp, 401, 403, 422)
def get_keys(query: dict[str, Any]) -> Response:
    """Those of your party in your role; an administrator sees all."""
    after = decode(query["after"])
    among = visibility.visible_keys(current_actor())
    found = list(keys.keys(db.session, among=among, after=after[0] if after else None, limit=query["limit"] + 1))
    return page(shapes.KeySchema(many=True).dump(found[: query["limit"]]), next_key(found, query["limit"]))


@blp.route("/api-keys", methods=["POST"])
@keeper("account.own")
@blp.doc(summary="Make a key")
@blp.arguments(shapes.KeySchema, example={"name": "称重系统", "scopes": ["read", "capture"]})
@blp.response(201, shapes.NewKeySchema, description="With its secret, this once")
@problems(blp, 400, 401, 403, 422)
def post_key(body: dict[str, Any]) -> tuple[Response, int]:
    """It speaks for your party in your role, and may never do more than you."""
    actor = current_actor()
    if not set(body["scopes"]) & set(keys.SCOPES) <= actor.scopes:
        raise Refusal("scope_may_not", operation="account.own")
    with transaction() as session:
        made, secret = keys.issue_key(
            session,
            name=body["name"],
            role=actor.role,
            scopes=body["scopes"],
            now=datetime.now(UTC),
            organisation_id=actor.organisation_id,
            division_code=actor.division_code,
        )
    return jsonify(shapes.KeySchema().dump(made) | {"key": secret}), 201


@blp.route("/api-keys/<key>", methods=["DELETE"])
@keeper("account.own")
@blp.doc(summary="Revoke a key")
@blp.response(200, shapes.KeySchema)
@problems(blp, 401, 403, 404)
def delete_key(key: str) -> Response:
    """At once, and for ever; the row stays. Revoking again changes nothing."""
    with transaction() as session:
        revoked = keys.revoke_key(
            session, key_id=key, now=datetime.now(UTC), among=visibility.visible_keys(current_actor())
        )
    return jsonify(shapes.KeySchema().dump(revoked))
