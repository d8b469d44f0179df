"""Outboxes that travel as files: the key of a device, and the door its file comes in by on another one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from json import JSONDecodeError
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from registry.api.answers import problems
from registry.api.event_schemas import ResultSchema
from registry.api.events import json_body, note_refused, readable, result_json
from registry.extensions import db, limiter
from registry.http.auth import current_actor, keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.reading import body_limit, parse_json
from registry.http.transaction import transact, transaction
from registry.services import carrying
from registry.services.capture import ItemResult, capture_list

FILE_BYTES = 8_000_000
"""A thousand events, quoted twice."""
ENROL_LIMIT = "60 per hour"

blp = Blueprint("Carrying", __name__, url_prefix=API_PREFIX, description="代送 Outboxes that travel as files")

_KEY = {
    "crv": "P-256",
    "kty": "EC",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
_SIGNATURE = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"


class JwkSchema(Schema):
    """A public key on P-256."""

    crv = fields.String(required=True)
    kty = fields.String(required=True)
    x = fields.String(required=True)
    y = fields.String(required=True)


class DeviceKeyArgs(Schema):
    """The key, and its signature over `huiliu-device/1 <account id>`, which only the device that holds it can make."""

    public_key = fields.Nested(JwkSchema, required=True, metadata={"example": _KEY})
    proof = fields.String(required=True, metadata={"example": _SIGNATURE})


class DeviceKeySchema(Schema):
    """A key that counts."""

    key_id = fields.String(metadata={"example": "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"})


class OutboxFileSchema(Schema):
    """The file as the phone wrote it; see the decision record on outbox files."""

    format = fields.String(required=True, metadata={"example": carrying.FORMAT})
    body = fields.String(required=True, metadata={"description": "JSON as text: {owner, exported_at, events, archive}"})
    key_id = fields.String(required=True, metadata={"description": "RFC 7638 thumbprint of the key"})
    public_key = fields.Nested(JwkSchema, required=True)
    signature = fields.String(required=True, metadata={"description": "ECDSA P-256 SHA-256, r‖s, base64url"})


class CarriedSchema(Schema):
    """For whom the file spoke, and one result per event."""

    author = fields.String()
    vouched_by = fields.String(metadata={"description": "key or author"})
    results = fields.List(fields.Nested(ResultSchema))


@blp.route("/device-keys", methods=["POST"])
@keeper("event.capture")
@limiter.limit(ENROL_LIMIT)
@blp.doc(summary="Let a device's signature count")
@blp.arguments(DeviceKeyArgs)
@blp.response(200, DeviceKeySchema)
@problems(blp, 401, 403, 409, 422)
def post_device_key(body: dict[str, Any]) -> Response:
    """For the account signed in, until it ends its sessions. A machine has no device: its key speaks for itself."""
    actor, now = current_actor(), datetime.now(UTC)
    with transaction() as session:
        key_id = carrying.enrol(session, actor=actor, jwk=body["public_key"], proof=body["proof"], now=now)
    return jsonify({"key_id": key_id})


@blp.route("/events/carried", methods=["POST"])
@body_limit(FILE_BYTES)
@keeper("event.capture")
@blp.doc(
    summary="Bring in the outbox of another device",
    requestBody={"required": True, "content": {"application/json": {"schema": OutboxFileSchema}}},
)
@blp.response(200, CarriedSchema, description="One result per event, in the order captured")
@problems(blp, 400, 401, 403, 413, 415, 422)
def post_carried() -> Response:
    """The events stay their author's; who brought them in is written beside each. The same file again is harmless."""
    file = carrying.read_file(json_body())
    carrier, now = current_actor(), datetime.now(UTC)
    admitted = carrying.admit(db.session, carrier=carrier, file=file)
    commands, answers = readable([_event(text) for text in file.events])

    def work(session: Session) -> Sequence[ItemResult]:
        taken = capture_list(session, actor=admitted.author, commands=list(commands.values()), now=now)
        carrying.note_carrier(session, carrier=carrier, admitted=admitted, file=file, results=taken, now=now)
        return taken

    results = transact(work)
    answers |= dict(zip(commands, map(result_json, results), strict=True))
    note_refused(results)
    ordered = [answers[place] for place in range(len(file.events))]
    return jsonify({"author": admitted.author.id, "vouched_by": admitted.vouched_by, "results": ordered})


def _event(text: str) -> Any:
    """The value of a frozen event; one that is no JSON is refused in its place as no event at all."""
    try:
        return parse_json(text.encode("utf-8", "surrogatepass"))
    except JSONDecodeError:
        return None
