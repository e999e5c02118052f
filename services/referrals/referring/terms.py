"""When something about a referral is due, in Belgian working days: dated data and arithmetic. Pure.

Public holidays come from the library `holidays`; the tenant's own days off are handed in.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import holidays
import msgspec

BRUSSELS: Final = ZoneInfo("Europe/Brussels")
_FILE = Path(__file__).with_name("terms.json")
_DAY = timedelta(days=1)
_SATURDAY = 5
_MORNING = time(8)


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`send_within`, `answer_within` and `contact_within` are working days, `consent_months` months, the rest days."""

    send_within: int
    answer_within: int
    contact_within: int
    expires_after: int
    expiry_warned: int
    consent_months: int
    pending_asked_again: int
    wiped_after: int
    valid_from: date
    valid_to: date | None
    certainty: str
    source: str


@cache
def all_terms() -> Sequence[Terms]:
    return msgspec.json.decode(_FILE.read_bytes(), type=list[Terms])


def terms_on(day: date) -> Terms:
    """The terms of a day; for a day before the first of them, the first."""
    valid = [
        each
        for each in all_terms()
        if each.valid_from <= day and (each.valid_to is None or day < each.valid_to)
    ]
    return valid[-1] if valid else all_terms()[0]


class WorkingDays:
    """Which days are worked: not weekends, public holidays or the tenant's own days off."""

    def __init__(self, days_off: Iterable[date] = ()) -> None:
        self._days_off = frozenset(days_off)
        self._public = holidays.country_holidays("BE")

    def worked(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in self._public and day not in self._days_off

    def after(self, day: date, count: int) -> date:
        """So many working days after a day, which itself does not count."""
        for _ in range(count):
            day = self.from_(day + _DAY)
        return day

    def from_(self, day: date) -> date:
        """The first working day from a day on, itself included."""
        while not self.worked(day):
            day += _DAY
        return day


def local_day(moment: datetime) -> date:
    """The day on the wall in Belgium."""
    return moment.astimezone(BRUSSELS).date()


def morning_of(day: date) -> datetime:
    """Eight o'clock on the wall: when a reminder of that day comes."""
    return datetime.combine(day, _MORNING, BRUSSELS).astimezone(UTC)


def morning_after(day: date) -> datetime:
    """Eight o'clock of the next day: what was due on `day` is late."""
    return morning_of(day + _DAY)


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last one of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError
