"""A map of equal tiles: one per part of an area, placed by hand where a table says so, coloured by an indicator. Pure.

No boundary is claimed, and a small prefecture is as large as a wide one: what is compared is the figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Final

from registry.domain import divisions
from registry.domain.substances import is_element
from registry.domain.tables import rows
from reports import words
from reports.numbers import percent, rounded
from reports.recovery import COLLECTED
from reports.report import Line, Report

SHADES: Final = 5
_ACROSS: Final = 4
"""tiles in a row where no table places them"""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a tile lies, counted from the upper left, and the short name on it."""

    column: int
    row: int
    short: words.Words


@cache
def _places() -> Mapping[str, Place]:
    return MappingProxyType(
        {
            row["code"]: Place(
                column=int(row["column"]),
                row=int(row["row"]),
                short={"zh": row["short_zh"], "en": row["short_en"]},
            )
            for row in rows("division_tiles")
        }
    )


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """What the tiles show. `value`: lines of one part → exact text, None where there is nothing to say."""

    key: str
    words: words.Words
    unit: str
    value: Callable[[Sequence[Line]], str | None]


def _sum(lines: Iterable[Line], substance: str, figure: str) -> int:
    return sum(line.figures[figure] for line in lines if line.substance == substance)


DEVIATIONS: Final = Indicator(
    key="deviations",
    words={"zh": "本可梯次却再生利用", "en": "Recycled that could have cascaded"},
    unit="t",
    value=lambda _: None,
)
"""of the report of pathway deviations, not of the balance: `tonnes_of` has its values"""


def _rate(substance: str, over: str, under: str) -> Callable[[Sequence[Line]], str | None]:
    return lambda lines: percent(_sum(lines, substance, over), _sum(lines, substance, under))


def _tonnes(figure: str) -> Callable[[Sequence[Line]], str | None]:
    return lambda lines: rounded(_sum(lines, "mass", figure), 1_000_000, 1)


def _said(zh: str, en: str) -> words.Words:
    return {"zh": zh, "en": en}


_MASS: Final = (
    Indicator(key="collected", words=_said("收集量", "Collected"), unit="t", value=_tonnes("collected")),
    Indicator(
        key="second_life",
        words=_said("再使用与梯次占比", "Share in reuse and cascade"),
        unit="%",
        value=_rate("mass", "second_life", "input"),
    ),
    Indicator(
        key="recycling_rate",
        words=words.RATE_WORDS["recycling_rate"],
        unit="%",
        value=_rate("mass", "recycling", "input"),
    ),
    Indicator(
        key="traceability", words=words.RATE_WORDS["traceability"], unit="%", value=_rate("mass", "closed", "input")
    ),
)


def indicators(elements: Sequence[str]) -> tuple[Indicator, ...]:
    """The recovery of each element first, for who came for a norm; then the mass."""
    return (
        *(
            Indicator(
                key=element,
                words={
                    "zh": f"{words.substance_words(element)['zh']} 回收率",
                    "en": f"{words.substance_words(element)['en']} recovery",
                },
                unit="%",
                value=_rate(element, "recycled", "input"),
            )
            for element in elements
            if is_element(element)
        ),
        *_MASS,
    )


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One part of the area. `shade`: 0 (least) to SHADES - 1, None without a value."""

    code: str
    name: words.Words
    column: int
    row: int
    value: str | None
    shade: int | None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One colour of the legend: the values it stands for, both ends included."""

    shade: int
    least: str
    most: str


@dataclass(frozen=True, kw_only=True)
class Cartogram:
    """Tiles and legend of one indicator. `columns` is how many tiles lie in a row."""

    tiles: tuple[Tile, ...]
    legend: tuple[Step, ...]
    columns: int


def values_of(report: Report, indicator: Indicator) -> dict[str, str | None]:
    """Part of the area → the indicator, of a recovery report by area."""
    lines: dict[str, list[Line]] = {}
    for line in report.lines:
        if line.source == COLLECTED and line.bucket:
            lines.setdefault(line.bucket, []).append(line)
    return {code: indicator.value(found) for code, found in lines.items()}


def cartogram(area: str, values: Mapping[str, str | None]) -> Cartogram:
    """The parts of the area with these values (exact text); a part without one is shown empty."""
    parts = [each.code for each in divisions.children(area)] or [area]
    known = [Decimal(value) for value in values.values() if value is not None]
    shade = _shader(known)
    placed = all(code in _places() for code in parts)
    tiles = []
    for number, code in enumerate(parts):
        place = _places().get(code) if placed else None
        value = values.get(code)
        tiles.append(
            Tile(
                code=code,
                name=place.short if place else words.division_words(code),
                column=place.column if place else number % _ACROSS,
                row=place.row if place else number // _ACROSS,
                value=value,
                shade=None if value is None else shade(Decimal(value)),
            )
        )
    return Cartogram(tiles=tuple(tiles), legend=_legend(known, shade), columns=_ACROSS)


def _shader(known: Sequence[Decimal]) -> Callable[[Decimal], int]:
    """Equal steps between the least and the most: the colour grows as the figure does."""
    if not known or min(known) == max(known):
        return lambda _: SHADES // 2
    least, span = min(known), max(known) - min(known)
    return lambda value: min(int((value - least) * SHADES / span), SHADES - 1)


def _legend(known: Sequence[Decimal], shade: Callable[[Decimal], int]) -> tuple[Step, ...]:
    """The colours that occur, each with the least and the most it stands for here."""
    found: dict[int, list[Decimal]] = {}
    for value in known:
        found.setdefault(shade(value), []).append(value)
    return tuple(Step(shade=each, least=f"{min(of)}", most=f"{max(of)}") for each, of in sorted(found.items()))


def tonnes_of(grams: Mapping[str, int]) -> dict[str, str | None]:
    """Part of the area → tonnes, for a figure that some other report sums."""
    return {code: rounded(amount, 1_000_000, 3) for code, amount in grams.items()}
