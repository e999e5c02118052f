"""In which hours duty is needed or given, and where nobody has it. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from services.rostering.rosters.free_days import is_free
from services.rostering.rosters.stretches import DAY, Stretch, at_wall, crossed, cut, joined, wall_day

_MIDNIGHT = time()


class Hours(NamedTuple):
    """Hours of the day by the clock on the wall: `starts` to `ends`, over midnight when `ends` is not later.

    Equal hours are the whole day. `free_days`: weekends, public holidays and the tenant's `days_off` whole.
    """

    starts: time = _MIDNIGHT
    ends: time = _MIDNIGHT
    free_days: bool = True
    days_off: frozenset[date] = frozenset()


ALWAYS = Hours()


class Gap(NamedTuple):
    """Nobody has duty at a level. `reason` is why that is meant so; empty when it is not meant."""

    level: str
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


class Excuse(NamedTuple):
    """A stretch in which nobody is meant to have duty at a level, and why."""

    level: str
    starts_at: datetime
    ends_at: datetime
    reason: str


def windows(hours: Hours, starts_at: datetime, ends_at: datetime) -> list[Stretch]:
    """The stretches of these hours between two moments."""
    if hours.starts == hours.ends:
        return [Stretch(starts_at, ends_at)] if ends_at > starts_at else []
    return crossed(
        [Stretch(starts_at, ends_at)],
        (window for day in _days(starts_at, ends_at) for window in _of_day(hours, day)),
    )


def _days(starts_at: datetime, ends_at: datetime) -> Iterator[date]:
    """Every day that touches the stretch, and the one before, whose night reaches into it."""
    day = wall_day(starts_at) - DAY
    while day <= wall_day(ends_at):
        yield day
        day += DAY


def _of_day(hours: Hours, day: date) -> Iterator[Stretch]:
    over_midnight = hours.ends <= hours.starts
    yield Stretch(at_wall(day, hours.starts), at_wall(day + DAY if over_midnight else day, hours.ends))
    if hours.free_days and is_free(day, hours.days_off):
        yield Stretch(at_wall(day, _MIDNIGHT), at_wall(day + DAY, _MIDNIGHT))


def gaps(
    level: str, held: Iterable[Stretch], needed: Iterable[Stretch], excuses: Sequence[Excuse] = ()
) -> list[Gap]:
    """Where duty is needed and nobody has it, in order; what is excused stands apart, with its reason."""
    empty = cut(joined(needed), held)
    mine = [excuse for excuse in excuses if excuse.level == level]
    meant = [
        Gap(level, part.starts_at, part.ends_at, excuse.reason)
        for excuse in mine
        for part in crossed(empty, [Stretch(excuse.starts_at, excuse.ends_at)])
    ]
    unmeant = cut(empty, (Stretch(excuse.starts_at, excuse.ends_at) for excuse in mine))
    return sorted([*meant, *(Gap(level, part.starts_at, part.ends_at) for part in unmeant)])
