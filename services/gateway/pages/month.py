"""A month of the roster as a grid: days across, levels or people down, gaps and clock-change days found. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import holidays

from services.gateway.language import BRUSSELS
from shared.contracts.rostering import Shift

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)
_HOLIDAY_LANGUAGES: Final = {"nl": "nl", "fr": "fr", "de": "de", "en": "en_US"}


@dataclass(frozen=True)
class Day:
    """A column. `hours` is 23 or 25 on the days when the clock changes."""

    on: date
    starts_at: datetime
    ends_at: datetime
    holiday: str = ""

    @property
    def weekend(self) -> bool:
        return self.on.weekday() >= _SATURDAY

    @property
    def hours(self) -> int:
        return round((self.ends_at - self.starts_at).total_seconds() / 3600)


@dataclass
class Cell:
    """One row on one day: who is on duty, and the first moment without anybody (for a row that must be filled)."""

    day: Day
    shifts: list[Shift] = field(default_factory=list)
    gap_from: datetime | None = None
    gap_until: datetime | None = None


@dataclass
class Row:
    """A level or a person, with a cell for each day."""

    key: str
    cells: list[Cell]


def month_of(text: str, *, today: date) -> date:
    """The first day of the month in an address (`2026-03`), or of this month."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def month_before(first: date) -> date:
    return (first - _DAY).replace(day=1)


def days_of(first: date, *, language: str = "nl") -> list[Day]:
    """Brussels' days: from midnight to midnight, 23 or 25 hours when the clock changes."""
    named = holidays.country_holidays("BE", years=first.year, language=_HOLIDAY_LANGUAGES[language])
    last = next_month(first)
    found = []
    day = first
    while day < last:
        found.append(Day(day, midnight(day), midnight(day + _DAY), named.get(day, "")))
        day += _DAY
    return found


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BRUSSELS).astimezone(UTC)


def by_level(shifts: Iterable[Shift], levels: Sequence[str], days: list[Day], *, now: datetime) -> list[Row]:
    """A row for each level that must be filled, and for each other level that somebody has."""
    known = list(shifts)
    more = sorted({shift.level for shift in known} - set(levels))
    return [
        _row(
            level, [shift for shift in known if shift.level == level], days, now if level in levels else None
        )
        for level in [*levels, *more]
    ]


def holder_of(shift: Shift) -> UUID | None:
    """Who has the shift: a member, or a partner zone."""
    return shift.user_id or shift.partner_zone_id


def by_person(shifts: Iterable[Shift], days: list[Day], *, name: Callable[[UUID], str]) -> list[Row]:
    """A row for each person with a shift, in order of name."""
    known = list(shifts)
    holders = {holder for shift in known if (holder := holder_of(shift)) is not None}
    people = sorted(holders, key=lambda holder: (name(holder), str(holder)))
    return [
        _row(str(holder), [shift for shift in known if holder_of(shift) == holder], days, None)
        for holder in people
    ]


def _row(key: str, shifts: list[Shift], days: list[Day], gaps_from: datetime | None) -> Row:
    return Row(key, [_cell(day, shifts, gaps_from) for day in days])


def _cell(day: Day, shifts: list[Shift], gaps_from: datetime | None) -> Cell:
    there = sorted(
        (shift for shift in shifts if shift.starts_at < day.ends_at and shift.ends_at > day.starts_at),
        key=lambda shift: shift.starts_at,
    )
    cell = Cell(day, _shown(day, there))
    if gaps_from is not None and day.ends_at > gaps_from:
        cell.gap_from, cell.gap_until = first_gap(there, max(day.starts_at, gaps_from), day.ends_at)
    return cell


def _shown(day: Day, shifts: list[Shift]) -> list[Shift]:
    """Those that begin on this day or have the greater part of it; the tail of a night is on the day before."""
    half = (day.ends_at - day.starts_at) / 2
    kept = [
        shift
        for shift in shifts
        if shift.starts_at >= day.starts_at
        or min(shift.ends_at, day.ends_at) - max(shift.starts_at, day.starts_at) >= half
    ]
    return kept or shifts


def first_gap(
    shifts: Iterable[Shift], starts_at: datetime, ends_at: datetime
) -> tuple[datetime | None, datetime | None]:
    """The first stretch between two moments that no shift covers."""
    covered_until = starts_at
    for shift in sorted(shifts, key=lambda shift: shift.starts_at):
        if shift.starts_at > covered_until:
            return covered_until, min(shift.starts_at, ends_at)
        covered_until = max(covered_until, shift.ends_at)
    return (covered_until, ends_at) if covered_until < ends_at else (None, None)


def clock_change(shift: Shift) -> int:
    """Hours by which the shift is longer (1) or shorter (-1) than the clocks on the wall say; else 0."""
    starts, ends = (
        moment.astimezone(BRUSSELS).replace(tzinfo=None) for moment in (shift.starts_at, shift.ends_at)
    )
    return round((shift.minutes - (ends - starts).total_seconds() / 60) / 60)
