"""Writing to a partner: a row with the hash of what it carries, and the order to notifications, in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.partners.models import LINKS, PartnerDelivery, PartnerMessage
from services.referrals.partners.rules import (
    CODE_LIFETIME,
    code_digest,
    code_secret,
    digest_of,
    link_secret,
)
from shared.contracts.referrals import PartnerMailDue
from shared.db import uuid7
from shared.outbox import publish

PARTNERS: Final = "vangnet_partners"


class Terms:
    """The key that secrets are derived from, how long a link is good, and how long a delivery keeps its address."""

    def __init__(self, key: str, *, link_days: int, kept_days: int) -> None:
        self.key = key
        self.link_lifetime = timedelta(days=link_days)
        self.kept = timedelta(days=kept_days)


def terms_of(session: AsyncSession) -> Terms:
    return cast("Terms", session.info[PARTNERS])


async def write_link(
    session: AsyncSession,
    tenant: str,
    delivery: PartnerDelivery,
    *,
    kind: str = "partner_link",
    asked_by: str,
    now: datetime,
) -> None:
    """A new link to the same address; the ones before are void from here on."""
    await void(session, delivery, LINKS, now=now)
    mail_id, terms = uuid7(), terms_of(session)
    digest = digest_of(link_secret(terms.key, tenant, mail_id))
    expires_at = now + terms.link_lifetime
    _write(session, tenant, delivery, mail_id, kind, "email", asked_by, digest, expires_at, now=now)


async def write_code(
    session: AsyncSession, tenant: str, delivery: PartnerDelivery, channel: str, *, now: datetime
) -> datetime:
    """A new code; the ones before are void. Until when it is good."""
    await void(session, delivery, ("partner_code",), now=now)
    mail_id = uuid7()
    digest = code_digest(mail_id, code_secret(terms_of(session).key, tenant, mail_id))
    expires_at = now + CODE_LIFETIME
    _write(
        session, tenant, delivery, mail_id, "partner_code", channel, "partner", digest, expires_at, now=now
    )
    return expires_at


def write_withdrawn(session: AsyncSession, tenant: str, delivery: PartnerDelivery, *, now: datetime) -> None:
    """That it was taken back: with no link, since there is nothing left to see."""
    _write(session, tenant, delivery, uuid7(), "partner_withdrawn", "email", "sender", "", None, now=now)


async def void(
    session: AsyncSession, delivery: PartnerDelivery, kinds: Sequence[str], *, now: datetime
) -> None:
    await session.execute(
        update(PartnerMessage)
        .where(
            PartnerMessage.delivery_id == delivery.id,
            PartnerMessage.kind.in_(kinds),
            PartnerMessage.voided_at.is_(None),
        )
        .values(voided_at=now)
    )


async def messages_of(session: AsyncSession, delivery_id: UUID, *kinds: str) -> list[PartnerMessage]:
    """Newest first."""
    found = await session.scalars(
        select(PartnerMessage)
        .where(PartnerMessage.delivery_id == delivery_id, PartnerMessage.kind.in_(kinds))
        .order_by(PartnerMessage.at.desc(), PartnerMessage.id.desc())
    )
    return list(found)


def _write(
    session: AsyncSession,
    tenant: str,
    delivery: PartnerDelivery,
    mail_id: UUID,
    kind: str,
    channel: str,
    asked_by: str,
    digest: str,
    expires_at: datetime | None,
    *,
    now: datetime,
) -> None:
    session.add(
        PartnerMessage(
            id=mail_id,
            delivery_id=delivery.id,
            kind=kind,
            channel=channel,
            asked_by=asked_by,
            digest=digest,
            at=now,
            expires_at=expires_at,
            tries=0,
            state="queued",
            reason="",
        )
    )
    publish(
        session,
        PartnerMailDue(
            id=uuid7(),
            occurred_at=now,
            tenant=tenant,
            delivery_id=delivery.id,
            message_id=mail_id,
            kind=kind,
            channel=channel,
            good_until=expires_at,
        ),
    )
