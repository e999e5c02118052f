"""When somebody may be called: what the clock on the wall in Brussels says decides, on days that the clock moves too."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.cases.persons.safe_contact import may_call, may_visit, may_write_to, same_hours_twice
from shared.contracts.persons import MayCall, SafeContact, SafeWindow

BRUSSELS = ZoneInfo("Europe/Brussels")
MINUTE = timedelta(minutes=1)
TUESDAY_AND_THURSDAY = SafeContact(windows=[SafeWindow(weekdays=[2, 4], starts=time(10), ends=time(12))])
"""S09: she lives with the perpetrator."""


def wall(year: int, month: int, day: int, hour: int, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BRUSSELS, fold=fold).astimezone(UTC)


def test_inside_the_hours_it_says_until_when() -> None:
    verdict = may_call(TUESDAY_AND_THURSDAY, wall(2026, 3, 3, 10, 30))

    assert verdict == MayCall(allowed=True, until=wall(2026, 3, 3, 12))


def test_outside_the_hours_it_says_why_and_when_next() -> None:
    verdict = may_call(TUESDAY_AND_THURSDAY, wall(2026, 3, 3, 12))

    assert verdict == MayCall(
        allowed=False, why="outside_hours", next_from=wall(2026, 3, 5, 10), next_until=wall(2026, 3, 5, 12)
    )


def test_a_day_shortened_by_summer_time_keeps_the_hours_on_the_wall() -> None:
    sunday = SafeContact(windows=[SafeWindow(weekdays=[7], starts=time(1), ends=time(4))])

    verdict = may_call(sunday, wall(2026, 3, 28, 12))

    assert verdict.next_from == datetime(2026, 3, 29, 0, tzinfo=UTC)
    assert verdict.next_until == datetime(2026, 3, 29, 2, tzinfo=UTC), "two hours, the third does not exist"


def test_an_hour_that_comes_twice_is_open_twice() -> None:
    sunday = SafeContact(windows=[SafeWindow(weekdays=[7], starts=time(2), ends=time(2, 30))])

    assert may_call(sunday, wall(2026, 10, 25, 2, 10)).allowed
    assert not may_call(sunday, wall(2026, 10, 25, 2, 40)).allowed
    assert may_call(sunday, wall(2026, 10, 25, 2, 40)).next_from == wall(2026, 10, 25, 2, fold=1)
    assert may_call(sunday, wall(2026, 10, 25, 2, 10, fold=1)).allowed


def test_a_window_may_end_after_midnight() -> None:
    friday_night = SafeContact(windows=[SafeWindow(weekdays=[5], starts=time(22), ends=time(1))])

    assert may_call(friday_night, wall(2026, 3, 7, 0, 59)).allowed
    assert not may_call(friday_night, wall(2026, 3, 7, 1)).allowed
    assert not may_call(friday_night, wall(2026, 3, 6, 0, 30)).allowed, "that is the night of Thursday"


def test_without_hours_one_may_call_and_with_no_calls_never() -> None:
    now = wall(2026, 3, 3, 3)

    assert may_call(SafeContact(), now) == MayCall(allowed=True)
    assert may_call(SafeContact(no_calls=True), now) == MayCall(allowed=False, why="no_calls")


def test_letters_and_visits_go_only_where_they_do_no_harm() -> None:
    assert may_write_to(SafeContact())
    assert not may_write_to(SafeContact(no_letters=True))
    assert may_visit(SafeContact())
    assert not may_visit(SafeContact(no_visits=True))


def test_a_window_of_no_length_is_seen() -> None:
    assert same_hours_twice(SafeContact(windows=[SafeWindow(weekdays=[1], starts=time(9), ends=time(9))]))
    assert not same_hours_twice(TUESDAY_AND_THURSDAY)


clock = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
windows = st.lists(
    st.builds(
        SafeWindow,
        weekdays=st.lists(st.integers(1, 7), min_size=1, max_size=7, unique=True),
        starts=clock,
        ends=clock,
    ).filter(lambda each: each.starts != each.ends),
    min_size=1,
    max_size=3,
)
around_a_change_of_clock = st.sampled_from(
    [
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2026, 6, 10, 12, tzinfo=UTC),
    ]
).flatmap(lambda at: st.integers(-4 * 24 * 60, 4 * 24 * 60).map(lambda minutes: at + minutes * MINUTE))


def on_the_wall(safe: SafeContact, moment: datetime) -> bool:
    """The same said plainly, minute by minute of the week that a wall clock shows."""
    local = moment.astimezone(BRUSSELS)
    minute = local.hour * 60 + local.minute
    for window in safe.windows:
        starts = window.starts.hour * 60 + window.starts.minute
        ends = window.ends.hour * 60 + window.ends.minute
        for weekday in window.weekdays:
            first, last = (starts, ends) if starts < ends else (starts, ends + 24 * 60)
            for week in (0, 1):
                here = (local.isoweekday() - weekday + 7 * week) * 24 * 60 + minute
                if first <= here < last:
                    return True
    return False


@given(windows, around_a_change_of_clock)
def test_it_agrees_with_the_clock_on_the_wall(some: list[SafeWindow], now: datetime) -> None:
    safe = SafeContact(windows=some)

    assert may_call(safe, now).allowed == on_the_wall(safe, now)


@given(windows, around_a_change_of_clock)
def test_the_next_window_is_the_first_minute_that_is_open_and_ends_at_the_first_that_is_not(
    some: list[SafeWindow], now: datetime
) -> None:
    safe = SafeContact(windows=some)
    verdict = may_call(safe, now)

    begin = now if verdict.allowed else verdict.next_from
    end = verdict.until if verdict.allowed else verdict.next_until
    assert begin is not None
    quarter = timedelta(minutes=15)
    probe = now
    while probe < begin:
        assert not on_the_wall(safe, probe)
        probe += quarter
    assert on_the_wall(safe, begin)
    if end is None:
        return
    probe = begin
    while probe < end:
        assert on_the_wall(safe, probe)
        probe += quarter
    assert not on_the_wall(safe, end)
    assert verdict.allowed or not on_the_wall(safe, begin - MINUTE)
