"""What a reader asks a report for, and how far this reader may see: values made from text, refused with codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from registry.domain import divisions, streams
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal

ZONE = ZoneInfo("Asia/Shanghai")
"""The jurisdiction's zone: periods begin and end at its midnight."""

PROVINCE = "520000"
BASES = ("flow", "cohort")
BREAKDOWNS = ("product", "stream", "area", "month")
LONGEST_PERIOD_MONTHS = 600
NO_PRODUCT = "-"
"""The filter for mass whose product nobody named."""
_ONE_DAY = timedelta(days=1)


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
    """One question. `from_date` ≤ local day < `to_date`; recorded up to and including `as_of_utc`."""

    area: str
    from_date: date
    to_date: date
    basis: str
    as_of_utc: datetime
    stream: str | None = None
    product: str | None = None
    by: str = "product"
    reader: Reader = EVERYTHING

    @property
    def divisions(self) -> frozenset[str]:
        """The area and everything below it."""
        return divisions.descendants(self.area)

    @property
    def from_utc(self) -> datetime:
        """First moment of the period."""
        return _midnight_utc(self.from_date)

    @property
    def to_utc(self) -> datetime:
        """First moment after the period."""
        return _midnight_utc(self.to_date)

    @property
    def months(self) -> tuple[str, ...]:
        """Keys YYYY-MM of the months the period touches, in order."""
        first, last = self.from_date, self.to_date - _ONE_DAY
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        return tuple(
            f"{first.year + (first.month - 1 + n) // 12:04}-{(first.month - 1 + n) % 12 + 1:02}" for n in range(count)
        )

    @property
    def month_ends(self) -> tuple[tuple[str, datetime], ...]:
        """Each month the period touches, with the first moment after it."""
        after = [date(int(key[:4]) + int(key[5:]) // 12, int(key[5:]) % 12 + 1, 1) for key in self.months]
        return tuple((key, _midnight_utc(day)) for key, day in zip(self.months, after, strict=True))

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

    def parameters(self) -> dict[str, str]:
        """The filters as query parameters, defaults included, so that an address says all it means.

        `as_of` is left out: an address means "now" until someone adds it.
        """
        values = {
            "stream": self.stream,
            "product": self.product,
            "area": self.area,
            "from": self.from_date.isoformat(),
            "to": self.to_date.isoformat(),
            "basis": self.basis,
            "by": self.by,
        }
        return {name: value for name, value in values.items() if value}


def _midnight_utc(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def selection_of(values: Mapping[str, str | None], *, reader: Reader, now: datetime) -> Selection:
    """The question that query parameters ask; absent ones take the province, the current year, flow and product.

    Refusals: unknown_stream, unknown_division, unknown_basis, unknown_breakdown, period_malformed, period_empty,
    period_too_long, period_not_month_aligned (a cohort is known by its month), as_of_malformed, and not_found for an
    area outside the reader's division.
    """
    stream = values.get("stream") or None
    if stream is not None:
        streams.stream(stream)
    area = values.get("area") or reader.division_code or PROVINCE
    _check_area(area, reader)
    from_date, to_date = _period(values, now)
    selection = Selection(
        stream=stream,
        product=values.get("product") or None,
        area=area,
        from_date=from_date,
        to_date=to_date,
        basis=_one_of(values.get("basis") or "flow", BASES, "unknown_basis"),
        by=_one_of(values.get("by") or "product", BREAKDOWNS, "unknown_breakdown"),
        as_of_utc=_as_of(values.get("as_of") or "", now),
        reader=reader,
    )
    if selection.basis == "cohort" and (from_date.day, to_date.day) != (1, 1):
        raise Refusal("period_not_month_aligned", **{"from": from_date.isoformat(), "to": to_date.isoformat()})
    if len(selection.months) > LONGEST_PERIOD_MONTHS:
        raise Refusal("period_too_long", months=len(selection.months), most=LONGEST_PERIOD_MONTHS)
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


def _one_of(value: str, known: tuple[str, ...], code: str) -> str:
    if value not in known:
        raise Refusal(code, value=value[:40], known=list(known))
    return value


def _period(values: Mapping[str, str | None], now: datetime) -> tuple[date, date]:
    year = now.astimezone(ZONE).year
    first = _day(values.get("from") or f"{year}-01-01")
    last = _day(values.get("to") or f"{year + 1}-01-01")
    if last <= first:
        raise Refusal("period_empty", **{"from": first.isoformat(), "to": last.isoformat()})
    return first, last


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refusal("period_malformed", value=text[:40]) from None
    if not 1900 <= day.year <= 2999:
        raise Refusal("period_malformed", value=text[:40])
    return day


def _as_of(text: str, now: datetime) -> datetime:
    """A moment, or the end of a local day; nothing means now."""
    if not text:
        return now.astimezone(UTC)
    try:
        if len(text) == 10:
            return _midnight_utc(_day(text) + _ONE_DAY) - timedelta(microseconds=1)
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except (ValueError, OverflowError, Refusal):
        raise Refusal("as_of_malformed", value=text[:40]) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZONE)
    return moment.astimezone(UTC)
