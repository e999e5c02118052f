"""One side knocks at the other's door, and cases says what was agreed in a dossier. What is away is tried again."""

from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.referring.acts import remind
from services.referrals.referring.changes import note
from services.referrals.referring.models import Incoming, Referral
from services.referrals.referring.parcels import Parcel, note_delivered, release
from services.referrals.referring.states import ENDINGS
from shared.client import Refused, client_of
from shared.contracts.incoming_referrals import HandOver, Taken, TellAnswer
from shared.contracts.referrals import ReferralAnswered, ReferralHandedOver
from shared.contracts.referring import SentField
from shared.db import driver_of
from shared.errors import Conflict


async def hand_over(session: AsyncSession, event: ReferralHandedOver, *, now: datetime) -> None:
    """Tell the recipient all of our side as it is at this moment, not as it was when the event was made.

    The referral is held meanwhile: who withdraws it waits until this is over, or comes first and nothing leaves.
    """
    referral = await session.scalar(
        select(Referral).where(Referral.id == event.referral_id).with_for_update(read=True)
    )
    if referral is None or referral.recipient_kind != "tenant" or not referral.left:
        return
    parcel: Parcel | None = None
    if referral.ended not in ENDINGS:
        try:
            parcel = await release(
                session, referral, to=referral.recipient_tenant, by=None, now=now, delivered=False
            )
        except Conflict:
            return  # the consent lapsed on the way: nothing leaves, and there is nothing to tell
    client = client_of(session)
    try:
        token = await client.own_token(referral.recipient_tenant)
        told = await _told(session, event.tenant, referral, parcel)
        await client.tell("referrals", "/handed-over", told, Taken, token=token, key=event.id)
        if parcel is not None:
            await note_delivered(session, referral, to=referral.recipient_tenant, now=now)
    except Refused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        remind(session, event.tenant, referral, "undeliverable", now=now)
        note(session, event.tenant, referral, "undeliverable", now=now, side="clock")


async def tell_answer(session: AsyncSession, event: ReferralAnswered, *, now: datetime) -> None:
    """Tell the sender all that we say of it now; nothing is held, so that no two sides wait for each other."""
    incoming = await session.get(Incoming, event.incoming_id)
    if incoming is None:
        return
    answered = incoming.answered
    told = TellAnswer(
        referral_id=incoming.referral_id,
        recipient=event.tenant,
        **{name: getattr(answered, name) for name in answered.__struct_fields__},
    )
    client = client_of(session)
    try:
        token = await client.own_token(incoming.sender)
        await client.tell("referrals", "/told-answers", told, Taken, token=token, key=event.id)
    except Refused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise  # a sender that is gone needs no answer any more


async def _told(session: AsyncSession, tenant: str, referral: Referral, parcel: Parcel | None) -> HandOver:
    own = await driver_of(session).fetchval("SELECT name FROM platform.own_tenant")
    return HandOver(
        referral_id=referral.id,
        sender=tenant,
        sender_name=own,
        revision=referral.revision,
        service_id=referral.service_id,
        recipient=referral.recipient,
        form=referral.form,
        form_version=referral.form_version,
        urgency=referral.urgency,
        basis=parcel.basis if parcel else "",
        contact_by=referral.contact_by,
        ended=referral.ended,
        amended_after=referral.amended_after,
        outcome=referral.outcome if referral.ended == "closed" else "",
        fields=[SentField(key=key, value=value) for key, value in parcel.fields] if parcel else [],
    )
