"""The API of marks: check an identifier, resolve a text, decode a photo, fetch a label."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from registry.domain.refusals import Refusal
from registry.extensions import db, limiter
from registry.http.auth import current_actor, keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.language import language
from registry.http.reading import body_limit
from registry.services import identifiers
from scanner.bounded import decoders
from scanner.decode import Decoded
from scanner.digital_link import LONGEST_TEXT, SCHEMES
from scanner.here import our_hosts
from scanner.labelling import chosen_preset, label_for, painted
from scanner.limits import LOOK_UP_LIMIT, PHOTO_LIMIT, UPLOAD_BYTES
from scanner.resolver import ANSWERS, Resolution, resolve
from scanner.ways import way

blueprint = Blueprint("marks", __name__, url_prefix=API_PREFIX, description="编码与标签 · Codes, scans and labels")


class FindingSchema(Schema):
    """One thing worth saying about a value."""

    code = fields.String(required=True, metadata={"example": "gb34014_serial_zero"})
    facts = fields.Dict(keys=fields.String())


class CheckSchema(Schema):
    """An identifier as typed."""

    scheme = fields.String(required=True, metadata={"example": "uscc", "description": "uscc gb34014 gtin registry"})
    value = fields.String(
        required=True, validate=validate.Length(max=LONGEST_TEXT), metadata={"example": "91350211M000100Y43"}
    )


class CheckedSchema(Schema):
    """`normalised` is null when the value is not valid."""

    valid = fields.Boolean(required=True)
    normalised = fields.String(required=True, allow_none=True)
    findings = fields.List(fields.Nested(FindingSchema), required=True)


@blueprint.route("/identifiers/check", methods=["POST"])
@keeper("identifiers.check")
@limiter.limit(LOOK_UP_LIMIT)
@blueprint.arguments(CheckSchema)
@blueprint.response(200, CheckedSchema)
@blueprint.alt_response(422, description="unknown_scheme, schema_invalid")
def check_identifier(sent: dict[str, str]) -> identifiers.IdentifierCheck:
    """Whether a value is a well-formed identifier of its scheme. No account needed."""
    return identifiers.check(scheme=sent["scheme"], value=sent["value"])


class TextSchema(Schema):
    """Whatever a scanner gave."""

    text = fields.String(
        required=True,
        validate=validate.Length(max=LONGEST_TEXT),
        metadata={"example": "HTTPS://HUILIU.EXAMPLE/B/7K3M2Q9XA4"},
    )


_TEXT = TextSchema()
"""made once: the door asked most often would otherwise make one for every question"""


class ResolutionSchema(Schema):
    """What a text names, as far as the asker may know. `batch` and `container` are ids, given to their parties only."""

    scheme = fields.String(required=True, validate=validate.OneOf(SCHEMES))
    normalised = fields.String(required=True, allow_none=True)
    findings = fields.List(fields.String(), required=True)
    answer = fields.String(required=True, validate=validate.OneOf(ANSWERS))
    code = fields.String(required=True, allow_none=True)
    batch = fields.String(required=True, allow_none=True)
    container = fields.String(required=True, allow_none=True)
    stream = fields.String(required=True, allow_none=True)
    live = fields.Boolean(required=True)
    href = fields.String(required=True, allow_none=True, metadata={"description": "the page to open next"})


def resolved(text: str) -> dict[str, Any]:
    """What a text names, as it leaves."""
    hosts = our_hosts(current_app.config["SETTINGS"])
    return resolution_body(resolve(db.session, actor=current_actor(), text=text, our_hosts=hosts))


def resolution_body(resolution: Resolution) -> dict[str, Any]:
    """The answer as it leaves; of what is not the asker's nothing but that."""
    standing = resolution.standing
    mine = standing if standing.yours else None
    return {
        "scheme": resolution.scanned.scheme,
        "normalised": resolution.scanned.normalised,
        "findings": list(resolution.scanned.findings),
        "answer": resolution.answer,
        "code": mine.code if mine else None,
        "batch": mine.id if mine and mine.names == "batch" else None,
        "container": mine.id if mine and mine.names == "container" else None,
        "stream": mine.stream if mine else None,
        "live": standing.live,
        "href": way(resolution, current_actor()),
    }


@blueprint.route("/resolve")
class ResolveView(MethodView):
    """Both verbs ask the same and change nothing: POST is for texts that no address should hold."""

    @keeper("resolve.public")
    @limiter.limit(LOOK_UP_LIMIT)
    @blueprint.arguments(_TEXT, location="query")
    @blueprint.response(200, ResolutionSchema)
    def get(self, sent: dict[str, str]) -> dict[str, Any]:
        """What a scanned text names: address, code, battery code, GS1 key or serial."""
        return resolved(sent["text"])

    @keeper("resolve.public")
    @limiter.limit(LOOK_UP_LIMIT)
    @blueprint.arguments(_TEXT)
    @blueprint.response(200, ResolutionSchema)
    def post(self, sent: dict[str, str]) -> dict[str, Any]:
        """What a scanned text names, the text in the body."""
        return resolved(sent["text"])


class MarkSchema(Schema):
    """One mark in a photo; corners as [x, y] pixels of the upright picture."""

    text = fields.String(required=True)
    format = fields.String(required=True, metadata={"example": "QR Code"})
    engine = fields.String(required=True, metadata={"example": "zxing"})
    corners = fields.List(fields.List(fields.Integer()), required=True)
    resolution = fields.Nested(ResolutionSchema, required=True)


class DecodedSchema(Schema):
    """Every mark that was read, and how many were seen that could not be."""

    width_px = fields.Integer(required=True)
    height_px = fields.Integer(required=True)
    marks = fields.List(fields.Nested(MarkSchema), required=True)
    damaged = fields.Integer(required=True)


def decoded_body(decoded: Decoded) -> dict[str, Any]:
    """What was read, each mark with what it names."""
    return {
        "width_px": decoded.width_px,
        "height_px": decoded.height_px,
        "marks": [
            {
                "text": mark.text,
                "format": mark.format,
                "engine": mark.engine,
                "corners": [list(corner) for corner in mark.corners],
                "resolution": resolved(mark.text),
            }
            for mark in decoded.marks
        ],
        "damaged": decoded.damaged,
    }


def sent_photo() -> bytes:
    """The picture of this request: the file field `photo`, or the body itself. Refusal image_missing."""
    if request.mimetype == "multipart/form-data":
        file = request.files.get("photo")
        if file is None:
            raise Refusal("image_missing")
        return bytes(file.read())
    return bytes(request.get_data())


_PHOTO = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"photo": {"type": "string", "format": "binary"}}}
            },
            "image/jpeg": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@blueprint.route("/decode", methods=["POST"])
@body_limit(UPLOAD_BYTES)
@keeper("resolve.public")
@limiter.limit(PHOTO_LIMIT)
@blueprint.doc(**_PHOTO)
@blueprint.response(200, DecodedSchema)
@blueprint.alt_response(422, description="image_missing, image_truncated, image_animated, image_too_hard")
@blueprint.alt_response(503, description="decoder_busy")
@blueprint.alt_response(415, description="image_not_an_image")
@blueprint.alt_response(413, description="image_too_large, image_too_many_pixels")
def decode_photo() -> dict[str, Any]:
    """Read the marks in a photo. The photo is not kept."""
    return decoded_body(decoders.decode(sent_photo()))


@blueprint.route("/batches/<batch_id>/label.<any(svg, png):kind>")
@keeper("read.own")
@blueprint.doc(responses={"200": {"content": {"image/svg+xml": {}, "image/png": {}}}})
@blueprint.alt_response(404, description="not_found")
def batch_label(batch_id: str, kind: str) -> Response:
    """The label of a batch. `preset`: 40x30 50x30 60x40 100x100; `dpi` of a PNG: 203 or 300."""
    label = label_for(
        db.session,
        actor=current_actor(),
        settings=current_app.config["SETTINGS"],
        language=language(),
        code_or_id=batch_id,
    )
    preset = chosen_preset(request.args.get("preset"))
    file = painted(label, kind=kind, preset=preset, dpi=request.args.get("dpi"))
    headers = {"Content-Disposition": f'inline; filename="{file.name}"'}
    return Response(file.body, content_type=file.media_type, headers=headers)
