"""The clocks of a temporary home ban (law of 15 May 2012): pure arithmetic in Belgian time on dated law data."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec

from services.cases.dossiers.deadlines import BRUSSELS, WorkingDays, local_day

_FILE = Path(__file__).with_name("home_ban_rules.json")
_DAY = timedelta(days=1)
_MONTHS = 12


class HomeBanRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The terms of a period. `certainty` and `source` say how far to trust them."""

    longest_days: int
    extension_months: int
    alert_hours: int
    valid_from: date
    valid_to: date | None
    certainty: str
    source: str


@cache
def home_ban_rules() -> Sequence[HomeBanRule]:
    return msgspec.json.decode(_FILE.read_bytes(), type=list[HomeBanRule])


def rule_on(day: date) -> HomeBanRule | None:
    """The terms of a day; None before there was such a law."""
    return next(
        (
            rule
            for rule in home_ban_rules()
            if rule.valid_from <= day and (rule.valid_to is None or day < rule.valid_to)
        ),
        None,
    )


def end_of_ban(notified_at: datetime, days: int) -> datetime:
    """So many days later at the same hour on the wall, also when the clock moved in between."""
    wall = notified_at.astimezone(BRUSSELS)
    return (wall.replace(tzinfo=None) + days * _DAY).replace(tzinfo=BRUSSELS).astimezone(UTC)


def hearing_by(notified_at: datetime, ends_at: datetime, working: WorkingDays) -> tuple[date, list[str]]:
    """The last working day on which a court can still sit before the end, and the days passed over with their codes.

    A legal term does not move on here: it is counted back, and never to before the notification.
    """
    first, day = local_day(notified_at), local_day(ends_at)
    passed: list[str] = []
    while day > first and (code := working.off(day)):
        passed.append(f"{day}:{code}")
        day -= _DAY
    return (local_day(ends_at), []) if working.off(day) else (day, passed)


def longest_extension(decided_on: date, months: int) -> date:
    """The same day so many months later; the last day of a month that is too short."""
    month = decided_on.month - 1 + months
    year, month = decided_on.year + month // _MONTHS, month % _MONTHS + 1
    return date(year, month, min(decided_on.day, monthrange(year, month)[1]))
