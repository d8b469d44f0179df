"""What a producer owes in a year, by scheme: target × base, rounded, cut to part of a year, divided into sub-targets.

Everything a scheme decides is a row of `obligations.csv` (dated, so that an edit is a new version and old years keep
theirs) and its targets are rows of `targets.csv`. Fractions throughout: 0.55 × 12 160 t is 6688, where floating point
would round up to 6689.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Final

from registry.domain.mass import t_text
from registry.domain.refusals import Refusal
from registry.domain.rules import rules
from registry.domain.schemes import OBLIGATION, Scheme, scheme_for, standing
from registry.domain.shares import share_within
from registry.domain.tables import rows, words

TONNE_G: Final = 1_000_000
OTHER: Final = "other"
"""the part that no sub-target names"""
BY_DAYS: Final = "days"
_PER_CENT: Final = 100
_OPEN: Final = "open"


def _up_to_tonnes(grams: Fraction) -> int:
    return math.ceil(grams / TONNE_G) * TONNE_G


def _half_up_to_grams(grams: Fraction) -> int:
    return math.floor(grams + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class Rounding:
    """How a scheme rounds: the function, and its name in a formula."""

    apply: Callable[[Fraction], int]
    word: str


ROUNDINGS: Final[Mapping[str, Rounding]] = MappingProxyType(
    {"ceil_t": Rounding(_up_to_tonnes, "ceil"), "half_up_g": Rounding(_half_up_to_grams, "round")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubTarget:
    """The share of an obligation that must be met one way: of UK glass, by re-melt."""

    part: str
    name_zh: str
    name_en: str
    product: str
    indicator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationRule:
    """One dated version of what a scheme asks for one material.

    `stream`: ours it is met in, empty for none; `outcomes`: those whose evidence counts (`collected`: met by
    collecting); `carry_over`: months whose outcomes may also be counted for the next year; `due`: month and day of the
    following year, empty where unknown.
    """

    scheme: str
    material: str
    name_zh: str
    name_en: str
    stream: str
    rule: str
    product: str
    indicator: str
    sub_target: SubTarget | None
    rounding: str
    pro_rata: str
    outcomes: tuple[str, ...]
    carry_over: tuple[int, ...]
    due: str
    valid_from: date
    valid_to: date | None
    source: str
    verified_as: str
    note: str

    def due_on(self, year: int) -> date | None:
        """The day by which the obligation of a year must be covered."""
        return date.fromisoformat(f"{year + 1}-{self.due}") if self.due else None


@cache
def obligation_rules() -> tuple[ObligationRule, ...]:
    """All versions in table order."""
    return tuple(_rule_of(row) for row in rows("obligations"))


def _rule_of(row: Mapping[str, str]) -> ObligationRule:
    sub_target = SubTarget(
        part=row["part"],
        name_zh=row["part_name_zh"],
        name_en=row["part_name_en"],
        product=row["part_product"],
        indicator=row["part_indicator"],
    )
    return ObligationRule(
        scheme=row["scheme"],
        material=row["material"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        stream=row["stream"],
        rule=row["rule"],
        product=row["product"],
        indicator=row["indicator"],
        sub_target=sub_target if row["part"] else None,
        rounding=row["rounding"],
        pro_rata=row["pro_rata"],
        outcomes=words(row["outcomes"]),
        carry_over=tuple(int(month) for month in words(row["carry_over"])),
        due=row["due"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=None if row["valid_to"] == _OPEN else date.fromisoformat(row["valid_to"]),
        source=row["source"],
        verified_as=row["verified"],
        note=row["note"],
    )


def materials_of(scheme: str) -> tuple[str, ...]:
    """The materials a scheme asks for, each once, in table order."""
    return tuple(dict.fromkeys(each.material for each in obligation_rules() if each.scheme == scheme))


def rule_for(
    scheme: str, material: str | None, year: int, *, versions: Sequence[ObligationRule] | None = None
) -> ObligationRule:
    """The version that stands in a year. Without a material, the scheme's only one; spelling is forgiven.

    Refusals: collection_scheme_unknown, obligation_material_unknown.
    """
    scheme_for(scheme, year, OBLIGATION)
    of_scheme = [each for each in versions or obligation_rules() if each.scheme == scheme]
    known = list(dict.fromkeys(each.material for each in of_scheme))
    wanted = known[0] if material is None and len(known) == 1 else (material or "")
    found = [each for each in of_scheme if _folded(each.material) == _folded(wanted)]
    if not found:
        raise Refusal("obligation_material_unknown", material=wanted[:40], known=known)
    return standing(found, year)


def _folded(material: str) -> str:
    return re.sub(r"[\s_-]", "", material).casefold()


def target_for(rule: ObligationRule, year: int, *, sub_target: bool = False) -> Decimal | None:
    """The target in force on the last day of the year, as a share (0.74), or None where the tables have none.

    Switched off rows answer too, as drafts do: one may compute by them, and nothing is judged by them.
    """
    part = rule.sub_target if sub_target else rule
    if part is None:
        return None
    last = date(year, 12, 31)
    for row in rules("target"):
        named = row.rule == rule.rule and part.product in row.product and row.indicator == part.indicator
        if named and row.valid_from <= last and (row.valid_to is None or last < row.valid_to):
            return None if row.value is None else row.value / _PER_CENT
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the calculation: `name` (total · part · other · days · sum), its formula in tonnes, its result."""

    name: str
    part: str
    formula: str
    result_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """What is owed. `parts` is empty where the scheme has no sub-target, else sums to `obligation_g`."""

    rule: ObligationRule
    year: int
    base_g: int
    target: Decimal
    obligation_g: int
    parts: Mapping[str, int]
    steps: tuple[Step, ...]


@dataclass(slots=True, kw_only=True)
class _Sheet:
    """The calculation while it is written down."""

    rounding: Rounding
    steps: list[Step] = field(default_factory=list)

    def rounded(self, name: str, part: str, words_: str, grams: Fraction) -> int:
        """Round, and write down how."""
        result_g = self.rounding.apply(grams)
        self.steps.append(Step(name=name, part=part, formula=f"{self.rounding.word}({words_})", result_g=result_g))
        return result_g

    def plain(self, name: str, part: str, words_: str, result_g: int) -> int:
        """Write down what needs no rounding."""
        self.steps.append(Step(name=name, part=part, formula=words_, result_g=result_g))
        return result_g


def obligation(
    *,
    rule: ObligationRule,
    year: int,
    base_g: int,
    target: Decimal | None = None,
    sub_target: Decimal | None = None,
    days: int | None = None,
) -> Obligation:
    """What is owed on a base (the tonnage, or the mean over the scheme's window); targets only to override.

    A sub-target's share is taken of target × base before rounding, the rest is the total less it, each is then cut to
    the days. What is owed in all is the sum of the parts: each is owed for itself.
    Refusals: target_missing, share_out_of_range, sub_target_not_in_scheme, scheme_not_by_days, days_out_of_range.
    """
    share = _share(target if target is not None else target_for(rule, year), rule, year, "target")
    days_in_year = (date(year + 1, 1, 1) - date(year, 1, 1)).days if year < date.max.year else 365
    _check_days(rule, days, days_in_year)
    sheet = _Sheet(rounding=ROUNDINGS[rule.rounding])
    owed = Fraction(share) * base_g
    total = sheet.rounded("total", "", f"{share:f} × {t_text(base_g)}", owed)
    parts: dict[str, int] = {"": total}
    if rule.sub_target is not None:
        given = sub_target if sub_target is not None else target_for(rule, year, sub_target=True)
        part, of_it = rule.sub_target.part, _share(given, rule, year, f"{rule.sub_target.part}_target")
        parts = {part: sheet.rounded("part", part, f"{of_it:f} × {share:f} × {t_text(base_g)}", Fraction(of_it) * owed)}
        rest = total - parts[part]
        parts[OTHER] = sheet.plain("other", OTHER, f"{t_text(total)} − {t_text(parts[part])}", rest)
    elif sub_target is not None:
        raise Refusal("sub_target_not_in_scheme", scheme=rule.scheme, material=rule.material)
    if days is not None:
        parts = {
            part: sheet.rounded(
                "days", part, f"{t_text(grams)} × {days} ÷ {days_in_year}", Fraction(grams * days, days_in_year)
            )
            for part, grams in parts.items()
        }
    whole = sum(parts.values())
    if len(parts) > 1:
        sheet.plain("sum", "", " + ".join(t_text(grams) for grams in parts.values()), whole)
    return Obligation(
        rule=rule,
        year=year,
        base_g=base_g,
        target=share,
        obligation_g=whole,
        parts=MappingProxyType({part: grams for part, grams in parts.items() if part}),
        steps=tuple(sheet.steps),
    )


def _share(value: Decimal | None, rule: ObligationRule, year: int, name: str) -> Decimal:
    if value is None:
        raise Refusal("target_missing", scheme=rule.scheme, material=rule.material, year=year, field=name)
    return share_within(value, name)


def _check_days(rule: ObligationRule, days: int | None, days_in_year: int) -> None:
    if days is None:
        return
    if rule.pro_rata != BY_DAYS:
        raise Refusal("scheme_not_by_days", scheme=rule.scheme)
    if not 0 <= days <= days_in_year:
        raise Refusal("days_out_of_range", days=days, most=days_in_year)


def base_of(scheme: Scheme, year: int, placed_on_market_g: Mapping[int, int]) -> int:
    """The mean over the scheme's window, of the years there are, half up to the gram; 0 where there are none."""
    found = [placed_on_market_g[each] for each in scheme.years(year) if each in placed_on_market_g]
    return _half_up_to_grams(Fraction(sum(found), len(found))) if found else 0
