"""Shifts in absolute time, who is on duty, and where the roster has a hole."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rostering.rosters.coverage import ALWAYS
from services.rostering.rosters.models import (
    GAP_HORIZON,
    Duty,
    ZoneDuty,
    check_shift,
    gaps_of,
    length_in_minutes,
    needed_hours,
    next_duty,
    on_duty,
)
from services.rostering.rosters.rules import check_settings
from services.rostering.rosters.stretches import Stretch
from services.rostering.rosters.unfolding import Absence, Turn
from shared.contracts.rostering import LEVELS, ChangeRosterSettings, PlanShift
from shared.errors import Invalid

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
LENA, TOM = UUID(int=1), UUID(int=2)


def hours(count: float) -> datetime:
    return NOW + timedelta(hours=count)


def duty(start: float, end: float, level: str = "primary", user: UUID = LENA) -> Duty:
    return Duty(level, user, hours(start), hours(end))


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "real_hours"),
    [
        (datetime(2026, 3, 28, 18, tzinfo=BRUSSELS), datetime(2026, 3, 29, 8, tzinfo=BRUSSELS), 13),
        (datetime(2026, 10, 24, 18, tzinfo=BRUSSELS), datetime(2026, 10, 25, 8, tzinfo=BRUSSELS), 15),
        (datetime(2026, 6, 6, 18, tzinfo=BRUSSELS), datetime(2026, 6, 7, 8, tzinfo=BRUSSELS), 14),
    ],
)
def test_a_night_is_as_long_as_it_really_is(starts_at: datetime, ends_at: datetime, real_hours: int) -> None:
    assert length_in_minutes(starts_at, ends_at) == real_hours * 60


@given(st.lists(st.tuples(st.integers(-50, 200), st.integers(1, 60)), max_size=12), st.integers(-60, 220))
def test_at_a_hand_over_there_is_one_and_never_two(shifts: list[tuple[int, int]], moment: int) -> None:
    end = -100
    duties = []
    for start, length in sorted(shifts):
        begins = max(start, end)
        end = begins + length
        duties.append(duty(begins, end))
    assert len(on_duty(duties, now=hours(moment))) <= 1


def test_who_follows_is_the_next_to_begin_at_that_level() -> None:
    duties = [duty(-1, 5), duty(12, 24, user=TOM), duty(5, 12, user=TOM), duty(1, 3, "backup")]
    following = next_duty(duties, "primary", now=NOW)
    assert following is not None
    assert following.starts_at == hours(5)
    assert next_duty(duties, "coordinator", now=NOW) is None


def first_gap(duties: list[Duty]) -> datetime | None:
    turns = [Turn(each.level, each.user_id, each.starts_at, each.ends_at) for each in duties]
    week = Stretch(NOW, NOW + GAP_HORIZON)
    found = gaps_of(turns, [], [], week, levels=["primary"], hours=ALWAYS)
    return found[0].starts_at if found else None


@pytest.mark.parametrize(
    ("duties", "gap"),
    [
        ([], 0),
        ([duty(-1, 10)], 10),
        ([duty(-1, 10), duty(10, 200)], None),
        ([duty(-1, 10), duty(11, 200)], 10),
        ([duty(10, 200), duty(-1, 10)], None),
        ([duty(2, 200)], 0),
        ([duty(-1, 200, "backup")], 0),
    ],
)
def test_the_first_hole_of_the_week_is_found(duties: list[Duty], gap: int | None) -> None:
    assert first_gap(duties) == (None if gap is None else hours(gap))


@given(st.lists(st.tuples(st.integers(-50, 200), st.integers(1, 60)), max_size=12))
def test_at_the_gap_nobody_is_on_duty_and_before_it_always_somebody(shifts: list[tuple[int, int]]) -> None:
    duties = [duty(start, start + length) for start, length in shifts]
    gap = first_gap(duties)
    until = gap or NOW + timedelta(days=7)
    assert gap is None or not on_duty(duties, now=gap)
    moment = NOW
    while moment < until:
        assert on_duty(duties, now=moment)
        moment += timedelta(minutes=30)


def test_outside_office_hours_is_night_weekend_and_public_holiday() -> None:
    needed = needed_hours("outside_office", time(8), time(18))
    friday = datetime(2026, 3, 20, tzinfo=BRUSSELS)
    found = gaps_of([], [], [], Stretch(friday, friday + timedelta(days=4)), levels=["primary"], hours=needed)
    assert [(gap.starts_at.astimezone(BRUSSELS).hour, length_in_minutes(gap.starts_at, gap.ends_at) / 60) for gap in found] == [
        (0, 8), (18, 62), (18, 6),
    ]  # fmt: skip


def test_a_shift_of_somebody_who_is_away_is_a_gap() -> None:
    turns = [Turn("primary", LENA, NOW, hours(24))]
    away = [Absence(user_id=LENA, starts_at=hours(4), ends_at=hours(6))]
    found = gaps_of(turns, away, [], Stretch(NOW, hours(24)), levels=["primary"], hours=ALWAYS)
    assert [(gap.starts_at, gap.ends_at) for gap in found] == [(hours(4), hours(6))]


def wrong(level: str, starts_at: datetime, ends_at: datetime, **holder: UUID | None) -> dict[str, str]:
    shift = PlanShift(level=level, starts_at=starts_at, ends_at=ends_at, **(holder or {"user_id": LENA}))
    with pytest.raises(Invalid) as raised:
        check_shift(shift, levels=LEVELS, now=NOW)
    return raised.value.fields


@pytest.mark.parametrize(
    ("level", "holder", "codes"),
    [
        ("primary", {"user_id": None}, {"user_id": "required"}),
        ("partner_zone", {"user_id": None}, {"partner_zone_id": "required"}),
        ("partner_zone", {"user_id": LENA}, {"partner_zone_id": "required", "user_id": "not_at_this_level"}),
        ("backup", {"user_id": LENA, "partner_zone_id": TOM}, {"partner_zone_id": "not_at_this_level"}),
    ],
)
def test_a_partner_zone_stands_at_its_own_level_and_a_member_at_every_other(
    level: str, holder: dict[str, UUID | None], codes: dict[str, str]
) -> None:
    assert wrong(level, NOW, hours(8), **holder) == codes


def test_a_partner_zone_follows_at_its_level_as_a_member_does() -> None:
    now, later = (ZoneDuty("partner_zone", TOM, "PZ", "+3253", hours(at), hours(at + 4)) for at in (-1, 3))
    both: list[Duty | ZoneDuty] = [duty(-1, 5), now, later]
    assert on_duty(both, now=NOW) == [both[0], now]
    assert next_duty(both, "partner_zone", now=NOW) == later


def test_every_wrong_field_of_a_shift_has_its_code() -> None:
    assert wrong("tertiary", NOW, NOW) == {"level": "level_unknown", "ends_at": "ends_before_start"}
    assert wrong("primary", NOW, hours(14 * 24 + 1)) == {"ends_at": "too_long"}
    naive = datetime(2026, 3, 20, 12)  # noqa: DTZ001 - it must be refused
    assert wrong("primary", naive, naive) == {
        "starts_at": "time_zone_missing",
        "ends_at": "time_zone_missing",
    }
    far = datetime(9999, 12, 31, 23, tzinfo=UTC)
    assert wrong("primary", NOW, far) == {"ends_at": "too_far"}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"levels": []}, {"levels": "required"}),
        ({"levels": ["primary", "tertiary"]}, {"levels": "level_unknown"}),
        ({"levels": ["primary", "primary"]}, {"levels": "level_twice"}),
        ({"required_levels": ["backup"]}, {"required_levels": "level_unknown"}),
        ({"needed": "sometimes"}, {"needed": "not_a_choice"}),
    ],
)
def test_levels_are_known_and_each_is_there_once(changes: dict[str, Any], codes: dict[str, str]) -> None:
    command = ChangeRosterSettings(**{"answer_minutes": 10, "levels": ["primary"], **changes})
    with pytest.raises(Invalid) as raised:
        check_settings(command, required=command.required_levels or [])
    assert raised.value.fields == codes
