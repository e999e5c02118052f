"""A mail or an SMS to somebody who has no account: queued once for its id, sent when the way out works again."""

import logging
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.channels import Channels
from services.notifications.commands.sending import DELIVERIES
from services.notifications.mail import Addressee
from services.notifications.models import DELIVER_OUTSIDE, NotSent, OutsideMail, RefusedForGood
from services.notifications.rules import SMS
from shared import timers
from shared.client import Refused, client_of
from shared.contracts.notifications import OutsideMailEnded
from shared.contracts.partners import PartnerMail
from shared.contracts.referrals import PartnerMailDue
from shared.db import uuid7
from shared.errors import Unavailable
from shared.outbox import publish

log = logging.getLogger(__name__)


async def queue_outside(session: AsyncSession, event: PartnerMailDue, *, now: datetime) -> None:
    """Once for each id, however often it is told."""
    new = (
        insert(OutsideMail)
        .values(
            id=event.message_id,
            kind=event.kind,
            channel=event.channel,
            state="queued",
            tries=0,
            at=now,
            good_until=event.good_until,
            next_try_at=now,
        )
        .on_conflict_do_nothing()
        .returning(OutsideMail.id)
    )
    if await session.scalar(new) is not None:
        timers.schedule(session, event.tenant, now, DELIVER_OUTSIDE, event.message_id)


async def deliver_outside(
    channels: Channels, session: AsyncSession, tenant: str, mail_id: UUID, *, now: datetime
) -> None:
    """Send it, or say until when it waits.

    At least once: when the other side took it and our commit fails, the same mail goes out again, with the same
    Message-ID and the same link.
    """
    mail = await session.get(OutsideMail, mail_id, with_for_update=True)
    if mail is None or mail.state != "queued":
        return
    if mail.good_until is not None and now >= mail.good_until:
        mail.mark_over("lapsed")
    else:
        await _try(channels, session, tenant, mail, now=now)
    if mail.next_try_at is not None:
        timers.schedule(session, tenant, mail.next_try_at, DELIVER_OUTSIDE, mail.id)
    else:
        _tell(session, tenant, mail, now=now)
    DELIVERIES.labels(mail.channel, mail.kind, "retried" if mail.next_try_at else mail.state).inc()
    if mail.error:
        facts = {"kind": mail.kind, "error": mail.error, "tries": mail.tries, "state": mail.state}
        log.warning("mail to outside not sent", extra={"facts": {**facts, "mail": mail.id}})


async def _try(
    channels: Channels, session: AsyncSession, tenant: str, mail: OutsideMail, *, now: datetime
) -> None:
    try:
        order = await _ask(session, tenant, mail.id)
        if order is None:
            mail.mark_over("lapsed")
            return
        facts = {"sender": order.sender, "tenant": tenant, "secret": order.secret}
        if mail.channel == SMS:
            await channels.sms.send(tenant, mail.id, mail.kind, order.to, order.language, facts, now=now)
        else:
            to = Addressee(order.name, order.to, order.language)
            await channels.mail.send(mail.id, mail.kind, to, facts, urgent=False, now=now)
    except RefusedForGood as refusal:
        mail.tries += 1
        mail.mark_over("failed", refusal.reason)
    except NotSent as failure:
        mail.mark_not_sent(failure.reason, now=now)
    except (Refused, Unavailable) as away:
        mail.mark_not_sent(away.code, now=now)
    else:
        mail.mark_sent(now=now)


async def _ask(session: AsyncSession, tenant: str, mail_id: UUID) -> PartnerMail | None:
    """To whom and with which secret; None when it need not leave any more."""
    client = client_of(session)
    token = await client.own_token(tenant)
    try:
        return await client.ask("referrals", f"/partner-mails/{mail_id}", PartnerMail, token=token)
    except Refused as refusal:
        if refusal.status == HTTPStatus.NOT_FOUND:
            return None
        raise


def _tell(session: AsyncSession, tenant: str, mail: OutsideMail, *, now: datetime) -> None:
    publish(
        session,
        OutsideMailEnded(
            id=uuid7(),
            occurred_at=now,
            tenant=tenant,
            message_id=mail.id,
            kind=mail.kind,
            channel=mail.channel,
            state=mail.state,
            reason=mail.error or "",
        ),
    )
