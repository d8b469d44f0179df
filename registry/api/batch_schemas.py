"""How batches are shown at the door: lists, one batch, its story, its chain, and what may be done next."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from registry.api.detail_fields import text
from registry.api.event_schemas import EventFindingSchema, PartySchema, PlaceSchema
from registry.http.fields import MassKg, Moment
from registry.http.paging import PageArgs
from registry.services.inventory import SCOPES
from registry.services.trace import DEPTH, DEPTH_MOST, DIRECTIONS


def _amounts(description: str) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(),
        values=MassKg(),
        metadata={"description": description, "example": {"mass": "412.5", "lithium": "5.109"}},
    )


class BatchQuery(PageArgs):
    """Filters of the list."""

    status = fields.String(
        validate=validate.OneOf(["stock", "transit", "cascade", "reuse", "closed", "void"]),
    )
    stream = text(most=64)
    site = text(most=36)
    text = text("beginning of a code, or a product", most=120)
    scope = fields.String(
        load_default="holding",
        validate=validate.OneOf(SCOPES),
        metadata={"description": "holding: yours now · all: ever yours · incoming · outgoing"},
    )


class BatchLineSchema(Schema):
    """One batch in a list."""

    id = fields.String()
    code = fields.String(allow_none=True)
    stream = fields.String()
    product = fields.String(allow_none=True)
    status = fields.String()
    mass_kg = MassKg(attribute="mass_g")
    place = fields.Nested(PlaceSchema)
    to = fields.Nested(PlaceSchema, allow_none=True)
    container_id = fields.String(allow_none=True)
    container_code = fields.String(allow_none=True)
    holder_id = fields.String()
    last_seq = fields.Integer()


class BatchesSchema(Schema):
    """A page of batches, latest touched first."""

    items = fields.List(fields.Nested(BatchLineSchema))
    next = fields.String(allow_none=True)


class NameSchema(Schema):
    """A code of the batch."""

    scheme = fields.String()
    value = fields.String()
    live = fields.Boolean()


class ContainerSchema(Schema):
    """What carries it."""

    id = fields.String()
    code = fields.String(allow_none=True)


class ContentSchema(Schema):
    """How much of one substance, in kg (kWh for `energy`)."""

    substance = fields.String()
    amount = MassKg()
    basis = fields.String(metadata={"description": "weighed · declared · measured · estimated · inherited"})
    known = fields.Boolean(metadata={"description": "weighed, declared or measured, not estimated"})


class OriginSchema(Schema):
    """What it holds of one origin; `others`: everything that is not the reader's to see."""

    kind = fields.String(metadata={"description": "collected · addition · unknown · others"})
    stream = fields.String(allow_none=True)
    product = fields.String(allow_none=True)
    producer = fields.Nested(PartySchema, allow_none=True)
    division_code = fields.String(allow_none=True)
    month = fields.String(allow_none=True)
    amounts = _amounts("substance → kg (kWh for energy)")


class OriginsSchema(Schema):
    """A page of origins, heaviest first, `others` last."""

    items = fields.List(fields.Nested(OriginSchema))
    next = fields.String(allow_none=True)


class FateSchema(Schema):
    """Outcome, month and area: all that is seen beyond one step of custody."""

    outcome = fields.String()
    month = fields.String()
    area = fields.String()


class BatchSchema(Schema):
    """One batch. With `sight` fate only its own codes and its fates are filled."""

    id = fields.String()
    sight = fields.String(metadata={"description": "full · fate"})
    code = fields.String(allow_none=True)
    stream = fields.String()
    product = fields.String(allow_none=True)
    status = fields.String(allow_none=True)
    travelling = fields.Boolean()
    place = fields.Nested(PlaceSchema, allow_none=True)
    to = fields.Nested(PlaceSchema, allow_none=True)
    holder = fields.Nested(PartySchema, allow_none=True)
    producer = fields.Nested(PartySchema, allow_none=True)
    container = fields.Nested(ContainerSchema, allow_none=True)
    mass_kg = MassKg(attribute="mass_g", allow_none=True)
    codes = fields.List(fields.Nested(NameSchema))
    contents = fields.List(fields.Nested(ContentSchema))
    origins = fields.List(fields.Nested(OriginSchema))
    fates = fields.List(fields.Nested(FateSchema))
    last_seq = fields.Integer(allow_none=True)


class ChapterSchema(FateSchema):
    """One event of the story. Beyond one step of custody `full` is false and only outcome, month and area stand."""

    full = fields.Boolean()
    event_id = fields.String()
    seq = fields.Integer()
    kind = fields.String()
    status = fields.String()
    role = fields.String()
    site = fields.Nested(PlaceSchema)
    organisation = fields.Nested(PartySchema)
    to = fields.Nested(PlaceSchema, allow_none=True)
    occurred_at = Moment()
    recorded_at = Moment()
    mass_kg = MassKg(attribute="mass_g")
    change_kg = MassKg(attribute="change_g")
    batch_status = fields.String()
    findings = fields.List(fields.Nested(EventFindingSchema))
    late = fields.Boolean()
    reversed_by = fields.String(allow_none=True)
    target_id = fields.String(allow_none=True)
    notes = fields.Dict()


class StorySchema(Schema):
    """A page of the story, in the order of the ledger."""

    items = fields.List(fields.Nested(ChapterSchema))
    next = fields.String(allow_none=True)


class ActionSchema(Schema):
    """One kind of event: allowed, or why not."""

    kind = fields.String()
    name_zh = fields.String()
    name_en = fields.String()
    allowed = fields.Boolean()
    reason = fields.String(allow_none=True, metadata={"description": "the code of the problem it would meet"})
    detail = fields.String(allow_none=True, metadata={"description": "the words of that problem"})
    facts = fields.Dict()
    choices = fields.List(fields.String(), metadata={"description": "processes it may enter; the event to take back"})


class ActionsSchema(Schema):
    """Every kind of the grammar."""

    items = fields.List(fields.Nested(ActionSchema))


class TraceQuery(Schema):
    """Which way, and how far."""

    direction = fields.String(load_default="backward", validate=validate.OneOf(DIRECTIONS))
    depth = fields.Integer(load_default=DEPTH, validate=validate.Range(min=1, max=DEPTH_MOST))


class NodeSchema(Schema):
    """A batch of the chain; without `batch_id` it is beyond the reader's sight."""

    key = fields.String()
    step = fields.Integer(metadata={"description": "events away from the batch asked about"})
    batch_id = fields.String(allow_none=True)
    code = fields.String(allow_none=True)
    stream = fields.String(allow_none=True)
    product = fields.String(allow_none=True)
    status = fields.String(allow_none=True)
    place = fields.Nested(PlaceSchema, allow_none=True)
    mass_kg = MassKg(attribute="mass_g", allow_none=True)
    accounts = _amounts("account → kg: where its mass stands")
    fate = fields.Nested(FateSchema)


class EdgeSchema(Schema):
    """Mass from one node to another; `mass_kg` null where neither end is the reader's."""

    source = fields.String()
    target = fields.String()
    kind = fields.String(allow_none=True)
    event_id = fields.String(allow_none=True)
    occurred_month = fields.String()
    mass_kg = MassKg(attribute="mass_g", allow_none=True)


class TraceSchema(Schema):
    """The chain. `truncated`: it goes on beyond the depth asked for, or beyond the largest answer."""

    batch_id = fields.String()
    direction = fields.String()
    truncated = fields.Boolean()
    nodes = fields.List(fields.Nested(NodeSchema))
    edges = fields.List(fields.Nested(EdgeSchema))
