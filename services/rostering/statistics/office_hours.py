"""Whether a moment lies in office hours, by the clock on the wall in Belgium. Pure."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

import holidays

from shared.periods import BRUSSELS

OFFICE_OPENS, OFFICE_CLOSES = 8, 18
"""Office hours, working days only: a default, not law."""
_SATURDAY = 5


def hour_of(moment: datetime) -> int:
    """The hour on the wall; the hour that comes twice in autumn is one hour of the day, with the calls of both."""
    return moment.astimezone(BRUSSELS).hour


def weekday_of(moment: datetime) -> int:
    """Monday is 0."""
    return moment.astimezone(BRUSSELS).weekday()


class OfficeHours:
    """Whether a moment lies in office hours: a working day, not a public holiday, not one of the tenant's days off."""

    def __init__(self, days_off: Collection[date] = ()) -> None:
        self._days_off = frozenset(days_off)
        self._public = holidays.country_holidays("BE")

    def open_at(self, moment: datetime) -> bool:
        local = moment.astimezone(BRUSSELS)
        day = local.date()
        if local.weekday() >= _SATURDAY or day in self._public or day in self._days_off:
            return False
        return OFFICE_OPENS <= local.hour < OFFICE_CLOSES


def minutes_between(earlier: datetime, later: datetime) -> float:
    """Real minutes, also in a night when the clock changes."""
    return (later.astimezone(UTC) - earlier.astimezone(UTC)) / timedelta(minutes=1)
