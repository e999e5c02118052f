"""What does not fit with planned hours, by the dated rules of `call_outs/hours.json`. Pure; it warns and stops nobody.

Real minutes: a night in which the clock changes has an hour less or more.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from services.rostering.call_outs.hours import BRUSSELS, Known, Warned, rules_on

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
AROUND = timedelta(days=2)
"""Of the days beside a week, for a rest that begins before it or ends after it."""
_PAUSE = timedelta(hours=2)
"""Blocks with less than this between them are one service."""


class Block(NamedTuple):
    """Half-open, in UTC."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


class Judged(NamedTuple):
    """What is wrong with single blocks, and with the week as a whole."""

    blocks: dict[UUID, list[Warned]]
    week: list[Warned]
    minutes: int


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_of(day: date) -> tuple[datetime, datetime]:
    """From Monday's first moment in Belgium until the next one's."""
    first = monday_of(day)
    return _midnight(first), _midnight(first + _WEEK)


def judge(blocks: Sequence[Block], day: date) -> Judged:
    """Of the week of a day. `blocks` are in order and may lie around it, since a rest begins on the day before."""
    rules = rules_on(day)
    begins, ends = week_of(day)
    found: dict[UUID, list[Warned]] = {}

    def warn(block: Block, warned: Warned) -> None:
        known = found.setdefault(block.id, [])
        if all(each.code != warned.code for each in known):
            known.append(warned)

    daily = next(rest for rest in rules.rests if rest.default)
    for block in blocks:
        window = block.starts_at, block.starts_at + _DAY
        free, after = _longest_free(blocks, *window)
        if free < daily.minutes:
            late = next((each for each in blocks if each.starts_at == after), block)
            warn(
                late, Warned("rest_too_short", daily.rule, daily.certainty, minutes=free, limit=daily.minutes)
            )
    apart = timedelta(minutes=min(rest.minutes for rest in rules.rests))
    for first, minutes in _runs(blocks, apart):
        if minutes > rules.longest_day_minutes.value:
            warn(first, _over("day_too_long", "longest_day", minutes, rules.longest_day_minutes))
    for first, minutes in _runs(blocks, _PAUSE):
        if minutes < rules.shortest_service_minutes.value:
            warn(
                first, _over("service_too_short", "shortest_service", minutes, rules.shortest_service_minutes)
            )
    worked = _worked(blocks, begins, ends)
    week = []
    if worked > rules.longest_week_minutes.value:
        week.append(_over("week_too_long", "longest_week", worked, rules.longest_week_minutes))
    free = _weekly_free(blocks, begins, ends)
    if free < rules.weekly_rest_minutes.value:
        week.append(_over("week_rest_too_short", "weekly_rest", free, rules.weekly_rest_minutes))
    return Judged(found, week, worked)


def _over(code: str, rule: str, minutes: int, limit: Known) -> Warned:
    return Warned(code, rule, limit.certainty, minutes=minutes, limit=limit.value)


def _worked(blocks: Sequence[Block], begins: datetime, ends: datetime) -> int:
    shared = (min(each.ends_at, ends) - max(each.starts_at, begins) for each in blocks)
    return _minutes(sum((each for each in shared if each > timedelta()), timedelta()))


def _longest_free(blocks: Sequence[Block], begins: datetime, ends: datetime) -> tuple[int, datetime]:
    """The longest stretch without work inside a period, and the moment at which it ends."""
    longest, until, free_from = timedelta(), begins, begins
    for block in [*blocks, None]:
        starts = block.starts_at if block else ends
        gap = min(starts, ends) - free_from
        if gap > longest and free_from < ends:
            longest, until = gap, min(starts, ends)
        if block:
            free_from = max(free_from, block.ends_at)
    return _minutes(longest), until


def _weekly_free(blocks: Sequence[Block], begins: datetime, ends: datetime) -> int:
    """The longest stretch without work of which a whole day lies in the week; it may begin before it or end after."""
    longest, free_from = timedelta(), begins - AROUND
    for starts, until in [
        *((each.starts_at, each.ends_at) for each in blocks),
        (ends + AROUND, ends + AROUND),
    ]:
        if min(starts, ends) - max(free_from, begins) >= _DAY:
            longest = max(longest, starts - free_from)
        free_from = max(free_from, until)
    return _minutes(longest)


def _runs(blocks: Sequence[Block], apart: timedelta) -> Iterator[tuple[Block, int]]:
    """Blocks with less than `apart` between them, as the first of them and what they count together."""
    first, ends, minutes = None, None, 0
    for block in blocks:
        if first is not None and ends is not None and block.starts_at - ends >= apart:
            yield first, minutes
            first, minutes = None, 0
        first, ends = first or block, block.ends_at
        minutes += _minutes(block.ends_at - block.starts_at)
    if first is not None:
        yield first, minutes


def _minutes(length: timedelta) -> int:
    return int(length / timedelta(minutes=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BRUSSELS).astimezone(UTC)
