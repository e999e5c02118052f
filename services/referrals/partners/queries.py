"""How a referral reaches its partner, for the staff; and to whom a mail goes, for notifications."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.partners.contacts import writer_now
from services.referrals.partners.messages import messages_of, terms_of
from services.referrals.partners.models import LINKS, PartnerDelivery, PartnerMessage
from services.referrals.partners.rules import (
    code_digest,
    code_secret,
    digest_of,
    hint_of,
    link_secret,
    may_ask_link,
)
from services.referrals.partners.sight import receipts_of
from services.referrals.referring.access import dossier_to_read
from services.referrals.referring.changes import audited
from services.referrals.referring.models import Referral
from services.referrals.referring.states import ENDED, UNDER_WAY
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import partners as contract
from shared.errors import NotFound


async def delivery_view(
    session: AsyncSession, principal: Principal, referral_id: UUID, *, now: datetime
) -> contract.DeliveryView:
    """Whether the mail left, whether it was opened, and the proof of it. Raises `NotFound`."""
    principal.require(Permission.REFERRAL_READ)
    referral = await session.get(Referral, referral_id)
    if referral is None:
        raise NotFound
    await dossier_to_read(session, referral.dossier_id)
    delivery = await session.scalar(select(PartnerDelivery).where(PartnerDelivery.referral_id == referral_id))
    if delivery is None:
        audited(session, principal, "delivery_view", referral, now=now)
        return _not_handed_over(referral)
    links = await messages_of(session, delivery.id, *LINKS)
    receipts = await receipts_of(session, delivery.id)
    asked = [each.at for each in links if each.asked_by == "sender"]
    last = links[0] if links else None
    audited(session, principal, "delivery_view", referral, now=now)
    return contract.DeliveryView(
        delivery_id=delivery.id,
        kind=delivery.kind,
        state=_state_of(delivery, last, receipts, over=referral.state in ENDED),
        address_hint=hint_of(delivery.email),
        language=delivery.language,
        mailed_at=next((each.ended_at for each in links if each.state == "sent"), None),
        failed_why=last.reason if last is not None and last.state == "failed" else "",
        link_expires_at=last.expires_at if last is not None and last.voided_at is None else None,
        links=len(links),
        may_renew=bool(delivery.email)
        and referral.state in UNDER_WAY
        and may_ask_link(asked, now=now, by_partner=False),
        receipts=receipts,
    )


async def partner_mail(
    session: AsyncSession, principal: Principal, mail_id: UUID, *, now: datetime
) -> contract.PartnerMail:
    """To whom it goes and what it carries, at the moment of leaving. Raises `NotFound` when it need not leave."""
    principal.require(Permission.PARTNER_MAIL)
    message = await session.get(PartnerMessage, mail_id)
    if message is None or message.voided_at is not None:
        raise NotFound
    delivery = await session.get_one(PartnerDelivery, message.delivery_id)
    to = delivery.mobile if message.channel == "sms" else delivery.email
    if not to:
        raise NotFound
    writer = await writer_now(session, now=now)
    audit.record(
        session, principal, "partner_mail", now=now, object_kind="partner_delivery", object_id=delivery.id,
        details={"kind": message.kind},
    )  # fmt: skip
    return contract.PartnerMail(
        to=to,
        name=delivery.name,
        language=delivery.language,
        sender=writer.said,
        secret=_secret_of(session, principal.tenant, message),
    )


def _secret_of(session: AsyncSession, tenant: str, message: PartnerMessage) -> str:
    """What the mail carries; after the service's key was changed its hash follows."""
    key = terms_of(session).key
    if message.kind in LINKS:
        secret = link_secret(key, tenant, message.id)
        message.digest = digest_of(secret)
        return secret
    if message.kind == "partner_code":
        code = code_secret(key, tenant, message.id)
        message.digest = code_digest(message.id, code)
        return code
    return ""


def _not_handed_over(referral: Referral) -> contract.DeliveryView:
    """A form that somebody prints and brings: nothing is kept of that before it is done. Raises `NotFound`."""
    if referral.recipient_kind != "form" or not referral.left:
        raise NotFound
    return contract.DeliveryView(
        delivery_id=None,
        kind=referral.recipient_kind,
        state="over" if referral.state in ENDED else "waiting",
        address_hint="",
        language="",
        mailed_at=None,
        failed_why="",
        link_expires_at=None,
        links=0,
        may_renew=False,
        receipts=[],
    )


def _state_of(
    delivery: PartnerDelivery,
    last: PartnerMessage | None,
    receipts: list[contract.Receipt],
    *,
    over: bool,
) -> str:
    if delivery.anonymised_at is not None:
        return "anonymised"
    if over:
        return "over"
    if receipts:
        return "opened"
    if not delivery.email and delivery.kind == "partner_link":
        return "failed"
    if last is not None and last.state in {"sent", "failed"}:
        return "mailed" if last.state == "sent" else "failed"
    return "waiting"
