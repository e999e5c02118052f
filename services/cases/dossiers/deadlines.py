"""When something is due, counted in Belgian days, with the reason in codes. Pure: no database, no clock.

Public holidays come from the library `holidays`; the tenant's own days off are handed in.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
from msgspec import Struct

BRUSSELS = ZoneInfo("Europe/Brussels")
_DAY = timedelta(days=1)
_SATURDAY = 5


class Due(Struct, frozen=True):
    """A day, the moment at which it is over where the clock matters, and why."""

    on: date
    why: dict[str, str]
    at: datetime | None = None


class WorkingDays:
    """Which days are worked: not weekends, public holidays or the tenant's own days off."""

    def __init__(self, days_off: Iterable[date] = ()) -> None:
        self._days_off = frozenset(days_off)
        self._public = holidays.country_holidays("BE")

    def off(self, day: date) -> str:
        """Why a day is not worked, as a code; nothing when it is worked."""
        if day.weekday() >= _SATURDAY:
            return "weekend"
        if day in self._public:
            return "holiday"
        return "day_off" if day in self._days_off else ""

    def first_from(self, day: date) -> tuple[date, list[str]]:
        """The first working day from `day` on, itself included, and the days passed over with their codes."""
        passed: list[str] = []
        while code := self.off(day):
            passed.append(f"{day}:{code}")
            day += _DAY
        return day, passed


def local_day(moment: datetime) -> date:
    """The day on the wall in Belgium."""
    return moment.astimezone(BRUSSELS).date()


def end_of_day(day: date) -> datetime:
    """The first moment that is no longer `day` in Belgium: 23 or 25 hours after its start when the clock moves."""
    return datetime.combine(day + _DAY, time(), BRUSSELS).astimezone(UTC)


def noon_of(day: date) -> datetime:
    """The middle of a day in Belgium, for what is only known by its day."""
    return datetime.combine(day, time(12), BRUSSELS).astimezone(UTC)


def next_working_day(after: datetime, working: WorkingDays) -> Due:
    """By the end of the first working day after the day of `after`."""
    day, passed = working.first_from(local_day(after) + _DAY)
    return Due(day, _why("next_working_day", after, passed), end_of_day(day))


def calendar_days(after: datetime, days: int, working: WorkingDays) -> Due:
    """So many calendar days after, moved on to a working day, since somebody must be there to do it."""
    day, passed = working.first_from(local_day(after) + days * _DAY)
    return Due(day, _why("calendar_days", after, passed, days=days))


def working_days(after: datetime, days: int, working: WorkingDays) -> Due:
    """So many working days after; the day of `after` itself does not count."""
    day, passed = local_day(after), list[str]()
    for _ in range(days):
        day, skipped = working.first_from(day + _DAY)
        passed += skipped
    return Due(day, _why("working_days", after, passed, days=days), end_of_day(day))


def _why(rule: str, after: datetime, passed: list[str], *, days: int | None = None) -> dict[str, str]:
    why = {"rule": rule, "from": local_day(after).isoformat()}
    if days is not None:
        why["days"] = str(days)
    if passed:
        why["passed_over"] = " ".join(passed)
    return why
