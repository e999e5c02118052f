"""The month of the roster: which day has whom, where the gaps are, and the nights when the clock changes."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.gateway.language import BRUSSELS
from services.gateway.pages import month
from shared.contracts.configuration import DayOff
from shared.contracts.rostering import Shift
from shared.contracts.rosters import Absence, RosterGap

LENA, TOM = uuid4(), uuid4()


def brussels(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=BRUSSELS).astimezone(UTC)  # type: ignore[misc,arg-type]


def shift(starts_at: datetime, ends_at: datetime, level: str = "primary", user_id: UUID = LENA) -> Shift:
    minutes = int((ends_at - starts_at) / timedelta(minutes=1))
    return Shift(
        shift_id=uuid4(), user_id=user_id, level=level, starts_at=starts_at, ends_at=ends_at, minutes=minutes
    )


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 10, 26), 24)]
)
def test_a_day_has_the_hours_that_the_clock_gives_it(day: date, hours: int) -> None:
    found = next(each for each in month.days_of(day.replace(day=1)) if each.on == day)

    assert found.hours == hours


@pytest.mark.parametrize(
    ("night", "hours", "change"),
    [
        ((brussels(2026, 3, 28, 18), brussels(2026, 3, 29, 8)), 13, -1),
        ((brussels(2026, 10, 24, 18), brussels(2026, 10, 25, 8)), 15, 1),
        ((brussels(2026, 11, 24, 18), brussels(2026, 11, 25, 8)), 14, 0),
    ],
)
def test_a_night_is_as_long_as_it_really_is(
    night: tuple[datetime, datetime], hours: int, change: int
) -> None:
    """S05."""
    found = shift(*night)

    assert found.minutes == hours * 60
    assert month.clock_change(found) == change


def test_holidays_are_named_in_the_reader_s_language() -> None:
    named = {
        code: next(day.holiday for day in month.days_of(date(2026, 7, 1), language=code) if day.on.day == 21)
        for code in ("nl", "fr", "de", "en")
    }

    assert named == {
        "nl": "Nationale feestdag",
        "fr": "Fête nationale",
        "de": "Nationalfeiertag",
        "en": "National Day",
    }


def test_a_hand_over_in_the_morning_shows_who_has_the_day() -> None:
    days = month.days_of(date(2026, 11, 1))
    handed = [
        shift(brussels(2026, 11, 1), brussels(2026, 11, 9, 8), user_id=TOM),
        shift(brussels(2026, 11, 9, 8), brussels(2026, 11, 16, 8), user_id=LENA),
    ]

    (row,) = month.by_level(handed, ["primary"], days)

    assert [each.user_id for each in row.cells[8].shifts] == [LENA]
    assert [each.user_id for each in row.cells[7].shifts] == [TOM]


def test_a_gap_stands_on_every_day_that_it_touches_and_only_there() -> None:
    days = month.days_of(date(2026, 11, 1))
    rows = month.by_level([], ["primary", "backup"], days)
    gap = RosterGap(level="primary", starts_at=brussels(2026, 11, 10, 18), ends_at=brussels(2026, 11, 12, 8))

    primary, backup = month.with_gaps(rows, [gap])

    assert [cell.day.on.day for cell in primary.cells if cell.unmeant] == [10, 11, 12]
    assert primary.cells[10].gaps[0].starts_at == days[10].starts_at
    assert not any(cell.gaps for cell in backup.cells)


def test_a_gap_that_is_meant_is_no_work() -> None:
    rows = month.by_level([], ["primary"], month.days_of(date(2026, 11, 1)))
    begin, end = brussels(2026, 11, 10), brussels(2026, 11, 11)
    gap = RosterGap(level="primary", starts_at=begin, ends_at=end, reason="day_service")

    (row,) = month.with_gaps(rows, [gap])

    assert row.cells[9].gaps
    assert row.cells[9].unmeant is None


def test_who_is_away_is_marked_on_those_days() -> None:
    days = month.days_of(date(2026, 11, 1))
    held = [shift(brussels(2026, 11, 1), brussels(2026, 11, 2), user_id=LENA)]
    away = Absence(
        absence_id=TOM, user_id=LENA, starts_at=brussels(2026, 11, 3, 12), ends_at=brussels(2026, 11, 4, 12)
    )

    (row,) = month.with_absences(month.by_person(held, days, name=str), [away])

    assert [cell.day.on.day for cell in row.cells if cell.away] == [3, 4]


def test_a_period_of_two_months_has_the_holidays_of_both_years() -> None:
    days = month.days_of(date(2026, 12, 20), date(2027, 1, 10))

    assert len(days) == 22
    assert days[12].holiday


def test_people_stand_in_order_of_name_and_have_no_gaps() -> None:
    days = month.days_of(date(2026, 11, 1))
    shifts = [
        shift(brussels(2026, 11, 1), brussels(2026, 11, 2), user_id=TOM),
        shift(brussels(2026, 11, 2), brussels(2026, 11, 3), user_id=LENA),
    ]

    rows = month.by_person(shifts, days, name={LENA: "Lena", TOM: "Tom"}.__getitem__)

    assert [row.key for row in rows] == [str(LENA), str(TOM)]
    assert not any(cell.gaps for row in rows for cell in row.cells)


@pytest.mark.parametrize("text", ["", "2026-13", "nonsense", "2026"])
def test_an_address_without_a_month_is_this_month(text: str) -> None:
    assert month.month_of(text, today=date(2026, 11, 22)) == date(2026, 11, 1)


def test_a_week_begins_on_monday_and_is_this_week_while_it_has_a_day_in_the_month() -> None:
    today = date(2026, 11, 25)
    for text, first, monday in (
        ("", date(2026, 11, 1), date(2026, 11, 23)),
        ("", date(2026, 12, 1), date(2026, 11, 30)),
        ("2026-12-06", date(2026, 12, 1), date(2026, 11, 30)),
        ("no day", date(2027, 2, 1), date(2027, 2, 1)),
    ):
        assert month.week_of(text, month=first, today=today) == monday
    assert month.week_of("", month=date(2026, 12, 1), today=date(2026, 12, 2)) == date(2026, 11, 30)


def test_a_day_of_the_week_names_everybody_who_has_an_hour_of_it_and_every_hole() -> None:
    days = month.days_of(date(2026, 11, 23), date(2026, 11, 29))
    lena = shift(brussels(2026, 11, 16, 8), brussels(2026, 11, 23, 8))
    tom = shift(brussels(2026, 11, 23, 8), brussels(2026, 11, 24, 8), user_id=TOM)
    hole = RosterGap(level="primary", starts_at=brussels(2026, 11, 24, 8), ends_at=brussels(2026, 11, 25, 0))

    monday, tuesday, wednesday, *_ = month.by_day([tom, lena], [hole], ["primary", "backup"], days)

    assert [(level, [each.user_id for each in cell.shifts]) for level, cell in monday] == [
        ("primary", [LENA, TOM])
    ]
    ((_, cell),) = tuesday
    assert [each.user_id for each in cell.shifts] == [TOM]
    assert [(gap.starts_at, gap.ends_at) for gap in cell.gaps] == [(hole.starts_at, hole.ends_at)]
    assert wednesday == []


def test_a_day_off_of_the_tenant_is_named_as_a_holiday_is_and_a_holiday_keeps_its_own_name() -> None:
    off = [DayOff(day=date(2026, 7, 20), why="Brugdag"), DayOff(day=date(2026, 7, 21), why="Gesloten")]
    named = {day.on: day.holiday for day in month.days_of(date(2026, 7, 1), days_off=off) if day.holiday}
    assert named == {date(2026, 7, 20): "Brugdag", date(2026, 7, 21): "Nationale feestdag"}
