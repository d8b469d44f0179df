"""Half-open periods in local dates: every moment belongs to exactly one of two neighbours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.periods import Period, local_date, month_of, parse_period, period_between
from registry.domain.refusals import Refusal

YEAR_2025 = Period(date(2025, 1, 1), date(2026, 1, 1))
moments = st.integers(946_684_800, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
days = st.dates(date(2000, 1, 1), date(2099, 1, 1))


def test_the_year_begins_at_midnight_in_shanghai_which_is_four_in_the_afternoon_before() -> None:
    assert YEAR_2025.start_at_utc == datetime(2024, 12, 31, 16, tzinfo=UTC)
    assert YEAR_2025.end_at_utc == datetime(2025, 12, 31, 16, tzinfo=UTC)


def test_new_years_eve_in_utc_is_already_january_in_guizhou() -> None:
    eve = datetime(2024, 12, 31, 17, tzinfo=UTC)
    assert YEAR_2025.holds(eve)
    assert (local_date(eve), month_of(eve)) == (date(2025, 1, 1), "2025-01")


def test_the_first_moment_belongs_to_it_and_the_end_does_not() -> None:
    assert YEAR_2025.holds(YEAR_2025.start_at_utc)
    assert not YEAR_2025.holds(YEAR_2025.end_at_utc)
    assert YEAR_2025.holds(YEAR_2025.end_at_utc - timedelta(microseconds=1))


@given(moments, days, st.integers(1, 400), st.integers(1, 400))
def test_a_moment_is_in_exactly_one_of_two_neighbours_or_in_none(
    moment: datetime, start: date, first: int, second: int
) -> None:
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    halves = (Period(start, middle).holds(moment), Period(middle, end).holds(moment))
    assert halves != (True, True)
    assert any(halves) == Period(start, end).holds(moment)


@given(moments, days, st.integers(1, 400))
def test_dates_and_utc_edges_agree(moment: datetime, start: date, length: int) -> None:
    period = Period(start, start + timedelta(days=length))
    assert period.holds(moment) == (period.start_at_utc <= moment < period.end_at_utc)


@given(days, st.integers(1, 800))
def test_a_period_survives_its_own_key_and_its_months_tile_it(start: date, length: int) -> None:
    period = Period(start, start + timedelta(days=length))
    assert parse_period(period.key) == period
    months = period.months()
    assert (months[0].start, months[-1].end) == (period.start, period.end)
    assert all(left.end == right.start for left, right in pairwise(months))
    assert sum(each.days for each in months) == period.days


@pytest.mark.parametrize(
    ("key", "start", "end"),
    [
        ("2025", date(2025, 1, 1), date(2026, 1, 1)),
        ("2025-Q4", date(2025, 10, 1), date(2026, 1, 1)),
        ("2024-02", date(2024, 2, 1), date(2024, 3, 1)),
        ("2025-12", date(2025, 12, 1), date(2026, 1, 1)),
        ("2025-01-15/2025-02-01", date(2025, 1, 15), date(2025, 2, 1)),
    ],
)
def test_a_period_is_named_by_its_shortest_key(key: str, start: date, end: date) -> None:
    assert parse_period(key) == Period(start, end)
    assert Period(start, end).key == key


def test_two_dates_that_span_a_year_are_that_year() -> None:
    assert period_between("2025-01-01", "2026-01-01").key == "2025"


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "period_malformed"),
        ("25", "period_malformed"),
        ("2025-00", "period_malformed"),
        ("2025-13", "period_malformed"),
        ("2025-Q5", "period_malformed"),
        ("0000", "period_malformed"),
        ("9999", "period_malformed"),
        ("2025-02-30/2025-03-01", "period_malformed"),
        ("２０２５", "period_malformed"),
        ("2025-01-01/2025-01-01", "period_empty"),
        ("2025-02-01/2025-01-01", "period_empty"),
        ("0001-01-01/2025-01-01", "period_out_of_range"),
    ],
)
def test_what_is_no_period_is_refused(key: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_period(key)
    assert refused.value.code == code


def test_a_moment_without_a_zone_belongs_to_no_period() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        YEAR_2025.holds(datetime(2025, 6, 1))  # noqa: DTZ001 the naive moment is the point
