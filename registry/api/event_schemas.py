"""The envelope of an event at the door, and what the door answers: receipts, results, lists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from registry.api.detail_fields import text
from registry.api.detail_schemas import DETAILS
from registry.domain.events import KINDS, Capture
from registry.domain.refusals import Refusal
from registry.http.fields import MassKg, Moment
from registry.http.paging import PageArgs
from registry.http.problems import ProblemSchema

PRIVATE = ("note", "person", "vehicle", "position", "photo")
EVENTS_MOST = 1000
"""events one list may hold"""
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_CLOCK_MOST_MS = 10**9
_NOTE_MOST = 2000


class Occurred(Moment):
    """When it happened; a year nobody can have captured is a slip. Refusals: moment_malformed, date_too_early."""

    def inward(self, value: Any) -> datetime:
        """The moment in UTC."""
        moment = super().inward(value)
        if moment < EARLIEST:
            raise Refusal("date_too_early", value=str(value)[:40])
        return moment


class KindField(fields.String):
    """A kind of the grammar. Refusal unknown_event_kind."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        word = super()._deserialize(value, attr, data, **options)
        if word not in KINDS:
            raise ValidationError([Refusal("unknown_event_kind", kind=str(word)[:40])])
        return word


class EnvelopeSchema(Schema):
    """One event: who stands where and when; `details` are those of its kind."""

    id = text("UUID made by the client before the first send: the key for ever", required=True, most=36)
    kind = KindField(required=True, metadata={"enum": list(KINDS), "example": "collect"})
    site = text("id of the site where the actor stands", required=True, most=36)
    occurred_at = Occurred(required=True)
    clock_offset_ms = fields.Integer(
        strict=True,
        load_default=0,
        validate=validate.Range(min=-_CLOCK_MOST_MS, max=_CLOCK_MOST_MS),
        metadata={"description": "measured offset of the device's clock"},
    )
    after = fields.List(
        text("ids of events that must be known first", most=36), load_default=(), validate=validate.Length(max=100)
    )
    details = fields.Dict(required=True, metadata={"description": "see the schema of the kind"})
    private = fields.Dict(
        keys=fields.String(validate=validate.OneOf(PRIVATE)),
        values=fields.String(validate=validate.Length(min=1, max=_NOTE_MOST)),
        load_default={},
        metadata={
            "description": "erasable, kept beside the event: note · person · vehicle · position · photo "
            "(hex SHA-256 of up to three JPEGs that will come, joined by one blank)"
        },
    )


_ENVELOPE = EnvelopeSchema()
_DETAILS = {kind: schema() for kind, schema in DETAILS.items()}


def read_event(value: object) -> Capture:
    """The command in one JSON value. Raises ValidationError whose messages may hold refusals of their own.

    Errors of the details stand together with those of the envelope, each under its own path.
    """
    data, wrong = _load(_ENVELOPE, value)
    details: Any = None
    if data.get("kind") in _DETAILS and "details" in data:
        details, wrong_details = _load(_DETAILS[data["kind"]], data["details"])
        wrong |= {"details": wrong_details} if wrong_details else {}
    if wrong:
        raise ValidationError(wrong)
    return Capture(
        id=data["id"],
        kind=data["kind"],
        site_id=data["site"],
        occurred_at=data["occurred_at"],
        clock_offset_ms=data["clock_offset_ms"],
        after=tuple(data["after"]),
        details=details,
        private=data["private"],
    )


def _load(schema: Schema, value: Any) -> tuple[Any, dict[str, Any]]:
    """What could be read, and what could not."""
    try:
        return schema.load(value), {}
    except ValidationError as error:
        return error.valid_data, dict(error.messages_dict)


class ReceiptBatchSchema(Schema):
    """A batch the event made or touched."""

    batch_id = fields.String()
    code = fields.String(allow_none=True, metadata={"description": "registry code given by this event"})
    role = fields.String(metadata={"description": "in · out · about"})
    mass_kg = MassKg(attribute="mass_g", metadata={"description": "book mass after the event"})
    status = fields.String()


class EventFindingSchema(Schema):
    """True, but something is missed: kept and shown."""

    kind = fields.String(metadata={"description": "finding · advice"})
    code = fields.String()
    facts = fields.Dict()


class ReceiptSchema(Schema):
    """Proof that an event was taken. `seq` is its place in the ledger, `sha256` that of its canonical body."""

    id = fields.String()
    seq = fields.Integer()
    kind = fields.String()
    status = fields.String(metadata={"description": "booked · pending · handled"})
    recorded_at = Moment()
    sha256 = fields.String()
    batches = fields.List(fields.Nested(ReceiptBatchSchema))
    findings = fields.List(fields.Nested(EventFindingSchema))


class ResultSchema(Schema):
    """The answer for one event: the receipt, or the problem that stood in its way."""

    id = fields.String(allow_none=True)
    status = fields.String(metadata={"enum": ["created", "exists", "waiting", "rejected", "conflict"]})
    receipt = fields.Nested(ReceiptSchema)
    problem = fields.Nested(ProblemSchema)


class EventListSchema(Schema):
    """Up to 1000 events, each judged alone, in the order sent."""

    events = fields.List(
        fields.Raw(allow_none=True),
        required=True,
        validate=validate.Length(min=1, max=EVENTS_MOST),
    )


class ResultsSchema(Schema):
    """One result per event, in the order sent."""

    results = fields.List(fields.Nested(ResultSchema))


class PlaceSchema(Schema):
    """A site and who runs it."""

    site_id = fields.String()
    name_zh = fields.String()
    name_en = fields.String()
    kind = fields.String()
    division_code = fields.String()
    organisation_id = fields.String()
    organisation_zh = fields.String()
    organisation_en = fields.String()


class PartySchema(Schema):
    """An organisation."""

    id = fields.String()
    name_zh = fields.String()
    name_en = fields.String()


class EventLineSchema(Schema):
    """One event in a list."""

    id = fields.String()
    seq = fields.Integer()
    kind = fields.String()
    status = fields.String()
    site = fields.Nested(PlaceSchema)
    organisation = fields.Nested(PartySchema)
    occurred_at = Moment()
    recorded_at = Moment()
    findings = fields.List(fields.Nested(EventFindingSchema))


class CarriageSchema(Schema):
    """How an event came in by a file of its author's device."""

    carrier_id = fields.String(metadata={"description": "the account or key that brought the file in"})
    vouched_by = fields.String(metadata={"description": "key: the device was enrolled · author: brought in by oneself"})
    carried_at = Moment()


class EventSchema(EventLineSchema):
    """One event with what it said, what it touched, and what stands beside it."""

    details = fields.Dict()
    clock_offset_ms = fields.Integer()
    sha256 = fields.String()
    recorded_by_loader = fields.Boolean()
    batches = fields.List(fields.Nested(ReceiptBatchSchema))
    target_id = fields.String(allow_none=True, metadata={"description": "of a reversal: the event it names"})
    reversed_by = fields.String(allow_none=True)
    private = fields.Dict(metadata={"description": "for the organisation that wrote it, until erased"})
    carried = fields.Nested(CarriageSchema, allow_none=True)


class EventQuery(PageArgs):
    """Filters of the list; times are half-open."""

    kind = text(most=20)
    site = text(most=36)
    status = text(most=20)
    batch = text("id of a batch", most=36)
    occurred_from = Moment()
    occurred_to = Moment()
    recorded_from = Moment()


class EventsSchema(Schema):
    """A page of events, latest first."""

    items = fields.List(fields.Nested(EventLineSchema))
    next = fields.String(allow_none=True)


class ErasureQuery(Schema):
    """Which of the erasable rows; absent: all of them."""

    kind = fields.String(validate=validate.OneOf(PRIVATE))


class ErasedSchema(Schema):
    """Which kinds are gone."""

    erased = fields.List(fields.String())


def envelope_of(kind: str) -> Schema:
    """The envelope with the details of one kind: what the API's description shows."""
    shown = type(
        f"{kind.capitalize()}Event",
        (EnvelopeSchema,),
        {
            "kind": fields.String(required=True, metadata={"enum": [kind]}),
            "details": fields.Nested(DETAILS[kind], required=True),
        },
    )
    made: Schema = shown()
    return made
