"""Numbers at the edge of a report: exact integers become text once, rounded half up."""

from __future__ import annotations

from decimal import Context, Decimal

_EXACT = Context(prec=60)


def rounded(numerator: int, denominator: int, decimals: int) -> str:
    """`numerator ÷ denominator` with that many decimals, half away from zero, in integers throughout.

    The denominator is not zero.
    """
    negative = (numerator < 0) != (denominator < 0)
    top, bottom = abs(numerator) * 10**decimals, abs(denominator)
    scaled = (2 * top + bottom) // (2 * bottom)
    whole, rest = divmod(scaled, 10**decimals)
    sign = "-" if negative and scaled else ""
    return f"{sign}{whole}.{rest:0{decimals}d}" if decimals else f"{sign}{whole}"


def percent(numerator: int, denominator: int) -> str | None:
    """A rate in percent with two decimals; None where the denominator is zero. Never clamped."""
    if denominator == 0:
        return None
    return rounded(numerator * 100, denominator, 2)


def exact_percent(numerator: int, denominator: int) -> Decimal:
    """The rate for comparing with a rule: rounding decides nothing. The denominator is not zero."""
    return _EXACT.divide(Decimal(numerator) * 100, Decimal(denominator))


def grouped(text: str) -> str:
    """Digits in groups of three, as a page shows them: 75599.5 → 75,599.5."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    return f"{sign}{int(whole):,}{point}{rest}"


def kg_shown(grams: int, decimals: int = 1) -> str:
    """Kilograms (or kWh) as a page shows them, one decimal, digits grouped."""
    return grouped(rounded(grams, 1000, decimals))


def t_shown(grams: int, decimals: int = 1) -> str:
    """Tonnes (or MWh) as a page shows them."""
    return grouped(rounded(grams, 1_000_000, decimals))
