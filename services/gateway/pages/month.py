"""Days of the roster as a grid: days across, levels or people down, gaps and clock-change days marked. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import holidays
import msgspec

from services.gateway.language import BRUSSELS
from shared.contracts.configuration import DayOff
from shared.contracts.rostering import Shift
from shared.contracts.rosters import Absence, DraftShift, RosterGap

AnyShift = Shift | DraftShift

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
    """One row on one day: who is on duty, where nobody is who should be, and whether the person is away."""

    day: Day
    shifts: list[AnyShift] = field(default_factory=list)
    gaps: list[RosterGap] = field(default_factory=list)
    away: bool = False

    @property
    def unmeant(self) -> RosterGap | None:
        """The first gap that nobody meant, as far as it lies on this day."""
        return next((gap for gap in self.gaps if not gap.reason), None)


@dataclass
class Row:
    """A level or a person, with a cell for each day."""

    key: str
    cells: list[Cell]
    holder: UUID | None = None


def month_of(text: str, *, today: date) -> date:
    """The first day of the month in an address (`2026-03`), or of this month."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def week_of(text: str, *, month: date, today: date) -> date:
    """The Monday of a day in an address; else of this week when it has a day in the month, or of the month's first."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        this_week = _monday(today)
        return (
            this_week if month <= this_week + 6 * _DAY and this_week < next_month(month) else _monday(month)
        )
    return _monday(day)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def month_before(first: date) -> date:
    return (first - _DAY).replace(day=1)


def days_of(
    first: date, last: date | None = None, *, language: str = "nl", days_off: Iterable[DayOff] = ()
) -> list[Day]:
    """Brussels' days of a month, or to a last day: from midnight to midnight, 23 or 25 hours when the clock changes.

    `days_off`: those of the tenant itself, named as the public holidays are.
    """
    end = next_month(first) if last is None else last + _DAY
    years = range(first.year, end.year + 1)
    named = holidays.country_holidays("BE", years=years, language=_HOLIDAY_LANGUAGES[language])
    own = {each.day: each.why for each in days_off}
    found = []
    day = first
    while day < end:
        found.append(Day(day, midnight(day), midnight(day + _DAY), named.get(day) or own.get(day, "")))
        day += _DAY
    return found


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BRUSSELS).astimezone(UTC)


def by_level(shifts: Iterable[AnyShift], levels: Sequence[str], days: list[Day]) -> list[Row]:
    """A row for each level of the tenant, and for each other level that somebody has."""
    known = list(shifts)
    more = sorted({shift.level for shift in known} - set(levels))
    return [
        _row(level, [shift for shift in known if shift.level == level], days) for level in [*levels, *more]
    ]


def with_gaps(rows: list[Row], gaps: Iterable[RosterGap]) -> list[Row]:
    """The same rows of levels, each gap on every day that it touches."""
    for gap in gaps:
        for row in rows:
            for cell in row.cells if row.key == gap.level else ():
                begin, end = max(gap.starts_at, cell.day.starts_at), min(gap.ends_at, cell.day.ends_at)
                if begin < end:
                    cell.gaps.append(msgspec.structs.replace(gap, starts_at=begin, ends_at=end))
    return rows


def by_day(
    shifts: Iterable[AnyShift], gaps: Iterable[RosterGap], levels: Sequence[str], days: list[Day]
) -> list[list[tuple[str, Cell]]]:
    """For each day its levels that somebody has, if only for an hour, or that nobody has who should."""
    known, holes = list(shifts), list(gaps)
    more = sorted({shift.level for shift in known} - set(levels))
    rows = with_gaps([Row(level, [Cell(day) for day in days]) for level in [*levels, *more]], holes)
    for row in rows:
        for cell in row.cells:
            cell.shifts = _there(cell.day, [shift for shift in known if shift.level == row.key])
    return [
        [(row.key, cell) for row in rows if (cell := row.cells[place]).shifts or cell.gaps]
        for place in range(len(days))
    ]


def with_absences(rows: list[Row], absences: Iterable[Absence]) -> list[Row]:
    """The same rows of people, with the days on which they are away."""
    for absence in absences:
        for row in rows:
            for cell in row.cells if row.key == str(absence.user_id) else ():
                away = absence.starts_at < cell.day.ends_at and absence.ends_at > cell.day.starts_at
                cell.away = cell.away or away
    return rows


def holder_of(shift: AnyShift) -> UUID | None:
    """Who has the shift: a member, or a partner zone."""
    return shift.user_id or shift.partner_zone_id


def by_person(shifts: Iterable[AnyShift], days: list[Day], *, name: Callable[[UUID], str]) -> list[Row]:
    """A row for each person with a shift, in order of name."""
    known = list(shifts)
    holders = {holder for shift in known if (holder := holder_of(shift)) is not None}
    people = sorted(holders, key=lambda holder: (name(holder), str(holder)))
    return [
        _row(str(holder), [shift for shift in known if holder_of(shift) == holder], days, holder)
        for holder in people
    ]


def _row(key: str, shifts: list[AnyShift], days: list[Day], holder: UUID | None = None) -> Row:
    return Row(key, [_cell(day, shifts) for day in days], holder)


def _cell(day: Day, shifts: list[AnyShift]) -> Cell:
    return Cell(day, _shown(day, _there(day, shifts)))


def _there(day: Day, shifts: Iterable[AnyShift]) -> list[AnyShift]:
    """Those that have a part of the day, in order."""
    there = [shift for shift in shifts if shift.starts_at < day.ends_at and shift.ends_at > day.starts_at]
    return sorted(there, key=lambda shift: shift.starts_at)


def _shown(day: Day, shifts: list[AnyShift]) -> list[AnyShift]:
    """Those that begin on this day or have the greater part of it; the tail of a night is on the day before."""
    half = (day.ends_at - day.starts_at) / 2
    kept = [
        shift
        for shift in shifts
        if shift.starts_at >= day.starts_at
        or min(shift.ends_at, day.ends_at) - max(shift.starts_at, day.starts_at) >= half
    ]
    return kept or shifts


def clock_change(shift: AnyShift) -> int:
    """Hours by which the shift is longer (1) or shorter (-1) than the clocks on the wall say; else 0."""
    starts, ends = (
        moment.astimezone(BRUSSELS).replace(tzinfo=None) for moment in (shift.starts_at, shift.ends_at)
    )
    return round((shift.minutes - (ends - starts).total_seconds() / 60) / 60)
