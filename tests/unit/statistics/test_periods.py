"""Periods and hours by the clock on the wall in Belgium, also when it changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rostering.statistics.office_hours import OfficeHours, hour_of, minutes_between, weekday_of
from shared.errors import Invalid
from shared.periods import BRUSSELS, MONTHS, period_around, period_of

OFFICE = OfficeHours()
kinds = st.sampled_from(sorted(MONTHS))
days = st.dates(date(2001, 1, 1), date(2090, 12, 31))
moments = st.datetimes(datetime(2001, 1, 1), datetime(2090, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - UTC by the strategy


@given(kinds, days)
def test_every_day_lies_in_exactly_one_period_of_a_kind(kind: str, day: date) -> None:
    period = period_around(kind, day)

    assert period.starts_on <= day < period.ends_on
    assert period.before.ends_on == period.starts_on
    assert period_around(kind, period.starts_on) == period
    assert period_around(kind, period.ends_on).starts_on == period.ends_on


@given(kinds, moments)
def test_every_moment_falls_in_the_period_of_its_day_in_belgium(kind: str, moment: datetime) -> None:
    period = period_around(kind, moment.astimezone(BRUSSELS).date())

    assert period.starts_at <= moment < period.ends_at


@pytest.mark.parametrize("day", [date(2026, 2, 1), date(2026, 4, 2), date(1999, 1, 1), date(9999, 1, 1)])
def test_only_whole_quarters_are_counted(day: date) -> None:
    with pytest.raises(Invalid) as raised:
        period_of("quarter", day)

    assert raised.value.fields == {"from": "period_not_offered"}


def test_a_quarter_with_a_clock_change_has_an_hour_less_or_more() -> None:
    spring, autumn = period_of("quarter", date(2026, 1, 1)), period_of("quarter", date(2026, 10, 1))

    assert minutes_between(spring.starts_at, spring.ends_at) == (90 * 24 - 1) * 60
    assert minutes_between(autumn.starts_at, autumn.ends_at) == (92 * 24 + 1) * 60


def test_the_hour_that_comes_twice_is_one_hour_of_the_day_and_the_skipped_one_has_no_calls() -> None:
    twice = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    spring = [datetime(2026, 3, 29, 0, 0, tzinfo=UTC) + timedelta(minutes=each) for each in range(0, 180, 5)]

    assert [hour_of(each) for each in twice] == [2, 2]
    assert 2 not in {hour_of(each) for each in spring}


@given(moments)
def test_office_hours_are_never_at_night_nor_on_sunday(moment: datetime) -> None:
    if OFFICE.open_at(moment):
        assert 8 <= hour_of(moment) < 18
        assert weekday_of(moment) < 5


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2026, 3, 2, 8, 0, tzinfo=BRUSSELS), True),
        (datetime(2026, 3, 2, 7, 59, tzinfo=BRUSSELS), False),
        (datetime(2026, 3, 2, 18, 0, tzinfo=BRUSSELS), False),
        (datetime(2026, 3, 1, 10, 0, tzinfo=BRUSSELS), False),
        (datetime(2026, 4, 6, 10, 0, tzinfo=BRUSSELS), False),
        (datetime(2027, 2, 8, 10, 0, tzinfo=BRUSSELS), False),
    ],
    ids=["opens", "just before", "closes", "Sunday", "Easter Monday", "own day off: Carnival Monday"],
)
def test_office_hours_know_weekends_holidays_and_own_days_off(moment: datetime, is_open: bool) -> None:
    assert OfficeHours([date(2027, 2, 8)]).open_at(moment) is is_open
