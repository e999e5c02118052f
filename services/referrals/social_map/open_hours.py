"""When a service is open, on Brussels' clock: HSDS's schedules with RRULE, and Belgian public holidays. Pure.

On a public holiday the usual hours are not sure, unless the service is always open: it is then neither open nor closed.
What a schedule with two dates and no days of the week says of each day between them goes before the usual hours.
An hour that the clock skips opens when the clock has skipped it; of an hour that comes twice the first counts.
"""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import holidays
from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday

BRUSSELS: Final = ZoneInfo("Europe/Brussels")
_DAY_MINUTES: Final = 24 * 60
WEEK_MINUTES: Final = 7 * _DAY_MINUTES
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_AHEAD_DAYS: Final = 15
_MIDNIGHT: Final = "24:00"
_LONG_AGO: Final = date(2001, 1, 1)
"""A Monday, for a rule that does not say when it began."""

_CLOSED: Final = frozenset({"closed", "gesloten", "fermé", "geschlossen"})
_RULES: Final = ("freq", "byday", "bymonthday", "byweekno", "byyearday")

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class State:
    """`name`: always, open, closed, holiday, unknown. `until` of what is open; `opens_at` of what is not."""

    name: str
    until: datetime | None = None
    opens_at: datetime | None = None


def state_at(schedules: Sequence[dict[str, Any]], moment: datetime, *, always: bool = False) -> State:
    """Whether it is open at `moment`, until when, or when next."""
    if always:
        return State("always")
    timed = [each for each in schedules if _hours(each) is not None]
    usable = [each for each in timed if _is_readable(each)]
    other = [each for each in schedules if is_of_other_days(each)]
    if not usable and not other:
        return State("unknown")
    today = moment.astimezone(BRUSSELS).date()
    last = today + timedelta(days=_AHEAD_DAYS)
    sure, unsure = _spans(usable, other, today - timedelta(days=1), last)
    for opens, closes in sure:
        if opens <= moment < closes:
            # day after day without a stop
            return State("always") if closes > _instant(last, 0) else State("open", until=closes)
    following = next((opens for opens, _ in sure if opens > moment), None)
    if any(opens <= moment < closes for opens, closes in unsure):
        return State("holiday", opens_at=following)
    said_today = any(_holds_on(each, today) for each in other)
    if not said_today and (len(usable) < len(timed) or not usable):
        # it may be open by the one that nobody can read, or that nobody wrote down
        return State("unknown")
    return State("closed", opens_at=following)


def week_of(schedules: Sequence[dict[str, Any]], *, always: bool = False) -> list[tuple[int, int]] | None:
    """Minutes of the week outside which it is never open, as half-open ranges; None when nothing is known."""
    if always:
        return [(0, WEEK_MINUTES)]
    found: list[tuple[int, int]] = []
    for each in schedules:
        hours = _clock_hours(each) if is_of_other_days(each) else _hours(each)
        if hours is None:
            continue
        names = [part.strip()[-2:] for part in str(each.get("byday", "")).upper().split(",") if part.strip()]
        for number, name in enumerate(_DAYS):
            if names and name not in names:
                continue
            start = number * _DAY_MINUTES + hours[0]
            end = number * _DAY_MINUTES + hours[1]
            found.append((start, min(end, WEEK_MINUTES)))
            if end > WEEK_MINUTES:
                found.append((0, end - WEEK_MINUTES))
    return found or None


def minute_of_week(moment: datetime) -> int:
    """On Brussels' clock, from Monday 00:00."""
    local = moment.astimezone(BRUSSELS)
    return local.weekday() * _DAY_MINUTES + local.hour * 60 + local.minute


def is_holiday(day: date) -> bool:
    """A public holiday of all Belgium."""
    return day in _holidays(day.year)


@functools.cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("BE", years=year))


def _spans(
    usual: Iterable[dict[str, Any]], other: Sequence[dict[str, Any]], first: date, last: date
) -> tuple[list[Span], list[Span]]:
    """When it is surely open and when perhaps, for the days from `first` to `last`; what touches is one span."""
    sure: list[Span] = []
    unsure: list[Span] = []
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    not_as_usual = {day for day in days if any(_holds_on(each, day) for each in other)}
    for each in usual:
        hours = _hours(each)
        if hours is None:
            continue
        for day in set(_days(each, first, last)) - not_as_usual:
            spans = unsure if is_holiday(day) else sure
            spans.append((_instant(day, hours[0]), _instant(day, hours[1])))
    for each in other:
        hours = _clock_hours(each)
        if hours is not None:
            held = (day for day in not_as_usual if _holds_on(each, day))
            sure += [(_instant(day, hours[0]), _instant(day, hours[1])) for day in held]
    return _joined(sure), _joined(unsure)


def is_of_other_days(schedule: dict[str, Any]) -> bool:
    """Whether it says how each day between two dates is: closed, or with hours of its own."""
    if any(schedule.get(name) for name in _RULES) or not _day(schedule.get("valid_to")):
        return False
    closed = str(schedule.get("description", "")).strip().lower() in _CLOSED
    return _day(schedule.get("valid_from")) is not None and (closed or _clock_hours(schedule) is not None)


def _holds_on(schedule: dict[str, Any], day: date) -> bool:
    first, last = _day(schedule.get("valid_from")), _day(schedule.get("valid_to"))
    return first is not None and last is not None and first <= day <= last


def _days(schedule: dict[str, Any], first: date, last: date) -> list[date]:
    begins = max(filter(None, (first, _day(schedule.get("valid_from")), _day(schedule.get("dtstart")))))
    ends = min(filter(None, (last, _day(schedule.get("valid_to")), _day(schedule.get("until")))))
    if begins > ends:
        return []
    plain = _plain_week(schedule)
    if plain is not None:
        span = (begins + timedelta(days=number) for number in range((ends - begins).days + 1))
        return [day for day in span if day.weekday() in plain]
    rule = _rule(schedule, begins)
    if rule is None:
        return []
    return [
        each.date()
        for each in rule.between(
            datetime.combine(begins, time()), datetime.combine(ends, time(23, 59)), inc=True
        )
    ]


def _is_readable(schedule: dict[str, Any]) -> bool:
    """Whether it says on which days it holds: hours without days, or with days that are none, close no door."""
    return _plain_week(schedule) is not None or _rule(schedule, _LONG_AGO) is not None


def _plain_week(schedule: dict[str, Any]) -> frozenset[int] | None:
    """The days of a schedule that is the same each week, as nearly all are; None for one that needs a real RRULE."""
    if (
        schedule.get("freq") == "MONTHLY"
        or schedule.get("count")
        or schedule.get("interval") not in {None, 1}
    ):
        return None
    if any(schedule.get(name) for name in ("bymonthday", "byweekno", "byyearday")):
        return None
    names = [each.upper() for each in _list(schedule.get("byday"))]
    return frozenset(_DAYS.index(each) for each in names) if names and set(names) <= set(_DAYS) else None


def _rule(schedule: dict[str, Any], begins: date) -> rrule | None:
    """None when nobody can read it. One that repeats each time the same is followed from `begins`."""
    monthly = schedule.get("freq") == "MONTHLY"
    began = _day(schedule.get("dtstart")) or _day(schedule.get("valid_from"))
    try:
        interval = int(schedule.get("interval") or 1)
        fixed = any(schedule.get(name) for name in ("byday", "bymonthday", "byweekno", "byyearday"))
        if interval < 1 or (not fixed and began is None):
            return None
        if fixed and interval == 1 and not schedule.get("count"):
            began = begins
        return rrule(
            MONTHLY if monthly else WEEKLY,
            dtstart=datetime.combine(began or _LONG_AGO, time()),
            interval=interval,
            count=int(schedule["count"]) if schedule.get("count") else None,
            wkst=_weekday(str(schedule.get("wkst") or "MO")),
            byweekday=[_weekday(each) for each in _list(schedule.get("byday"))] or None,
            bymonthday=[int(each) for each in _list(schedule.get("bymonthday"))] or None,
            byweekno=[int(each) for each in _list(schedule.get("byweekno"))] or None,
            byyearday=[int(each) for each in _list(schedule.get("byyearday"))] or None,
        )
    except (ValueError, TypeError, KeyError):
        return None


def _weekday(text: str) -> weekday:
    """`MO`, or `1MO` and `-1FR` in a month."""
    number = text[:-2]
    return weekday(_DAYS.index(text[-2:].upper()), int(number) if number else None)


def _list(value: Any) -> list[str]:
    return [each.strip() for each in str(value or "").split(",") if each.strip()]


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def _hours(schedule: dict[str, Any]) -> tuple[int, int] | None:
    """Those that come back: minutes from midnight."""
    return _clock_hours(schedule) if any(schedule.get(name) for name in _RULES) else None


def _clock_hours(schedule: dict[str, Any]) -> tuple[int, int] | None:
    """Minutes from midnight; what closes at or before it opens closes the next day."""
    opens, closes = _minutes(schedule.get("opens_at")), _minutes(schedule.get("closes_at"))
    if opens is None or closes is None or opens >= _DAY_MINUTES:
        return None
    return opens, closes if closes > opens else closes + _DAY_MINUTES


def _minutes(value: Any) -> int | None:
    """A clock's time is the time in Belgium, whatever offset is written behind it."""
    text = str(value or "")
    if text.startswith(_MIDNIGHT):
        return _DAY_MINUTES
    try:
        read = time.fromisoformat(text[:5])
    except ValueError:
        return None
    return read.hour * 60 + read.minute


def _instant(day: date, minutes: int) -> datetime:
    after, within = divmod(minutes, _DAY_MINUTES)
    clock = time(within // 60, within % 60)
    return datetime.combine(day + timedelta(days=after), clock, BRUSSELS).astimezone(UTC)


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for opens, closes in sorted(spans):
        if opens >= closes:
            continue
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], closes))
        else:
            joined.append((opens, closes))
    return joined
