"""Late or in time: calendar days and the working days of the State Council's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from registry.domain.rules import Deadline
from registry.services.deadlines import due_date, is_late, is_working_day

THIRTY_DAYS = Deadline(30, "calendar")
FIFTEEN_WORKING = Deadline(15, "working")


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 4, tzinfo=UTC)


def test_the_last_day_counts_whole_in_local_time() -> None:
    happened = noon(2026, 5, 1)
    assert due_date(happened, THIRTY_DAYS) == date(2026, 5, 31)
    assert not is_late(happened, datetime(2026, 5, 31, 15, 59, tzinfo=UTC), THIRTY_DAYS)
    assert is_late(happened, datetime(2026, 5, 31, 16, 0, tzinfo=UTC), THIRTY_DAYS)


def test_working_days_skip_the_national_day_week() -> None:
    # 2025-10-01 to 08 were off, Sunday 09-28 and Saturday 10-11 were worked.
    assert due_date(noon(2025, 9, 26), Deadline(3, "working")) == date(2025, 9, 30)
    assert due_date(noon(2025, 9, 26), Deadline(4, "working")) == date(2025, 10, 9)
    assert due_date(noon(2025, 9, 26), Deadline(6, "working")) == date(2025, 10, 11)


def test_a_make_up_saturday_is_worked_and_a_holiday_monday_is_not() -> None:
    assert is_working_day(date(2025, 10, 11))
    assert not is_working_day(date(2025, 10, 6))


def test_three_weeks_without_a_holiday_are_fifteen_working_days() -> None:
    assert due_date(noon(2025, 7, 1), FIFTEEN_WORKING) == date(2025, 7, 22)


def test_beyond_the_published_calendar_weekdays_are_assumed() -> None:
    assert is_working_day(date(2090, 1, 2)) == (date(2090, 1, 2).weekday() < 5)
    assert due_date(noon(2090, 1, 2), Deadline(5, "working")) == date(2090, 1, 9)


def test_recorded_on_the_day_is_never_late() -> None:
    assert not is_late(noon(2025, 7, 1), noon(2025, 7, 1), Deadline(0, "working"))


def test_a_way_of_counting_nobody_knows_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="lunar"):
        due_date(noon(2025, 7, 1), Deadline(1, "lunar"))
