"""What each kind of event says, in the units of the door: kg and kWh as decimal text, yuan, per cent.

One schema per kind, field by field beside `registry.domain.events`; unknown fields are refused. Loading gives the
frozen dataclass of the domain, dumping gives the JSON back.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from marshmallow import fields, validate

from registry.api.detail_fields import BATCH, Facts, Scaled, Yuan, contents, names, new_id, rows, text
from registry.domain import events
from registry.http.fields import EnergyKwh, MassKg


class CodeRefSchema(Facts):
    """Another name of a batch."""

    makes = events.CodeRef
    scheme = fields.String(required=True, validate=validate.OneOf(["gb34014", "gs1", "serial"]))
    value = text("as printed on the product", required=True, most=120)


class CollectSchema(Facts):
    """收集: a batch enters the loop at the acting site."""

    makes = events.Collect
    stream = text("a code of /streams", required=True, most=64)
    mass_kg = MassKg(attribute="mass_g", required=True)
    measured = text("weighed · estimated", most=20)
    code = text("a pre-issued registry code; absent: the server draws one", most=40)
    batch_id = new_id()
    product = text("chemistry or grade: LFP, NCM …", most=64)
    producer = text("organisation id of the producer", most=36)
    division = text("county of collection; absent: the site's", most=6)
    capacity_kwh = EnergyKwh(attribute="capacity_wh", metadata={"example": "48.2"})
    contents_kg = contents()
    codes = fields.List(fields.Nested(CodeRefSchema), validate=validate.Length(max=20))
    price_yuan = Yuan(attribute="price_fen")


class DispatchSchema(Facts):
    """发运: whole batches, or containers with their contents, leave for a named site."""

    makes = events.Dispatch
    batches = names()
    to_site = text("id of the receiving site", required=True, most=36)
    price_yuan = Yuan(attribute="price_fen")


class ReceiveLineSchema(Facts):
    """One batch that arrived."""

    makes = events.ReceiveLine
    batch = text(BATCH, required=True)
    mass_kg = MassKg(attribute="mass_g", metadata={"description": "what arrived, the refused part included"})
    measured = text("weighed · estimated", most=20)
    reason = text("scale · missing · found; needed when the mass differs", most=20)
    refused_kg = MassKg(attribute="refused_g")
    refusal_reason = text("needed when a part is refused")
    refused_code = text("a registry code for the part that travels back", most=40)


class ReceiveSchema(Facts):
    """接收: the named receiver takes over."""

    makes = events.Receive
    lines = rows(ReceiveLineSchema)
    price_yuan = Yuan(attribute="price_fen")


class PartSchema(Facts):
    """One child of a split."""

    makes = events.Part
    mass_kg = MassKg(attribute="mass_g", required=True)
    code = text("a pre-issued registry code", most=40)
    batch_id = new_id()


class SplitSchema(Facts):
    """拆分: the children sum to the parent exactly."""

    makes = events.Split
    batch = text(BATCH, required=True)
    children = rows(PartSchema)


class MergeSchema(Facts):
    """合并: whole batches become one."""

    makes = events.Merge
    batches = names()
    code = text("a pre-issued registry code", most=40)
    batch_id = new_id()
    product = text("absent: the parents' common product, else mixed", most=64)


class InspectSchema(Facts):
    """检测: facts; measured contents correct the elements."""

    makes = events.Inspect
    batch = text(BATCH, required=True)
    grade = text(most=64)
    state_of_health_percent = Scaled(
        places=1, attribute="state_of_health_permille", metadata={"example": "81.5", "description": "one decimal"}
    )
    capacity_kwh = EnergyKwh(attribute="capacity_wh")
    hazards = fields.List(text(most=64), validate=validate.Length(max=20))
    contents_kg = contents()
    passed = fields.Boolean(truthy={True}, falsy={False}, metadata={"description": "fit for reuse or cascade"})
    pathway = text(most=64)


class ProcessInputSchema(Facts):
    """What goes in."""

    makes = events.ProcessInput
    batch = text(BATCH, required=True)
    mass_kg = MassKg(attribute="mass_g", metadata={"description": "absent: the whole batch"})


class AdditionSchema(Facts):
    """A reagent; its elements declared."""

    makes = events.Addition
    material = text(required=True, most=64)
    mass_kg = MassKg(attribute="mass_g", required=True)
    contents_kg = contents()


class OutputLineSchema(Facts):
    """What comes out. Elements not declared are inherited pro rata and marked estimated."""

    makes = events.OutputLine
    mass_kg = MassKg(attribute="mass_g", required=True)
    to = text("stock (an intermediate), or an outcome of /outcomes", required=True, most=20)
    stream = text("of an intermediate", most=64)
    product = text(most=64)
    code = text("a pre-issued registry code", most=40)
    batch_id = new_id()
    codes = fields.List(fields.Nested(CodeRefSchema), validate=validate.Length(max=20))
    contents_kg = contents()


class ProcessSchema(Facts):
    """处理: inputs and additions become outputs; the rest is loss."""

    makes = events.Process
    process = text("a code of /processes", required=True, most=64)
    inputs = rows(ProcessInputSchema)
    outputs = rows(OutputLineSchema)
    additions = rows(AdditionSchema, least=0, most=100)
    reason = text("why a batch fit for cascade is recycled all the same")


class RetireSchema(Facts):
    """退役: mass comes back from cascade or reuse."""

    makes = events.Retire
    batch = text(BATCH, required=True)
    mass_kg = MassKg(attribute="mass_g", metadata={"description": "book mass of the part; absent: all"})
    weighed_kg = MassKg(attribute="weighed_g")
    reason = text("scale · missing · found", most=20)
    code = text("of the part, when only a part comes back", most=40)


class StocktakeSchema(Facts):
    """盘点: what the scale showed; with `stream`, a batch nobody knew."""

    makes = events.Stocktake
    mass_kg = MassKg(attribute="mass_g", required=True)
    batch = text(BATCH)
    measured = text("weighed · estimated", most=20)
    reason = text("scale · missing · found", most=20)
    stream = text(most=64)
    product = text(most=64)
    code = text("a pre-issued registry code", most=40)


class ReverseSchema(Facts):
    """更正: takes an event back, naming it; the other party confirms by reversing the same event."""

    makes = events.Reverse
    event = text("id of the event", required=True, most=36)
    reason = text(required=True)


class LoadSchema(Facts):
    """装载: batches into a container."""

    makes = events.Load
    container = text("a container's id or code, or a label not bound yet", required=True)
    batches = names()


class UnloadSchema(Facts):
    """卸载: out of a container; without batches, all of them."""

    makes = events.Unload
    container = text("a container's id or code", required=True)
    batches = names(least=0)


DETAILS: Mapping[str, type[Facts]] = MappingProxyType(
    {
        "collect": CollectSchema,
        "dispatch": DispatchSchema,
        "receive": ReceiveSchema,
        "split": SplitSchema,
        "merge": MergeSchema,
        "inspect": InspectSchema,
        "process": ProcessSchema,
        "retire": RetireSchema,
        "stocktake": StocktakeSchema,
        "reverse": ReverseSchema,
        "load": LoadSchema,
        "unload": UnloadSchema,
    }
)
"""event kind → the schema of its details"""
