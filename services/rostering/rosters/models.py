"""Shifts and the roster's settings as they are stored, and the arithmetic of who is on duty."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, ForeignKey, Integer, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.rostering.rosters.coverage import ALWAYS, Excuse, Gap, Hours, gaps, windows
from services.rostering.rosters.stretches import DAY, Stretch, at_wall
from services.rostering.rosters.unfolding import Absence, Override, Rotation, Turn, without
from shared.contracts.rostering import PlanShift
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
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @property
    def turn(self) -> Turn:
        return turn_of(self.level, self.user_id, self.partner_zone_id, self.starts_at, self.ends_at)


class RosterSettings(Base):
    """The tenant's own: how people are rung, and where and when duty must be filled."""

    __tablename__ = "roster_settings"

    only_row: Mapped[bool] = mapped_column(primary_key=True)
    answer_minutes: Mapped[int]
    levels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    required_levels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    needed: Mapped[str] = mapped_column(Text)
    office_from: Mapped[time]
    office_until: Mapped[time]
    gap_alert_hours: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    watch_ref: Mapped[UUID | None] = mapped_column(Uuid)

    def needed_hours(self, days_off: frozenset[date]) -> Hours:
        return needed_hours(self.needed, self.office_from, self.office_until, days_off)


class RotationRow(Base):
    """People who follow each other at a level."""

    __tablename__ = "rotations"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    holders: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    pattern: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    hand_over: Mapped[time]
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    hours_from: Mapped[time]
    hours_until: Mapped[time]
    free_days: Mapped[bool]
    active: Mapped[bool]
    version: Mapped[int]

    def rotation(self, days_off: frozenset[date]) -> Rotation:
        return Rotation(
            level=self.level,
            kind=self.kind,
            holders=tuple(self.holders),
            pattern=tuple(self.pattern),
            hand_over=self.hand_over,
            first_day=self.first_day,
            last_day=self.last_day,
            hours=Hours(self.hours_from, self.hours_until, self.free_days, days_off),
        )


class Draft(Base):
    """The plan of some days, until it is published. `version` counts what was done to it."""

    __tablename__ = "roster_drafts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    state: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[UUID] = mapped_column(Uuid)

    @property
    def stretch(self) -> Stretch:
        """From midnight to midnight; a shift belongs to the draft in which it begins."""
        return Stretch(at_wall(self.first_day, time()), at_wall(self.last_day + DAY, time()))


class DraftShiftRow(Base):
    """A shift as it is planned."""

    __tablename__ = "draft_shifts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("roster_drafts.id"))
    level: Mapped[str] = mapped_column(Text)
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
    partner_zone_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_zones.id"))
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    source: Mapped[str] = mapped_column(Text)

    @property
    def turn(self) -> Turn:
        return turn_of(self.level, self.user_id, self.partner_zone_id, self.starts_at, self.ends_at)


class DraftEditRow(Base):
    """What was done to a draft, for whoever works on it too."""

    __tablename__ = "draft_edits"

    draft_id: Mapped[UUID] = mapped_column(ForeignKey("roster_drafts.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    user_id: Mapped[UUID] = mapped_column(Uuid)
    action: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    holder: Mapped[UUID | None] = mapped_column(Uuid)
    starts_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class OverrideRow(Base):
    """An exception for a period: somebody is added, replaced or taken off."""

    __tablename__ = "roster_overrides"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
    replaces: Mapped[UUID | None] = mapped_column(Uuid)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    entered_by: Mapped[UUID] = mapped_column(Uuid)
    entered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @property
    def override(self) -> Override:
        return Override(
            kind=self.kind,
            level=self.level,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            user_id=self.user_id,
            replaces=self.replaces,
        )


class AbsenceRow(Base):
    """A member is away."""

    __tablename__ = "absences"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[UUID] = mapped_column(Uuid)
    entered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @property
    def absence(self) -> Absence:
        return Absence(user_id=self.user_id, starts_at=self.starts_at, ends_at=self.ends_at)


class IntendedGap(Base):
    """Nobody is meant to have duty at a level, and why."""

    __tablename__ = "intended_gaps"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    level: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[UUID] = mapped_column(Uuid)
    entered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class GapAlert(Base):
    """That somebody was warned of a gap, so many hours before."""

    __tablename__ = "gap_alerts"

    level: Mapped[str] = mapped_column(Text, primary_key=True)
    gap_starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    threshold_hours: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CalendarFeedRow(Base):
    """A secret link to somebody's duties; the secret is known by its SHA-256 only."""

    __tablename__ = "calendar_feeds"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    digest: Mapped[str] = mapped_column(Text)
    full_roster: Mapped[bool]
    reminder_minutes: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    language: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class OnRoster(Protocol):
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


AnyDuty = TypeVar("AnyDuty", bound=OnRoster)


def turn_of(
    level: str,
    user_id: UUID | None,
    partner_zone_id: UUID | None,
    starts_at: datetime,
    ends_at: datetime,
) -> Turn:
    """A shift for the arithmetic, where it does not matter whether a member or a zone holds it."""
    holder = user_id or partner_zone_id
    assert holder is not None  # noqa: S101 - the table holds one of the two
    return Turn(level, holder, starts_at, ends_at)


def needed_hours(
    needed: str, office_from: time, office_until: time, days_off: frozenset[date] = frozenset()
) -> Hours:
    """When duty must be filled: always, or not during office hours of working days."""
    return ALWAYS if needed == "always" else Hours(office_until, office_from, True, days_off)


def present(turns: Iterable[Turn], absences: Iterable[Absence]) -> list[Turn]:
    """The turns as far as their holder is there."""
    left = list(turns)
    for absence in absences:
        left = without(left, absence.user_id, Stretch(absence.starts_at, absence.ends_at))
    return left


def gaps_of(
    turns: Iterable[Turn],
    absences: Iterable[Absence],
    excuses: Sequence[Excuse],
    stretch: Stretch,
    *,
    levels: Iterable[str],
    hours: Hours,
) -> list[Gap]:
    """Where a level that must be filled is not, in order of time."""
    there, needed = present(turns, absences), windows(hours, *stretch)
    found = [
        gap
        for level in levels
        for gap in gaps(level, [turn.stretch for turn in there if turn.level == level], needed, excuses)
    ]
    return sorted(found, key=lambda gap: gap.starts_at)


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


def on_duty(duties: Iterable[AnyDuty], *, now: datetime) -> list[AnyDuty]:
    """Who is on duty at `now`; half-open, so that at a hand-over there is one and never two."""
    return [duty for duty in duties if duty.starts_at <= now < duty.ends_at]


def next_duty(duties: Iterable[AnyDuty], level: str, *, now: datetime) -> AnyDuty | None:
    """Who follows at a level."""
    coming = [duty for duty in duties if duty.level == level and duty.starts_at > now]
    return min(coming, key=lambda duty: duty.starts_at, default=None)
