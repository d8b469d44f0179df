"""Administrative divisions: province, prefecture, county, linked by parent code (table `divisions.csv`).

Areas are found by parent links, never by the digits: an autonomous prefecture's counties do not always share its
prefix, and another province's table may be put beside this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from registry.domain.refusals import Refusal
from registry.domain.tables import rows


@dataclass(frozen=True, slots=True)
class Division:
    """One division. `level`: province | prefecture | county. `parent_code` is None at the top."""

    code: str
    name_zh: str
    name_en: str
    level: str
    parent_code: str | None


@cache
def _divisions() -> Mapping[str, Division]:
    return MappingProxyType(
        {
            row["code"]: Division(
                code=row["code"],
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                level=row["level"],
                parent_code=row["parent_code"] or None,
            )
            for row in rows("divisions")
        }
    )


@cache
def _children() -> Mapping[str | None, tuple[Division, ...]]:
    found: dict[str | None, list[Division]] = {}
    for each in _divisions().values():
        found.setdefault(each.parent_code, []).append(each)
    return MappingProxyType({parent: tuple(below) for parent, below in found.items()})


def divisions() -> tuple[Division, ...]:
    """All divisions in table order."""
    return tuple(_divisions().values())


def division(code: str) -> Division:
    """The division with this code. Raises Refusal("unknown_division")."""
    try:
        return _divisions()[code]
    except KeyError:
        raise Refusal("unknown_division", division=code) from None


def level(code: str) -> str:
    """Province, prefecture or county. Raises Refusal("unknown_division")."""
    return division(code).level


def children(code: str) -> tuple[Division, ...]:
    """The divisions directly below. Raises Refusal("unknown_division")."""
    return _children().get(division(code).code, ())


@cache
def descendants(code: str) -> frozenset[str]:
    """Codes of the division itself and everything below it. Raises Refusal("unknown_division")."""
    return frozenset({division(code).code}.union(*(descendants(each.code) for each in children(code))))


def ancestors(code: str) -> tuple[str, ...]:
    """Codes above, nearest first, without itself. Raises Refusal("unknown_division")."""
    above = []
    parent = division(code).parent_code
    while parent is not None:
        above.append(parent)
        parent = division(parent).parent_code
    return tuple(above)
