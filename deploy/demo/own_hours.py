"""The week that the neighbourhood inspector planned for himself, with an evening after which the morning is early."""

from datetime import datetime, time, timedelta

from sqlalchemy import select

from deploy.demo.workshop import Cast, Workshop, at
from services.rostering.own_hours import commands
from services.rostering.own_hours.models import OwnHours
from services.rostering.own_hours.rest import monday_of
from shared.contracts.own_hours import PlanHours
from shared.periods import BRUSSELS

_WEEK = (
    (0, time(8), time(16), "neighbourhood"),
    (1, time(8), time(16), "neighbourhood"),
    (2, time(14), time(22), "event"),
    (3, time(7), time(15), "school"),
    (4, time(8), time(16), "administration"),
)


async def plan(workshop: Workshop, cast: Cast, *, now: datetime) -> None:
    """This week and the next; nothing when there is any hour already."""
    monday = monday_of(now.astimezone(BRUSSELS).date())
    async with workshop.transaction("rostering", cast.tenant.key) as session:
        if await session.scalar(select(OwnHours.id).limit(1)) is not None:
            return
        for inspector in cast.with_role("neighbourhood_inspector"):
            principal = cast.principal(inspector, now=now)
            for ahead, starts, ends, activity in (
                (week * 7 + day, starts, ends, activity)
                for week in (0, 1)
                for day, starts, ends, activity in _WEEK
            ):
                day = monday + timedelta(days=ahead)
                command = PlanHours(
                    starts_at=at(day, starts), ends_at=at(day, ends), activity=activity, area="Zandberg"
                )
                await commands.plan_hours(session, principal, command, now=now)
                await session.flush()
