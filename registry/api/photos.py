"""Photos of an event: they come after it, one by one, and may be erased without touching it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from flask import Response, jsonify, request
from marshmallow import Schema, fields

from registry.api import examples
from registry.api.answers import problems
from registry.domain.photos import PHOTO_BYTES_MOST
from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.reading import body_limit
from registry.http.transaction import transact
from registry.services.photos import keep_photo, read_photo

_JPEG: Final = "image/jpeg"
_BODY_MOST_BYTES: Final = PHOTO_BYTES_MOST + 64 * 1024
"""A photo a little too large is told so by its own words."""
_CONTENT: Final[dict[str, Any]] = {_JPEG: {"schema": {"type": "string", "format": "binary"}}}

blp = Blueprint("Photos", __name__, url_prefix=API_PREFIX, description="照片 Photos: erasable, beside their event")


class PhotoSchema(Schema):
    """The photo that is now beside the event."""

    event = fields.String()
    sha256 = fields.String()


@blp.route("/events/<event_id>/photos/<sha256>", methods=["PUT"])
@body_limit(_BODY_MOST_BYTES)
@keeper("event.capture")
@blp.doc(summary="Bring a photo the event announced", requestBody={"required": True, "content": _CONTENT})
@blp.response(200, PhotoSchema, example=examples.PHOTO)
@problems(blp, 401, 403, 404, 413, 415, 422)
def put_photo(event_id: str, sha256: str) -> Response:
    """A JPEG of at most 400 kB and 1600 pixels an edge, without metadata, whose SHA-256 stands in `private.photo`.

    For the organisation whose event it is. The same bytes again give the same answer.
    """
    if request.mimetype != _JPEG:
        raise Refusal("image_not_an_image", allowed="JPEG")
    data, actor, now = request.get_data(cache=False), current_actor(), datetime.now(UTC)
    transact(
        lambda session: keep_photo(session, actor=actor, event_id=event_id, sha256=sha256, data=data, now=now),
    )
    return jsonify({"event": event_id, "sha256": sha256})


@blp.route("/events/<event_id>/photos/<sha256>", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="A photo of an event", responses={"200": {"description": "The JPEG", "content": _CONTENT}})
@problems(blp, 401, 404)
def get_photo(event_id: str, sha256: str) -> Response:
    """For who sees the event in full. Not to be kept by anything between: it may be erased."""
    data = read_photo(db.session, actor=current_actor(), event_id=event_id, sha256=sha256)
    return Response(data, content_type=_JPEG, headers={"Cache-Control": "private, no-cache"})
