"""Everything that can be asked of notifications."""

from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.models import Delivery, Message
from shared.auth import Permission, Principal
from shared.contracts.notifications import DeliveryView, MessagePage, MessageView

_NEWEST = 100


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
        )
        for each in found
    ]
