"""The bits the schemas of events are made of: texts, scaled numbers, lists, and a base that makes dataclasses."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, post_dump, post_load, validate

from registry.domain.refusals import Refusal
from registry.http.fields import DecimalText, MassKg

NAMES_MOST = 1000
"""batches one event may name"""
TEXT_MOST = 200
DIGITS_MOST = 12
"""before and behind the point, of scaled numbers that are no masses: beyond any price, far below an overflow"""

BATCH = "a batch's id, or any code that names it"


def text(description: str = "", *, most: int = TEXT_MOST, **options: Any) -> fields.String:
    """A short printable text."""
    return fields.String(
        validate=[validate.Length(min=1, max=most), _printable], metadata={"description": description}, **options
    )


def _printable(value: str) -> None:
    # A code typed on a Chinese keyboard may hold wide spaces; what no person types is a control character.
    if not value.strip() or any(unicodedata.category(each) in ("Cc", "Cs") for each in value):
        raise ValidationError("Not printable text.")


class Scaled(DecimalText):
    """A decimal with so many places ↔ an integer of its smallest unit. Refusal: number_malformed."""

    def __init__(self, *, places: int, **options: Any) -> None:
        super().__init__(**options)
        self.places = places

    def inward(self, value: Any) -> Any:
        """The integer."""
        number: Decimal = super().inward(value)
        # Looked at by its exponent first: arithmetic on 1E+999999999 would overflow the context.
        whole = number.as_tuple()
        if number < 0 or number.adjusted() > DIGITS_MOST or int(whole.exponent) < -DIGITS_MOST:
            raise Refusal("number_malformed", value=str(value)[:40])
        scaled = number.scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise Refusal("number_malformed", value=str(value)[:40], places=self.places)
        return int(scaled)

    def outward(self, value: Any) -> str:
        """The decimal text."""
        return format(Decimal(value).scaleb(-self.places).normalize(), "f")


class Yuan(Scaled):
    """Yuan ↔ fen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(places=2, metadata={"example": "1250.00"}, **options)


class Facts(Schema):
    """A schema that makes a frozen dataclass; absent facts keep its defaults, lists become tuples."""

    makes: ClassVar[Callable[..., Any]]

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Any:
        return self.makes(**{name: tuple(v) if isinstance(v, list) else v for name, v in data.items()})

    @post_dump
    def _absent_left_out(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if value is not None and value != []}


def contents() -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)),
        values=MassKg(),
        attribute="contents_g",
        validate=validate.Length(max=40),
        metadata={
            "description": "element → kg; the key `energy` → kWh",
            "example": {"lithium": "6.1", "energy": "48.2"},
        },
    )


def names(*, least: int = 1) -> fields.List[Any]:
    return fields.List(text(BATCH), required=least > 0, validate=validate.Length(min=least, max=NAMES_MOST))


def rows(schema: type[Schema], *, least: int = 1, most: int = NAMES_MOST) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), required=least > 0, validate=validate.Length(min=least, max=most))


def new_id() -> fields.UUID:
    return _Id(metadata={"description": "chosen by the client; absent: derived from the event's id"})


class _Id(fields.UUID):
    """A UUID as its canonical text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        return str(super()._deserialize(value, attr, data, **options))
