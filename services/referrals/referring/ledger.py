"""The ledger of consent beside what cases writes down: an offer made there is known here once, by ids and codes."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.consents.models import Consent
from services.referrals.referring.models import Referral
from shared.contracts.referrals import ReferralConsentChanged
from shared.db import uuid7
from shared.outbox import publish

PURPOSE_OF_FORM: Final = {
    "caw_victim": "referral_caw",
    "vk_minor": "referral_vk",
    "ocmw": "referral_ocmw",
    "school": "school",
}
"""The purpose in cases that a form stands for; all others are `referral_other`."""


def purpose_of(form: str) -> str:
    return PURPOSE_OF_FORM.get(form, "referral_other")


async def adopted_offer(session: AsyncSession, referral: Referral, *, given: bool) -> Consent | None:
    """The line that this answer belongs to, held: the pending one of this referral, or what was said of it in cases.

    So that an offer that was answered later, or first written down at a re-contact, is one offer and not two. Who
    agreed there in general and says no here gave two answers.
    """
    pending = await session.scalar(
        select(Consent)
        .where(Consent.referral_id == referral.id, Consent.state == "pending")
        .order_by(Consent.id.desc())
        .limit(1)
        .with_for_update()
    )
    if pending is not None:
        return pending
    return await session.scalar(
        select(Consent)
        .where(
            Consent.dossier_id == referral.dossier_id,
            Consent.referral_id.is_(None),
            Consent.source == "cases",
            Consent.state.in_(("given", "pending") if given else ("pending",)),
            Consent.purpose == purpose_of(referral.form),
            or_(Consent.person_id.is_(None), Consent.person_id == referral.person_id),
        )
        .order_by(Consent.id.desc())
        .limit(1)
        .with_for_update()
    )


def withdraw_row(
    session: AsyncSession,
    tenant: str,
    consent: Consent,
    *,
    now: datetime,
    by: UUID | None,
    cause: str = "referrals",
) -> None:
    """From here on nothing leaves on it; what it covered is kept, so that the log can be read."""
    consent.state, consent.withdrawn_at, consent.withdrawn_by = "withdrawn", now, by
    announce(session, tenant, consent, now=now, by=by, cause=cause)


def announce(
    session: AsyncSession,
    tenant: str,
    consent: Consent,
    *,
    now: datetime,
    by: UUID | None,
    cause: str = "referrals",
) -> None:
    publish(
        session,
        ReferralConsentChanged(
            id=uuid7(),
            occurred_at=now,
            tenant=tenant,
            actor=by,
            consent_id=consent.id,
            dossier_id=consent.dossier_id,
            referral_id=consent.referral_id,
            person_id=consent.person_id,
            state=consent.state,
            cause=cause,
            source_id=consent.source_id,
        ),
    )
