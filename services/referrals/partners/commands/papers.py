"""The form on paper: printed for whoever has no link, saved by a partner, and that it was handed over."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.partners.contacts import delivery_of, open_delivery, writer_now
from services.referrals.partners.models import PartnerReceipt
from services.referrals.partners.printing import paper_of, pressed, proof_paper
from services.referrals.partners.rules import proof_of
from services.referrals.partners.sight import keep_receipt, receipts_of, released, sight_of
from services.referrals.referring.access import dossier_to_read
from services.referrals.referring.acts import locked, to_write
from services.referrals.referring.changes import audited, note
from services.referrals.referring.models import Referral
from services.referrals.referring.parcels import ReferralOver, release
from services.referrals.referring.states import UNANSWERED
from shared.auth import Permission, Principal
from shared.contracts import partners as contract
from shared.db import uuid7
from shared.errors import Invalid, NotFound

_WAYS = ("by_hand", "by_post")


async def form_pdf(session: AsyncSession, principal: Principal, referral_id: UUID, *, now: datetime) -> bytes:
    """Only what there is a live consent or ground for, in the tenant's legal language; kept as disclosed.

    Raises `NotFound`, `ReferralOver`, `NoLiveConsent`, `NotCovered`.
    """
    principal.require(Permission.REFERRAL_READ)
    known = await session.get(Referral, referral_id)
    if known is None:
        raise NotFound
    await dossier_to_read(session, known.dossier_id)
    referral = await locked(session, referral_id)
    if referral.recipient_kind == "tenant":
        raise NotFound
    parcel = await release(session, referral, to="paper", by=principal.user_id, now=now, delivered=False)
    writer = await writer_now(session, now=now)
    paper = paper_of(referral, parcel.fields, writer, writer.legal_language, basis=parcel.basis, now=now)
    audited(session, principal, "form_pdf", referral, now=now, fields=len(parcel.fields))
    return await pressed(paper, now=now)


async def receipt_pdf(
    session: AsyncSession, principal: Principal, referral_id: UUID, *, now: datetime
) -> bytes:
    """When it was shown or handed over, to whom, and the hash of what: none of the fields. Raises `NotFound`."""
    principal.require(Permission.REFERRAL_READ)
    referral = await session.get(Referral, referral_id)
    if referral is None:
        raise NotFound
    await dossier_to_read(session, referral.dossier_id)
    delivery = await delivery_of(session, referral_id)
    if delivery is None:
        raise NotFound
    receipts = await receipts_of(session, delivery.id)
    writer = await writer_now(session, now=now)
    paper = proof_paper(referral, receipts, writer, writer.legal_language, now=now)
    audited(session, principal, "receipt_pdf", referral, now=now)
    return await pressed(paper, now=now)


async def form_of_partner(
    session: AsyncSession, principal: Principal, command: contract.ReadReferral, *, now: datetime
) -> bytes:
    """What he sees, to keep, in his language; that he has it stands on the proof. Raises `PartnerSessionOver`."""
    principal.require(Permission.PARTNER_DOOR)
    sight = await sight_of(session, principal.tenant, command.session, now=now)
    fields = await released(session, principal.tenant, sight.referral, now=now)
    if not fields:
        raise ReferralOver
    await keep_receipt(session, sight, "downloaded", fields, now=now)
    writer = await writer_now(session, now=now)
    basis = "ground" if dict(fields).get("ground") else "consent"
    paper = paper_of(sight.referral, fields, writer, sight.delivery.language, basis=basis, now=now)
    audited(session, sight.partner, "partner_downloads", sight.referral, now=now)
    return await pressed(paper, now=now)


async def hand_over_form(
    session: AsyncSession,
    principal: Principal,
    command: contract.HandOver,
    referral_id: UUID,
    *,
    now: datetime,
) -> contract.DeliveryRef:
    """It was given or posted: with the hash of what stands on it now. Raises `Invalid`, `ReferralOver`."""
    principal.require(Permission.REFERRAL_WRITE)
    if command.way not in _WAYS:
        raise Invalid({"way": "not_a_choice"})
    referral, _ = await to_write(session, referral_id)
    if referral.recipient_kind == "tenant" or referral.state not in UNANSWERED:
        raise ReferralOver
    parcel = await release(session, referral, to="paper", by=principal.user_id, now=now, delivered=True)
    delivery = await delivery_of(session, referral_id)
    if delivery is None:
        delivery = await open_delivery(session, principal.tenant, referral, now=now)
    session.add(
        PartnerReceipt(
            id=uuid7(),
            delivery_id=delivery.id,
            visit_id=None,
            at=now,
            what=command.way,
            reader="",
            proved_by="",
            digest=proof_of(referral.id, referral.revision, parcel.fields),
            revision=referral.revision,
        )
    )
    note(session, principal.tenant, referral, "handed_over", now=now, by=principal.user_id, code=command.way)
    audited(session, principal, "hand_over_form", referral, now=now, way=command.way)
    return contract.DeliveryRef(delivery_id=delivery.id, state="opened")
