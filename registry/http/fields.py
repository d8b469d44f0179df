"""Edge units of the doors as marshmallow fields: kg, kWh, yuan and moments outside; grams, Wh, fen and UTC inside.

A value that cannot be is refused with the domain's own code; the path stands in the problem's `errors`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from registry.domain import mass
from registry.domain.refusals import Refusal


class _Refusing(fields.Field[Any]):
    """A field whose conversion speaks in refusals."""

    example = ""

    def __init__(self, **kwargs: Any) -> None:
        described = {"type": "string", "example": self.example} | dict(kwargs.pop("metadata", None) or {})
        super().__init__(metadata=described, **kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        try:
            return self.inward(value)
        except Refusal as refusal:
            raise ValidationError([refusal]) from None

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return None if value is None else self.outward(value)

    def inward(self, value: Any) -> Any:
        raise NotImplementedError

    def outward(self, value: Any) -> Any:
        raise NotImplementedError


class MassKg(_Refusing):
    """Kilograms with at most three decimals, as text or JSON number ↔ integer grams.

    Refusals: mass_not_a_number, mass_too_precise, mass_too_large, mass_negative.
    """

    example = "412.5"

    def inward(self, value: Any) -> int:
        return mass.grams_from_kg(value)

    def outward(self, value: int) -> str:
        return mass.kg_text(value)


class MassT(MassKg):
    """Tonnes with at most six decimals ↔ integer grams; refusals as MassKg."""

    example = "111000"

    def inward(self, value: Any) -> int:
        return mass.grams_from_t(value)

    def outward(self, value: int) -> str:
        return mass.t_text(value)


class EnergyKwh(MassKg):
    """Kilowatt-hours with at most three decimals ↔ integer watt-hours: the same thousandth, the same rules."""


class DecimalText(_Refusing):
    """A plain decimal number, as text or JSON number ↔ Decimal. Refusal: number_malformed."""

    example = "106.6301"

    def inward(self, value: Any) -> Decimal:
        try:
            number = Decimal(str(value)) if isinstance(value, str | int | Decimal) else Decimal("NaN")
        except ArithmeticError:
            number = Decimal("NaN")
        if not number.is_finite():
            raise Refusal("number_malformed", value=str(value)[:40])
        return number

    def outward(self, value: Decimal) -> str:
        return format(value, "f")


class Moment(_Refusing):
    """ISO 8601 with a zone ↔ aware UTC. Refusal: moment_malformed."""

    example = "2025-03-01T09:30:00+08:00"

    def inward(self, value: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
            in_utc = None if moment.tzinfo is None else moment.astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            in_utc = None
        if in_utc is None:
            raise Refusal("moment_malformed", value=str(value)[:40])
        return in_utc

    def outward(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
