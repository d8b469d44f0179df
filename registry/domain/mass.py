"""Mass: integer grams inside, decimal kilograms at the edge, never a float.

A collection point writes 公斤 (kg), 斤 (500 g) or 吨 (t); `grams_from_words` reads what people type, full-width
digits included. Energy uses the same edge: kWh with three decimals is whole watt-hours.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from registry.domain.refusals import Refusal

LARGEST_G = 10**15
"""A thousand million tonnes: above it a number is a slip of the finger, and BIGINT sums stay far from overflow."""

_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z", re.ASCII)
_UNITS_G = {
    "": 1000,
    "kg": 1000,
    "公斤": 1000,
    "千克": 1000,
    "斤": 500,
    "g": 1,
    "克": 1,
    "t": 1_000_000,
    "吨": 1_000_000,
}
_WORDS = re.compile(r"(?P<number>[^a-z公千斤克吨]*)(?P<unit>[a-z公千斤克吨]*)\Z", re.DOTALL)


def grams_from_kg(value: str | int | Decimal) -> int:
    """Whole grams of a mass in kg (or Wh of an energy in kWh) with at most three decimals.

    Refusals: mass_not_a_number (also NaN, infinity, exponents in text), mass_too_precise, mass_negative,
    mass_too_large. Zero is a mass; whether an event may have it is the event's business.
    """
    return _scaled(_decimal(value), 1000)


def grams_from_t(value: str | int | Decimal) -> int:
    """Whole grams of a mass in tonnes with at most six decimals. Refusals as `grams_from_kg`."""
    return _scaled(_decimal(value), 1_000_000)


def grams_from_words(text: str) -> int:
    """Whole grams of what a person typed: `412.5`, `825斤`, `1.2 吨`, full-width digits too. kg where no unit stands.

    Refusals as `grams_from_kg`, and mass_unit_unknown.
    """
    folded = unicodedata.normalize("NFKC", text).strip().lower().replace(" ", "")
    if _grouped(folded):
        folded = folded.replace(",", "")
    found = _WORDS.match(folded)
    if found is None:
        raise Refusal("mass_not_a_number", value=text[:40])
    unit = found["unit"]
    if unit not in _UNITS_G:
        raise Refusal("mass_unit_unknown", unit=unit[:10])
    return _scaled(_decimal(found["number"]), _UNITS_G[unit])


def _grouped(text: str) -> bool:
    return re.match(r"\d{1,3}(,\d{3})+(\.\d+)?\D*\Z", text) is not None


def _decimal(value: str | int | Decimal) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Refusal("mass_not_a_number", value=str(value)[:40])
    if isinstance(value, str):
        value = value.strip()
        if len(value) > 40 or not _PLAIN.match(value):
            raise Refusal("mass_not_a_number", value=value[:40])
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise Refusal("mass_not_a_number", value=str(value)[:40]) from None
    if not number.is_finite():
        raise Refusal("mass_not_a_number", value=str(value)[:40])
    return number


def _scaled(number: Decimal, factor: int) -> int:
    if number < 0:
        raise Refusal("mass_negative", value=str(number)[:40])
    if number.adjusted() > 18:
        raise Refusal("mass_too_large", value=str(number)[:40], largest_g=LARGEST_G)
    if number.as_tuple().exponent < -40:  # type: ignore[operator]  # finite: the exponent is a number
        raise Refusal("mass_too_precise", value=str(number)[:40])
    numerator, denominator = number.as_integer_ratio()
    grams, rest = divmod(numerator * factor, denominator)
    if rest:
        raise Refusal("mass_too_precise", value=str(number)[:40])
    if grams > LARGEST_G:
        raise Refusal("mass_too_large", value=str(number)[:40], largest_g=LARGEST_G)
    return grams


def kg_text(grams: int) -> str:
    """Exact kilograms as text, without trailing zeros: 412500 → '412.5'."""
    return _text(grams, 3)


def t_text(grams: int) -> str:
    """Exact tonnes as text, without trailing zeros: 412500 → '0.4125'."""
    return _text(grams, 6)


def _text(grams: int, decimals: int) -> str:
    sign = "-" if grams < 0 else ""
    whole, rest = divmod(abs(grams), 10**decimals)
    fraction = f"{rest:0{decimals}d}".rstrip("0")
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
