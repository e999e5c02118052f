"""Shifts and the roster's settings as they are stored, and the arithmetic of who is on duty."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, ForeignKey, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts.rostering import LEVELS, PlanShift
from shared.db import Base
from shared.errors import Invalid

LONGEST_SHIFT = timedelta(days=14)
FARTHEST_SHIFT = timedelta(days=3 * 366)
GAP_HORIZON = timedelta(days=7)
PARTNER_ZONE = "partner_zone"
"""The level at which another police zone has duty."""


class PartnerZone(Base):
    """Another police zone that stands in by agreement."""

    __tablename__ = "partner_zones"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    active: Mapped[bool]
    version: Mapped[int]


class Shift(Base):
    """One person, or one partner zone, on duty at one level, from `starts_at` until just before `ends_at`."""

    __tablename__ = "shifts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
    partner_zone_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_zones.id"))
    level: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RosterSettings(Base):
    """The tenant's own: minutes to wait for an answer, and the levels in the order in which they are rung."""

    __tablename__ = "roster_settings"

    only_row: Mapped[bool] = mapped_column(primary_key=True)
    answer_minutes: Mapped[int]
    levels: Mapped[list[str]] = mapped_column(ARRAY(Text))


class Span(Protocol):
    """What has a place in time at a level."""

    @property
    def level(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


class Duty(NamedTuple):
    """A member's shift as the call-outs see it; `busy` when she is out on a call-out at this moment."""

    level: str
    user_id: UUID
    starts_at: datetime
    ends_at: datetime
    busy: bool = False


class ZoneDuty(NamedTuple):
    """A partner zone's shift. It is no `Duty`: a zone is called by hand, and nothing rings it."""

    level: str
    partner_zone_id: UUID
    name: str
    phone: str
    starts_at: datetime
    ends_at: datetime


AnyDuty = TypeVar("AnyDuty", bound=Span)


def length_in_minutes(starts_at: datetime, ends_at: datetime) -> int:
    """Real minutes: a night in which the clock changes has an hour less or more (S05)."""
    # Python subtracts moments of the same zone by their wall clocks, so both are brought to UTC first.
    return int((ends_at.astimezone(UTC) - starts_at.astimezone(UTC)) / timedelta(minutes=1))


def check_shift(command: PlanShift, *, levels: Sequence[str], now: datetime) -> None:
    """Raise `Invalid` with a code for every wrong field."""
    wrong: dict[str, str] = {}
    if command.level not in levels:
        wrong["level"] = "level_unknown"
    else:
        wrong |= wrong_holder(command.level, command.user_id, command.partner_zone_id)
    period = {"starts_at": command.starts_at, "ends_at": command.ends_at}
    wrong |= wrong_period(period, longest=LONGEST_SHIFT, now=now)
    if wrong:
        raise Invalid(wrong)


def wrong_holder(level: str, user_id: UUID | None, partner_zone_id: UUID | None) -> dict[str, str]:
    """A partner zone and nobody else at its own level, a member at every other: a code for what is amiss."""
    wanted, unwanted = ("user_id", user_id), ("partner_zone_id", partner_zone_id)
    if level == PARTNER_ZONE:
        wanted, unwanted = unwanted, wanted
    wrong = {} if wanted[1] is not None else {wanted[0]: "required"}
    return wrong if unwanted[1] is None else {**wrong, unwanted[0]: "not_at_this_level"}


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


def on_duty(duties: Iterable[AnyDuty], *, now: datetime) -> list[AnyDuty]:
    """Who is on duty at `now`; half-open, so that at a hand-over there is one and never two."""
    return [duty for duty in duties if duty.starts_at <= now < duty.ends_at]


def next_duty(duties: Iterable[AnyDuty], level: str, *, now: datetime) -> AnyDuty | None:
    """Who follows at a level."""
    coming = [duty for duty in duties if duty.level == level and duty.starts_at > now]
    return min(coming, key=lambda duty: duty.starts_at, default=None)


def first_gap(duties: Iterable[Span], level: str, *, now: datetime) -> datetime | None:
    """The first moment within a week at which nobody is on duty at a level."""
    covered_until = now
    for duty in sorted(duties, key=lambda duty: duty.starts_at):
        if duty.level == level and duty.starts_at <= covered_until:
            covered_until = max(covered_until, duty.ends_at)
    return covered_until if covered_until < now + GAP_HORIZON else None
