"""Events: the door machines, phones and spreadsheets come through. One, or a list judged item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from json import JSONDecodeError
from typing import Any

from flask import Response, jsonify, request
from marshmallow import ValidationError

from registry.api import examples, shown
from registry.api.answers import problems
from registry.api.detail_schemas import DETAILS
from registry.api.event_schemas import (
    EVENTS_MOST,
    CarriageSchema,
    ErasedSchema,
    ErasureQuery,
    EventLineSchema,
    EventListSchema,
    EventQuery,
    EventSchema,
    EventsSchema,
    ReceiptBatchSchema,
    ReceiptSchema,
    ResultSchema,
    ResultsSchema,
    read_event,
)
from registry.domain.events import Capture
from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.audit import note
from registry.http.auth import current_actor, keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.errors import refusal_of, wrong_places
from registry.http.paging import decode, page
from registry.http.problems import problem, problem_body
from registry.http.reading import parse_json
from registry.http.transaction import transact, transaction
from registry.services import carrying, events
from registry.services.capture import ItemResult, capture, capture_list

blp = Blueprint(
    "Events",
    __name__,
    url_prefix=API_PREFIX,
    description="事件 Events: captured once, never changed, read by both sides",
)

_STATUS = {"created": 201, "exists": 200, "waiting": 202}
_RECEIPT = ReceiptSchema()
_EVENT = {
    "oneOf": [{"$ref": f"#/components/schemas/Event-{kind}"} for kind in DETAILS],
    "discriminator": {
        "propertyName": "kind",
        "mapping": {kind: f"#/components/schemas/Event-{kind}" for kind in DETAILS},
    },
}


@blp.route("/events", methods=["POST"])
@keeper("event.capture")
@blp.doc(
    summary="Capture one event",
    requestBody={
        "required": True,
        "content": {
            "application/json": {
                "schema": _EVENT,
                "examples": {kind: {"summary": kind, "value": dict(each)} for kind, each in examples.EVENTS.items()},
            }
        },
    },
)
@blp.response(201, ResultSchema, description="Taken: the receipt", example=examples.CREATED)
@blp.alt_response(200, schema=ResultSchema, description="Taken before: the first receipt", example=examples.EXISTS)
@blp.alt_response(202, schema=ResultSchema, description="Not yet: send it again later", example=examples.WAITING)
@problems(blp, 400, 401, 403, 404, 409, 413, 415, 422)
def post_event() -> Response:
    """The event's id is its key for ever: the same content again gives the first receipt, other content a conflict."""
    try:
        command = _command(json_body())
    except Invalid as invalid:
        return problem(invalid, errors=invalid.errors)
    actor, now = current_actor(), datetime.now(UTC)
    result = transact(lambda session: capture(session, actor=actor, command=command, now=now, alone=True))
    if result.status not in _STATUS:
        raise result.refusal or Refusal("server_error")
    response = jsonify(result_json(result))
    response.status_code = _STATUS[result.status]
    return response


@blp.route("/events/batch", methods=["POST"])
@keeper("event.capture")
@blp.doc(
    summary="Capture a list of events",
    requestBody={
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["events"],
                    "additionalProperties": False,
                    "properties": {
                        "events": {"type": "array", "items": _EVENT, "minItems": 1, "maxItems": EVENTS_MOST}
                    },
                },
                "example": {"events": [dict(each) for each in list(examples.EVENTS.values())[:2]]},
            }
        },
    },
)
@blp.response(200, ResultsSchema, description="One result per event, in the order sent", example=examples.RESULTS)
@problems(blp, 400, 401, 403, 413, 415, 422)
def post_events() -> Response:
    """Each event stands or falls alone; one that is refused holds no other."""
    try:
        items = _items(json_body())
    except Invalid as invalid:
        return problem(invalid, errors=invalid.errors)
    commands, answers = readable(items)
    actor, now = current_actor(), datetime.now(UTC)
    results = transact(lambda session: capture_list(session, actor=actor, commands=list(commands.values()), now=now))
    answers |= dict(zip(commands, map(result_json, results), strict=True))
    note_refused(results)
    return jsonify({"results": [answers[place] for place in range(len(items))]})


def json_body() -> Any:
    """Refusals: media_type_unsupported, json_broken, body_too_large."""
    if not request.is_json:
        raise Refusal("media_type_unsupported")
    try:
        return parse_json(request.get_data(cache=False))
    except JSONDecodeError:
        raise Refusal("json_broken") from None


def _items(value: Any) -> list[Any]:
    try:
        items: list[Any] = EventListSchema().load(value)["events"]
    except ValidationError as error:
        raise Invalid(error) from None
    return items


def _command(value: Any) -> Capture:
    try:
        return read_event(value)
    except ValidationError as error:
        raise Invalid(error) from None


class Invalid(Refusal):
    """What the schema refused, with the places."""

    def __init__(self, error: ValidationError) -> None:
        self.errors = wrong_places(error.messages)
        told = refusal_of(self.errors)
        super().__init__(told.code, **told.facts)


def readable(items: Sequence[Any]) -> tuple[dict[int, Capture], dict[int, dict[str, Any]]]:
    """Commands by their place in the list, and the answers already known for what is none."""
    commands: dict[int, Capture] = {}
    answers: dict[int, dict[str, Any]] = {}
    for place, item in enumerate(items):
        try:
            commands[place] = _command(item)
        except Invalid as invalid:
            claimed = item.get("id") if isinstance(item, Mapping) else None
            answers[place] = {
                "id": claimed if isinstance(claimed, str) else None,
                "status": "rejected",
                "problem": problem_body(invalid, errors=invalid.errors),
            }
    return commands, answers


def result_json(result: ItemResult) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": result.id, "status": result.status}
    if result.receipt is not None:
        answer["receipt"] = _RECEIPT.dump(result.receipt)
    if result.refusal is not None:
        answer["problem"] = problem_body(result.refusal)
    return answer


def note_refused(results: Sequence[ItemResult]) -> None:
    """Keep what was attempted, each kind once: a list of a thousand is one attempt."""
    refused = {item.refusal.code: item for item in results if item.refusal is not None}
    for code, item in refused.items():
        note(Refusal(code), subject=item.id)


@blp.route("/events", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="List events")
@blp.arguments(EventQuery, location="query")
@blp.response(200, EventsSchema, description="A page, latest first", example=shown.EVENTS_PAGE)
@problems(blp, 401, 422)
def get_events(query: dict[str, Any]) -> Response:
    """Those of the caller's organisation; a regulator's: those at sites of its division."""
    found = events.list_events(
        db.session,
        actor=current_actor(),
        kind=query.get("kind"),
        site_id=query.get("site"),
        status=query.get("status"),
        batch_id=query.get("batch"),
        occurred_from=query.get("occurred_from"),
        occurred_to=query.get("occurred_to"),
        recorded_from=query.get("recorded_from"),
        after=decode(query["after"]),
        limit=query["limit"],
    )
    return page(EventLineSchema(many=True).dump(found.items), found.next_key)


@blp.route("/events/<event_id>", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="One event")
@blp.response(200, EventSchema, example=shown.EVENT)
@problems(blp, 401, 404)
def get_event(event_id: str) -> Response:
    """As it was sent, with what it touched. Readable by both sides of it."""
    actor = current_actor()
    view = events.event_view(db.session, actor=actor, event_id=event_id)
    line = view.line
    carried = carrying.carriage(db.session, actor=actor, seq=line.seq, organisation_id=line.organisation.id)
    body = {
        **EventLineSchema().dump(view.line),
        "details": DETAILS[view.line.kind]().dump(view.details),
        "clock_offset_ms": view.clock_offset_ms,
        "sha256": view.sha256,
        "recorded_by_loader": view.recorded_by_loader,
        "batches": ReceiptBatchSchema(many=True).dump(view.batches),
        "target_id": view.target_id,
        "reversed_by": view.reversed_by,
        "private": dict(view.notes),
        "carried": None if carried is None else CarriageSchema().dump(carried),
    }
    return jsonify(body)


@blp.route("/events/<event_id>/private", methods=["DELETE"])
@keeper("account.own")
@blp.doc(summary="Erase the notes beside an event")
@blp.arguments(ErasureQuery, location="query")
@blp.response(200, ErasedSchema, example={"erased": ["note", "vehicle"]})
@problems(blp, 401, 403, 404)
def delete_private(query: dict[str, Any], event_id: str) -> Response:
    """Note, person, vehicle, position, photo: one kind or all. The author and the administrator may; the hash holds."""
    with transaction() as session:
        erased = events.erase_notes(session, actor=current_actor(), event_id=event_id, kind=query.get("kind"))
    return jsonify({"erased": list(erased)})
