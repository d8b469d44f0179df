"""Check an identifier someone typed: the one answer behind the API, the forms and the imports.

Full width, lower case, spaces and hyphens are forgiven. No session is needed: a check asks nothing of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from biip import ParseError
from biip.gtin import Gtin
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError

from registry.domain.identifiers import normalise, parse_battery_code, parse_registry_code
from registry.domain.refusals import Refusal

_USCC_LENGTH: Final = 18
_GTIN_LENGTHS: Final = (8, 12, 13, 14)
_DIGITS: Final = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth saying about the value. `code` is stable; the words are the doors' business."""

    code: str
    facts: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class IdentifierCheck:
    """`normalised` is None when the value is not valid. A valid value may still have findings (doubts)."""

    valid: bool
    normalised: str | None
    findings: tuple[Finding, ...] = ()


def check(*, scheme: str, value: str) -> IdentifierCheck:
    """Whether `value` is a well-formed identifier of `scheme` (see SCHEMES); never raises on any value.

    Normalised is the compact value: capitals and digits without separators. A GTIN keeps the length it was given in
    (its check digit is the same padded to 14). Raises Refusal("unknown_scheme") for a scheme we do not know.
    """
    if scheme not in _CHECKS:
        raise Refusal("unknown_scheme", scheme=scheme, known=list(SCHEMES))
    try:
        return _CHECKS[scheme](normalise(value))
    except Refusal as refused:
        return _invalid(refused.code, **refused.facts)


def _invalid(finding: str, **facts: object) -> IdentifierCheck:
    return IdentifierCheck(valid=False, normalised=None, findings=(Finding(finding, MappingProxyType(facts)),))


_USCC_FINDINGS: Final[Mapping[type[ValidationError], str]] = MappingProxyType(
    {
        InvalidLength: "uscc_length",
        InvalidFormat: "uscc_character",
        InvalidChecksum: "uscc_check_character",
    }
)


def _check_uscc(value: str) -> IdentifierCheck:
    """统一社会信用代码, GB 32100."""
    # The library drops characters it takes for separators; length is judged on what was really typed.
    if len(value) != _USCC_LENGTH:
        return _invalid("uscc_length", length=len(value), expected=_USCC_LENGTH)
    if not value.isascii():
        return _invalid("uscc_character")
    try:
        return IdentifierCheck(valid=True, normalised=uscc.validate(value))
    except ValidationError as wrong:
        return _invalid(_USCC_FINDINGS[type(wrong)])


def _check_battery(value: str) -> IdentifierCheck:
    """GB/T 34014 battery codes: no check digit exists, so valid means only that every field is possible."""
    battery = parse_battery_code(value)
    return IdentifierCheck(valid=True, normalised=battery.code, findings=tuple(map(Finding, battery.findings)))


def _check_gtin(value: str) -> IdentifierCheck:
    """GTIN-8, -12, -13 and -14 of GS1."""
    if not set(value) <= _DIGITS:
        return _invalid("gtin_character")
    if len(value) not in _GTIN_LENGTHS:
        return _invalid("gtin_length", length=len(value), expected=list(_GTIN_LENGTHS))
    try:
        Gtin.parse(value)
    except ParseError:
        return _invalid("gtin_check_digit")
    return IdentifierCheck(valid=True, normalised=value)


def _check_registry(value: str) -> IdentifierCheck:
    """Our own batch code: ISO 7064 MOD 37,36."""
    return IdentifierCheck(valid=True, normalised=parse_registry_code(value))


_CHECKS: Final[Mapping[str, Callable[[str], IdentifierCheck]]] = MappingProxyType(
    {"uscc": _check_uscc, "gb34014": _check_battery, "gtin": _check_gtin, "registry": _check_registry}
)

SCHEMES: Final[tuple[str, ...]] = tuple(_CHECKS)
