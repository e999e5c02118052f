"""The weekly test of the alarm path of a police zone: Tuesdays at ten, and one that was, which missed somebody."""

import secrets
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from deploy.demo.workshop import BRUSSELS, Cast, Workshop, at
from services.notifications.commands import change_self_test_plan
from services.notifications.models import (
    APP,
    SELF_TEST,
    Delivery,
    SelfTest,
    SelfTestCall,
    SelfTestPerson,
    SelfTestPlan,
)
from services.notifications.rules import EMAIL, SMS
from shared.contracts.notifications import ChangeSelfTestPlan
from shared.db import uuid7

_TUESDAY, _TEN = 1, time(10)
_WINDOW = timedelta(hours=24)
_CONFIRMED_AFTER = timedelta(minutes=7)


async def switch_on(workshop: Workshop, cast: Cast, *, now: datetime) -> None:
    """In the name of the coordinator."""
    coordinator = cast.principal(cast.with_role("spot_coordinator")[0], now=now)
    command = ChangeSelfTestPlan(active=True, weekday=_TUESDAY, minute=_TEN.hour * 60)
    async with workshop.transaction("notifications", cast.tenant.key) as session:
        if await session.scalar(select(SelfTestPlan.id)) is not None:
            return
        await change_self_test_plan(session, coordinator, command, now=now)


async def remember(workshop: Workshop, cast: Cast, *, now: datetime) -> None:
    """The test of the Tuesday before, as its timers left it: everybody confirmed over one channel, and one over none.

    Written as rows: a command would send the calls of that day now.
    """
    day = now.astimezone(BRUSSELS).date() - timedelta(days=1)
    while day.weekday() != _TUESDAY or at(day, _TEN) + _WINDOW > now:
        day -= timedelta(days=1)
    started = at(day, _TEN)
    called = cast.with_role("spot_worker")
    async with workshop.transaction("notifications", cast.tenant.key) as session:
        if await session.scalar(select(SelfTest.id).limit(1)) is not None:
            return
        test = SelfTest(
            id=uuid7(), started_at=started, closes_at=started + _WINDOW, closed_at=started + _WINDOW
        )
        session.add(test)
        await session.flush()
        session.add_all(SelfTestPerson(test_id=test.id, user_id=user_id) for user_id in called)
        await session.flush()
        for position, user_id in enumerate(called):
            confirmed = (SMS, APP)[position % 2] if user_id != called[-1] else ""
            for channel in (APP, SMS, EMAIL):
                session.add(_call(test, user_id, channel, confirmed=channel == confirmed))
                if channel != APP:
                    session.add(_delivery(test, user_id, channel))


def _call(test: SelfTest, user_id: UUID, channel: str, *, confirmed: bool) -> SelfTestCall:
    return SelfTestCall(
        token=secrets.token_urlsafe(9),
        test_id=test.id,
        user_id=user_id,
        channel=channel,
        confirmed_at=test.started_at + _CONFIRMED_AFTER if confirmed else None,
    )


def _delivery(test: SelfTest, user_id: UUID, channel: str) -> Delivery:
    return Delivery(
        id=uuid7(),
        user_id=user_id,
        channel=channel,
        kind=SELF_TEST,
        ref=test.id,
        about=test.id,
        facts={},
        state="delivered" if channel == SMS else "sent",
        tries=1,
        at=test.started_at,
        good_until=test.closes_at,
        sent_at=test.started_at,
        delivered_at=test.started_at if channel == SMS else None,
    )
