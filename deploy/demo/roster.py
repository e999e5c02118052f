"""Plans the demo rosters: weekly turns with the hand-over on Monday at 08:00, some weeks back and four ahead."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.demo.workshop import BRUSSELS, Cast, Workshop, at
from services.rostering.rosters import commands
from services.rostering.rosters.models import PARTNER_ZONE, Shift
from shared import outbox
from shared.auth import Principal
from shared.contracts.rostering import ChangeRosterSettings, KeepPartnerZone, PlanShift

HAND_OVER = time(8)
_WEEK = timedelta(days=7)
_PLANNED_BEFORE = timedelta(days=21)
_WEEKS_AHEAD = 4
_ANSWER_MINUTES = 10
_ZONES = (
    KeepPartnerZone(name="PZ Ninove", phone="0470 00 00 91", note="Vraag de officier van dienst."),
    KeepPartnerZone(name="PZ Denderleeuw-Haaltert", phone="0470 00 00 92", note="Om de beurt, per week."),
)


async def plan(workshop: Workshop, cast: Cast, *, now: datetime) -> None:
    """Nothing when somebody planned anything already."""
    tenant = cast.tenant
    planner = cast.with_role("spot_coordinator") or cast.with_role("team_coordinator")
    turns = {level: cast.with_role(role) for level, role in tenant.on_call.items()}
    monday = first_monday(now)
    async with workshop.transaction("rostering", tenant.key) as session:
        if await session.scalar(select(Shift.id).limit(1)) is not None:
            return
        settings = ChangeRosterSettings(answer_minutes=_ANSWER_MINUTES, levels=tenant.levels)
        await commands.change_settings(session, cast.principal(planner[0], now=now), settings, now=now)
        zones = await _zones(session, cast.principal(planner[0], now=now), tenant.levels, now=now)
        for week in range(-tenant.weeks_back, _WEEKS_AHEAD + 1):
            starts_at, ends_at = (
                at(monday + week * _WEEK, HAND_OVER),
                at(monday + (week + 1) * _WEEK, HAND_OVER),
            )
            planned_at = min(now, starts_at - _PLANNED_BEFORE)
            for position, level in enumerate(tenant.levels):
                # each level one turn further, so that nobody stands at two of them
                people = turns.get(level, [])
                shift = PlanShift(
                    user_id=people[(week + position) % len(people)] if people else None,
                    partner_zone_id=None if people else zones[week % len(zones)],
                    level=level,
                    starts_at=starts_at,
                    ends_at=ends_at,
                )
                await commands.plan_shift(
                    session, cast.principal(planner[0], now=planned_at), shift, now=planned_at
                )
        outbox.withhold(session)


async def _zones(
    session: AsyncSession, planner: Principal, levels: list[str], *, now: datetime
) -> list[UUID]:
    """The partner zones, for a tenant that has them stand in."""
    if PARTNER_ZONE not in levels:
        return []
    entered = [await commands.keep_partner_zone(session, planner, zone, now=now) for zone in _ZONES]
    return [ref.partner_zone_id for ref in entered]


def first_monday(now: datetime) -> date:
    """The Monday on which the running week of duty began: before the hand-over it is still last week's."""
    today = now.astimezone(BRUSSELS)
    monday = today.date() - timedelta(days=today.weekday())
    return monday if now >= at(monday, HAND_OVER) else monday - _WEEK
