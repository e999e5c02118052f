"""What the partner is sent, and when: a link once, another after an amendment, that it was taken back."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.partners.contacts import delivery_of, open_delivery
from services.referrals.partners.messages import (
    PARTNERS,
    Terms,
    messages_of,
    terms_of,
    void,
    write_link,
    write_withdrawn,
)
from services.referrals.partners.models import (
    ANONYMISE,
    LINKS,
    LinkNotPossible,
    PartnerDelivery,
    PartnerMessage,
    PartnerReceipt,
    PartnerVisit,
    TooManyLinks,
)
from services.referrals.partners.rules import may_ask_link
from services.referrals.referring.acts import remind, say_stopped, to_write
from services.referrals.referring.changes import audited
from services.referrals.referring.models import Referral
from services.referrals.referring.parcels import parcel_of
from services.referrals.referring.states import ENDED, UNDER_WAY
from shared import timers
from shared.auth import Permission, Principal
from shared.contracts import partners as contract
from shared.contracts.notifications import OutsideMailEnded

_LINK_KIND: Final = "partner_link"
_TAKEN_BACK: Final = frozenset({"withdrawn", "rerouted"})


async def tell_partner(
    terms: Terms, session: AsyncSession, tenant: str, referral_id: UUID, *, now: datetime
) -> None:
    """By timer, set in the transaction that sent, amended or ended it: he is told what is so at this moment, once."""
    session.info[PARTNERS] = terms
    referral = await session.scalar(select(Referral).where(Referral.id == referral_id).with_for_update())
    if referral is None or referral.recipient_kind != _LINK_KIND or not referral.left:
        return
    delivery = await delivery_of(session, referral_id)
    if referral.state in ENDED:
        if delivery is not None and (delivery.over_at is None or referral.ended == "withdrawn"):
            await _take_back(session, tenant, delivery, referral, now=now)
    elif not (await parcel_of(session, referral, now=now)).live:
        await say_stopped(session, tenant, referral, "consent_lapsed", now=now)
    elif delivery is None:
        delivery = await open_delivery(session, tenant, referral, now=now)
        if delivery.email:
            await write_link(session, tenant, delivery, asked_by="sender", now=now)
        else:
            remind(session, tenant, referral, "undeliverable", now=now)
    elif delivery.revision < referral.revision and delivery.email:
        delivery.revision = referral.revision
        await write_link(session, tenant, delivery, kind="partner_amended", asked_by="sender", now=now)


async def end_delivery(
    session: AsyncSession, tenant: str, delivery: PartnerDelivery, *, now: datetime
) -> None:
    """It is over, whoever ended it: some time after, whatever names anybody goes."""
    if delivery.over_at is None:
        delivery.over_at = now
        timers.schedule(session, tenant, now + terms_of(session).kept, ANONYMISE, delivery.id)


async def keep_mail_ended(session: AsyncSession, event: OutsideMailEnded, *, now: datetime) -> None:
    """How a mail fared; when a link never left, who follows the referral must know."""
    message = await session.get(PartnerMessage, event.message_id, with_for_update=True)
    if message is None or message.state != "queued":
        return
    message.state, message.reason, message.ended_at = event.state, event.reason, event.occurred_at
    if message.kind not in LINKS:
        return
    delivery = await session.get_one(PartnerDelivery, message.delivery_id, with_for_update=True)
    referral = await session.get(Referral, delivery.referral_id)
    if referral is None:
        return
    if event.state == "failed" and message.voided_at is None:
        remind(session, event.tenant, referral, "undeliverable", now=now)
    if event.state == "sent" and delivery.over_at is not None and referral.ended in _TAKEN_BACK:
        # it left in the moment in which the referral was taken back: its reader must know
        write_withdrawn(session, event.tenant, delivery, now=now)


async def renew_link(
    session: AsyncSession,
    principal: Principal,
    command: contract.RenewLink,
    referral_id: UUID,
    *,
    now: datetime,
) -> contract.DeliveryRef:
    """A new link to the same address. Raises `LinkNotPossible`, `TooManyLinks`."""
    principal.require(Permission.REFERRAL_WRITE)
    referral, _ = await to_write(session, referral_id)
    delivery = await delivery_of(session, referral_id)
    if delivery is None or not delivery.email or referral.state not in UNDER_WAY:
        raise LinkNotPossible(details={"state": referral.state})
    sent = [each.at for each in await messages_of(session, delivery.id, *LINKS) if each.asked_by == "sender"]
    if not may_ask_link(sent, now=now, by_partner=False):
        raise TooManyLinks
    await write_link(session, principal.tenant, delivery, asked_by="sender", now=now)
    audited(session, principal, "renew_link", referral, now=now)
    return contract.DeliveryRef(delivery_id=delivery.id, state="waiting")


async def anonymise_delivery(session: AsyncSession, tenant: str, delivery_id: UUID, *, now: datetime) -> None:
    """By timer, some time after the end: neither an address nor a reader's name nor a hash of a link stays."""
    delivery = await session.get(PartnerDelivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.anonymised_at is not None:
        return
    referral = await session.get(Referral, delivery.referral_id)
    if referral is not None and referral.state not in ENDED:
        delivery.over_at = None  # an answer crossed its expiry: it goes on
        return
    delivery.email = delivery.mobile = ""
    delivery.anonymised_at = now
    await session.execute(delete(PartnerVisit).where(PartnerVisit.delivery_id == delivery.id))
    for table, wiped in (
        (PartnerMessage, {"digest": "", "voided_at": now}),
        (PartnerReceipt, {"reader": "", "visit_id": None}),
    ):
        await session.execute(update(table).where(table.delivery_id == delivery.id).values(**wiped))


async def _take_back(
    session: AsyncSession, tenant: str, delivery: PartnerDelivery, referral: Referral, *, now: datetime
) -> None:
    """A link that nobody can have seen goes without a word; who may have seen it is told once. His link says so too.

    Also who refused it, let it expire or was done with it is told that the person took it back.
    """
    links = await messages_of(session, delivery.id, *LINKS)
    told = await messages_of(session, delivery.id, "partner_withdrawn")
    if referral.ended in _TAKEN_BACK and delivery.email and not told:
        if any(each.state != "queued" for each in links) or await _opened(session, delivery):
            write_withdrawn(session, tenant, delivery, now=now)
        else:
            await void(session, delivery, LINKS, now=now)
    await end_delivery(session, tenant, delivery, now=now)


async def _opened(session: AsyncSession, delivery: PartnerDelivery) -> bool:
    found = select(PartnerReceipt.id).where(PartnerReceipt.delivery_id == delivery.id).limit(1)
    return await session.scalar(found) is not None
