"""What happens when nobody does anything: reminders, and the end of a referral that nobody answered."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.referring.acts import (
    ANSWER_BY,
    CONTACT_BY,
    EXPIRES,
    EXPIRES_SOON,
    PENDING,
    QUESTION,
    SEND_BY,
    WAITING,
    end,
    remind,
)
from services.referrals.referring.changes import note
from services.referrals.referring.models import Referral
from services.referrals.referring.states import UNANSWERED, UNDER_WAY
from shared.timers import TimerHandler, TimerHandlers

_WITHOUT_CONTACT = tuple(state for state in UNDER_WAY if state != "first_contact_made")
_REMINDED: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    SEND_BY: ("send_by", ("consent_given",)),
    PENDING: ("consent_pending", ("consent_pending",)),
    ANSWER_BY: ("answer_by", ("sent", "acknowledged")),
    CONTACT_BY: ("contact_by", _WITHOUT_CONTACT),
    QUESTION: ("question_open", ("more_asked",)),
    WAITING: ("waiting_list", ("waiting_list",)),
    EXPIRES_SOON: ("expires_soon", UNANSWERED),
}
"""Which word each timer gives, and in which states there is still something to say."""


async def expire_referral(session: AsyncSession, tenant: str, referral_id: UUID, *, now: datetime) -> None:
    """Nobody answered it for so long that it ends; who has it is told, and keeps no field."""
    referral = await _found(session, referral_id)
    if referral is not None and referral.state in UNANSWERED:
        await end(session, tenant, referral, "expired", "", now=now, by=None, side="clock")


def reminder(kind: str) -> TimerHandler:
    """The handler of one kind of timer."""
    what, states = _REMINDED[kind]

    async def give(session: AsyncSession, tenant: str, referral_id: UUID, *, now: datetime) -> None:
        referral = await _found(session, referral_id)
        if referral is None or referral.state not in states:
            return
        remind(session, tenant, referral, what, now=now)
        note(session, tenant, referral, "reminded", now=now, side="clock", code=what)

    return give


REMINDERS: Final[TimerHandlers] = {kind: reminder(kind) for kind in _REMINDED}


async def _found(session: AsyncSession, referral_id: UUID) -> Referral | None:
    return await session.scalar(select(Referral).where(Referral.id == referral_id).with_for_update())


TIMERS: Final[TimerHandlers] = {**REMINDERS, EXPIRES: expire_referral}
