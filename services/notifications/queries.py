"""Everything that can be asked of notifications."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.channels import channels_of
from services.notifications.models import SECOND, Delivery, Message, MessageSettings, PushDevice
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
)

_NEWEST = 100
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
        .where(or_(Delivery.ref == ref, Delivery.about == ref), Delivery.kind.startswith("call_out_"))
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
