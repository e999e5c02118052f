"""Arithmetic with stretches of absolute time: joined, cut, crossed. Pure; wall clocks come in only by `at_wall`."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """From `starts_at` until just before `ends_at`."""

    starts_at: datetime
    ends_at: datetime


def at_wall(day: date, clock: time) -> datetime:
    """The moment at which Brussels' clocks show this.

    In spring's skipped hour that is as much after the change as was meant before it; in autumn the first of the two.
    """
    return datetime.combine(day, clock, BRUSSELS).astimezone(UTC)


def wall_day(moment: datetime) -> date:
    return moment.astimezone(BRUSSELS).date()


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time in as few stretches as can be, in order."""
    found: list[Stretch] = []
    for each in sorted(stretches):
        if each.ends_at <= each.starts_at:
            continue
        if found and each.starts_at <= found[-1].ends_at:
            found[-1] = Stretch(found[-1].starts_at, max(found[-1].ends_at, each.ends_at))
        else:
            found.append(Stretch(*each))
    return found


def cut(stretches: Iterable[Stretch], holes: Iterable[Stretch]) -> list[Stretch]:
    """What is left of each stretch outside the holes; stretches that touch are not joined."""
    left = [each for each in stretches if each.ends_at > each.starts_at]
    for hole in joined(holes):
        left = [part for each in left for part in _around(each, hole)]
    return sorted(left)


def _around(each: Stretch, hole: Stretch) -> list[Stretch]:
    if hole.ends_at <= each.starts_at or hole.starts_at >= each.ends_at:
        return [each]
    parts = (Stretch(each.starts_at, hole.starts_at), Stretch(hole.ends_at, each.ends_at))
    return [part for part in parts if part.ends_at > part.starts_at]


def crossed(stretches: Iterable[Stretch], windows: Iterable[Stretch]) -> list[Stretch]:
    """What of each stretch lies inside the windows."""
    inside = joined(windows)
    found = (
        Stretch(max(each.starts_at, window.starts_at), min(each.ends_at, window.ends_at))
        for each in stretches
        for window in inside
    )
    return sorted(part for part in found if part.ends_at > part.starts_at)


def minutes_of(stretches: Iterable[Stretch]) -> int:
    """Real minutes, also across a change of the clock."""
    return sum(
        int((each.ends_at.astimezone(UTC) - each.starts_at.astimezone(UTC)) / timedelta(minutes=1))
        for each in stretches
    )
