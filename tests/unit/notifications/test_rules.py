"""Quiet hours, limits and channels: what must hold for every clock, every history and every person."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.rules import (
    BRUSSELS,
    CHANNELS,
    EMAIL,
    LIMITS,
    PUSH,
    SMS,
    Quiet,
    Way,
    free_at,
    next_weekly,
    plan,
)

MINUTE = timedelta(minutes=1)
minutes = st.integers(0, 1439)
moments = st.integers(0, 3 * 365 * 1440).map(
    lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + minute * MINUTE
)
near_changes = st.builds(
    lambda change, offset: change + timedelta(minutes=offset),
    st.sampled_from([datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]),
    st.integers(-1500, 1500),
)


@given(minutes, minutes, st.one_of(moments, near_changes))
def test_a_message_waits_until_the_first_moment_that_is_not_quiet(
    begins: int, ends: int, moment: datetime
) -> None:
    quiet = Quiet(begins, ends)

    ready = quiet.ends_after(moment)

    assert ready >= moment
    assert not quiet.covers(ready)
    if ready > moment:
        assert quiet.covers(moment)
        assert quiet.covers(ready - MINUTE)


@given(minutes, minutes, st.one_of(moments, near_changes))
def test_nobody_waits_longer_than_a_day_and_the_hour_that_a_clock_change_adds(
    begins: int, ends: int, moment: datetime
) -> None:
    assert Quiet(begins, ends).ends_after(moment) - moment <= timedelta(hours=25)


@pytest.mark.parametrize(
    ("moment", "ready"),
    [
        # an ordinary night
        ("2026-03-02T23:30+01:00", "2026-03-03T07:00+01:00"),
        # the night in which the clock jumps from 02:00 to 03:00: seven is seven on the wall
        ("2026-03-28T23:30+01:00", "2026-03-29T07:00+02:00"),
        # the night in which 02:00 comes twice
        ("2026-10-24T23:30+02:00", "2026-10-25T07:00+01:00"),
        ("2026-10-25T02:30+02:00", "2026-10-25T07:00+01:00"),
        # outside
        ("2026-03-02T12:00+01:00", "2026-03-02T12:00+01:00"),
    ],
)
def test_quiet_from_ten_to_seven(moment: str, ready: str) -> None:
    quiet = Quiet(22 * 60, 7 * 60)

    assert quiet.ends_after(datetime.fromisoformat(moment)) == datetime.fromisoformat(ready)


def test_an_end_that_the_clock_skips_is_the_jump_itself() -> None:
    quiet = Quiet(0, 2 * 60 + 30)

    ready = quiet.ends_after(datetime(2026, 3, 29, 1, 30, tzinfo=BRUSSELS))

    assert ready == datetime(2026, 3, 29, 3, 0, tzinfo=BRUSSELS)


def send_all(orders: list[datetime]) -> list[datetime]:
    """When each would leave, in the order in which they come."""
    sent: list[datetime] = []
    for at in sorted(orders):
        sent.append(free_at(sent, max(at, *sent) if sent else at))
    return sent


orders = st.lists(
    st.integers(0, 4 * 3600).map(
        lambda seconds: datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=seconds)
    ),
    max_size=30,
)


@given(orders)
def test_no_window_ever_holds_more_than_its_limit(ordered: list[datetime]) -> None:
    sent = send_all(ordered)

    for limit in LIMITS:
        for each in sent:
            assert sum(each <= other < each + limit.within for other in sent) <= limit.count


@given(orders)
def test_nothing_leaves_before_it_was_ordered_and_the_first_leaves_at_once(ordered: list[datetime]) -> None:
    sent = send_all(ordered)

    assert all(left >= at for at, left in zip(sorted(ordered), sent, strict=True))
    assert sent[:1] == sorted(ordered)[:1]


def test_the_second_half_of_a_limit_is_spread_evenly() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)

    sent = send_all([start] * 3)

    assert [left - start for left in sent] == [timedelta(0), timedelta(0), timedelta(minutes=5)]


ways = st.dictionaries(st.sampled_from(CHANNELS), st.builds(Way, st.booleans(), st.booleans(), st.booleans()))


@given(ways, st.frozensets(st.sampled_from(CHANNELS)))
def test_what_is_urgent_goes_over_everything_that_is_there(
    known: dict[str, Way], wishes: frozenset[str]
) -> None:
    chosen = plan(known, urgent=True, wishes=wishes)

    assert set(chosen.channels) == {channel for channel, way in known.items() if way.there}
    assert chosen.hopeless == (not any(way.there for way in known.values()))


@given(ways, st.booleans(), st.frozensets(st.sampled_from(CHANNELS)))
def test_the_last_channel_is_never_silently_skipped(
    known: dict[str, Way], urgent: bool, wishes: frozenset[str]
) -> None:
    """Where there is any way that the person did not switch off, one is tried; what may not work is said."""
    chosen = plan(known, urgent=urgent, wishes=wishes)

    possible = {channel for channel, way in known.items() if way.there and (urgent or channel in wishes)}
    assert bool(chosen.channels) == bool(possible)
    assert set(chosen.channels) <= possible
    assert {
        channel for channel in chosen.channels if not known[channel].proved or known[channel].broken
    } == set(chosen.doubtful)


def test_the_channels_stand_in_the_order_in_which_they_wake_somebody() -> None:
    there = Way(there=True, proved=True)

    assert plan({EMAIL: there, SMS: there, PUSH: there}, urgent=True).channels == (SMS, PUSH, EMAIL)


def test_what_is_not_urgent_prefers_what_is_proved() -> None:
    known = {EMAIL: Way(there=True, proved=True), PUSH: Way(there=True, proved=True, broken=True)}

    assert plan(known, urgent=False).channels == (EMAIL,)
    assert plan({PUSH: known[PUSH]}, urgent=False).channels == (PUSH,)


@given(st.integers(0, 6), minutes, st.one_of(moments, near_changes))
def test_the_next_weekly_moment_is_ahead_within_a_week_and_shows_that_hour(
    weekday: int, minute: int, after: datetime
) -> None:
    at = next_weekly(weekday, minute, after)

    wall = at.astimezone(BRUSSELS)
    assert after < at <= after + timedelta(days=7, hours=1)
    assert wall.weekday() == weekday
    skipped = wall.hour * 60 + wall.minute - minute
    assert skipped in (0, 60)  # 60 only for an hour that the clock skips
    if skipped:
        assert (wall.month, wall.hour) == (3, 3)
