"""Hours and rest after a call-out: real minutes, dated rules, and a warning that never stops anybody (S01)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rostering.call_outs import hours
from services.rostering.call_outs.hours import BRUSSELS

moments = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001 - the zone is given beside it
    max_value=datetime(2028, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
lengths = st.timedeltas(min_value=timedelta(), max_value=timedelta(hours=40))


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BRUSSELS)


def test_s01_called_at_0210_and_closed_at_0530_is_three_hours_twenty_of_night() -> None:
    parts = hours.split(at(2026, 3, 3, 2, 10), at(2026, 3, 3, 5, 30))
    assert (parts.minutes, parts.night, parts.weekend, parts.holiday) == (200, 200, 0, 0)


def test_s01_the_next_start_is_1630_by_the_daily_rest_and_1330_after_something_unforeseen() -> None:
    starts = hours.next_starts(at(2026, 3, 3, 5, 30))
    assert [(each.rest.rule, each.at.astimezone(BRUSSELS), each.rest.default) for each in starts] == [
        ("daily_rest", at(2026, 3, 3, 16, 30), True),
        ("after_unforeseen", at(2026, 3, 3, 13, 30), False),
    ]


def test_s01_the_flexitime_block_at_nine_is_warned_of_with_its_rule() -> None:
    (warned,) = hours.warnings(at(2026, 3, 3, 2, 10), at(2026, 3, 3, 5, 30))
    assert (warned.code, warned.rule, warned.at) == ("flexitime_overlap", "daily_rest", at(2026, 3, 3, 9))


def test_on_a_saturday_there_is_no_flexitime_block_to_miss() -> None:
    assert hours.warnings(at(2026, 3, 7, 2), at(2026, 3, 7, 4)) == []


def test_a_rest_that_reaches_into_monday_warns_of_monday() -> None:
    (warned,) = hours.warnings(at(2026, 3, 8, 23), at(2026, 3, 8, 23, 30))
    assert warned.at == at(2026, 3, 9, 9)


@pytest.mark.parametrize(
    ("begins", "ends", "night"),
    [
        (at(2026, 3, 28, 22), at(2026, 3, 29, 6), 7 * 60),
        (at(2026, 10, 24, 22), at(2026, 10, 25, 6), 9 * 60),
    ],
    ids=["the clock goes forward", "the clock goes back"],
)
def test_a_night_of_the_clock_change_counts_its_real_minutes(
    begins: datetime, ends: datetime, night: int
) -> None:
    assert (hours.split(begins, ends).minutes, hours.split(begins, ends).night) == (night, night)


def test_a_public_holiday_and_a_day_off_of_the_tenant_count_as_holidays() -> None:
    assert hours.split(at(2026, 7, 21, 10), at(2026, 7, 21, 12)).holiday == 120
    begins, ends = at(2026, 2, 16, 10), at(2026, 2, 16, 12)
    assert hours.split(begins, ends).holiday == 0
    assert hours.split(begins, ends, [date(2026, 2, 16)]).holiday == 120


def test_the_longest_day_is_ten_hours_before_22_july_2024_and_twelve_after() -> None:
    for year, limit in ((2024, 600), (2025, 720)):
        begins = at(year, 2, 3, 0)
        codes = {
            each.code: each.limit for each in hours.warnings(begins, begins + timedelta(minutes=limit + 1))
        }
        assert codes["day_too_long"] == limit


def test_the_morning_report_comes_at_eight_of_the_next_working_day() -> None:
    assert hours.next_morning(at(2026, 3, 3, 3)).moment == at(2026, 3, 3, 8)
    assert hours.next_morning(at(2026, 3, 3, 8)).moment == at(2026, 3, 4, 8)
    assert hours.next_morning(at(2026, 4, 3, 23)).day == date(2026, 4, 7), (
        "a weekend and Easter Monday between"
    )


@given(moments, lengths)
def test_no_part_is_longer_than_the_whole(begins: datetime, length: timedelta) -> None:
    parts = hours.split(begins, begins + length)
    assert parts.minutes == int(length / timedelta(minutes=1))
    assert all(0 <= part <= parts.minutes for part in parts[1:])


@given(moments, lengths, lengths)
def test_two_halves_are_together_the_whole_within_a_minute(
    begins: datetime, first: timedelta, second: timedelta
) -> None:
    middle, end = begins + first, begins + first + second
    whole, parts = hours.split(begins, end), (hours.split(begins, middle), hours.split(middle, end))
    for index, total in enumerate(whole):
        assert 0 <= total - sum(part[index] for part in parts) <= 1


@given(moments)
def test_the_rest_is_the_same_real_length_whatever_the_clock_does(ends: datetime) -> None:
    for start in hours.next_starts(ends.astimezone(BRUSSELS)):
        assert start.at - ends == timedelta(minutes=start.rest.minutes)


@given(moments)
def test_the_next_morning_is_later_at_eight_and_within_a_week(now: datetime) -> None:
    morning = hours.next_morning(now)
    assert now < morning.moment <= now + timedelta(days=7)
    assert morning.moment.astimezone(BRUSSELS).hour == 8
