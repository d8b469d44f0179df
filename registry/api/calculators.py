"""Calculators: the rates of schemes on figures that somebody types in. Nothing is stored and no account is needed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marshmallow import Schema, fields, validate

from registry.api.answers import problems
from registry.domain import scheme_words
from registry.domain.schemes import (
    FIRST_YEAR,
    LAST_YEAR,
    SchemeFinding,
    collection_rate,
    recovery_rates,
    scheme_for,
    schemes,
)
from registry.extensions import limiter
from registry.http.auth import keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.fields import DecimalText, MassT
from registry.http.language import language

blp = Blueprint("Calculators", __name__, url_prefix=API_PREFIX, description="计算器 Calculators, without an account")

LIMIT = "120 per minute"
_YEARS_MOST = 100
_YEAR = validate.Range(min=FIRST_YEAR, max=LAST_YEAR)
_YEAR_TEXT = validate.Regexp(r"(19|2\d)\d{2}\Z")

ASKED_COLLECTION = {
    "scheme": "eu-portable-batteries",
    "year": 2022,
    "collected_t": "111000",
    "placed_on_market_t": {"2022": "242748", "2021": "244899", "2020": "229727"},
}
COLLECTION = {"rate_percent": "46.4193", "window": [2022, 2021, 2020], "findings": []}
ASKED_RECOVERY = {
    "collected_t": "3450000",
    "treated_t": "3250000",
    "recovered_t": "3250000",
    "recycled_and_reused_t": "1880000",
    "recycled_t": "1880000",
}
RECOVERY = {
    "treatment_rate_percent": "94.2029",
    "recovery_rate_percent": "94.2029",
    "recycling_and_reuse_rate_percent": "54.4928",
    "recycling_rate_percent": "54.4928",
    "findings": [],
}


def _rate(example: str) -> DecimalText:
    return DecimalText(
        required=True, allow_none=True, metadata={"example": example, "description": "null without a denominator"}
    )


class FigureFindingSchema(Schema):
    """Something about the figures that cannot be, or that leaves no rate."""

    code = fields.String(required=True, metadata={"example": "recovered_above_treated"})
    facts = fields.Dict(keys=fields.String(), values=fields.String())
    detail = fields.String(metadata={"description": "the same in words"})


class CollectionRateArgs(Schema):
    """What was collected in a year, and what was placed on the market by year. Years outside the window are ignored."""

    scheme = fields.String(
        required=True, metadata={"description": " · ".join(each.code for each in schemes()), "example": "eu-weee"}
    )
    year = fields.Integer(required=True, strict=True, validate=_YEAR, metadata={"example": 2022})
    collected_t = MassT(required=True)
    placed_on_market_t = fields.Dict(
        keys=fields.String(validate=_YEAR_TEXT),
        values=MassT(),
        required=True,
        validate=validate.Length(max=_YEARS_MOST),
        metadata={"description": "year → tonnes; with fewer years than the window, those there are make the mean"},
    )


class CollectionRateSchema(Schema):
    """`window`: the years that made the mean, in the scheme's order."""

    rate_percent = _rate("46.4193")
    window = fields.List(fields.Integer(), required=True)
    findings = fields.List(fields.Nested(FigureFindingSchema), required=True)


class RecoveryArgs(Schema):
    """Masses of one collection."""

    collected_t = MassT(required=True)
    treated_t = MassT(required=True)
    recovered_t = MassT(required=True, metadata={"description": "reuse, recycling and energy"})
    recycled_and_reused_t = MassT(required=True)
    recycled_t = MassT(required=True)


class RecoverySchema(Schema):
    """Each mass ÷ collected, in percent."""

    treatment_rate_percent = _rate("94.2029")
    recovery_rate_percent = _rate("94.2029")
    recycling_and_reuse_rate_percent = _rate("54.4928")
    recycling_rate_percent = _rate("54.4928")
    findings = fields.List(fields.Nested(FigureFindingSchema), required=True)


class CollectionSchemeSchema(Schema):
    """A scheme as data. `window`: years counted from the year of collection; a draft is not `enabled`."""

    code = fields.String(metadata={"example": "eu-weee"})
    name_zh = fields.String()
    name_en = fields.String()
    product = fields.String(metadata={"example": "weee"})
    jurisdiction = fields.String(metadata={"example": "EU"})
    window = fields.List(fields.Integer(), metadata={"example": [-1, -2, -3]})
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)
    instrument = fields.String()
    source = fields.String()
    verified = fields.String(attribute="verified_as")
    enabled = fields.Boolean()
    reason = fields.String()
    note = fields.String()


class CollectionSchemesSchema(Schema):
    """All of them."""

    items = fields.List(fields.Nested(CollectionSchemeSchema))


def _found(findings: Iterable[SchemeFinding]) -> list[dict[str, Any]]:
    spoken = language()
    return [
        {"code": each.code, "facts": dict(each.facts), "detail": scheme_words.said(each, spoken)} for each in findings
    ]


@blp.route("/calculators/schemes", methods=["GET"])
@keeper("read.public")
@blp.doc(summary="The schemes a collection rate can be computed by")
@blp.response(200, CollectionSchemesSchema)
def get_schemes() -> dict[str, Any]:
    """Drafts too, marked."""
    return {"items": schemes()}


@blp.route("/calculators/collection-rate", methods=["POST"])
@keeper("read.public")
@limiter.limit(LIMIT)
@blp.doc(summary="A collection rate by the window of a scheme")
@blp.arguments(CollectionRateArgs, example=ASKED_COLLECTION)
@blp.response(200, CollectionRateSchema, example=COLLECTION)
@problems(blp, 400, 422)
def post_collection_rate(asked: dict[str, Any]) -> dict[str, Any]:
    """Collected ÷ the mean of what was placed on the market over the scheme's window; half up, nothing clamped."""
    found = collection_rate(
        scheme=scheme_for(asked["scheme"], asked["year"]),
        year=asked["year"],
        collected_g=asked["collected_t"],
        placed_on_market_g={int(year): grams for year, grams in asked["placed_on_market_t"].items()},
    )
    return {"rate_percent": found.rate_percent, "window": found.window, "findings": _found(found.findings)}


@blp.route("/calculators/recovery", methods=["POST"])
@keeper("read.public")
@limiter.limit(LIMIT)
@blp.doc(summary="Treatment, recovery and recycling rates of one collection")
@blp.arguments(RecoveryArgs, example=ASKED_RECOVERY)
@blp.response(200, RecoverySchema, example=RECOVERY)
@problems(blp, 400, 422)
def post_recovery(asked: dict[str, Any]) -> dict[str, Any]:
    """Each ÷ collected; half up, nothing clamped."""
    found = recovery_rates(**{f"{name.removesuffix('_t')}_g": grams for name, grams in asked.items()})
    return {**found.rates, "findings": _found(found.findings)}
