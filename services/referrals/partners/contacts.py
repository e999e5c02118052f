"""To whom a referral goes: what the social map says of the partner on the day of sending, and who writes to him."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.configuration.copy import configuration_here
from services.referrals.partners.models import PartnerDelivery
from services.referrals.partners.wording import Writer
from services.referrals.referring.models import Referral
from services.referrals.referring.recipients import recipient_of
from services.referrals.referring.terms import local_day
from shared.db import driver_of, uuid7
from shared.errors import Invalid


async def writer_now(session: AsyncSession, *, now: datetime) -> Writer:
    tenant = await driver_of(session).fetchrow("SELECT name, legal_language FROM platform.own_tenant")
    organisation = (await configuration_here(session)).organisation_on(local_day(now))
    return Writer(
        name=tenant["name"],
        unit=organisation.service_name,
        street=organisation.street,
        town=f"{organisation.postal_code} {organisation.municipality}".strip(),
        phone=organisation.phone,
        email=organisation.email,
        legal_language=tenant["legal_language"],
    )


async def delivery_of(session: AsyncSession, referral_id: UUID) -> PartnerDelivery | None:
    """Held until the commit, so that two links are never made at once."""
    return await session.scalar(
        select(PartnerDelivery).where(PartnerDelivery.referral_id == referral_id).with_for_update()
    )


async def open_delivery(
    session: AsyncSession, tenant: str, referral: Referral, *, now: datetime
) -> PartnerDelivery:
    """With the address of this day; without one when the map has none any more."""
    try:
        recipient = await recipient_of(session, tenant, referral.service_id, local_day(now))
        email, mobile, language = recipient.email, recipient.mobile, recipient.language
    except Invalid:
        email, mobile, language = "", "", "nl"
    delivery = PartnerDelivery(
        id=uuid7(),
        referral_id=referral.id,
        kind=referral.recipient_kind,
        name=referral.recipient,
        email=email,
        mobile=mobile,
        language=language,
        revision=referral.revision,
        created_at=now,
    )
    session.add(delivery)
    await session.flush()
    return delivery
