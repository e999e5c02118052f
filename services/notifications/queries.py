"""Everything that can be asked of notifications."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.notifications.channels import channels_of
from services.notifications.models import (
    APP,
    OF_CALL_OUT,
    SECOND,
    SELF_TEST,
    Delivery,
    Message,
    MessageSettings,
    PushDevice,
    SelfTest,
    SelfTestCall,
    SelfTestPerson,
    SelfTestPlan,
)
from services.notifications.reach import broken_channels
from services.notifications.rules import EMAIL, PUSH
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.notifications import (
    DeliveryCount,
    DeliveryLog,
    DeliveryView,
    Device,
    LoggedDelivery,
    MessagePage,
    MessageSettingsView,
    MessageView,
    MissedPerson,
    SelfTestCallView,
    SelfTestPage,
    SelfTestPersonView,
    SelfTestView,
)

_NEWEST = 100
_TESTS = 8
_LOG_LINES = 200
_LOG_DAYS = 90


async def own_messages(session: AsyncSession, principal: Principal, *, now: object) -> MessagePage:
    """The caller's newest messages, and how many he has not read in all."""
    principal.require(Permission.SELF)
    mine = Message.user_id == principal.user_id
    newest = await session.scalars(
        select(Message).where(mine).order_by(Message.at.desc(), Message.id.desc()).limit(_NEWEST)
    )
    unread = await session.scalar(select(func.count()).where(mine, Message.read_at.is_(None)))
    return MessagePage(
        messages=[
            MessageView(
                message_id=each.id,
                kind=each.kind,
                refs=each.refs,
                urgent=each.urgent,
                at=each.at,
                read_at=each.read_at,
            )
            for each in newest
        ],
        unread=unread or 0,
    )


async def deliveries_about(
    session: AsyncSession, principal: Principal, ref: UUID, *, now: object
) -> list[DeliveryView]:
    """How far the telling about a call-out, or of one ringing attempt, got; oldest first.

    Only what is told about call-outs: who is sent a reset link is no dispatcher's business.
    """
    principal.require(Permission.CALL_OUT_REQUEST)
    found = await session.scalars(
        select(Delivery)
        .where(or_(Delivery.ref == ref, Delivery.about == ref), Delivery.kind.startswith(OF_CALL_OUT))
        .order_by(Delivery.at, Delivery.id)
    )
    return [
        DeliveryView(
            delivery_id=each.id,
            user_id=each.user_id,
            kind=each.kind,
            channel=each.channel,
            state=each.state,
            tries=each.tries,
            at=each.at,
            sent_at=each.sent_at,
            delivered_at=each.delivered_at,
            doubtful=each.doubtful,
            second=each.facts.get("number") == SECOND,
            error=each.error or "",
        )
        for each in found
    ]


async def message_settings(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> MessageSettingsView:
    """The caller's wishes and devices, and what works for him."""
    principal.require(Permission.SELF)
    channels = channels_of(session)
    settings = await session.get(MessageSettings, principal.user_id)
    devices = await session.scalars(
        select(PushDevice)
        .where(PushDevice.user_id == principal.user_id)
        .order_by(PushDevice.added_at.desc(), PushDevice.id)
    )
    return MessageSettingsView(
        channels=[EMAIL, PUSH] if settings is None else settings.channels,
        quiet_begins=None if settings is None else settings.quiet_begins,
        quiet_ends=None if settings is None else settings.quiet_ends,
        devices=[
            Device(device_id=each.id, label=each.label, added_at=each.added_at, reached_at=each.reached_at)
            for each in devices
        ],
        push_key=channels.push.public_key,
        sms=channels.sms.configured,
        broken=sorted(await broken_channels(session, principal.user_id, now=now)),
    )


async def delivery_log(
    session: AsyncSession,
    principal: Principal,
    days: int,
    kind: str,
    channel: str,
    state: str,
    *,
    now: datetime,
) -> DeliveryLog:
    """What left and what did not, without content: for who keeps the platform running in this tenant."""
    principal.require(Permission.TENANT_MANAGE)
    since = Delivery.at > now - timedelta(days=min(max(days, 1), _LOG_DAYS))
    counted = await session.execute(
        select(Delivery.kind, Delivery.channel, Delivery.state, func.count())
        .where(since)
        .group_by(Delivery.kind, Delivery.channel, Delivery.state)
        .order_by(Delivery.kind, Delivery.channel, Delivery.state)
    )
    chosen = select(Delivery).where(since).order_by(Delivery.at.desc(), Delivery.id.desc()).limit(_LOG_LINES)
    for column, wish in ((Delivery.kind, kind), (Delivery.channel, channel), (Delivery.state, state)):
        if wish:
            chosen = chosen.where(column == wish)
    audit.record(session, principal, "read_delivery_log", now=now, object_kind="delivery")
    return DeliveryLog(
        counts=[
            DeliveryCount(kind=kind, channel=channel, state=state, count=count)
            for kind, channel, state, count in counted
        ],
        lines=[
            LoggedDelivery(
                delivery_id=each.id,
                user_id=each.user_id,
                kind=each.kind,
                channel=each.channel,
                state=each.state,
                tries=each.tries,
                at=each.at,
                sent_at=each.sent_at,
                error=each.error or "",
            )
            for each in await session.scalars(chosen)
        ],
    )


async def self_tests(session: AsyncSession, principal: Principal, *, now: object) -> SelfTestPage:
    """The plan, who is to be spoken to, and the newest tests with what became of each call."""
    principal.require(Permission.ROSTER_MANAGE)
    plan = await session.scalar(select(SelfTestPlan))
    tests = list(await session.scalars(select(SelfTest).order_by(SelfTest.started_at.desc()).limit(_TESTS)))
    ids = [test.id for test in tests]
    people = list(await session.scalars(select(SelfTestPerson).where(SelfTestPerson.test_id.in_(ids))))
    calls: dict[tuple[UUID, UUID], list[SelfTestCallView]] = {}
    told = await session.execute(
        select(SelfTestCall, Delivery.state, Delivery.error)
        .outerjoin(
            Delivery,
            (Delivery.ref == SelfTestCall.test_id)
            & (Delivery.user_id == SelfTestCall.user_id)
            & (Delivery.channel == SelfTestCall.channel)
            & (Delivery.kind == SELF_TEST),
        )
        .where(SelfTestCall.test_id.in_(ids))
        .order_by(SelfTestCall.user_id, SelfTestCall.channel.desc())
    )
    for call, state, error in told:
        view = SelfTestCallView(
            channel=call.channel, state=state or APP, confirmed_at=call.confirmed_at, error=error or ""
        )
        calls.setdefault((call.test_id, call.user_id), []).append(view)
    return SelfTestPage(
        plan=plan.view if plan is not None else None,
        missed=[
            MissedPerson(test_id=test_id, user_id=user_id, started_at=started_at)
            for test_id, user_id, started_at in await session.execute(_missed())
        ],
        tests=[
            SelfTestView(
                test_id=test.id,
                started_at=test.started_at,
                closes_at=test.closes_at,
                closed=test.closed_at is not None,
                people=[
                    SelfTestPersonView(
                        user_id=each.user_id,
                        calls=(of := calls.get((test.id, each.user_id), [])),
                        reached=any(call.confirmed_at for call in of),
                        resolved_at=each.resolved_at,
                    )
                    for each in sorted(people, key=lambda person: person.user_id)
                    if each.test_id == test.id
                ],
            )
            for test in tests
        ],
    )


def _missed() -> Select[UUID, UUID, datetime]:
    """Of closed tests: who confirmed nothing in it nor in a later one, newest first, and each person once."""
    later = aliased(SelfTest)
    confirmed_since = (
        select(SelfTestCall.token)
        .join(later, later.id == SelfTestCall.test_id)
        .where(
            SelfTestCall.user_id == SelfTestPerson.user_id,
            SelfTestCall.confirmed_at.is_not(None),
            later.started_at >= SelfTest.started_at,
        )
        .exists()
    )
    return (
        select(SelfTestPerson.test_id, SelfTestPerson.user_id, SelfTest.started_at)
        .join(SelfTest, SelfTest.id == SelfTestPerson.test_id)
        .where(SelfTest.closed_at.is_not(None), SelfTestPerson.resolved_at.is_(None), ~confirmed_since)
        .ext(distinct_on(SelfTestPerson.user_id))
        .order_by(SelfTestPerson.user_id, SelfTest.started_at.desc())
    )
