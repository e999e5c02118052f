"""The weekly test of the alarm path: everybody who may be called is called, and says over which channel it came."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.commands.recipients import holders_of, recipient
from services.notifications.commands.telling import notify, post_message, queue
from services.notifications.models import (
    APP,
    COORDINATORS,
    MEMBERS,
    SELF_TEST,
    SELF_TEST_CLOSE,
    SELF_TEST_START,
    PushDevice,
    SelfTest,
    SelfTestCall,
    SelfTestPerson,
    SelfTestPlan,
    TestUnknown,
)
from services.notifications.reach import broken_channels
from services.notifications.rules import next_weekly, plan
from shared import audit, timers
from shared.auth import Permission, Principal
from shared.client import client_of
from shared.contracts import notifications as contract
from shared.contracts.rostering import Shift
from shared.db import uuid7
from shared.errors import Invalid

_AHEAD = timedelta(days=7)
_WINDOW_HOURS = 24
_AUDIENCES = ("roster", "members")


async def change_self_test_plan(
    session: AsyncSession, principal: Principal, command: contract.ChangeSelfTestPlan, *, now: datetime
) -> contract.SelfTestPlanView:
    """When the test runs by itself, and for whom. Raises `Invalid`."""
    principal.require(Permission.ROSTER_MANAGE)
    if command.audience not in _AUDIENCES:
        raise Invalid({"audience": "not_a_choice"})
    kept = await session.scalar(select(SelfTestPlan).with_for_update())
    if kept is None:
        kept = SelfTestPlan(id=uuid7())
        session.add(kept)
    kept.active, kept.audience = command.active, command.audience
    kept.weekday, kept.minute, kept.window_hours = command.weekday, command.minute, command.window_hours
    kept.changed_by, kept.changed_at = principal.user_id, now
    kept.next_at = next_weekly(kept.weekday, kept.minute, now) if kept.active else None
    await timers.cancel(session, SELF_TEST_START, kept.id)
    if kept.next_at is not None:
        timers.schedule(session, principal.tenant, kept.next_at, SELF_TEST_START, kept.id)
    _record(session, principal, "change_self_test_plan", kept.id, now=now)
    return kept.view


async def start_self_test(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> contract.SelfTestRef:
    """A test now, beside those of every week."""
    principal.require(Permission.ROSTER_MANAGE)
    test = await _start(session, principal.tenant, by=principal.user_id, now=now)
    _record(session, principal, "start_self_test", test.id, now=now)
    return contract.SelfTestRef(test_id=test.id)


async def start_weekly_test(session: AsyncSession, tenant: str, plan_id: UUID, *, now: datetime) -> None:
    """The timer's work: this week's test, and the moment of the next. One of a plan that changed does nothing."""
    kept = await session.get(SelfTestPlan, plan_id, with_for_update=True)
    if kept is None or kept.next_at is None or kept.next_at > now:
        return
    await _start(session, tenant, by=None, now=now)
    kept.next_at = next_weekly(kept.weekday, kept.minute, now)
    timers.schedule(session, tenant, kept.next_at, SELF_TEST_START, kept.id)


async def confirm_receipt(session: AsyncSession, token: str, *, now: datetime) -> contract.ReceiptConfirmed:
    """It came: by the link of one channel, without signing in, as often as one likes. Raises `TestUnknown`."""
    call = await session.get(SelfTestCall, token, with_for_update=True)
    if call is None:
        raise TestUnknown
    call.confirmed_at = call.confirmed_at or now
    return contract.ReceiptConfirmed(channel=call.channel)


async def close_self_test(session: AsyncSession, tenant: str, test_id: UUID, *, now: datetime) -> None:
    """The timer's work: the window is over; coordinators read who was not reached."""
    test = await session.get(SelfTest, test_id, with_for_update=True)
    if test is None or test.closed_at is not None:
        return
    test.closed_at = now
    called = await session.scalar(
        select(func.count()).select_from(SelfTestPerson).where(SelfTestPerson.test_id == test_id)
    )
    reached = await session.scalar(
        select(func.count(SelfTestCall.user_id.distinct())).where(
            SelfTestCall.test_id == test_id, SelfTestCall.confirmed_at.is_not(None)
        )
    )
    missed = (called or 0) - (reached or 0)
    await notify(
        session,
        tenant,
        "self_test_report",
        await holders_of(session, tenant, COORDINATORS, now=now),
        ref=test_id,
        about=test_id,
        refs={"self_test_id": str(test_id)},
        facts={"reached": str(reached or 0), "missed": str(missed)},
        now=now,
    )


async def resolve_missed(
    session: AsyncSession, principal: Principal, test_id: UUID, user_id: UUID, *, now: datetime
) -> contract.SelfTestRef:
    """Somebody who was not reached was spoken to, and the cause is mended. Raises `TestUnknown`."""
    principal.require(Permission.ROSTER_MANAGE)
    person = await session.get(SelfTestPerson, (test_id, user_id), with_for_update=True)
    if person is None:
        raise TestUnknown
    test = await session.get_one(SelfTest, test_id)
    earlier = select(SelfTest.id).where(SelfTest.started_at <= test.started_at)
    await session.execute(
        update(SelfTestPerson)
        .where(
            SelfTestPerson.user_id == user_id,
            SelfTestPerson.test_id.in_(earlier),
            SelfTestPerson.resolved_at.is_(None),
        )
        .values(resolved_at=now, resolved_by=principal.user_id)
    )
    _record(session, principal, "resolve_missed_test", test_id, subject_id=user_id, now=now)
    return contract.SelfTestRef(test_id=test_id)


async def _start(session: AsyncSession, tenant: str, *, by: UUID | None, now: datetime) -> SelfTest:
    kept = await session.scalar(select(SelfTestPlan))
    hours = kept.window_hours if kept is not None else _WINDOW_HOURS
    people = await _audience(session, tenant, kept.audience if kept is not None else "roster", now=now)
    test = SelfTest(id=uuid7(), started_at=now, closes_at=now + timedelta(hours=hours), started_by=by)
    session.add(test)
    session.add_all(SelfTestPerson(test_id=test.id, user_id=user_id) for user_id in people)
    await session.flush()
    for user_id in people:
        await _call(session, tenant, test, user_id, now=now)
    timers.schedule(session, tenant, test.closes_at, SELF_TEST_CLOSE, test.id)
    return test


async def _audience(session: AsyncSession, tenant: str, audience: str, *, now: datetime) -> list[UUID]:
    """Who is in the roster of the week that comes; with nobody in it, everybody who could be."""
    if audience == "roster":
        client = client_of(session)
        token = await client.own_token(tenant)
        params = {"from": now.isoformat(), "until": (now + _AHEAD).isoformat()}
        shifts = await client.ask("rostering", "/shifts", list[Shift], token=token, params=params)
        if people := sorted({shift.user_id for shift in shifts if shift.user_id is not None}):
            return people
    return await holders_of(session, tenant, MEMBERS, now=now)


async def _call(session: AsyncSession, tenant: str, test: SelfTest, user_id: UUID, *, now: datetime) -> None:
    """The same channels as a call-out; each with a link of its own."""
    person = await recipient(session, tenant, user_id, now=now)
    channels: Iterable[str] = ()
    doubtful: Iterable[str] = ()
    if person is not None and person.active:
        devices = await session.scalar(
            select(func.count()).select_from(PushDevice).where(PushDevice.user_id == user_id)
        )
        broken = await broken_channels(session, user_id, now=now)
        chosen = plan(person.ways(None, devices=devices or 0, broken=broken), urgent=True)
        channels, doubtful = chosen.channels, chosen.doubtful
    for channel in (APP, *channels):
        token = secrets.token_urlsafe(9)
        session.add(SelfTestCall(token=token, test_id=test.id, user_id=user_id, channel=channel))
        link = {"token": token, "tenant": tenant}
        if channel == APP:
            await post_message(session, tenant, SELF_TEST, user_id, ref=test.id, refs=link, now=now)
            continue
        await queue(
            session,
            tenant,
            SELF_TEST,
            user_id,
            channel=channel,
            ref=test.id,
            about=test.id,
            facts=link,
            good_until=test.closes_at,
            doubtful=channel in doubtful,
            now=now,
        )


def _record(
    session: AsyncSession,
    principal: Principal,
    action: str,
    object_id: UUID,
    *,
    now: datetime,
    subject_id: UUID | None = None,
) -> None:
    audit.record(
        session,
        principal,
        action,
        now=now,
        object_kind="self_test",
        object_id=object_id,
        subject_id=subject_id,
    )
