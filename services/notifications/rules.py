"""When a message may leave and over which channels: pure arithmetic on clocks, counts and states."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

BRUSSELS = ZoneInfo("Europe/Brussels")
_MINUTE = timedelta(minutes=1)
_HOUR = 60
_DAY = 24 * _HOUR

EMAIL, SMS, PUSH = "email", "sms", "push"
CHANNELS = (SMS, PUSH, EMAIL)
"""In the order in which they wake somebody."""


# --- quiet hours -----------------------------------------------------------------------------------------------------


class Quiet(Struct, frozen=True):
    """From one minute of the day to another on Brussels' clock, past midnight when it begins later than it ends."""

    begins: int
    ends: int

    def covers(self, moment: datetime) -> bool:
        """Whether the clock on the wall stands inside it; equal ends mean never."""
        wall = moment.astimezone(BRUSSELS)
        minute = wall.hour * _HOUR + wall.minute
        if self.begins <= self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends

    def ends_after(self, moment: datetime) -> datetime:
        """The first moment from `moment` on that is not quiet: by minutes, so that no clock change deceives it."""
        if not self.covers(moment):
            return moment
        at = moment.astimezone(UTC).replace(second=0, microsecond=0)
        for _ in range(_DAY + 2 * _HOUR):
            at += _MINUTE
            if not self.covers(at):
                return at
        return moment  # quiet all day long is no rule that anybody can mean


# --- not too much at once --------------------------------------------------------------------------------------------


class Limit(Struct, frozen=True):
    """So many of one kind to one person within a time. The first half may go at once, the rest is spread evenly."""

    count: int
    within: timedelta


LIMITS = (Limit(3, timedelta(minutes=15)), Limit(7, timedelta(hours=1)), Limit(15, timedelta(hours=3)))
"""After GoAlert's throttle rules; ours hold for what is not urgent, so that an alarm is never slowed down."""

LONGEST = max(limit.within for limit in LIMITS)


def free_at(sent: Iterable[datetime], now: datetime, limits: Sequence[Limit] = LIMITS) -> datetime:
    """When the next one may leave, by what left before."""
    history = sorted(sent)
    return max((_free_of(limit, history, now) for limit in limits), default=now)


def _free_of(limit: Limit, history: list[datetime], now: datetime) -> datetime:
    recent = [at for at in history if at > now - limit.within]
    free = now
    if len(recent) >= limit.count:
        free = max(free, recent[-limit.count] + limit.within)
    if len(recent) * 2 >= limit.count:
        free = max(free, recent[-1] + limit.within / limit.count)
    return free


# --- every week ------------------------------------------------------------------------------------------------------


def next_weekly(weekday: int, minute: int, after: datetime) -> datetime:
    """The first moment after `after` at which the wall in Brussels shows this weekday (Monday 0) and minute.

    A time that the clock skips is the moment after the jump; of one that comes twice, the first.
    """
    here = after.astimezone(BRUSSELS)
    days = (weekday - here.weekday()) % 7
    for week in (0, 7):
        day = here.date() + timedelta(days=days + week)
        wall = datetime(day.year, day.month, day.day, minute // _HOUR, minute % _HOUR, tzinfo=BRUSSELS)
        moment = wall.astimezone(UTC)
        if moment > after:
            return moment
    raise AssertionError("one of two weeks lies ahead")


# --- over which channels ---------------------------------------------------------------------------------------------


class Way(Struct, frozen=True):
    """One channel to a person: is there an address or device, was it proved, and did the last message fail for good?"""

    there: bool = False
    proved: bool = False
    broken: bool = False


class Plan(Struct, frozen=True):
    """Over which channels to try, and of which the sender should know that they may not work."""

    channels: tuple[str, ...]
    doubtful: tuple[str, ...] = ()

    @property
    def hopeless(self) -> bool:
        """Nothing can be tried: somebody must be told."""
        return not self.channels


def plan(ways: dict[str, Way], *, urgent: bool, wishes: frozenset[str] = frozenset(CHANNELS)) -> Plan:
    """What is urgent goes over everything that is there, whatever was wished; the rest over what is wished and works.

    A channel that is not proved or failed lately is left out only while a better one is tried: the last one never is.
    """
    there = [channel for channel in CHANNELS if ways.get(channel, Way()).there]
    doubtful = tuple(channel for channel in there if not ways[channel].proved or ways[channel].broken)
    if urgent:
        return Plan(tuple(there), doubtful)
    wished = [channel for channel in there if channel in wishes]
    sound = [channel for channel in wished if channel not in doubtful]
    chosen = tuple(sound or wished)
    return Plan(chosen, tuple(channel for channel in chosen if channel in doubtful))
