"""Switches the weekly test of the alarm path on for a police zone: Tuesdays at ten."""

from datetime import datetime

from sqlalchemy import select

from deploy.demo.workshop import Cast, Workshop
from services.notifications.commands import change_self_test_plan
from services.notifications.models import SelfTestPlan
from shared.contracts.notifications import ChangeSelfTestPlan

_TUESDAY, _TEN = 1, 10 * 60


async def switch_on(workshop: Workshop, cast: Cast, *, now: datetime) -> None:
    """In the name of the coordinator."""
    coordinator = cast.principal(cast.with_role("spot_coordinator")[0], now=now)
    command = ChangeSelfTestPlan(active=True, weekday=_TUESDAY, minute=_TEN)
    async with workshop.transaction("notifications", cast.tenant.key) as session:
        if await session.scalar(select(SelfTestPlan.id)) is not None:
            return
        await change_self_test_plan(session, coordinator, command, now=now)
