"""Schemes of producer responsibility, and the rates they and the trade compute: pure functions over integer grams.

A scheme says over which years the mass placed on the market is averaged; that window is data (`schemes.csv`), because
taking the wrong one is the usual mistake (46 % becomes 49 %). Formulas: DOMAIN §6. Nothing is clamped: what cannot be
is shown as it was computed, with a finding. Rounding happens once, half up, to four decimals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Final, Protocol, TypeVar

from registry.domain.mass import t_text
from registry.domain.refusals import Refusal
from registry.domain.tables import flag, rows, words

DECIMALS: Final = 4
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2999
COLLECTION: Final = "collection"
OBLIGATION: Final = "obligation"
_OPEN: Final = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One dated row. `window`: years counted from the year of collection, which is 0. `valid_to` is exclusive.

    `uses`: what may be computed by it, COLLECTION or OBLIGATION.
    `enabled` is false, with its `reason`, for a draft: one may compute by it, but nothing is judged by it.
    """

    code: str
    name_zh: str
    name_en: str
    product: str
    jurisdiction: str
    window: tuple[int, ...]
    uses: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    instrument: str
    source: str
    verified_as: str
    enabled: bool
    reason: str
    note: str

    def years(self, year: int) -> tuple[int, ...]:
        """The years of the window of a year of collection, in the scheme's order."""
        return tuple(year + offset for offset in self.window)


@cache
def schemes(use: str = COLLECTION) -> tuple[Scheme, ...]:
    """All of a use in table order, drafts included."""
    return tuple(each for each in map(_scheme_of, rows("schemes")) if use in each.uses)


def _scheme_of(row: Mapping[str, str]) -> Scheme:
    return Scheme(
        code=row["scheme"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        product=row["product"],
        jurisdiction=row["jurisdiction"],
        window=tuple(int(offset) for offset in words(row["window"])),
        uses=words(row["uses"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=None if row["valid_to"] == _OPEN else date.fromisoformat(row["valid_to"]),
        instrument=row["instrument"],
        source=row["source"],
        verified_as=row["verified"],
        enabled=flag(row["enabled"]),
        reason=row["reason"],
        note=row["note"],
    )


def scheme_for(code: str, year: int, use: str = COLLECTION) -> Scheme:
    """The row of a scheme that stands in a year; before the first and after the last, that one.

    A person may plan a year or check one from before the text, so dates choose between rows and refuse nothing.
    Refusal: collection_scheme_unknown.
    """
    found = [each for each in schemes(use) if each.code == code]
    if not found:
        raise Refusal("collection_scheme_unknown", scheme=code[:40], known=[each.code for each in schemes(use)])
    return standing(found, year)


class _Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


Version = TypeVar("Version", bound=_Dated)


def standing(versions: Sequence[Version], year: int) -> Version:
    """Of dated versions, the latest begun by the last day of a year; where none had, the first.

    So an edit is a new version, and the years before it keep theirs. Never empty.
    """
    begun = [each for each in versions if each.valid_from <= date(year, 12, 31)]
    return max(begun, key=lambda each: each.valid_from) if begun else min(versions, key=lambda each: each.valid_from)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeFinding:
    """Something about figures that cannot be, or that leaves no rate; `facts` are its numbers as text."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionRate:
    """`window`: the years of the scheme's window that there are figures of; `base_g`: their sum, not their mean."""

    rate_percent: Decimal | None
    window: tuple[int, ...]
    base_g: int
    findings: tuple[SchemeFinding, ...]


def collection_rate(
    *, scheme: Scheme, year: int, collected_g: int, placed_on_market_g: Mapping[int, int]
) -> CollectionRate:
    """Collected in the year ÷ the mean of what was placed on the market over the scheme's window, in percent.

    With fewer years, those there are; years outside the window are not looked at. A year of zero is a year there is:
    unknown is not zero. Without a denominator the rate is None and a finding says so.
    """
    window = tuple(each for each in scheme.years(year) if each in placed_on_market_g)
    base_g = sum(placed_on_market_g[each] for each in window)
    over_g = collected_g * len(window)
    findings = tuple(_rate_findings({"rate_percent": over_g}, base_g, "placed_on_market"))
    return CollectionRate(rate_percent=percent(over_g, base_g), window=window, base_g=base_g, findings=findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryRates:
    """`rates` by RECOVERY_RATES' names, in percent; None without a denominator."""

    rates: Mapping[str, Decimal | None]
    findings: tuple[SchemeFinding, ...]


RECOVERY_RATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "treatment_rate_percent": "treated",
        "recovery_rate_percent": "recovered",
        "recycling_and_reuse_rate_percent": "recycled_and_reused",
        "recycling_rate_percent": "recycled",
    }
)
"""rate → the mass that is divided by what was collected"""

_PARTS: Final = (
    ("treated", "collected"),
    ("recovered", "treated"),
    ("recycled_and_reused", "recovered"),
    ("recycled", "recycled_and_reused"),
)
"""part → whole: no part can be more than its whole"""


def recovery_rates(
    *, collected_g: int, treated_g: int, recovered_g: int, recycled_and_reused_g: int, recycled_g: int
) -> RecoveryRates:
    """Treated, recovered, recycled and reused, recycled: each ÷ collected, in percent."""
    masses = {
        "collected": collected_g,
        "treated": treated_g,
        "recovered": recovered_g,
        "recycled_and_reused": recycled_and_reused_g,
        "recycled": recycled_g,
    }
    overs = {name: masses[over] for name, over in RECOVERY_RATES.items()}
    above = (
        SchemeFinding(
            code=f"{part}_above_{whole}", facts={"part_t": t_text(masses[part]), "whole_t": t_text(masses[whole])}
        )
        for part, whole in _PARTS
        if masses[part] > masses[whole]
    )
    return RecoveryRates(
        rates=MappingProxyType({name: percent(over_g, collected_g) for name, over_g in overs.items()}),
        findings=(*above, *_rate_findings(overs, collected_g, "collected")),
    )


def _rate_findings(overs: Mapping[str, int], under_g: int, under: str) -> Iterator[SchemeFinding]:
    """One for a missing denominator, else one per rate above 100 %, told before rounding could hide it."""
    if under_g == 0:
        yield SchemeFinding(code="zero_denominator", facts={"figure": under})
        return
    for name, over_g in overs.items():
        if over_g > under_g:
            yield SchemeFinding(code="rate_above_100", facts={"rate": name, "percent": f"{percent(over_g, under_g):f}"})


def percent(over: int, under: int) -> Decimal | None:
    """A rate in percent with four decimals, half up, in integers throughout; None where nothing is below.

    Masses are not negative, and neither is a rate.
    """
    if under == 0:
        return None
    scaled = (2 * over * 100 * 10**DECIMALS + under) // (2 * under)
    return Decimal(f"{scaled}E-{DECIMALS}")
