"""What does not fit with planned hours: daily and weekly rest, the longest day and week, the shortest service."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rostering.call_outs.hours import BRUSSELS
from services.rostering.own_hours.rest import AROUND, Block, judge, week_of

MONDAY = date(2026, 3, 2)


def block(number: int, day: int, hours: tuple[float, float], first: date = MONDAY) -> Block:
    """On a day of the week (0 is Monday), by the clock in Belgium; hours past 24 lie on the next day."""
    midnight = datetime(first.year, first.month, first.day, tzinfo=BRUSSELS) + timedelta(days=day)

    def at(hour: float) -> datetime:
        return (midnight + timedelta(hours=hour)).astimezone(UTC)

    return Block(UUID(int=number), at(hours[0]), at(hours[1]))


def codes(blocks: list[Block], day: date = MONDAY) -> tuple[dict[int, list[str]], list[str]]:
    judged = judge(blocks, day)
    return (
        {found.int: [each.code for each in warned] for found, warned in judged.blocks.items()},
        [each.code for each in judged.week],
    )


def test_an_ordinary_week_in_two_blocks_a_day_fits() -> None:
    week = [
        each
        for day in range(5)
        for each in (block(day * 2, day, (8, 12)), block(day * 2 + 1, day, (12.5, 16)))
    ]

    assert codes(week) == ({}, [])
    assert judge(week, MONDAY).minutes == 5 * 450


def test_an_evening_and_the_next_morning_leave_too_little_rest_and_the_morning_says_so() -> None:
    judged = judge([block(1, 0, (14, 22)), block(2, 1, (7, 13))], MONDAY)

    assert {found.int: [(each.code, each.minutes, each.limit, each.certainty) for each in warned]
            for found, warned in judged.blocks.items()} == {2: [("rest_too_short", 540, 660, "V")]}  # fmt: skip


def test_a_rest_of_eleven_hours_to_the_minute_is_enough() -> None:
    assert codes([block(1, 0, (13, 21)), block(2, 1, (8, 16))]) == ({}, [])


def test_a_day_too_long_a_service_too_short_and_a_week_too_long() -> None:
    assert codes([block(1, 0, (8, 20.5))])[0] == {1: ["day_too_long"]}
    assert codes([block(1, 0, (8, 10))])[0] == {1: ["service_too_short"]}
    assert codes([block(1, 0, (8, 10)), block(2, 0, (11, 13))])[0] == {}
    assert codes([block(day, day, (8, 18)) for day in range(6)]) == ({}, ["week_too_long"])


def test_seven_days_in_a_row_leave_no_weekly_rest() -> None:
    assert codes([block(day, day, (9, 14)) for day in range(7)]) == ({}, ["week_rest_too_short"])


def test_a_night_in_which_the_clock_skips_an_hour_has_an_hour_less_rest() -> None:
    """29 March 2026: 21:00 to 08:00 is ten real hours."""
    saturday = date(2026, 3, 23)
    found = codes([block(1, 5, (13, 21), saturday), Block(UUID(int=2), datetime(2026, 3, 29, 6, tzinfo=UTC),
                   datetime(2026, 3, 29, 14, tzinfo=UTC))], saturday)  # fmt: skip

    assert found[0] == {2: ["rest_too_short"]}


@given(
    st.lists(st.tuples(st.integers(0, 6 * 48), st.integers(1, 20)), max_size=12),
    st.sampled_from([MONDAY, date(2026, 3, 23), date(2026, 10, 19)]),
)
def test_what_is_said_of_rest_agrees_with_counting_every_half_hour(
    drawn: list[tuple[int, int]], first: date
) -> None:
    begins, ends = week_of(first)
    half = timedelta(minutes=30)
    blocks: list[Block] = []
    free_from = begins
    for number, (start, length) in enumerate(sorted(drawn)):
        at = max(begins + start * half, free_from)
        blocks.append(Block(UUID(int=number), at, at + length * half))
        free_from = at + length * half

    judged = judge(blocks, first)

    def works(moment: datetime) -> bool:
        return any(each.starts_at <= moment < each.ends_at for each in blocks)

    def longest_free(start: datetime, until: datetime) -> int:
        longest = run = 0
        while start < until:
            run = 0 if works(start) else run + 30
            longest, start = max(longest, run), start + half
        return longest

    short = any(longest_free(each.starts_at, each.starts_at + timedelta(days=1)) < 660 for each in blocks)
    said = {warned.code for found in judged.blocks.values() for warned in found}
    assert ("rest_too_short" in said) is short
    weekly = inside = run = 0
    moment = begins - AROUND
    while moment < ends + AROUND:
        run, inside = (0, 0) if works(moment) else (run + 30, inside + (30 if begins <= moment < ends else 0))
        moment += half
        closes = works(moment) or moment == ends + AROUND
        weekly = max(weekly, run) if closes and inside >= 24 * 60 else weekly
    assert ("week_rest_too_short" in {each.code for each in judged.week}) is (weekly < 2100)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 167), (date(2026, 10, 25), 169), (MONDAY, 168)]
)
def test_a_week_lasts_from_monday_to_monday_on_the_clock_in_belgium(day: date, hours: int) -> None:
    begins, ends = week_of(day)

    assert (ends - begins) == timedelta(hours=hours)
