"""What became of the last messages to somebody: commands plan by it, and the person is shown it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.models import Delivery

_LATELY = timedelta(days=30)


async def broken_channels(session: AsyncSession, user_id: UUID, *, now: datetime) -> frozenset[str]:
    """Those of which the last message failed for good."""
    newest = (
        select(Delivery.channel, Delivery.state)
        .where(
            Delivery.user_id == user_id,
            Delivery.at > now - _LATELY,
            Delivery.state.in_(("sent", "delivered", "failed")),
        )
        .ext(distinct_on(Delivery.channel))
        .order_by(Delivery.channel, Delivery.at.desc(), Delivery.id.desc())
    )
    return frozenset(channel for channel, state in await session.execute(newest) if state == "failed")
