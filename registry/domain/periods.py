"""Reporting periods: half-open, in local dates of the jurisdiction's zone (Asia/Shanghai).

A period [start, end) of local dates is the half-open interval of moments between the two midnights. Zones with
summer time work too: the length of a day is the zone's business, not ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from registry.domain.refusals import Refusal

ZONE: Final = ZoneInfo("Asia/Shanghai")
_MONTHS_IN_YEAR: Final = 12
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2999
_KEY: Final = re.compile(r"(?P<year>\d{4})(?:-(?:(?P<month>\d{2})|Q(?P<quarter>[1-4])))?", re.ASCII)
_RANGE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})", re.ASCII)


def local_date(moment: datetime, zone: ZoneInfo = ZONE) -> date:
    """The local date of an aware moment. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone belongs to no period")
    return moment.astimezone(zone).date()


def month_of(moment: datetime, zone: ZoneInfo = ZONE) -> str:
    """The local month of an aware moment as `YYYY-MM`, the form origins carry."""
    return f"{local_date(moment, zone):%Y-%m}"


@dataclass(frozen=True, slots=True)
class Period:
    """Local dates [start, end): `end` is the first day after it.

    Raises Refusal("period_empty") when no day is left and Refusal("period_out_of_range") outside 1900 to 2999.
    """

    start: date
    end: date
    zone: ZoneInfo = ZONE

    def __post_init__(self) -> None:
        """See the class."""
        if self.end <= self.start:
            raise Refusal("period_empty", start=self.start.isoformat(), end=self.end.isoformat())
        # The edges of the calendar cannot be moved to UTC; nobody reports on them either.
        if self.start.year < _FIRST_YEAR or self.end.year > _LAST_YEAR:
            raise Refusal("period_out_of_range", first_year=_FIRST_YEAR, last_year=_LAST_YEAR)

    @property
    def start_at_utc(self) -> datetime:
        """First moment of the period, in UTC."""
        return datetime.combine(self.start, time(), self.zone).astimezone(UTC)

    @property
    def end_at_utc(self) -> datetime:
        """First moment after the period, in UTC."""
        return datetime.combine(self.end, time(), self.zone).astimezone(UTC)

    def holds(self, moment: datetime) -> bool:
        """Whether an aware moment lies in it."""
        return self.start <= local_date(moment, self.zone) < self.end

    @property
    def days(self) -> int:
        """How many local days it has."""
        return (self.end - self.start).days

    @property
    def key(self) -> str:
        """Its shortest name: `2025`, `2025-Q1`, `2025-03`, else `2025-01-01/2025-02-15` (end exclusive)."""
        for months, name in ((12, "{0.year}"), (3, "{0.year}-Q{1}"), (1, "{0.year}-{0.month:02}")):
            whole = self.start.day == 1 and (self.start.month - 1) % months == 0
            if whole and self.end == _months_later(self.start, months):
                return name.format(self.start, (self.start.month - 1) // 3 + 1)
        return f"{self.start.isoformat()}/{self.end.isoformat()}"

    def months(self) -> tuple[Period, ...]:
        """The calendar months it touches, cut to its edges, in order."""
        found = []
        start = self.start
        while start < self.end:
            end = min(self.end, _months_later(start.replace(day=1), 1))
            found.append(Period(start, end, self.zone))
            start = end
        return tuple(found)


def parse_period(text: str, zone: ZoneInfo = ZONE) -> Period:
    """A period from its key (see `Period.key`). Raises Refusal("period_malformed") and what Period refuses."""
    key, span = _KEY.fullmatch(text), _RANGE.fullmatch(text)
    try:
        if span:
            return Period(date.fromisoformat(span[1]), date.fromisoformat(span[2]), zone)
        if key:
            return _calendar_period(key, zone)
    except (ValueError, OverflowError):
        pass
    raise Refusal("period_malformed", value=text)


def period_between(start: str, end: str, zone: ZoneInfo = ZONE) -> Period:
    """A period from two ISO dates, the second exclusive. Raises Refusal("period_malformed" | "period_empty")."""
    return parse_period(f"{start}/{end}", zone)


def _calendar_period(key: re.Match[str], zone: ZoneInfo) -> Period:
    year, month, quarter = (int(key[name]) if key[name] else None for name in ("year", "month", "quarter"))
    if year is None:
        raise ValueError("a period names its year")
    if quarter is not None:
        start = date(year, quarter * 3 - 2, 1)
        return Period(start, _months_later(start, 3), zone)
    start = date(year, 1 if month is None else month, 1)
    return Period(start, _months_later(start, 1 if month is not None else _MONTHS_IN_YEAR), zone)


def _months_later(first: date, months: int) -> date:
    """The first of the month `months` after the first of a month."""
    carried = first.year * _MONTHS_IN_YEAR + first.month - 1 + months
    return date(carried // _MONTHS_IN_YEAR, carried % _MONTHS_IN_YEAR + 1, 1)
