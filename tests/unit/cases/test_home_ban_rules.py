"""The clocks of a temporary home ban, in Belgian time and in every case."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.cases.dossiers.deadlines import BRUSSELS, WorkingDays, local_day
from services.cases.victim_support.home_ban_rules import end_of_ban, hearing_by, longest_extension, rule_on

moments = st.integers(0, 14 * 365 * 24 * 60).map(
    lambda minutes: datetime(2021, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
days_of_a_ban = st.integers(1, 14)


def test_the_law_of_today_knows_both_terms() -> None:
    rule = rule_on(date(2026, 11, 25))

    assert rule is not None
    assert (rule.longest_days, rule.extension_months) == (14, 3)
    assert "15 May 2012" in rule.source
    assert rule.certainty.startswith("V:thv")


def test_before_the_law_there_is_no_rule() -> None:
    assert rule_on(date(2012, 5, 14)) is None


def test_fourteen_days_end_at_the_same_hour_also_when_the_clock_went_back() -> None:
    notified = datetime(2026, 10, 20, 21, 30, tzinfo=BRUSSELS)

    assert end_of_ban(notified, 14) == datetime(2026, 11, 3, 21, 30, tzinfo=BRUSSELS)
    assert end_of_ban(notified, 14) - notified.astimezone(UTC) == timedelta(days=14, hours=1)


@given(moments, days_of_a_ban)
def test_the_end_is_so_many_days_on_the_wall_after_the_notification(notified: datetime, days: int) -> None:
    ends_at = end_of_ban(notified, days)

    assert local_day(ends_at) - local_day(notified) in (timedelta(days=days), timedelta(days=days + 1))
    assert abs((ends_at - notified) - timedelta(days=days)) <= timedelta(hours=1)


@given(moments, days_of_a_ban)
def test_the_hearing_is_never_after_the_end_nor_before_the_notification(
    notified: datetime, days: int
) -> None:
    ends_at, working = end_of_ban(notified, days), WorkingDays()

    day, passed = hearing_by(notified, ends_at, working)

    assert local_day(notified) <= day <= local_day(ends_at)
    if passed or not working.off(local_day(ends_at)):
        assert not working.off(day)


def test_the_hearing_is_counted_back_over_a_weekend_and_a_holiday() -> None:
    # 14 days after Saturday 28 October 2028 is Saturday 11 November, a public holiday
    notified = datetime(2028, 10, 28, 12, tzinfo=BRUSSELS)

    day, passed = hearing_by(notified, end_of_ban(notified, 14), WorkingDays([date(2028, 11, 10)]))

    assert day == date(2028, 11, 9)
    assert passed == ["2028-11-11:weekend", "2028-11-10:day_off"]


def test_three_months_after_the_last_of_november_is_the_last_of_february() -> None:
    assert longest_extension(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert longest_extension(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert longest_extension(date(2026, 10, 5), 3) == date(2027, 1, 5)


@given(st.dates(date(2015, 1, 1), date(2060, 1, 1)), st.integers(1, 24))
def test_an_extension_keeps_the_day_of_the_month_or_takes_its_last(decided: date, months: int) -> None:
    until = longest_extension(decided, months)

    assert (until.year * 12 + until.month) - (decided.year * 12 + decided.month) == months
    assert until.day == decided.day or (until + timedelta(days=1)).day == 1
