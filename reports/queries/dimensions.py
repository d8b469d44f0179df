"""What a sum can be grouped and filtered by: one table of expressions, whatever rows they are read from.

Rows are postings by origin (`lines`) or their kept sums (`registry.store.cells`); both bring the same facts as `Raw`,
and stand joined to the origin, to the posting's site and to the site where the event happened (`Here`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, true
from sqlalchemy.orm import aliased

from registry.domain.divisions import descendants
from registry.domain.origins import ADDITION, UNKNOWN
from registry.store.origins import OriginRow
from registry.store.parties import SiteRow
from reports.selection import NO_PROCESS, NO_PRODUCT, OTHERS, Selection

COLLECTED: Final = "collected"
PSEUDO: Final = (ADDITION.kind, UNKNOWN.kind)
DIMENSIONS: Final = (
    *("source", "stream", "batch_stream", "product", "producer_id", "origin_division", "origin_month"),
    *("month", "kind", "process", "site_id", "organisation_id", "division"),
    *("here_site_id", "here_division", "inside", "account", "direction", "substance"),
)
WHOLE: Final = frozenset({"inside", "direction", "amount", "forecast"})
"""what is a whole number; the rest is text, empty where there is nothing to say"""

Here = aliased(SiteRow, name="here")
Expression = Any
"""a mapped column or an SQL expression: what the two have in common has no public type"""


@dataclass(frozen=True, kw_only=True)
class Raw:
    """The facts that rows bring themselves. `month`: local, of the event; a reversal brings those of its target."""

    month: Expression
    kind: Expression
    process: Expression
    account: Expression
    direction: Expression
    """sign of the posting, before any reversal of it"""
    substance: Expression
    batch_stream: Expression


def dimensions(raw: Raw, selection: Selection) -> Mapping[str, Expression]:
    """Every dimension of DIMENSIONS, and `bucket` and `here` of the selection's breakdown."""
    collected = OriginRow.kind == COLLECTED
    named, here_named = (named_to(site, selection) for site in (SiteRow, Here))
    found: dict[str, Expression] = {
        "source": OriginRow.kind,
        "stream": text(case((collected, OriginRow.stream), else_=raw.batch_stream)),
        "batch_stream": raw.batch_stream,
        "product": text(OriginRow.product),
        "producer_id": text(OriginRow.producer_id),
        "origin_division": text(OriginRow.division_code),
        "origin_month": text(OriginRow.month),
        "month": raw.month,
        "kind": raw.kind,
        "process": raw.process,
        "site_id": case((named, SiteRow.id), else_=OTHERS),
        "organisation_id": case((named, SiteRow.organisation_id), else_=OTHERS),
        "division": SiteRow.division_code,
        "here_site_id": case((here_named, Here.id), else_=OTHERS),
        "here_organisation_id": case((here_named, Here.organisation_id), else_=OTHERS),
        "here_division": Here.division_code,
        "inside": flag(_happened_inside(selection)),
        "account": raw.account,
        "direction": raw.direction,
        "substance": raw.substance,
    }
    bucket, here = (_bucket(found, name) for name in _BUCKETS[selection.basis].get(selection.by, ("", "")))
    return {**found, "bucket": bucket, "here": here}


_PLACES = {
    "site": ("site_id", "here_site_id"),
    "organisation": ("organisation_id", "here_organisation_id"),
    "process": ("process", ""),
}
_BUCKETS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = MappingProxyType(
    {
        "flow": {
            "area": ("division", "here_division"),
            "month": ("month", ""),
            "quarter": ("quarter of month", ""),
            "year": ("year of month", ""),
            **_PLACES,
        },
        "cohort": {
            "area": ("origin_division", ""),
            "month": ("origin_month", ""),
            "quarter": ("quarter of origin_month", ""),
            "year": ("year of origin_month", ""),
            **_PLACES,
        },
    }
)
"""breakdown → what breaks the rows down, and the same of the place where the event happened"""


def _bucket(found: Mapping[str, Expression], name: str) -> ColumnElement[str]:
    whole, _, month = name.partition(" of ")
    if not name:
        return literal("")
    if not month:
        plain: ColumnElement[str] = found[name]
        return plain
    year: ColumnElement[str] = func.substr(found[month], 1, 4)
    return year if whole == "year" else year.concat("-Q").concat(_quarter(found[month]))


def _quarter(month: ColumnElement[str]) -> ColumnElement[str]:
    quarters = {f"{number:02}": str((number + 2) // 3) for number in range(1, 13)}
    return case(quarters, value=func.substr(month, 6, 2), else_="")


def origin_conditions(raw: Raw, selection: Selection) -> list[ColumnElement[bool]]:
    """Which origins count. Pseudo-origins have no stream: on the flow basis they count by their batch's."""
    mine: list[ColumnElement[bool]] = [OriginRow.kind == COLLECTED]
    if selection.stream:
        mine.append(OriginRow.stream == selection.stream)
    if selection.product:
        mine.append(text(OriginRow.product) == ("" if selection.product == NO_PRODUCT else selection.product))
    if selection.reader.producer_id:
        mine.append(OriginRow.producer_id == selection.reader.producer_id)
    if selection.basis == "cohort":
        return [
            *mine,
            OriginRow.division_code.in_(sorted(selection.divisions)),
            OriginRow.month >= selection.months[0][0],
            OriginRow.month <= selection.months[-1][0],
        ]
    if selection.product or selection.reader.producer_id:
        return mine
    theirs: list[ColumnElement[bool]] = [OriginRow.kind.in_(PSEUDO)]
    if selection.stream:
        theirs.append(raw.batch_stream == selection.stream)
    return [or_(and_(*mine), and_(*theirs))]


def place_conditions(raw: Raw, selection: Selection) -> list[ColumnElement[bool]]:
    """Which postings count, but for their time: a flow's those at the area's sites; both bases' by site and process."""
    found: list[ColumnElement[bool]] = [*_filtered(SiteRow, selection)]
    if selection.basis == "flow":
        found.append(SiteRow.division_code.in_(sorted(selection.divisions)))
    if selection.process:
        found.append(raw.process == ("" if selection.process == NO_PROCESS else selection.process))
    if selection.to:
        found.append(_taken_at(selection))
    return found


def _taken_at(selection: Selection) -> ColumnElement[bool]:
    """The event happened at the place asked for; a place the reader may not know by name is found by OTHERS alone."""
    kind, _, code = (selection.to or "").partition(":")
    if kind == "area":
        return Here.division_code.in_(sorted(descendants(code)))
    if kind == "alone":
        return Here.division_code == code
    column = Here.id if kind == "site" else Here.organisation_id
    return ~named_to(Here, selection) if code == OTHERS else and_(named_to(Here, selection), column == code)


def _happened_inside(selection: Selection) -> ColumnElement[bool]:
    """Whether the event happened at a site of the selection (its postings may lie at another one's)."""
    where: list[ColumnElement[bool]] = [true(), *_filtered(Here, selection)]
    if selection.basis == "flow":
        where.append(Here.division_code.in_(sorted(selection.divisions)))
    return and_(*where)


def _filtered(site: Any, selection: Selection) -> list[ColumnElement[bool]]:
    """The filters that name a site, its organisation, or those whose names the reader may not see."""
    found: list[ColumnElement[bool]] = []
    if selection.reader.organisation_id:
        found.append(site.organisation_id == selection.reader.organisation_id)
    for asked, column in ((selection.site, site.id), (selection.organisation, site.organisation_id)):
        if asked:
            found.append(~named_to(site, selection) if asked == OTHERS else column == asked)
    return found


def named_to(site: Any, selection: Selection) -> ColumnElement[bool]:
    """Whether the reader may know which site it is: a regulator those of its division, a producer its own."""
    reader = selection.reader
    if reader.division_code:
        condition: ColumnElement[bool] = site.division_code.in_(
            sorted(selection.narrowed(area=reader.division_code, alone=False).divisions)
        )
        return condition
    if reader.producer_id:
        own: ColumnElement[bool] = site.organisation_id == reader.producer_id
        return own
    return true()


def flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 or 0."""
    return case((condition, 1), else_=0)


def text(column: Any) -> ColumnElement[str]:
    """The empty text for nothing."""
    return func.coalesce(column, "")
