"""A week of hours for who planned it and for who coordinates; for colleagues only who works now."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.call_outs.hours import BRUSSELS, Warned
from services.rostering.own_hours.models import OwnHours
from services.rostering.own_hours.rest import AROUND, Block, judge, monday_of, week_of
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.call_outs import RestWarning
from shared.contracts.own_hours import HoursBlock, OnDutyNow, OwnWeek, TeamWeek
from shared.errors import Invalid

_YEARS = 100


async def own_week(
    session: AsyncSession, principal: Principal, day: date | None = None, *, now: datetime
) -> OwnWeek:
    """The week of a day, today's without one. Raises `Invalid` for a day in another age."""
    principal.require(Permission.HOURS_PLAN)
    wanted = _day(day, now)
    rows = await _rows(session, wanted, principal.user_id)
    return _week(principal.user_id, rows, wanted)


async def team_week(
    session: AsyncSession, principal: Principal, day: date | None = None, *, now: datetime
) -> TeamWeek:
    """For who coordinates: everybody's, with the same warnings. Raises `Invalid` for a day in another age."""
    principal.require(Permission.ROSTER_MANAGE)
    wanted = _day(day, now)
    planned = defaultdict[UUID, list[OwnHours]](list)
    for row in await _rows(session, wanted):
        planned[row.user_id].append(row)
    audit.record(session, principal, "team_week", now=now, object_kind="own_hours")
    weeks = [_week(user_id, rows, wanted) for user_id, rows in planned.items()]
    return TeamWeek(first_day=monday_of(wanted), weeks=[week for week in weeks if week.blocks])


async def on_duty_now(session: AsyncSession, principal: Principal, *, now: datetime) -> OnDutyNow:
    """That somebody works now; not until when, nor where."""
    principal.require(Permission.ON_CALL_READ)
    found = await session.scalars(
        select(OwnHours.user_id).where(OwnHours.starts_at <= now, OwnHours.ends_at > now).distinct()
    )
    return OnDutyNow(users=sorted(found))


def _day(day: date | None, now: datetime) -> date:
    today = now.astimezone(BRUSSELS).date()
    if day is not None and abs(day.year - today.year) > _YEARS:
        raise Invalid({"day": "too_far"})
    return day or today


async def _rows(session: AsyncSession, day: date, user_id: UUID | None = None) -> Sequence[OwnHours]:
    begins, ends = week_of(day)
    wanted = (
        select(OwnHours)
        .where(OwnHours.starts_at < ends + AROUND, OwnHours.ends_at > begins - AROUND)
        .order_by(OwnHours.starts_at, OwnHours.id)
    )
    if user_id is not None:
        wanted = wanted.where(OwnHours.user_id == user_id)
    return (await session.scalars(wanted)).all()


def _week(user_id: UUID, rows: Sequence[OwnHours], day: date) -> OwnWeek:
    begins, ends = week_of(day)
    judged = judge([Block(row.id, row.starts_at, row.ends_at) for row in rows], day)
    return OwnWeek(
        user_id=user_id,
        first_day=monday_of(day),
        blocks=[
            HoursBlock(
                block_id=row.id,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                activity=row.activity,
                area=row.area,
                version=row.version,
                warnings=_told(judged.blocks.get(row.id, ())),
            )
            for row in rows
            if row.starts_at < ends and row.ends_at > begins
        ],
        minutes=judged.minutes,
        warnings=_told(judged.week),
    )


def _told(warned: Iterable[Warned]) -> list[RestWarning]:
    return [
        RestWarning(
            code=each.code, rule=each.rule, minutes=each.minutes, limit=each.limit, certainty=each.certainty
        )
        for each in warned
    ]
