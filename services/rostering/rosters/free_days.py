"""Which days are free: weekends, public holidays, and those that the tenant itself set as days off. Pure."""

from collections.abc import Collection
from datetime import date
from functools import cache

import holidays

_SATURDAY = 5


def is_weekend(day: date) -> bool:
    return day.weekday() >= _SATURDAY


def is_holiday(day: date, days_off: Collection[date] = ()) -> bool:
    """A public holiday, or one of the tenant's days off."""
    return day in _public(day.year) or day in days_off


def is_free(day: date, days_off: Collection[date] = ()) -> bool:
    """Nobody works in the office."""
    return is_weekend(day) or is_holiday(day, days_off)


@cache
def _public(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("BE", years=year))
