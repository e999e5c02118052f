"""Plans the demo rosters: weekly turns with the hand-over on Monday at 08:00, some weeks back and four ahead.

A police zone looks further: rotations that go on with those turns, a draft of the first month that is not planned yet
with a hole in it because somebody is on leave, and a colleague who takes over a Saturday night.
"""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.demo.workshop import BRUSSELS, Cast, Workshop, at
from services.rostering.rosters import commands
from services.rostering.rosters.models import PARTNER_ZONE, PartnerZone, RotationRow, Shift
from shared import outbox
from shared.auth import Principal
from shared.contracts.rostering import ChangeRosterSettings, KeepPartnerZone, PlanShift
from shared.contracts.rosters import BeginDraft, EnterAbsence, EnterOverride, FillDraft, KeepRotation

HAND_OVER = time(8)
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_PLANNED_BEFORE = timedelta(days=21)
_WEEKS_AHEAD = 4
_ANSWER_MINUTES = 10
_LEAVE_IN_WEEK = 7
"""Beyond what is planned, so that the hole is in the draft and in nobody's night."""
_ROTATION_NAMES = {
    "primary": "Eerste wacht", "secondary": "Tweede wacht", "backup": "Reserve",
    "partner_zone": "Partnerzones om de beurt", "coordinator": "Coördinatie",
}  # fmt: skip
_ZONES = (
    KeepPartnerZone(name="PZ Ninove", phone="0470 00 00 91", note="Vraag de officier van dienst."),
    KeepPartnerZone(name="PZ Denderleeuw-Haaltert", phone="0470 00 00 92", note="Om de beurt, per week."),
)


async def plan(workshop: Workshop, cast: Cast, *, now: datetime) -> None:
    """Nothing when somebody planned anything already."""
    tenant = cast.tenant
    planner = cast.with_role("spot_coordinator") or cast.with_role("team_coordinator")
    monday = first_monday(now)
    async with workshop.transaction("rostering", tenant.key) as session:
        if await session.scalar(select(Shift.id).limit(1)) is not None:
            return
        settings = ChangeRosterSettings(answer_minutes=_ANSWER_MINUTES, levels=tenant.levels)
        await commands.change_settings(session, cast.principal(planner[0], now=now), settings, now=now)
        zones = await _zones(session, cast.principal(planner[0], now=now), tenant.levels, now=now)
        turns = _turns(cast, zones)
        for week in range(-tenant.weeks_back, _WEEKS_AHEAD + 1):
            starts_at, ends_at = (
                at(monday + week * _WEEK, HAND_OVER),
                at(monday + (week + 1) * _WEEK, HAND_OVER),
            )
            planned_at = min(now, starts_at - _PLANNED_BEFORE)
            for level, holders in turns.items():
                holder = holders[week % len(holders)]
                shift = PlanShift(
                    user_id=None if level == PARTNER_ZONE else holder,
                    partner_zone_id=holder if level == PARTNER_ZONE else None,
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


def _turns(cast: Cast, zones: list[UUID]) -> dict[str, list[UUID]]:
    """Who follows whom at each level, from the running week on: each one turn further, so nobody stands at two."""
    turns = {}
    for position, level in enumerate(cast.tenant.levels):
        people = cast.with_role(cast.tenant.on_call[level]) if level in cast.tenant.on_call else []
        first = position % len(people) if people else 0
        turns[level] = [*people[first:], *people[:first]] or zones
    return turns


async def look_ahead(workshop: Workshop, cast: Cast, *, now: datetime) -> None:
    """Nothing when there are rotations already."""
    planner = cast.principal(cast.with_role("spot_coordinator")[0], now=now)
    monday = first_monday(now)
    async with workshop.transaction("rostering", cast.tenant.key) as session:
        if await session.scalar(select(RotationRow.id).limit(1)) is not None:
            return
        turns = _turns(cast, list(await session.scalars(select(PartnerZone.id).order_by(PartnerZone.id))))
        for level, holders in turns.items():
            rotation = KeepRotation(
                name=_ROTATION_NAMES[level],
                level=level,
                kind="weekly",
                holders=holders,
                hand_over=HAND_OVER,
                first_day=monday,
            )
            await commands.keep_rotation(session, planner, rotation, now=now)
        await _give_a_night_away(session, planner, turns, monday + _WEEK, now=now)
        off = monday + _LEAVE_IN_WEEK * _WEEK
        hers = turns["primary"][_LEAVE_IN_WEEK % len(turns["primary"])]
        leave = EnterAbsence(
            user_id=hers, starts_at=at(off, time()), ends_at=at(off + 5 * _DAY, time()), reason="leave"
        )
        await commands.enter_absence(session, cast.principal(hers, now=now), leave, now=now)
        first = off.replace(day=1)
        month = BeginDraft(first_day=first, last_day=(first + 31 * _DAY).replace(day=1) - _DAY)
        draft = await commands.begin_draft(session, planner, month, now=now)
        fill = FillDraft(version=draft.version)
        await commands.fill_draft(session, planner, fill, draft.draft_id, now=now)
        outbox.withhold(session)


async def _give_a_night_away(
    session: AsyncSession, planner: Principal, turns: dict[str, list[UUID]], monday: date, *, now: datetime
) -> None:
    """The Saturday night of next week goes to somebody who has no duty in it."""
    on_duty = [holders[1 % len(holders)] for holders in turns.values()]
    saturday = monday + 5 * _DAY
    night = EnterOverride(
        kind="replace",
        level="primary",
        starts_at=at(saturday, time(18)),
        ends_at=at(saturday + _DAY, HAND_OVER),
        user_id=next(each for each in turns["primary"] if each not in on_duty),
        replaces=on_duty[0],
    )
    await commands.enter_override(session, planner, night, now=now)


def first_monday(now: datetime) -> date:
    """The Monday on which the running week of duty began: before the hand-over it is still last week's."""
    today = now.astimezone(BRUSSELS)
    monday = today.date() - timedelta(days=today.weekday())
    return monday if now >= at(monday, HAND_OVER) else monday - _WEEK
