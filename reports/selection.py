"""What a reader asks a report for, and how far this reader may see: values made from text, refused with codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from registry.domain import divisions, streams
from registry.domain.parties import Actor
from registry.domain.periods import ZONE, Period, local_date, parse_period, period_between
from registry.domain.refusals import Refusal

PROVINCE = "520000"
BASES = ("flow", "cohort")
BREAKDOWNS = ("product", "stream", "area", "month", "quarter", "year", "site", "organisation", "process")
COMPARISONS = ("previous",)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LONGEST_PERIOD_MONTHS = 600
NO_PRODUCT = "-"
"""The filter for mass whose product nobody named."""
NO_PROCESS = "-"
"""The filter for what no process posted."""
OTHERS = "-"
"""Stands for every site, and every organisation, that the reader may not know by name; also a filter."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """How far a reader sees: no field set is everything.

    `organisation_id`: only what is posted at this organisation's sites. `producer_id`: only mass of this producer.
    `division_code`: a regulator's division; what lies outside it is not opened.
    """

    division_code: str | None = None
    organisation_id: str | None = None
    producer_id: str | None = None


EVERYTHING = Reader()
NOBODY = "-"
"""An organisation id that no organisation has: an account without one reads an empty report."""

_READERS: Mapping[str, Callable[[Actor], Reader]] = MappingProxyType(
    {
        "administrator": lambda _: EVERYTHING,
        "regulator": lambda actor: Reader(division_code=actor.division_code or NOBODY),
        "producer": lambda actor: Reader(producer_id=actor.organisation_id or NOBODY),
        "pro": lambda actor: Reader(producer_id=actor.organisation_id or NOBODY),
        "collector": lambda actor: Reader(organisation_id=actor.organisation_id or NOBODY),
        "operator": lambda actor: Reader(organisation_id=actor.organisation_id or NOBODY),
        "inspector": lambda actor: Reader(organisation_id=actor.organisation_id or NOBODY),
    }
)


def reader_of(actor: Actor) -> Reader:
    """How far the actor's role lets it read reports. Refusal `role_may_not` for a role outside the table."""
    try:
        return _READERS[actor.role](actor)
    except KeyError:
        raise Refusal("role_may_not", role=actor.role, operation="report.read") from None


@dataclass(frozen=True, kw_only=True)
class Selection:
    """One question. `as_of_utc`: recorded up to and including this moment."""

    area: str
    period: Period
    basis: str
    as_of_utc: datetime
    stream: str | None = None
    product: str | None = None
    alone: bool = False
    """only what the area's own code says, without its parts"""
    site: str | None = None
    """only what is posted at this site"""
    organisation: str | None = None
    """only what is posted at this organisation's sites"""
    process: str | None = None
    """only what events of this process posted"""
    to: str | None = None
    """only what events at this place took: `site:…`, `organisation:…`, `area:…`, or `alone:…` for a division itself"""
    compare: str | None = None
    """`previous`: beside each figure that of the period before, which is as long"""
    by: str = "product"
    scheme: str | None = None
    """by whose window a collection rate is computed; other reports do not look at it"""
    reader: Reader = EVERYTHING

    @property
    def divisions(self) -> frozenset[str]:
        """The area and everything below it; the area's own where it is asked for alone."""
        return frozenset({self.area}) if self.alone else divisions.descendants(self.area)

    @property
    def rules_on(self) -> date:
        """The day whose rules judge: the period's last, or the cut-off's where that is earlier."""
        return min(self.last_day, local_date(self.as_of_utc))

    @property
    def last_day(self) -> date:
        """The period's last local day, as people say it."""
        return self.period.end - timedelta(days=1)

    @property
    def months(self) -> tuple[tuple[str, datetime], ...]:
        """The months the period touches, as (YYYY-MM, first moment after it)."""
        return tuple((f"{month.start:%Y-%m}", month.end_at_utc) for month in self.period.months())

    @property
    def area_children(self) -> Mapping[str, str]:
        """Every division of the area → the part of the area it is counted in: the child above it, or itself."""
        parts = {self.area: self.area}
        for child in divisions.children(self.area):
            parts |= dict.fromkeys(divisions.descendants(child.code), child.code)
        return parts

    def narrowed(self, **changes: object) -> Selection:
        """The same question with other filters."""
        return replace(self, **changes)  # type: ignore[arg-type]  # dataclasses.replace checks the names

    @property
    def before(self) -> Selection:
        """The same question of the period before: as many whole months, or as many days. It compares with nothing.

        Refusal: period_out_of_range.
        """
        start, end = self.period.start, self.period.end
        if (start.day, end.day) == (1, 1):
            months = (end.year - start.year) * 12 + end.month - start.month
            first = start.year * 12 + start.month - 1 - months
            earlier = date(max(1, first // 12), first % 12 + 1, 1)
        else:
            earlier = start - timedelta(days=self.period.days)
        return self.narrowed(period=Period(earlier, start), compare=None)

    def row_parameters(self, bucket: str) -> dict[str, str]:
        """What narrows this question to one row of its breakdown, as query parameters; nothing for an empty bucket.

        A period of the row is cut to the edges of the selection's.
        """
        if self.by == "process":
            return {"process": bucket or NO_PROCESS}
        if not bucket or self.by not in BREAKDOWNS[2:]:
            return {}
        if self.by in ("month", "quarter", "year"):
            whole = parse_period(bucket)
            start, end = max(whole.start, self.period.start), min(whole.end, self.period.end)
            return {"from": start.isoformat(), "to": end.isoformat()}
        own = {"alone": "1"} if self.by == "area" and bucket == self.area else {}
        return {self.by: bucket, **own}

    def parameters(self) -> dict[str, str]:
        """The filters as query parameters, defaults included, so that an address says all it means.

        `as_of` is left out: an address means "now" until someone adds it.
        """
        values = {
            "stream": self.stream,
            "product": self.product,
            "area": self.area,
            "alone": "1" if self.alone else None,
            "site": self.site,
            "organisation": self.organisation,
            "process": self.process,
            "to_place": self.to,
            "from": self.period.start.isoformat(),
            "to": self.period.end.isoformat(),
            "basis": self.basis,
            "by": self.by,
            "compare": self.compare,
            "scheme": self.scheme,
        }
        return {name: value for name, value in values.items() if value}


def selection_of(values: Mapping[str, str | None], *, reader: Reader, now: datetime) -> Selection:
    """The question that query parameters ask; absent ones take the province, the current year, flow and product.

    Refusals: unknown_stream, unknown_division, unknown_basis, unknown_breakdown, period_malformed, period_empty,
    period_out_of_range, period_too_long, period_not_month_aligned (a cohort is known by its month), as_of_malformed,
    unknown_process, unknown_comparison; and not_found for an area outside the reader's division, an organisation that
    is not the reader's, or what is no id. Whether the reader may ask for that site is a question to the store:
    `reports.queries.places`.
    """
    stream = values.get("stream") or None
    if stream is not None:
        streams.stream(stream)
    area = values.get("area") or reader.division_code or PROVINCE
    _check_area(area, reader)
    period = _period(values, now)
    selection = Selection(
        stream=stream,
        product=values.get("product") or None,
        area=area,
        alone=bool(values.get("alone")),
        site=_id(values.get("site")),
        organisation=_own(_id(values.get("organisation")), reader),
        process=_process(values.get("process")),
        to=_to(values.get("to_place")),
        period=period,
        basis=_one_of(values.get("basis") or "flow", BASES, "unknown_basis"),
        by=_one_of(values.get("by") or "product", BREAKDOWNS, "unknown_breakdown"),
        compare=_one_of(values["compare"] or "", COMPARISONS, "unknown_comparison") if values.get("compare") else None,
        as_of_utc=_as_of(values.get("as_of") or "", now),
        scheme=values.get("scheme") or None,
        reader=reader,
    )
    if selection.basis == "cohort" and (period.start.day, period.end.day) != (1, 1):
        raise Refusal("period_not_month_aligned", **{"from": period.start.isoformat(), "to": period.end.isoformat()})
    return selection


def _check_area(area: str, reader: Reader) -> None:
    if reader.division_code is None:
        divisions.division(area)
        return
    try:
        seen = area in divisions.descendants(reader.division_code)
    except Refusal:
        seen = False
    if not seen:
        raise Refusal("not_found")


def _id(value: str | None) -> str | None:
    if value and value != OTHERS and not _UUID.fullmatch(value):
        raise Refusal("not_found")
    return value or None


def _to(value: str | None) -> str | None:
    kind, _, code = (value or "").partition(":")
    if kind in ("site", "organisation"):
        _id(code)
    elif kind in ("area", "alone"):
        divisions.division(code)
    elif value:
        raise Refusal("not_found")
    return value or None


def _own(organisation: str | None, reader: Reader) -> str | None:
    if organisation and reader.organisation_id not in (None, organisation):
        raise Refusal("not_found")
    return organisation


def _process(code: str | None) -> str | None:
    return code if not code or code == NO_PROCESS else streams.process(code).code


def _one_of(value: str, known: tuple[str, ...], code: str) -> str:
    if value not in known:
        raise Refusal(code, value=value[:40], known=list(known))
    return value


def _period(values: Mapping[str, str | None], now: datetime) -> Period:
    year = local_date(now).year
    period = period_between(values.get("from") or f"{year}-01-01", values.get("to") or f"{year + 1}-01-01")
    months = (period.end.year - period.start.year) * 12
    if months > LONGEST_PERIOD_MONTHS:
        raise Refusal("period_too_long", months=months, most=LONGEST_PERIOD_MONTHS)
    return period


def _as_of(text: str, now: datetime) -> datetime:
    """A moment, or the end of a local day; nothing means now."""
    if not text:
        return now.astimezone(UTC)
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign that an address turned into a blank
        if len(text) == 10:
            moment += timedelta(days=1, microseconds=-1)
    except (ValueError, OverflowError):
        raise Refusal("as_of_malformed", value=text[:40]) from None
    if not 1900 <= moment.year <= 2999:
        raise Refusal("as_of_malformed", value=text[:40])
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).astimezone(UTC)
