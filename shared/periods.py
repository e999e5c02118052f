"""Months, quarters and years by the clock on the wall in Belgium. Pure.

Only whole periods of the one kind that the tenant chose are counted: two that overlap would give small numbers away.
"""

from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.errors import Invalid

BRUSSELS = ZoneInfo("Europe/Brussels")
MONTHS = {"month": 1, "quarter": 3, "year": 12}
_EARLIEST = date(2000, 1, 1)


class Period(NamedTuple):
    """From the first day on, until just before `ends_on`; the moments are the midnights in Belgium."""

    kind: str
    starts_on: date
    ends_on: date

    @property
    def starts_at(self) -> datetime:
        return _midnight(self.starts_on)

    @property
    def ends_at(self) -> datetime:
        return _midnight(self.ends_on)

    @property
    def before(self) -> "Period":
        return Period(self.kind, _months_on(self.starts_on, -MONTHS[self.kind]), self.starts_on)


def period_of(kind: str, starts_on: date) -> Period:
    """Raises `Invalid` unless a period of this kind begins on that day."""
    months = MONTHS[kind]
    if starts_on.day != 1 or (starts_on.month - 1) % months or not _EARLIEST <= starts_on < date(9990, 1, 1):
        raise Invalid({"from": "period_not_offered"})
    return Period(kind, starts_on, _months_on(starts_on, months))


def period_around(kind: str, day: date) -> Period:
    months = MONTHS[kind]
    return period_of(kind, date(day.year, (day.month - 1) // months * months + 1, 1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BRUSSELS).astimezone(UTC)


def _months_on(day: date, months: int) -> date:
    counted = day.year * 12 + day.month - 1 + months
    return date(counted // 12, counted % 12 + 1, 1)
