"""Publications by API: publish, list, read, fetch the bytes. For anyone: check a file, and the public signing keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, fields, validate

from registry.domain.refusals import Refusal
from registry.domain.verify_codes import parse_verify_code
from registry.extensions import db, limiter
from registry.http.auth import current_actor, keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.paging import PageArgs, decode, page
from registry.http.signing import trusted_keys
from registry.services import publications
from reports.asking import asked_selection
from reports.catalogue import entry_of
from reports.examining import by_digest
from reports.publication_shapes import (
    DigestSchema,
    PublicationSchema,
    PublicationsSchema,
    VerdictSchema,
    publication_json,
    verdict_json,
)
from reports.publishing import publish, staleness
from reports.sealing import VERIFY_LIMIT, press

blueprint = Blueprint("publications", __name__, url_prefix=API_PREFIX, description="报送 · Publications")

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHORT = validate.Length(max=64)
_ASKED = (
    "stream",
    "product",
    "area",
    "site",
    "organisation",
    "process",
    "from",
    "to",
    "basis",
    "by",
    "scheme",
    "as_of",
)
PublishArgs = Schema.from_dict(
    {name: fields.String(load_default=None, allow_none=True, validate=_SHORT) for name in _ASKED}, name="PublishArgs"
)
_EXAMPLE = {"from": "2025-01-01", "to": "2026-01-01", "basis": "cohort", "area": "520000", "as_of": "2026-06-30"}


class PublicationQuery(PageArgs):
    """Which publications."""

    report = fields.String(load_default=None, validate=_SHORT, metadata={"example": "recovery"})


@blueprint.route("/reports/<name>/publications", methods=["POST"])
@keeper("report.publish")
@blueprint.doc(summary="Freeze and publish a report")
@blueprint.arguments(PublishArgs, example=_EXAMPLE)
@blueprint.response(201, PublicationSchema)
@blueprint.alt_response(200, schema=PublicationSchema, description="The same question and cut-off was published before")
@blueprint.alt_response(409, description="period_not_over")
@blueprint.alt_response(422, description="cut_off_in_future, and those of the report")
def post_publication(values: Mapping[str, Any], name: str) -> tuple[Response, int]:
    """The next submission of this question: its bytes in every format, under a code anyone may check."""
    entry = entry_of(name)
    selection = asked_selection(values, entry)
    made, written = publish(press(), entry, selection, actor=current_actor(), now=datetime.now(UTC))
    return jsonify(publication_json(made, prefix=API_PREFIX)), 201 if written else 200


@blueprint.route("/publications", methods=["GET"])
@keeper("report.read")
@blueprint.doc(summary="List publications")
@blueprint.arguments(PublicationQuery, location="query")
@blueprint.response(200, PublicationsSchema)
def get_publications(query: Mapping[str, Any]) -> Response:
    """Those of one's division, the newest first."""
    after, limit = decode(query["after"]), query["limit"]
    found = publications.publications(
        db.session,
        actor=current_actor(),
        report=query["report"],
        after=after[0] if after else None,
        limit=limit + 1,
    )
    following = (found[limit - 1].id,) if len(found) > limit else None
    return page([publication_json(each, prefix=API_PREFIX) for each in found[:limit]], following)


@blueprint.route("/publications/<code>", methods=["GET"])
@keeper("report.read")
@blueprint.doc(summary="One publication, and what has changed since")
@blueprint.response(200, PublicationSchema)
@blueprint.alt_response(404, description="not_found")
def get_publication(code: str) -> Response:
    """With `stale`, the cells that would read otherwise today, and the events recorded since."""
    found = publications.publication(db.session, actor=current_actor(), code=parse_verify_code(code))
    since = staleness(db.session, found, now=datetime.now(UTC))
    return jsonify(publication_json(found, prefix=API_PREFIX, since=since))


@blueprint.route("/publications/<code>/files/<which>", methods=["GET"])
@keeper("report.read")
@blueprint.doc(summary="The bytes of a publication")
@blueprint.response(200, content_type="application/octet-stream", description="As they were frozen")
@blueprint.alt_response(404, description="not_found")
def get_file(code: str, which: str) -> Response:
    """`any.json`, `zh.pdf`, `en.xlsx` …"""
    found = publications.publication(db.session, actor=current_actor(), code=parse_verify_code(code))
    language, _, form = which.partition(".")
    file = publications.content(db.session, found, form=form, language=language)
    response = Response(file.content, content_type=file.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response.headers["Huiliu-Sha256"] = file.sha256
    return response


@blueprint.route("/verify", methods=["POST"])
@limiter.limit(VERIFY_LIMIT)
@keeper("read.public")
@blueprint.doc(summary="Is this file genuine? By its SHA-256")
@blueprint.arguments(DigestSchema)
@blueprint.response(200, VerdictSchema)
@blueprint.alt_response(422, description="digest_malformed")
def post_verify(body: Mapping[str, Any]) -> Response:
    """Byte for byte a published file or not. Nobody needs an account, and no figure is told."""
    digest = body["sha256"].strip().lower()
    if not _SHA256.fullmatch(digest):
        raise Refusal("digest_malformed")
    return jsonify(verdict_json(by_digest(db.session, digest)))


@blueprint.route("/signing-keys", methods=["GET"])
@keeper("read.public")
@blueprint.doc(summary="The public keys files are signed with (JWK set)")
@blueprint.response(200, Schema.from_dict({"keys": fields.List(fields.Dict())}, name="SigningKeys"))
def get_keys() -> Response:
    """Ed25519, the one in use first. `kid` is the RFC 7638 thumbprint."""
    return jsonify({"keys": [key.jwk for key in trusted_keys()]})
