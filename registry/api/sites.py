"""Sites and their licences. That a site exists is public; its licences are for who runs or oversees it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify

from registry.api import party_schemas as shapes
from registry.api.answers import problems
from registry.api.parties import next_key
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.paging import decode, page
from registry.http.transaction import transaction
from registry.services import licences, parties, visibility
from registry.services.parties import Site

blp = Blueprint("sites", __name__, url_prefix=API_PREFIX, description="站点与许可 Sites and licences")


def site_json(site: Site) -> dict[str, Any]:
    """A site as JSON."""
    body: dict[str, Any] = shapes.SiteSchema().dump(site)
    return body | {"streams": list(site.streams)}


@blp.route("/sites", methods=["GET"])
@keeper("read.public")
@blp.doc(summary="List sites")
@blp.arguments(shapes.SiteQuery, location="query")
@blp.response(200, shapes.SitesSchema, description="A page, oldest first, closed ones included")
@problems(blp, 422)
def get_sites(query: dict[str, Any]) -> Response:
    """The network: where things can be brought, and what each place takes."""
    after = decode(query["after"])
    found = list(
        parties.sites(
            db.session,
            among=visibility.visible_sites(current_actor()) if query["scope"] == "own" else None,
            organisation_id=query["organisation"],
            after=after[0] if after else None,
            limit=query["limit"] + 1,
        )
    )
    return page([site_json(site) for site in found[: query["limit"]]], next_key(found, query["limit"]))


@blp.route("/sites", methods=["POST"])
@keeper("party.write")
@blp.doc(summary="Make a site")
@blp.arguments(shapes.SiteSchema)
@blp.response(201, shapes.SiteSchema)
@problems(blp, 400, 401, 403, 422)
def post_site(body: dict[str, Any]) -> tuple[Response, int]:
    """In a division, of an organisation."""
    with transaction() as session:
        made = parties.create_site(session, now=datetime.now(UTC), **body)
    return jsonify(site_json(made)), 201


@blp.route("/sites/<site>", methods=["GET"])
@keeper("read.public")
@blp.doc(summary="One site")
@blp.response(200, shapes.SiteSchema)
@problems(blp, 404)
def get_site(site: str) -> Response:
    """By id."""
    return jsonify(site_json(parties.site(db.session, site)))


@blp.route("/sites/<site>/close", methods=["POST"])
@keeper("party.write")
@blp.doc(summary="Close a site")
@blp.response(200, shapes.SiteSchema)
@problems(blp, 401, 403, 404, 409)
def close_site(site: str) -> Response:
    """Only an empty one: what is there or on its way must first find its place."""
    with transaction() as session:
        closed = parties.close_site(session, site_id=site, now=datetime.now(UTC))
    return jsonify(site_json(closed))


@blp.route("/sites/<site>/licences", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="The licences of a site")
@blp.response(200, shapes.LicencesSchema)
@problems(blp, 401, 404)
def get_licences(site: str) -> Any:
    """The oldest first. Absent to who neither runs nor oversees the site."""
    seen = visibility.visible_site(db.session, actor=current_actor(), site_id=site)
    return {"items": licences.licences(db.session, site_id=seen.id)}


@blp.route("/sites/<site>/licences", methods=["POST"])
@keeper("party.write")
@blp.doc(summary="Note a licence")
@blp.arguments(shapes.LicenceSchema)
@blp.response(201, shapes.LicenceSchema)
@problems(blp, 400, 401, 403, 404, 409, 422)
def post_licence(body: dict[str, Any], site: str) -> tuple[Response, int]:
    """For one process or, with `*`, for all."""
    with transaction() as session:
        parties.site(session, site)
        made = licences.add_licence(session, site_id=site, now=datetime.now(UTC), **body)
    return jsonify(shapes.LicenceSchema().dump(made)), 201


@blp.route("/licences/<licence>/end", methods=["POST"])
@keeper("party.write")
@blp.doc(summary="Let a licence end")
@blp.arguments(shapes.LicenceEndSchema)
@blp.response(200, shapes.LicenceSchema)
@problems(blp, 400, 401, 403, 404, 422)
def end_licence(body: dict[str, Any], licence: str) -> Response:
    """Withdrawn, or its end became known."""
    with transaction() as session:
        ended = licences.end_licence(session, licence_id=licence, valid_to=body["valid_to"])
    return jsonify(shapes.LicenceSchema().dump(ended))
