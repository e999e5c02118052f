"""One side knocks at the other's door, and cases says what was agreed in a dossier. What is away is tried again.

Each try has a key of its own: what is told is what is so at that moment, and its number says whether it is news.
"""

from datetime import datetime
from http import HTTPStatus

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.consents.models import Consent
from services.referrals.referring.acts import consent_is_gone, locked, say_stopped
from services.referrals.referring.ledger import announce, withdraw_row
from services.referrals.referring.models import Incoming, Referral
from services.referrals.referring.parcels import Parcel, ReferralOver, note_delivered, release, was_delivered
from services.referrals.referring.states import ENDINGS
from services.referrals.referring.terms import morning_of
from shared.client import Refused, client_of
from shared.contracts.aftercare import REFERRAL_PURPOSES
from shared.contracts.cases import ConsentChanged
from shared.contracts.incoming_referrals import HandOver, Taken, TellAnswer
from shared.contracts.referrals import ReferralAnswered, ReferralHandedOver
from shared.contracts.referring import SentField
from shared.db import driver_of, uuid7
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
        except ReferralOver:
            return  # they refused it: they know
        except Conflict:
            # the consent lapsed on the way: nothing more leaves, and who follows it must know
            await say_stopped(session, event.tenant, referral, "consent_lapsed", now=now)
            if not await was_delivered(session, referral, to=referral.recipient_tenant):
                return
    client = client_of(session)
    try:
        token = await client.own_token(referral.recipient_tenant)
        told = await _told(session, event.tenant, referral, parcel)
        await client.tell("referrals", "/handed-over", told, Taken, token=token, key=uuid7())
        if parcel is not None:
            await note_delivered(session, referral, to=referral.recipient_tenant, now=now)
    except Refused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        await say_stopped(session, event.tenant, referral, "undeliverable", now=now)


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
        await client.tell("referrals", "/told-answers", told, Taken, token=token, key=uuid7())
    except Refused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise  # a sender that is gone needs no answer any more


async def hear_consent(session: AsyncSession, event: ConsentChanged, *, now: datetime) -> None:
    """An offer that cases wrote down, or the withdrawal of one: known here once, and what it let out is stopped.

    It covers no field by itself: that is agreed here, with a recipient. One from before the ledger is a line and no
    more: what it was taken back from is long over, and what was agreed since stands.
    """
    if event.purpose not in REFERRAL_PURPOSES:
        return
    known = select(Consent.referral_id).where(Consent.source_id == event.consent_id)
    if referral_id := await session.scalar(known):
        await locked(session, referral_id)  # first, as everybody does, so that no two wait for each other
    row = await session.scalar(select(Consent).where(Consent.source_id == event.consent_id).with_for_update())
    if event.earlier and row is not None:
        return
    if row is None:
        row = _heard(event, now=now)
        session.add(row)
        if event.earlier:
            return
        if event.state != "withdrawn":
            announce(session, event.tenant, row, now=now, by=event.actor, cause="cases")
    elif row.state == "withdrawn" or event.state != "withdrawn":
        return
    if event.state == "withdrawn":
        await _withdrawn_in_cases(session, event, row, now=now)


async def _withdrawn_in_cases(
    session: AsyncSession, event: ConsentChanged, row: Consent, *, now: datetime
) -> None:
    """Who takes back there what he was asked in general takes it back for each recipient of that kind."""
    if row.state != "withdrawn":
        withdraw_row(session, event.tenant, row, now=now, by=event.actor, cause="cases")
    found = await session.scalars(
        select(Consent.referral_id)
        .where(
            Consent.dossier_id == event.dossier_id,
            or_(
                Consent.id == row.id,
                and_(
                    Consent.purpose == event.purpose,
                    or_(Consent.person_id == event.person_id, Consent.person_id.is_(None)),
                ),
            ),
            Consent.state.in_(("given", "withdrawn")),
            Consent.referral_id.is_not(None),
        )
        .distinct()
    )
    for referral_id in sorted(each for each in found if each is not None):
        referral = await locked(session, referral_id)
        if referral.ended != "withdrawn":
            await consent_is_gone(session, event.tenant, referral, now=now, by=event.actor, cause="cases")


def _heard(event: ConsentChanged, *, now: datetime) -> Consent:
    return Consent(
        id=uuid7(),
        dossier_id=event.dossier_id,
        person_id=event.person_id,
        purpose=event.purpose,
        recipient="",
        state=event.state,
        fields=[],
        given_by="",
        minor=False,
        way="",
        offered_on=event.on,
        answered_on=None if event.state == "pending" else event.on,
        withdrawn_at=morning_of(event.on) if event.earlier and event.state == "withdrawn" else None,
        source="cases",
        source_id=event.consent_id,
        recorded_by=event.actor,
        recorded_at=now,
    )


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
