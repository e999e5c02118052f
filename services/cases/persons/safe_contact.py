"""When and how somebody may be reached without danger. Pure: the rules are handed in, and `now`."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.contracts.persons import MayCall, SafeContact, SafeWindow

BRUSSELS = ZoneInfo("Europe/Brussels")
_DAY = timedelta(days=1)
_CLOCK_MOVES = time(1, tzinfo=UTC)
"""Summer time begins and ends at this hour everywhere in the Union; on other days it changes nothing."""
_DAYS_AHEAD = 9
"""A window comes back within a week; a day more for one over midnight and one for a clock that moves."""


def may_call(safe: SafeContact, now: datetime) -> MayCall:
    """Whether the rules let one call now; until when if so, and when the next window is if not."""
    if safe.no_calls:
        return MayCall(allowed=False, why="no_calls")
    if not safe.windows:
        return MayCall(allowed=True)
    if _open_at(safe.windows, now):
        return MayCall(allowed=True, until=_first_change(safe.windows, now, to_open=False))
    opens = _first_change(safe.windows, now, to_open=True)
    if opens is None:
        return MayCall(allowed=False, why="outside_hours")
    closes = _first_change(safe.windows, opens, to_open=False)
    return MayCall(allowed=False, why="outside_hours", next_from=opens, next_until=closes)


def may_write_to(safe: SafeContact) -> bool:
    """Whether a letter may go to where the person lives."""
    return not safe.no_letters


def may_visit(safe: SafeContact) -> bool:
    """Whether somebody may stand at the door."""
    return not safe.no_visits


def same_hours_twice(safe: SafeContact) -> bool:
    """A window that ends as it starts says nothing: neither no time nor a whole day."""
    return any(window.starts == window.ends for window in safe.windows)


def _open_at(windows: list[SafeWindow], moment: datetime) -> bool:
    """What the clock on the wall says decides, so a window is as long as it looks on each day that the clock moves."""
    wall = moment.astimezone(BRUSSELS)
    clock, weekday = wall.time(), wall.isoweekday()
    yesterday = (wall.date() - _DAY).isoweekday()
    for window in windows:
        if window.starts < window.ends:
            if weekday in window.weekdays and window.starts <= clock < window.ends:
                return True
        elif (weekday in window.weekdays and clock >= window.starts) or (
            yesterday in window.weekdays and clock < window.ends
        ):
            return True
    return False


def _first_change(windows: list[SafeWindow], after: datetime, *, to_open: bool) -> datetime | None:
    """The first moment after `after` at which it is open (or no longer is); None when it never changes."""
    changed = (
        moment for moment in _edges(windows, after) if moment > after and _open_at(windows, moment) is to_open
    )
    return min(changed, default=None)


def _edges(windows: list[SafeWindow], after: datetime) -> Iterator[datetime]:
    """Every moment at which a window can open or close in the days to come, in UTC."""
    first = after.astimezone(BRUSSELS).date() - _DAY
    for ahead in range(_DAYS_AHEAD + 1):
        day = first + ahead * _DAY
        yield datetime.combine(day, _CLOCK_MOVES)
        yield from _on_the_wall(day, time())
        for window in windows:
            yield from _on_the_wall(day, window.starts)
            yield from _on_the_wall(day, window.ends)


def _on_the_wall(day: date, clock: time) -> Iterator[datetime]:
    """An hour that comes twice is two moments."""
    for fold in (0, 1):
        yield datetime.combine(day, clock, BRUSSELS).replace(fold=fold).astimezone(UTC)
