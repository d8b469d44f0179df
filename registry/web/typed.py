"""What a person typed into a form, read field by field into the domain's numbers.

A field that cannot be read does not stop the reading: its refusal is kept under the field's name, so that the page
shows every slip at once and beside its field. Reading the same form again gives the same values.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from registry.domain import mass
from registry.domain.identifiers import normalise
from registry.domain.refusals import Refusal
from registry.web.amounts import ZONE

Value = TypeVar("Value")
_YEAR = re.compile(r"(19|2\d)\d\d", re.ASCII)
_PLAIN = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)


class Typed:
    """A form as it was sent. `refusals` maps a field (or "" for the whole form) to why it cannot stand."""

    def __init__(self, values: MultiDict[str, str]) -> None:
        self.values = values
        self.refusals: dict[str, Refusal] = {}

    def refuse(self, name: str, refusal: Refusal) -> None:
        """Keep the first refusal of a field."""
        self.refusals.setdefault(name, refusal)

    def text(self, name: str, *, required: bool = False, longest: int = 200) -> str | None:
        """Blank-stripped text, or None where nothing stands."""
        found = self.values.get(name, "").strip()[:longest]
        if not found and required:
            self.refuse(name, Refusal("field_missing", field=name))
        return found or None

    def many(self, name: str) -> tuple[str, ...]:
        """Every non-empty value of a repeated field, each once, in order."""
        return tuple(dict.fromkeys(each.strip() for each in self.values.getlist(name) if each.strip()))

    def choice(self, name: str, allowed: Collection[str], *, required: bool = False) -> str | None:
        """One of the allowed codes."""
        found = self.text(name, required=required)
        if found is not None and found not in allowed:
            self.refuse(name, Refusal("choice_unknown", field=name, value=found[:40]))
            return None
        return found

    def code(self, name: str) -> str | None:
        """A registry code as typed or scanned: case, blanks and full-width characters forgiven; an address of ours
        is cut down to its last part. Whether the code is right is capture's question.
        """
        found = self.text(name)
        if found is None:
            return None
        return normalise(found.rstrip("/").rsplit("/", 1)[-1]) or None

    def mass(self, name: str, *, required: bool = False) -> int | None:
        """Grams of a weight in kg, or with 斤 or 吨 behind it."""
        return self._read(name, mass.grams_from_words, required=required)

    def tonnes(self, name: str, *, required: bool = False) -> int | None:
        """Grams of a mass in tonnes, or in the unit behind it."""
        return self._read(name, _tonnes, required=required)

    def year(self, name: str, *, required: bool = False) -> int | None:
        """A calendar year of four digits."""
        return self._read(name, _year, required=required)

    def mass_of(self, text: str, name: str) -> int | None:
        """Grams of one cell of a repeated field; the refusal goes under `name`."""
        return self._parsed(text, name, mass.grams_from_words) if text.strip() else None

    def energy(self, name: str) -> int | None:
        """Watt-hours of an energy in kWh."""
        return self._read(name, lambda text: mass.grams_from_kg(_folded(text)))

    def permille(self, name: str) -> int | None:
        """A percentage with at most one decimal, 0 to 100, as whole thousandths."""
        return self._read(name, _permille)

    def share(self, name: str, *, required: bool = False) -> Decimal | None:
        """A percentage with at most six decimals, as a share of one."""
        return self._read(name, lambda text: _number(text).scaleb(-2), required=required)

    def count(self, name: str) -> int | None:
        """A whole number."""
        return self._read(name, lambda text: _scaled(text, 1, 10**9))

    def fen(self, name: str) -> int | None:
        """Fen of a price in yuan with at most two decimals."""
        return self._read(name, _fen)

    def moment(self, name: str) -> datetime | None:
        """A local time of the province as the browser's own field sends it."""
        return self._read(name, _moment)

    def _read(self, name: str, parse: Callable[[str], Value], *, required: bool = False) -> Value | None:
        found = self.text(name, required=required)
        return None if found is None else self._parsed(found, name, parse)

    def _parsed(self, text: str, name: str, parse: Callable[[str], Value]) -> Value | None:
        try:
            return parse(text)
        except Refusal as refusal:
            self.refuse(name, refusal)
            return None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _number(text: str) -> Decimal:
    folded = _folded(text).removesuffix("%").strip()
    if not _PLAIN.fullmatch(folded):
        raise Refusal("number_malformed", value=text[:40])
    return Decimal(folded)


def _scaled(text: str, factor: int, largest: int) -> int:
    scaled = _number(text) * factor
    if scaled > largest or scaled != scaled.to_integral_value():
        raise Refusal("number_malformed", value=text[:40])
    return int(scaled)


def _tonnes(text: str) -> int:
    folded = _folded(text)
    return mass.grams_from_words(folded if folded[-1:].isalpha() else f"{folded}t")


def _year(text: str) -> int:
    folded = _folded(text)
    if not _YEAR.fullmatch(folded):
        raise Refusal("number_malformed", value=text[:40])
    return int(folded)


def _permille(text: str) -> int:
    return _scaled(text, 10, 1000)


def _fen(text: str) -> int:
    return _scaled(text, 100, 10**13)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal("moment_malformed", value=text[:40]) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
