"""When a service is open: every minute agrees with the clock on the wall, over both changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.social_map.open_hours import (
    BRUSSELS,
    is_holiday,
    minute_of_week,
    state_at,
    week_of,
)

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def weekly(days: str, opens: str, closes: str, **more: Any) -> dict[str, Any]:
    return {"freq": "WEEKLY", "byday": days, "opens_at": opens, "closes_at": closes, **more}


def wall(day: date, hour: int, minute: int = 0, fold: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, fold=fold), BRUSSELS).astimezone(UTC)


CLOCKS = st.integers(0, 47).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}")
WEEKLY = st.builds(
    weekly,
    st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True).map(",".join),
    CLOCKS,
    CLOCKS,
)
AROUND = st.sampled_from([SPRING, AUTUMN, date(2026, 11, 26), date(2027, 2, 28)])


def on_the_wall(schedule: dict[str, Any], moment: datetime) -> bool | None:
    """Open by the clock on the wall, day by day; None in an hour that comes twice, and on or after a holiday."""
    local = moment.astimezone(BRUSSELS)
    naive = local.replace(tzinfo=None)
    if local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
        return None
    for day in (local.date() - timedelta(days=1), local.date()):
        if DAYS[day.weekday()] not in schedule["byday"].split(","):
            continue
        opens = datetime.combine(day, time.fromisoformat(schedule["opens_at"]))
        closes = datetime.combine(day, time.fromisoformat(schedule["closes_at"]))
        if closes <= opens:
            closes += timedelta(days=1)
        skipped = {wall_clock for wall_clock in (opens, closes) if _is_skipped(wall_clock)}
        if skipped:
            return None
        if opens <= naive < closes:
            return None if is_holiday(day) else True
    return False


def _is_skipped(naive: datetime) -> bool:
    there = naive.replace(tzinfo=BRUSSELS)
    return there.astimezone(UTC).astimezone(BRUSSELS).replace(tzinfo=None) != naive


@given(schedule=WEEKLY, day=AROUND, minutes=st.integers(-2 * 1440, 2 * 1440))
def test_every_minute_is_as_the_clock_on_the_wall_says(
    schedule: dict[str, Any], day: date, minutes: int
) -> None:
    moment = wall(day, 12) + timedelta(minutes=minutes)
    expected = on_the_wall(schedule, moment)

    found = state_at([schedule], moment)

    if expected is not None:
        assert (found.name in {"open", "always"}) is expected


@given(schedule=WEEKLY, day=AROUND, minutes=st.integers(-2 * 1440, 2 * 1440))
def test_what_is_open_closes_when_it_says_and_not_before(
    schedule: dict[str, Any], day: date, minutes: int
) -> None:
    moment = wall(day, 12) + timedelta(minutes=minutes)
    found = state_at([schedule], moment)

    if found.until is not None:
        assert found.until > moment
        assert state_at([schedule], found.until - timedelta(minutes=1)).name == "open"
        assert state_at([schedule], found.until).name != "open"
    if found.opens_at is not None:
        assert found.opens_at > moment
        assert state_at([schedule], found.opens_at).name in {"open", "always"}


@given(schedule=WEEKLY, day=AROUND, minutes=st.integers(-2 * 1440, 2 * 1440))
def test_the_week_of_the_index_leaves_out_nothing_that_is_open(
    schedule: dict[str, Any], day: date, minutes: int
) -> None:
    moment = wall(day, 12) + timedelta(minutes=minutes)
    week = week_of([schedule]) or []

    if state_at([schedule], moment).name in {"open", "always"}:
        minute = minute_of_week(moment)
        near = {(minute - back) % (7 * 1440) for back in range(61)}
        assert any(start <= each < end for start, end in week for each in near)


@given(schedule=WEEKLY, day=AROUND, minutes=st.integers(-2 * 1440, 2 * 1440))
def test_a_plain_week_is_what_its_rrule_says(schedule: dict[str, Any], day: date, minutes: int) -> None:
    moment = wall(day, 12) + timedelta(minutes=minutes)
    by_rule = {**schedule, "count": 10_000, "dtstart": "2026-01-05"}

    assert state_at([schedule], moment) == state_at([by_rule], moment)


def test_a_night_lasts_an_hour_less_in_spring_and_an_hour_more_in_autumn() -> None:
    nights = weekly("MO,TU,WE,TH,FR,SA,SU", "20:00", "08:00")
    for day, hours in ((SPRING, 11), (AUTUMN, 13), (date(2026, 6, 10), 12)):
        evening = wall(day - timedelta(days=1), 20)
        until = state_at([nights], evening).until
        assert until is not None
        assert until - evening == timedelta(hours=hours)


def test_on_a_public_holiday_nobody_knows_unless_it_is_always_open() -> None:
    christmas = wall(date(2026, 12, 25), 10)
    office = [weekly("MO,TU,WE,TH,FR", "09:00", "17:00")]

    found = state_at(office, christmas)

    assert found.name == "holiday"
    assert found.opens_at == wall(date(2026, 12, 28), 9)
    assert state_at(office, christmas, always=True).name == "always"


def test_the_first_monday_of_the_month_and_every_other_week_are_read() -> None:
    first_monday = [
        {
            "freq": "MONTHLY",
            "byday": "1MO",
            "opens_at": "14:00",
            "closes_at": "16:00",
            "dtstart": "2026-01-05",
        }
    ]
    other_week = [weekly("WE", "09:00", "12:00", interval=2, dtstart="2026-03-04")]

    assert state_at(first_monday, wall(date(2026, 3, 2), 15)).name == "open"
    assert state_at(first_monday, wall(date(2026, 3, 9), 15)).name == "closed"
    assert state_at(other_week, wall(date(2026, 3, 4), 10)).name == "open"
    assert state_at(other_week, wall(date(2026, 3, 11), 10)).name == "closed"
    assert state_at(other_week, wall(date(2026, 3, 18), 10)).name == "open"


def test_a_season_ends_on_its_last_day() -> None:
    winter = [
        weekly("MO,TU,WE,TH,FR,SA,SU", "20:00", "23:00", valid_from="2026-11-01", valid_to="2027-03-31")
    ]

    assert state_at(winter, wall(date(2027, 3, 31), 21)).name == "open"
    assert state_at(winter, wall(date(2027, 4, 1), 21)).name == "closed"


@pytest.mark.parametrize(
    "schedule",
    [
        {},
        {"description": "op afspraak"},
        weekly("MO", "", ""),
        weekly("MO", "negen", "vijf"),
        {"opens_at": "09:00", "closes_at": "17:00"},
        weekly("XX", "09:00", "17:00"),
        weekly("MO", "09:00", "17:00", interval=0.5),
    ],
)
def test_what_nobody_can_read_is_unknown_or_closed_and_never_open(schedule: dict[str, Any]) -> None:
    assert state_at([schedule], wall(date(2026, 3, 2), 10)).name in {"unknown", "closed"}


@pytest.mark.parametrize(
    "unclear",
    [
        {"freq": "WEEKLY", "opens_at": "09:00", "closes_at": "17:00"},
        weekly("Monday,Tuesday", "09:00", "17:00"),
        {"freq": "MONTHLY", "bymonthday": "first", "opens_at": "09:00", "closes_at": "17:00"},
    ],
)
def test_hours_on_days_that_nobody_can_read_say_neither_open_nor_closed(unclear: dict[str, Any]) -> None:
    monday = wall(date(2026, 3, 2), 10)
    assert state_at([unclear], monday).name == "unknown"
    assert state_at([unclear, weekly("MO", "09:00", "12:00")], monday).name == "open"
    assert state_at([unclear, weekly("TU", "09:00", "12:00")], monday).name == "unknown"


CHRISTMAS = {"valid_from": "2026-12-24", "valid_to": "2027-01-03", "description": "closed"}


@given(schedule=WEEKLY, day=st.dates(date(2026, 12, 20), date(2027, 1, 8)), minutes=st.integers(0, 1439))
def test_days_that_a_service_closes_are_closed_whatever_its_week_says(
    schedule: dict[str, Any], day: date, minutes: int
) -> None:
    moment = wall(day, 0) + timedelta(minutes=minutes)
    before = state_at([schedule], moment)
    found = state_at([schedule, CHRISTMAS], moment)

    if date(2026, 12, 25) <= day <= date(2027, 1, 3):
        assert found.name == "closed"
        assert found.opens_at is None or found.opens_at >= wall(date(2027, 1, 4), 0)
    elif day < date(2026, 12, 24) or day > date(2027, 1, 4):
        assert found.name == before.name


def test_days_with_hours_of_their_own_have_those_and_also_on_a_public_holiday() -> None:
    week = weekly("MO,TU,WE,TH,FR", "09:00", "17:00")
    short = {"valid_from": "2026-12-25", "valid_to": "2026-12-25", "opens_at": "10:00", "closes_at": "11:00"}

    assert state_at([week], wall(date(2026, 12, 25), 10, 30)).name == "holiday"
    assert state_at([week, short], wall(date(2026, 12, 25), 10, 30)).until == wall(date(2026, 12, 25), 11)
    assert state_at([week, short], wall(date(2026, 12, 25), 12)).name == "closed"
    assert state_at([week, short], wall(date(2026, 12, 28), 12)).name == "open"
    monday_to_sunday = week_of([week, short]) or []
    assert any(
        begin <= minute_of_week(wall(date(2026, 12, 27), 10, 30)) < end for begin, end in monday_to_sunday
    )


def test_a_service_that_only_says_when_it_is_closed_says_nothing_of_other_days() -> None:
    assert state_at([CHRISTMAS], wall(date(2026, 12, 28), 12)).name == "closed"
    assert state_at([CHRISTMAS], wall(date(2026, 12, 21), 12)).name == "unknown"
    words = {"valid_from": "2026-12-24", "valid_to": "2027-01-03", "description": "op afspraak"}
    assert state_at([weekly("MO", "09:00", "17:00"), words], wall(date(2026, 12, 28), 12)).name == "open"
