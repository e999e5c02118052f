"""Shifts and the roster's settings as they are stored, and the arithmetic of who is on duty."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts.rostering import LEVELS
from shared.db import Base
from shared.errors import Invalid

LONGEST_SHIFT = timedelta(days=14)
FARTHEST_SHIFT = timedelta(days=3 * 366)
GAP_HORIZON = timedelta(days=7)


class Shift(Base):
    """One person on duty at one level, from `starts_at` until just before `ends_at`."""

    __tablename__ = "shifts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    level: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RosterSettings(Base):
    """The tenant's own: minutes to wait for an answer, and the levels in the order in which they are rung."""

    __tablename__ = "roster_settings"

    only_row: Mapped[bool] = mapped_column(primary_key=True)
    answer_minutes: Mapped[int]
    levels: Mapped[list[str]] = mapped_column(ARRAY(Text))


class Duty(NamedTuple):
    """A shift as the call-outs see it; `busy` when the person is out on a call-out at this moment."""

    level: str
    user_id: UUID
    starts_at: datetime
    ends_at: datetime
    busy: bool = False


def length_in_minutes(starts_at: datetime, ends_at: datetime) -> int:
    """Real minutes: a night in which the clock changes has an hour less or more (S05)."""
    # Python subtracts moments of the same zone by their wall clocks, so both are brought to UTC first.
    return int((ends_at.astimezone(UTC) - starts_at.astimezone(UTC)) / timedelta(minutes=1))


def check_shift(
    level: str, starts_at: datetime, ends_at: datetime, *, levels: Sequence[str], now: datetime
) -> None:
    """Raise `Invalid` with a code for every wrong field."""
    wrong: dict[str, str] = {}
    if level not in levels:
        wrong["level"] = "level_unknown"
    wrong |= wrong_period({"starts_at": starts_at, "ends_at": ends_at}, longest=LONGEST_SHIFT, now=now)
    if wrong:
        raise Invalid(wrong)


def wrong_period(period: dict[str, datetime], *, longest: timedelta, now: datetime) -> dict[str, str]:
    """What is wrong with a period of two named moments, the first before the second: a code for each field."""
    wrong = {name: "time_zone_missing" for name, moment in period.items() if moment.tzinfo is None}
    if wrong:
        return wrong
    wrong = {name: "too_far" for name, moment in period.items() if abs(moment - now) > FARTHEST_SHIFT}
    if wrong:
        return wrong
    (_, starts_at), (end_name, ends_at) = period.items()
    if ends_at <= starts_at:
        return {end_name: "ends_before_start"}
    return {end_name: "too_long"} if ends_at - starts_at > longest else {}


def check_levels(levels: Sequence[str]) -> None:
    """At least one level, each known and once."""
    if not levels:
        raise Invalid({"levels": "required"})
    if any(level not in LEVELS for level in levels):
        raise Invalid({"levels": "level_unknown"})
    if len(set(levels)) != len(levels):
        raise Invalid({"levels": "level_twice"})


def on_duty(duties: Iterable[Duty], *, now: datetime) -> list[Duty]:
    """Who is on duty at `now`; half-open, so that at a hand-over there is one and never two."""
    return [duty for duty in duties if duty.starts_at <= now < duty.ends_at]


def next_duty(duties: Iterable[Duty], level: str, *, now: datetime) -> Duty | None:
    """Who follows at a level."""
    coming = [duty for duty in duties if duty.level == level and duty.starts_at > now]
    return min(coming, key=lambda duty: duty.starts_at, default=None)


def first_gap(duties: Iterable[Duty], level: str, *, now: datetime) -> datetime | None:
    """The first moment within a week at which nobody is on duty at a level."""
    covered_until = now
    for duty in sorted(duties, key=lambda duty: duty.starts_at):
        if duty.level == level and duty.starts_at <= covered_until:
            covered_until = max(covered_until, duty.ends_at)
    return covered_until if covered_until < now + GAP_HORIZON else None
