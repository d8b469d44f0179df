"""Was an event recorded in time? Deadlines count calendar days, or working days of the People's Republic.

The day of the event itself does not count; the last day counts whole, in local dates (Asia/Shanghai).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

import chinese_calendar

from registry.domain.deadlines import Due
from registry.domain.periods import local_date
from registry.domain.rules import Deadline, deadline_for

_SATURDAY = 5


def is_late(occurred_at: datetime, recorded_at: datetime, rule: Deadline) -> bool:
    """Whether an event that occurred was recorded after its deadline. Both moments aware; see `due_date`."""
    return local_date(recorded_at) > due_date(occurred_at, rule)


def first_due(
    kind: str, occurred_at: datetime, streams: Iterable[str], organisation_kind: str | None
) -> tuple[Due, Deadline] | None:
    """The deadline of an event, by the first of its streams that has one on that day; None where no rule speaks."""
    on = local_date(occurred_at)
    for stream in sorted(set(streams)):
        rule = deadline_for(kind, on, product=stream, actor=organisation_kind or None)
        if rule is not None:
            return Due(stream=stream, on=due_date(occurred_at, rule)), rule
    return None


def due_date(occurred_at: datetime, rule: Deadline) -> date:
    """The last local date on which recording is still in time. Raises ValueError for an unknown way of counting."""
    day = local_date(occurred_at)
    if rule.counting == "calendar":
        return day + timedelta(days=rule.days)
    if rule.counting != "working":
        raise ValueError(f"deadlines count working or calendar days, not {rule.counting!r}")
    left = rule.days
    while left > 0:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return day


@lru_cache(maxsize=4096)
def is_working_day(day: date) -> bool:
    """Whether the State Council's calendar makes it a working day (make-up Saturdays included).

    The calendar is published year by year; outside the published years Monday to Friday is assumed.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < _SATURDAY
