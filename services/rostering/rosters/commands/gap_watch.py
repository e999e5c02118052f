"""The timer that warns of a gap that nobody meant, so many hours before; once for each gap and threshold."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.configuration.copy import days_off_here
from services.rostering.rosters.commands.truth import WATCH_GAPS, locked_settings, published_in
from services.rostering.rosters.coverage import Excuse, Gap
from services.rostering.rosters.models import (
    LONGEST_SHIFT,
    AbsenceRow,
    GapAlert,
    IntendedGap,
    RosterSettings,
    gaps_of,
    present,
)
from services.rostering.rosters.stretches import Stretch
from services.rostering.rosters.unfolding import Turn
from shared import timers
from shared.contracts.rostering import GapNear
from shared.db import uuid7
from shared.outbox import publish

__all__ = ["WATCH_GAPS", "watch_gaps"]

_LOOK_AGAIN = timedelta(days=1)


async def watch_gaps(session: AsyncSession, tenant: str, ref: UUID, *, now: datetime) -> None:
    """Warn of what comes near, and look again when the next does. Harmless when repeated or out of date."""
    settings = await locked_settings(session)
    if settings.watch_ref != ref:
        return
    found = await _coming_gaps(session, settings, now=now)
    due = [alert for gap in found if (alert := _due(gap, settings.gap_alert_hours, now=now)) is not None]
    for gap, hours in due:
        await _warn(session, tenant, gap, hours, now=now)
    moments = [gap.starts_at - timedelta(hours=hours) for gap in found for hours in settings.gap_alert_hours]
    again = min([moment for moment in moments if moment > now] + [now + _LOOK_AGAIN])
    settings.watch_ref = uuid7()
    timers.schedule(session, tenant, again, WATCH_GAPS, settings.watch_ref)


async def _coming_gaps(session: AsyncSession, settings: RosterSettings, *, now: datetime) -> list[Gap]:
    """Gaps that nobody meant and that are not over; what lies before the first shift of a level is none."""
    farthest = timedelta(hours=max(settings.gap_alert_hours, default=0)) + _LOOK_AGAIN
    stretch = Stretch(now - LONGEST_SHIFT, now + farthest)
    shifts = await published_in(session, stretch)
    away = await session.scalars(select(AbsenceRow).where(AbsenceRow.ends_at > stretch.starts_at))
    meant = await session.scalars(select(IntendedGap).where(IntendedGap.ends_at > stretch.starts_at))
    absences = [row.absence for row in away]
    turns = present((shift.turn for shift in shifts), absences)
    found = gaps_of(
        turns,
        absences,
        [Excuse(each.level, each.starts_at, each.ends_at, each.reason) for each in meant],
        stretch,
        levels=settings.required_levels,
        hours=settings.needed_hours(await days_off_here(session)),
    )
    unmeant = [gap for gap in found if not gap.reason]
    return [
        gap for gap in one_of_a_row(unmeant, turns) if gap.ends_at > now and gap.starts_at > stretch.starts_at
    ]


def one_of_a_row(gaps: Iterable[Gap], turns: Sequence[Turn]) -> list[Gap]:
    """Gaps between which nobody has duty at all are one: a week without anybody is not warned of night by night."""
    found: list[Gap] = []
    for gap in sorted(gaps, key=lambda each: (each.level, each.starts_at)):
        last = found[-1] if found and found[-1].level == gap.level else None
        if last is not None and not any(
            turn.level == gap.level and turn.starts_at < gap.starts_at and turn.ends_at > last.ends_at
            for turn in turns
        ):
            found[-1] = last._replace(ends_at=gap.ends_at)
        else:
            found.append(gap)
    return found


def _due(gap: Gap, thresholds: Iterable[int], *, now: datetime) -> tuple[Gap, int] | None:
    """The nearest threshold that the gap has come within."""
    passed = [hours for hours in thresholds if gap.starts_at - timedelta(hours=hours) <= now]
    return (gap, min(passed)) if passed else None


async def _warn(session: AsyncSession, tenant: str, gap: Gap, hours: int, *, now: datetime) -> None:
    new = insert(GapAlert).values(level=gap.level, gap_starts_at=gap.starts_at, threshold_hours=hours, at=now)
    row = await session.scalar(new.on_conflict_do_nothing().returning(GapAlert.level))
    if row is None:
        return
    publish(
        session,
        GapNear(
            id=uuid7(),
            occurred_at=now,
            tenant=tenant,
            level=gap.level,
            starts_at=gap.starts_at,
            ends_at=gap.ends_at,
            threshold_hours=hours,
        ),
    )
