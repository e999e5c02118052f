"""When something is due: Belgian days, working days, and why."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.cases.dossiers.deadlines import (
    BRUSSELS,
    WorkingDays,
    calendar_days,
    end_of_day,
    local_day,
    next_working_day,
    working_days,
)

moments = st.integers(0, 12 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
days_off = st.frozensets(st.dates(date(2024, 1, 1), date(2036, 12, 31)), max_size=12)
terms = st.integers(min_value=0, max_value=60)
BELGIUM = WorkingDays()


def brussels(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BRUSSELS)


def test_a_report_after_a_friday_night_is_due_on_monday() -> None:
    due = next_working_day(brussels(2026, 3, 6, 23, 30), BELGIUM)

    assert due.on == date(2026, 3, 9)
    assert due.at == brussels(2026, 3, 10, 0)
    assert due.why == {
        "rule": "next_working_day",
        "from": "2026-03-06",
        "passed_over": "2026-03-07:weekend 2026-03-08:weekend",
    }


def test_after_midnight_a_new_day_has_begun() -> None:
    assert next_working_day(brussels(2026, 3, 5, 23, 59), BELGIUM).on == date(2026, 3, 6)
    assert next_working_day(brussels(2026, 3, 6, 0, 1), BELGIUM).on == date(2026, 3, 9)


def test_public_holidays_are_passed_over() -> None:
    due = next_working_day(brussels(2026, 4, 3, 12), BELGIUM)  # Good Friday is worked, Easter Monday is not

    assert due.on == date(2026, 4, 7)
    assert due.why["passed_over"].endswith("2026-04-06:holiday")


def test_the_tenants_own_days_off_are_passed_over() -> None:
    carnival_monday = date(2026, 2, 16)

    due = next_working_day(brussels(2026, 2, 13, 12), WorkingDays([carnival_monday]))

    assert due.on == date(2026, 2, 17)
    assert "2026-02-16:day_off" in due.why["passed_over"]


def test_five_working_days_to_review_over_easter() -> None:
    due = working_days(brussels(2026, 4, 2, 3), 5, BELGIUM)

    assert due.on == date(2026, 4, 10)


def test_a_recontact_on_a_sunday_moves_to_monday() -> None:
    due = calendar_days(brussels(2026, 3, 5, 12), 3, BELGIUM)

    assert due.on == date(2026, 3, 9)
    assert due.why["days"] == "3"


def test_the_day_on_which_the_clock_goes_forward_has_23_hours() -> None:
    assert end_of_day(date(2026, 3, 29)) - end_of_day(date(2026, 3, 28)) == timedelta(hours=23)


def test_the_day_on_which_the_clock_goes_back_has_25_hours() -> None:
    assert end_of_day(date(2026, 10, 25)) - end_of_day(date(2026, 10, 24)) == timedelta(hours=25)


@given(moments, terms, days_off)
def test_nothing_is_due_on_a_day_that_is_not_worked(after: datetime, days: int, off: frozenset[date]) -> None:
    working = WorkingDays(off)

    for due in (
        next_working_day(after, working),
        calendar_days(after, days, working),
        working_days(after, days + 1, working),
    ):
        assert working.off(due.on) == ""


@given(moments, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40)), terms, days_off)
def test_what_begins_later_is_never_due_earlier(
    after: datetime, later: timedelta, days: int, off: frozenset[date]
) -> None:
    working = WorkingDays(off)

    assert next_working_day(after, working).on <= next_working_day(after + later, working).on
    assert calendar_days(after, days, working).on <= calendar_days(after + later, days, working).on
    assert working_days(after, days, working).on <= working_days(after + later, days, working).on


@given(moments, terms, days_off)
def test_every_day_between_is_accounted_for(after: datetime, days: int, off: frozenset[date]) -> None:
    working = WorkingDays(off)
    due = working_days(after, days, working)

    passed = due.why.get("passed_over", "").split()
    assert (due.on - local_day(after)).days == days + len(passed)


@given(moments, terms)
def test_it_is_over_when_the_belgian_day_ends(after: datetime, days: int) -> None:
    due = working_days(after, days, BELGIUM)

    assert due.at is not None
    assert local_day(due.at) == due.on + timedelta(days=1)
    assert local_day(due.at - timedelta(microseconds=1)) == due.on
