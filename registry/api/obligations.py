"""Calculators of producers: what a scheme asks for, and what a load counts as received. Nothing is stored."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from registry.api.answers import problems
from registry.api.calculators import LIMIT
from registry.domain import scheme_words
from registry.domain.obligations import ObligationRule, Step, materials_of, obligation, rule_for, target_for
from registry.domain.schemes import FIRST_YEAR, LAST_YEAR, OBLIGATION, Scheme, scheme_for, schemes
from registry.domain.tonnage import tonnage_received
from registry.extensions import limiter
from registry.http.auth import keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.fields import DecimalText, MassT
from registry.http.language import language

blp = Blueprint(
    "Obligations",
    __name__,
    url_prefix=API_PREFIX,
    description="责任量 What producers owe, without an account",
)

_YEAR = validate.Range(min=FIRST_YEAR, max=LAST_YEAR)
ASKED_OBLIGATION = {
    "scheme": "uk-packaging",
    "material": "glass",
    "year": 2025,
    "tonnage_t": "25",
    "target": "0.74",
    "remelt_target": "0.75",
}
OBLIGATION_SHOWN = {
    "obligation_t": "19",
    "parts": {"remelt": "14", "other": "5"},
    "steps": [
        {
            "name": "total",
            "formula": "ceil(0.74 × 25)",
            "result_t": "19",
            "detail": "目标 × 吨数，按办法取整",
        },
        {
            "name": "part",
            "part": "remelt",
            "formula": "ceil(0.75 × 0.74 × 25)",
            "result_t": "14",
            "detail": "其中须以“重熔”完成的部分",
        },
        {"name": "other", "part": "other", "formula": "19 − 14", "result_t": "5", "detail": "其余部分"},
        {"name": "sum", "formula": "14 + 5", "result_t": "19", "detail": "各部分合计"},
    ],
}
ASKED_TONNAGE = {"net_t": "100", "non_target_t": "10", "wire": True, "proportion": "0.8"}
TONNAGE = {"tonnage_t": "71.892"}
_SCHEMES = " · ".join(each.code for each in schemes(OBLIGATION))


class ObligationArgs(Schema):
    """`tonnage_t`: the base, the mean over the scheme's window where it has one. Targets only to override."""

    scheme = fields.String(required=True, metadata={"description": _SCHEMES, "example": "uk-packaging"})
    material = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=64),
        metadata={"example": "glass", "description": "may be left out where the scheme has one only"},
    )
    year = fields.Integer(required=True, strict=True, validate=_YEAR, metadata={"example": 2025})
    tonnage_t = MassT(required=True, metadata={"example": "25"})
    target = DecimalText(
        load_default=None, allow_none=True, metadata={"example": "0.74", "description": "a share: 0.74 for 74 %"}
    )
    remelt_target = DecimalText(
        load_default=None, allow_none=True, metadata={"example": "0.75", "description": "the share of it to re-melt"}
    )
    days = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        metadata={"example": 180, "description": "days of that year, for part of a year"},
    )


class ObligationStepSchema(Schema):
    """One line of the calculation, in tonnes."""

    name = fields.String(metadata={"example": "total", "description": "total · part · other · days · sum"})
    part = fields.String(metadata={"example": "remelt"})
    formula = fields.String(metadata={"example": "ceil(0.74 × 25)"})
    result_t = MassT(metadata={"example": "19"})
    detail = fields.String(metadata={"description": "what it does, in words"})


class ObligationSchema(Schema):
    """What is owed. `parts` is empty where the scheme has no sub-target; else each is owed for itself."""

    obligation_t = MassT(required=True, metadata={"example": "19"})
    parts = fields.Dict(keys=fields.String(), values=MassT(), required=True)
    steps = fields.List(fields.Nested(ObligationStepSchema), required=True)


class TonnageArgs(Schema):
    """One load. `wire`: it is tied with baling wire."""

    net_t = MassT(required=True, metadata={"example": "100"})
    non_target_t = MassT(load_default=0, metadata={"example": "10"})
    wire = fields.Boolean(load_default=False, truthy={True}, falsy={False}, metadata={"example": True})
    proportion = DecimalText(required=True, metadata={"example": "0.8", "description": "the recyclable share"})


class TonnageSchema(Schema):
    """Exact, not rounded."""

    tonnage_t = DecimalText(required=True, metadata={"example": "71.892"})


class ObligationMaterialSchema(Schema):
    """What a scheme asks for one material in the year asked."""

    material = fields.String(metadata={"example": "glass"})
    name_zh = fields.String()
    name_en = fields.String()
    stream = fields.String(allow_none=True, metadata={"description": "the stream of this registry it is met in"})
    target = DecimalText(allow_none=True, metadata={"example": "0.74"})
    sub_target = DecimalText(allow_none=True, metadata={"example": "0.75"})
    part = fields.String(allow_none=True, metadata={"example": "remelt"})
    rounding = fields.String(metadata={"example": "ceil_t"})
    pro_rata = fields.String(metadata={"example": "days"})
    outcomes = fields.List(fields.String(), metadata={"example": ["recycle"]})
    carry_over = fields.List(fields.Integer(), metadata={"example": [12]})
    due_on = fields.Date(allow_none=True)
    valid_from = fields.Date()
    source = fields.String()
    verified = fields.String()


class ObligationSchemeSchema(Schema):
    """A scheme with its materials. `window`: years counted from the year owed for."""

    code = fields.String(metadata={"example": "uk-packaging"})
    name_zh = fields.String()
    name_en = fields.String()
    window = fields.List(fields.Integer(), metadata={"example": [-1]})
    enabled = fields.Boolean()
    reason = fields.String(metadata={"description": "why a scheme is not enabled: draft, illustration"})
    materials = fields.List(fields.Nested(ObligationMaterialSchema))


class ObligationSchemesSchema(Schema):
    """All of them."""

    items = fields.List(fields.Nested(ObligationSchemeSchema))


class ObligationSchemesQuery(Schema):
    """Of which year."""

    year = fields.Integer(load_default=2025, validate=_YEAR, metadata={"example": 2025})


def _step_json(step: Step) -> dict[str, Any]:
    found = {"name": step.name, "formula": step.formula, "result_t": step.result_g}
    said = {"detail": scheme_words.step_said(step, language())}
    return {**found, **({"part": step.part} if step.part else {}), **said}


def _material_json(rule: ObligationRule, year: int) -> dict[str, Any]:
    return {
        "material": rule.material,
        "name_zh": rule.name_zh,
        "name_en": rule.name_en,
        "stream": rule.stream or None,
        "target": target_for(rule, year),
        "sub_target": target_for(rule, year, sub_target=True),
        "part": rule.sub_target.part if rule.sub_target else None,
        "rounding": rule.rounding,
        "pro_rata": rule.pro_rata,
        "outcomes": rule.outcomes,
        "carry_over": rule.carry_over,
        "due_on": rule.due_on(year),
        "valid_from": rule.valid_from,
        "source": rule.source,
        "verified": rule.verified_as,
    }


def _scheme_json(scheme: Scheme, year: int) -> dict[str, Any]:
    return {
        "code": scheme.code,
        "name_zh": scheme.name_zh,
        "name_en": scheme.name_en,
        "window": scheme.window,
        "enabled": scheme.enabled,
        "reason": scheme.reason,
        "materials": [_material_json(rule_for(scheme.code, each, year), year) for each in materials_of(scheme.code)],
    }


@blp.route("/calculators/obligation-schemes", methods=["GET"])
@keeper("read.public")
@blp.doc(summary="The schemes an obligation can be computed by, with their materials and targets of a year")
@blp.arguments(ObligationSchemesQuery, location="query")
@blp.response(200, ObligationSchemesSchema)
@problems(blp, 422)
def get_obligation_schemes(query: dict[str, Any]) -> dict[str, Any]:
    """Drafts and illustrations too, marked. The version of each that stands in the year."""
    year = query["year"]
    codes = dict.fromkeys(each.code for each in schemes(OBLIGATION))
    return {"items": [_scheme_json(scheme_for(code, year, OBLIGATION), year) for code in codes]}


@blp.route("/calculators/obligation", methods=["POST"])
@keeper("read.public")
@limiter.limit(LIMIT)
@blp.doc(summary="What a producer owes in a year by a scheme, with every step")
@blp.arguments(ObligationArgs, example=ASKED_OBLIGATION)
@blp.response(200, ObligationSchema, example=OBLIGATION_SHOWN)
@problems(blp, 400, 422)
def post_obligation(asked: dict[str, Any]) -> dict[str, Any]:
    """Target × tonnage by the scheme's rounding, divided into its sub-targets, each cut to the days."""
    found = obligation(
        rule=rule_for(asked["scheme"], asked["material"], asked["year"]),
        year=asked["year"],
        base_g=asked["tonnage_t"],
        target=asked["target"],
        sub_target=asked["remelt_target"],
        days=asked["days"],
    )
    return {
        "obligation_t": found.obligation_g,
        "parts": dict(found.parts),
        "steps": [_step_json(each) for each in found.steps],
    }


@blp.route("/calculators/tonnage-received", methods=["POST"])
@keeper("read.public")
@limiter.limit(LIMIT)
@blp.doc(summary="What a load counts as received for recycling")
@blp.arguments(TonnageArgs, example=ASKED_TONNAGE)
@blp.response(200, TonnageSchema, example=TONNAGE)
@problems(blp, 400, 422)
def post_tonnage_received(asked: dict[str, Any]) -> dict[str, Any]:
    """(net − non-target) × 0.9985 with wire × proportion; exact."""
    return {
        "tonnage_t": tonnage_received(
            net_g=asked["net_t"],
            non_target_g=asked["non_target_t"],
            wire=asked["wire"],
            proportion=asked["proportion"],
        )
    }
