"""What of a referral a partner may see at this moment, and the proof that it was shown."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.partners.models import (
    PartnerDelivery,
    PartnerReceipt,
    PartnerSessionOver,
    PartnerVisit,
)
from services.referrals.partners.rules import digest_of, partner_principal, proof_of
from services.referrals.referring.acts import locked, say_stopped
from services.referrals.referring.models import Referral
from services.referrals.referring.parcels import release
from services.referrals.referring.states import WIPED
from shared.auth import Principal
from shared.contracts.partners import Receipt
from shared.db import uuid7
from shared.errors import Conflict


@dataclass(frozen=True)
class Sight:
    """A partner inside his session, with the referral that he may see. It is held until the commit."""

    visit: PartnerVisit
    delivery: PartnerDelivery
    referral: Referral
    partner: Principal


async def sight_of(session: AsyncSession, tenant: str, secret: str, *, now: datetime) -> Sight:
    """Raises `PartnerSessionOver`."""
    visit = await session.scalar(select(PartnerVisit).where(PartnerVisit.digest == digest_of(secret)))
    if visit is None or now >= visit.expires_at:
        raise PartnerSessionOver
    delivery = await session.get_one(PartnerDelivery, visit.delivery_id)
    # held: who withdraws it waits until this is over, or comes first and nothing is shown
    referral = await locked(session, delivery.referral_id)
    return Sight(visit, delivery, referral, partner_principal(tenant, str(delivery.id)))


async def released(
    session: AsyncSession, tenant: str, referral: Referral, *, now: datetime
) -> list[tuple[str, str]]:
    """The consented fields, kept as disclosed; none when they may not be given any more, which its follower hears."""
    if referral.state in WIPED:
        return []
    try:
        parcel = await release(session, referral, to="partner", by=None, now=now, delivered=True)
    except Conflict:
        await say_stopped(session, tenant, referral, "consent_lapsed", now=now)
        return []
    return parcel.fields


async def keep_receipt(
    session: AsyncSession, sight: Sight, what: str, fields: list[tuple[str, str]], *, now: datetime
) -> None:
    """Once for each session and what it was shown."""
    digest = proof_of(sight.referral.id, sight.referral.revision, fields)
    known = await session.scalar(
        select(PartnerReceipt.id)
        .where(
            PartnerReceipt.visit_id == sight.visit.id,
            PartnerReceipt.what == what,
            PartnerReceipt.digest == digest,
        )
        .limit(1)
    )
    if known is None:
        session.add(
            PartnerReceipt(
                id=uuid7(),
                delivery_id=sight.delivery.id,
                visit_id=sight.visit.id,
                at=now,
                what=what,
                reader=sight.visit.reader,
                proved_by=sight.visit.proved_by,
                digest=digest,
                revision=sight.referral.revision,
            )
        )
        await session.flush()


async def receipts_of(session: AsyncSession, delivery_id: UUID) -> list[Receipt]:
    """Oldest first."""
    found = await session.scalars(
        select(PartnerReceipt)
        .where(PartnerReceipt.delivery_id == delivery_id)
        .order_by(PartnerReceipt.at, PartnerReceipt.id)
    )
    return [
        Receipt(
            at=each.at,
            what=each.what,
            reader=each.reader,
            proved_by=each.proved_by,
            digest=each.digest,
            revision=each.revision,
        )
        for each in found
    ]
