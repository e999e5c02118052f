"""The hours of a call-out and the rest after it, by dated rules (`hours.json`). Pure: no database, no clock.

All lengths are real minutes, so a night in which the clock changes has an hour less or more. A warning says what does
not fit and by which rule; it never stops anybody.
"""

import json
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from services.rostering.rosters.free_days import is_free, is_holiday, is_weekend

BRUSSELS = ZoneInfo("Europe/Brussels")
_DATA = Path(__file__).with_name("hours.json")
_DAY = timedelta(days=1)
_MORNING = time(8)


class Known(Struct, frozen=True):
    """A number of the rules, and how sure it is."""

    value: int
    certainty: str


class Block(Struct, frozen=True, rename={"starts": "from"}):
    """A part of the day by the clock on the wall."""

    starts: time
    until: time
    certainty: str


class Rest(Struct, frozen=True):
    """So many minutes of rest; `default` is the one that holds unless another is chosen."""

    rule: str
    minutes: int
    default: bool
    certainty: str


class Rules(Struct, frozen=True):
    """What holds from a day on."""

    valid_from: date
    longest_day_minutes: Known
    longest_week_minutes: Known
    weekly_rest_minutes: Known
    shortest_service_minutes: Known
    minimum_credit_minutes: Known
    night: Block
    flexitime: Block
    rests: list[Rest]


class Split(NamedTuple):
    """Real minutes, and how many of them are night, weekend or holiday; those may overlap."""

    minutes: int
    night: int
    weekend: int
    holiday: int


class Start(NamedTuple):
    """When work may begin again by one of the rests."""

    rest: Rest
    at: datetime


class Warned(NamedTuple):
    """What does not fit, by which rule, and how sure that rule is."""

    code: str
    rule: str
    certainty: str
    at: datetime | None = None
    minutes: int | None = None
    limit: int | None = None


class Morning(NamedTuple):
    """Eight o'clock of a working day."""

    day: date
    moment: datetime


def rules_on(day: date) -> Rules:
    """The rules that hold on a day; before the first, the first."""
    held = [rules for rules in _all_rules() if rules.valid_from <= day]
    return held[-1] if held else _all_rules()[0]


def split(starts_at: datetime, ends_at: datetime, days_off: Collection[date] = ()) -> Split:
    """The minutes between two moments, by what kind of time it was in Belgium."""
    night = rules_on(_day_of(starts_at)).night
    kinds = {"night": timedelta(), "weekend": timedelta(), "holiday": timedelta()}
    for day in _days(_day_of(starts_at) - _DAY, _day_of(ends_at)):
        whole = _shared(_at(day, time()), _at(day + _DAY, time()), starts_at, ends_at)
        if is_weekend(day):
            kinds["weekend"] += whole
        if is_holiday(day, days_off):
            kinds["holiday"] += whole
        night_ends = day if night.until > night.starts else day + _DAY
        kinds["night"] += _shared(_at(day, night.starts), _at(night_ends, night.until), starts_at, ends_at)
    return Split(_minutes(_real(starts_at, ends_at)), *(_minutes(kinds[name]) for name in kinds))


def credited(minutes: int, on: date) -> int:
    """At least the minimum of a recall, which is the tenant's to set."""
    return max(minutes, rules_on(on).minimum_credit_minutes.value)


def next_starts(ends_at: datetime) -> list[Start]:
    """When work may begin again, by each of the rests, the default first."""
    rests = sorted(rules_on(_day_of(ends_at)).rests, key=lambda rest: not rest.default)
    return [Start(rest, ends_at.astimezone(UTC) + timedelta(minutes=rest.minutes)) for rest in rests]


def warnings(starts_at: datetime, ends_at: datetime, days_off: Collection[date] = ()) -> list[Warned]:
    """What does not fit with these hours: the flexitime block of a working day inside the rest, a day too long."""
    rules, found = rules_on(_day_of(ends_at)), list[Warned]()
    start = next_starts(ends_at)[0]
    for day in _days(_day_of(ends_at), _day_of(start.at)):
        block = _at(day, rules.flexitime.starts), _at(day, rules.flexitime.until)
        if not is_free(day, days_off) and _shared(*block, ends_at, start.at):
            found.append(Warned("flexitime_overlap", start.rest.rule, start.rest.certainty, at=block[0]))
            break
    minutes, limit = _minutes(_real(starts_at, ends_at)), rules.longest_day_minutes
    if minutes > limit.value:
        found.append(
            Warned("day_too_long", "longest_day", limit.certainty, minutes=minutes, limit=limit.value)
        )
    return found


def next_morning(now: datetime, days_off: Collection[date] = ()) -> Morning:
    """The first eight o'clock of a working day that is still to come."""
    day = _day_of(now)
    while is_free(day, days_off) or _at(day, _MORNING) <= now:
        day += _DAY
    return Morning(day, _at(day, _MORNING))


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def _at(day: date, clock: time) -> datetime:
    """A time on the wall in Belgium, as a moment."""
    return datetime.combine(day, clock, BRUSSELS).astimezone(UTC)


def _day_of(moment: datetime) -> date:
    return moment.astimezone(BRUSSELS).date()


def _real(earlier: datetime, later: datetime) -> timedelta:
    # Python subtracts moments of the same zone by their wall clocks, so both are brought to UTC first.
    return later.astimezone(UTC) - earlier.astimezone(UTC)


def _shared(starts: datetime, ends: datetime, from_: datetime, until: datetime) -> timedelta:
    """How much two periods have in common."""
    return max(_real(max(starts, from_), min(ends, until)), timedelta())


def _minutes(length: timedelta) -> int:
    return int(length / timedelta(minutes=1))


@cache
def _all_rules() -> list[Rules]:
    periods = json.loads(_DATA.read_text("utf-8"))["periods"]
    return sorted(msgspec.convert(periods, list[Rules]), key=lambda rules: rules.valid_from)
