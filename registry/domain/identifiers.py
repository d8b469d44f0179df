"""Codes people scan and type: the registry's own batch code and the national battery codes.

Registry code: 8 to 12 upper-case characters without I O U L, the last one a check character by ISO 7064 MOD 37,36
over the full alphabet 0-9A-Z. GB/T 34014: 24 characters for a new battery, 19 for a second-life one (18 tolerated);
the layout is `registry/data/gbt34014_fields.csv` and the standard has no check digit, so a wrong character can only
be found where a field forbids it.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from registry.domain.refusals import Refusal

_FULL: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHABET: Final = "".join(each for each in _FULL if each not in "IOUL")
CODE_MIN: Final = 8
CODE_MAX: Final = 12
_GROUP: Final = 4

# Only ASCII letters are raised: str.upper() would also turn a dotless i into I and a sharp s into two letters.
_RAISED: Final = str.maketrans({chr(code): chr(code - 32) for code in range(ord("a"), ord("z") + 1)})
_FORGIVEN: Final = re.compile(r"[\s\-\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff]+")

# A spreadsheet reads these as a number and eats the code; a scanner takes eight or twelve digits for a GTIN.
_READS_AS_NUMBER: Final = re.compile(r"[0-9]+(E[0-9]+)?")


def normalise(text: str) -> str:
    """The code someone meant: full width, lower case, spaces, hyphens and invisible marks are forgiven."""
    return _FORGIVEN.sub("", unicodedata.normalize("NFKC", text)).translate(_RAISED)


# --- the registry's own code ----------------------------------------------------------------------------------------


def check_character(body: str) -> str:
    """ISO 7064 MOD 37,36 check character of `body`, which holds 0-9A-Z only. May fall on I, O, U or L."""
    carried = 36
    for each in body:
        carried = _step(carried, each)
    return _FULL[(1 - carried) % 36]


def _step(carried: int, character: str) -> int:
    return ((carried + _FULL.index(character)) % 36 or 36) * 2 % 37


def draw_code(length: int = 10, choose: Callable[[str], str] = secrets.choice) -> str:
    """A fresh registry code of `length` characters (8 to 12), drawn with `choose`.

    Drawn again when the check character falls on I O U L, when the code reads as a number, and when swapping two
    neighbours would go unseen: the standard misses 56 of the 35,712 swaps, so codes that hold one are not issued.
    """
    if not CODE_MIN <= length <= CODE_MAX:
        raise ValueError(f"a registry code has {CODE_MIN} to {CODE_MAX} characters, not {length}")
    while True:
        body = "".join(choose(ALPHABET) for _ in range(length - 1))
        code = body + check_character(body)
        if code[-1] in ALPHABET and not _READS_AS_NUMBER.fullmatch(code) and not _has_blind_swap(code):
            return code


def _has_blind_swap(code: str) -> bool:
    swaps = (code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(len(code) - 1))
    return any(check_character(swapped[:-1]) == swapped[-1] for swapped in swaps if swapped != code)


def parse_registry_code(text: str) -> str:
    """The normalised registry code in `text`.

    Raises Refusal("code_malformed") for a wrong length or a character outside the alphabet, and
    Refusal("code_check_character") when the last character does not check.
    """
    code = normalise(text)
    if not CODE_MIN <= len(code) <= CODE_MAX:
        raise Refusal("code_malformed", reason="length", length=len(code))
    for position, character in enumerate(code, start=1):
        if character not in ALPHABET:
            raise Refusal("code_malformed", reason="character", position=position, character=character)
    if check_character(code[:-1]) != code[-1]:
        raise Refusal("code_check_character", value=code)
    return code


def is_registry_code(text: str) -> bool:
    """Whether `text` holds a registry code that checks."""
    try:
        parse_registry_code(text)
    except Refusal:
        return False
    return True


def grouped(code: str) -> str:
    """The code as people read it aloud: groups of four, e.g. `7K2M 9QXA 3P`."""
    return " ".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


# --- GB/T 34014 battery codes ---------------------------------------------------------------------------------------

_ALNUM: Final = r"[0-9A-Z]"
# (field, length, allowed characters) in the printed order.
_SHARED: Final = (("manufacturer", 3, _ALNUM), ("product_type", 1, "[PMC]"), ("battery_type", 1, "[A-GZ]"))
_SPEC: Final = (("spec", 2, _ALNUM),)
_TRACE: Final = (("traceability", 7, _ALNUM),)
_DATED: Final = (("year", 1, _ALNUM), ("month", 1, "[1-9A-C]"), ("day", 1, _ALNUM), ("serial", 7, "[0-9]"))

_LAYOUTS: Final = {
    24: ("full", (*_SHARED, *_SPEC, *_TRACE, *_DATED)),
    19: ("cascade", (*_SHARED, *_SPEC, *_DATED, ("cascade_mark", 1, "R"), ("cascade_type", 1, "[PMC]"))),
    # Prose about the standard says 18, its patterns say 19: one of the two letters of the mark is missing.
    18: ("cascade_short", (*_SHARED, *_SPEC, *_DATED, ("cascade_mark", 1, "[RPMC]"))),
}

# Meanings of B and E were seen in two sources, the others are common knowledge of the trade (`unverified`).
_CHEMISTRIES: Final = {"A": "NiMH", "B": "LFP", "C": "LMO", "D": "LCO", "E": "NCM", "G": "LTO"}
_CHEMISTRIES_SEEN: Final = frozenset("BE")

# Years and days skip the letters that look like digits. After T the published tables disagree: no year is guessed.
_YEARS: Final = {character: 2011 + step for step, character in enumerate("123456789ABCDEFGHJKLMNPRST")}
_MONTHS: Final = {character: 1 + step for step, character in enumerate("123456789ABC")}
_DAYS: Final = {character: 1 + step for step, character in enumerate("123456789ABCDEFGHJKLMNPRSTVWXY0")}
_DAYS_SEEN: Final = frozenset("123456789")


@dataclass(frozen=True, slots=True)
class BatteryCode:
    """A GB/T 34014 code taken apart.

    `variant`: full | cascade | cascade_short. `product_type`: P pack, M module, C cell. `chemistry` and
    `production_date` are None where the letter has no meaning we could find. `findings`: stable codes of what is odd
    about it; `unverified`: fields read by a table that no source we saw confirms.
    """

    code: str
    variant: str
    manufacturer: str
    product_type: str
    battery_type: str
    chemistry: str | None
    spec: str
    traceability: str | None
    production_date: date | None
    serial: str
    findings: tuple[str, ...]
    unverified: tuple[str, ...]


def parse_battery_code(text: str) -> BatteryCode:
    """Take a GB/T 34014 code apart.

    Raises Refusal("gb34014_length") and, for a character its field forbids, Refusal("gb34014_field") with the
    field and the position (from 1). What is only doubtful is a finding, never a refusal.
    """
    code = normalise(text)
    if len(code) not in _LAYOUTS:
        raise Refusal("gb34014_length", length=len(code), allowed=sorted(_LAYOUTS))
    variant, layout = _LAYOUTS[len(code)]
    fields = _fields_of(code, layout)
    made_on, date_findings = _production_date(fields)
    findings = date_findings
    if variant == "cascade_short":
        findings = (*findings, "gb34014_cascade_mark_missing_letter")
    if int(fields["serial"]) == 0:
        findings = (*findings, "gb34014_serial_zero")
    doubted = (("battery_type", _CHEMISTRIES_SEEN), ("day", _DAYS_SEEN))
    return BatteryCode(
        code=code,
        variant=variant,
        manufacturer=fields["manufacturer"],
        product_type=fields["product_type"],
        battery_type=fields["battery_type"],
        chemistry=_CHEMISTRIES.get(fields["battery_type"]),
        spec=fields["spec"],
        traceability=fields.get("traceability"),
        production_date=made_on,
        serial=fields["serial"],
        findings=findings,
        unverified=tuple(name for name, seen in doubted if fields[name] not in seen),
    )


def is_battery_code(text: str) -> bool:
    """Whether `text` holds a GB/T 34014 code of any variant."""
    try:
        parse_battery_code(text)
    except Refusal:
        return False
    return True


def _fields_of(code: str, layout: tuple[tuple[str, int, str], ...]) -> dict[str, str]:
    fields: dict[str, str] = {}
    at = 0
    for name, length, allowed in layout:
        fields[name] = code[at : at + length]
        for offset, character in enumerate(fields[name]):
            if not re.fullmatch(allowed, character):
                raise Refusal("gb34014_field", field=name, position=at + offset + 1, character=character)
        at += length
    return fields


def _production_date(fields: dict[str, str]) -> tuple[date | None, tuple[str, ...]]:
    """The date three letters stand for, or None with the findings that say why not."""
    year, day = _YEARS.get(fields["year"]), _DAYS.get(fields["day"])
    findings = []
    if year is None:
        findings.append("gb34014_year_ambiguous")
    if day is None:
        findings.append("gb34014_day_ambiguous")
    if year is None or day is None:
        return None, tuple(findings)
    try:
        return date(year, _MONTHS[fields["month"]], day), ()
    except ValueError:
        return None, ("gb34014_date_impossible",)
