"""Everything that notifications can be made to do: keep contact points, tell people, send what is queued."""

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from prometheus_client import Counter, Histogram
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.mail import Addressee, Mailer, MailNotSent, MailRefused
from services.notifications.models import DELIVER, EMAIL, KINDS, Delivery, Message, Recipient
from shared import timers
from shared.auth import Permission, Principal
from shared.client import Refused, client_of
from shared.contracts.identity import ResetLink, StaffContact
from shared.contracts.notifications import AllRead, DeliveryFailed, MessagePosted, MessageRef
from shared.db import uuid7
from shared.errors import NotFound, Unavailable
from shared.outbox import publish

_LINK_KINDS = ("password_reset", "invitation")
_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.GONE)

MAILS = Counter("vangnet_mails", "Tries to send a mail: sent, retried, failed or lapsed", ["kind", "outcome"])
MAIL_DELAY = Histogram(
    "vangnet_mail_delay_seconds",
    "From the order to the mail server's yes",
    ["kind"],
    buckets=(0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3600),
)

log = logging.getLogger(__name__)


# --- one's own messages ----------------------------------------------------------------------------------------------


async def read_message(
    session: AsyncSession, principal: Principal, message_id: UUID, *, now: datetime
) -> MessageRef:
    principal.require(Permission.SELF)
    message = await session.get(Message, message_id)
    if message is None or message.user_id != principal.user_id:
        raise NotFound
    message.read_at = message.read_at or now
    return MessageRef(message_id=message_id)


async def read_all_messages(session: AsyncSession, principal: Principal, *, now: datetime) -> AllRead:
    principal.require(Permission.SELF)
    read = await session.scalars(
        update(Message)
        .where(Message.user_id == principal.user_id, Message.read_at.is_(None))
        .values(read_at=now)
        .returning(Message.id)
    )
    return AllRead(read=len(read.all()))


# --- contact points --------------------------------------------------------------------------------------------------


async def ask_contact(
    session: AsyncSession, tenant: str, user_id: UUID, *, now: datetime
) -> StaffContact | None:
    """Ask identity and keep the answer; somebody whom identity does not know is forgotten here too."""
    client = client_of(session)
    token = await client.own_token(tenant)
    try:
        contact = await client.ask("identity", f"/staff/{user_id}/contact", StaffContact, token=token)
    except Refused as refusal:
        if refusal.status not in _GONE:
            raise
        known = await session.get(Recipient, user_id)
        if known is not None:
            await session.delete(known)
        return None
    await _keep(session, contact, now=now)
    return contact


async def holders_of(
    session: AsyncSession, tenant: str, roles: Collection[str], *, now: datetime
) -> list[UUID]:
    """The active people with one of these roles; when we know of none, identity may know some."""
    found = await _known_holders(session, roles)
    if not found:
        client = client_of(session)
        token = await client.own_token(tenant)
        for contact in await client.ask("identity", "/contacts", list[StaffContact], token=token):
            await _keep(session, contact, now=now)
        found = await _known_holders(session, roles)
    return found


async def _known_holders(session: AsyncSession, roles: Collection[str]) -> list[UUID]:
    holders = select(Recipient.user_id).where(Recipient.active, Recipient.roles.overlap(list(roles)))
    return list(await session.scalars(holders.order_by(Recipient.user_id)))


async def _keep(session: AsyncSession, contact: StaffContact, *, now: datetime) -> None:
    values = {
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "language": contact.language,
        "active": contact.active,
        "roles": contact.roles,
        "asked_at": now,
    }
    await session.execute(
        insert(Recipient)
        .values(user_id=contact.user_id, **values)
        .on_conflict_do_update(index_elements=[Recipient.user_id], set_=values)
    )


# --- telling somebody ------------------------------------------------------------------------------------------------


async def notify(
    session: AsyncSession,
    tenant: str,
    kind: str,
    users: Iterable[UUID],
    *,
    ref: UUID,
    about: UUID,
    now: datetime,
    refs: Mapping[str, str] | None = None,
    facts: Mapping[str, str] | None = None,
    good_until: datetime | None = None,
) -> None:
    """Tell each of `users` once of the occurrence `ref`, on the channels of its kind; a mail leaves a moment later."""
    for user_id in dict.fromkeys(users):
        if KINDS[kind].in_app:
            await _post(session, tenant, kind, user_id, ref=ref, refs=refs or {}, now=now)
        if KINDS[kind].by_mail:
            await _queue(
                session,
                tenant,
                kind,
                user_id,
                ref=ref,
                about=about,
                facts={**(refs or {}), **(facts or {})},
                good_until=good_until,
                now=now,
            )


async def queue_link(
    session: AsyncSession, tenant: str, user_id: UUID, reset_id: UUID, *, now: datetime
) -> None:
    """A link to choose a password; whether it is an invitation, identity says when it gives the link."""
    await _queue(
        session,
        tenant,
        "password_reset",
        user_id,
        ref=reset_id,
        about=user_id,
        facts={},
        good_until=None,
        now=now,
    )


async def stop_ringing(session: AsyncSession, attempt_id: UUID) -> None:
    """The attempt is over: what was not sent yet stays here.

    The timer goes first and the delivery second, as when the timer fires: in the other order they could wait for
    each other.
    """
    waiting = (
        Delivery.kind == "call_out_ringing", Delivery.ref == attempt_id, Delivery.state == "queued"
    )  # fmt: skip
    for delivery_id in (await session.scalars(select(Delivery.id).where(*waiting))).all():
        await timers.cancel(session, DELIVER, delivery_id)
    await session.execute(update(Delivery).where(*waiting).values(state="lapsed", next_try_at=None))


async def _post(
    session: AsyncSession,
    tenant: str,
    kind: str,
    user_id: UUID,
    *,
    ref: UUID,
    refs: Mapping[str, str],
    now: datetime,
) -> None:
    urgent = KINDS[kind].urgent
    new = (
        insert(Message)
        .values(id=uuid7(), user_id=user_id, kind=kind, ref=ref, refs=dict(refs), urgent=urgent, at=now)
        .on_conflict_do_nothing()
        .returning(Message.id)
    )
    message_id = await session.scalar(new)
    if message_id is not None:
        publish(
            session,
            MessagePosted(
                id=uuid7(),
                occurred_at=now,
                tenant=tenant,
                message_id=message_id,
                user_id=user_id,
                kind=kind,
                urgent=urgent,
            ),
        )


async def _queue(
    session: AsyncSession,
    tenant: str,
    kind: str,
    user_id: UUID,
    *,
    ref: UUID,
    about: UUID,
    facts: Mapping[str, str],
    good_until: datetime | None,
    now: datetime,
) -> None:
    new = (
        insert(Delivery)
        .values(
            id=uuid7(),
            user_id=user_id,
            channel=EMAIL,
            kind=kind,
            ref=ref,
            about=about,
            facts=dict(facts),
            state="queued",
            tries=0,
            at=now,
            good_until=good_until,
            next_try_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Delivery.id)
    )
    delivery_id = await session.scalar(new)
    if delivery_id is not None:
        timers.schedule(session, tenant, now, DELIVER, delivery_id)


# --- sending ---------------------------------------------------------------------------------------------------------


async def deliver(
    mailer: Mailer, session: AsyncSession, tenant: str, delivery_id: UUID, *, now: datetime
) -> None:
    """Send one mail: the timer's work, in a transaction of its own.

    At least once: when the mail server took the mail and our commit fails, the same mail goes out again.
    """
    delivery = await session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.state != "queued":
        return
    if delivery.is_too_late(now=now):
        delivery.mark_lapsed()
        _announce_failure(session, tenant, delivery, now=now)
        MAILS.labels(delivery.kind, "lapsed").inc()
        return
    try:
        addressee, facts = await _addressee_and_facts(session, tenant, delivery, now=now)
        urgent = KINDS[delivery.kind].urgent
        await mailer.send(delivery.id, delivery.kind, addressee, facts, urgent=urgent, now=now)
    except MailRefused as refusal:
        delivery.mark_refused(refusal.reason)
    except MailNotSent as failure:
        delivery.mark_not_sent(failure.reason, now=now)
    except (Refused, Unavailable) as away:
        delivery.mark_not_sent(away.code, now=now)
    else:
        delivery.mark_sent(now=now)
        MAIL_DELAY.labels(delivery.kind).observe((now - delivery.at).total_seconds())
    _follow_up(session, tenant, delivery, now=now)


def _follow_up(session: AsyncSession, tenant: str, delivery: Delivery, *, now: datetime) -> None:
    """Try again, or say that it failed."""
    if delivery.next_try_at is not None:
        timers.schedule(session, tenant, delivery.next_try_at, DELIVER, delivery.id)
    if delivery.state == "failed":
        _announce_failure(session, tenant, delivery, now=now)
    MAILS.labels(delivery.kind, "retried" if delivery.next_try_at else delivery.state).inc()
    if delivery.error:
        facts = {
            "kind": delivery.kind,
            "error": delivery.error,
            "tries": delivery.tries,
            "state": delivery.state,
        }
        log.warning("mail not sent", extra={"facts": {**facts, "delivery": delivery.id}})


def _announce_failure(session: AsyncSession, tenant: str, delivery: Delivery, *, now: datetime) -> None:
    publish(
        session,
        DeliveryFailed(
            id=uuid7(),
            occurred_at=now,
            tenant=tenant,
            user_id=delivery.user_id,
            channel=delivery.channel,
            kind=delivery.kind,
            ref=delivery.ref,
        ),
    )


async def _addressee_and_facts(
    session: AsyncSession, tenant: str, delivery: Delivery, *, now: datetime
) -> tuple[Addressee, Mapping[str, str]]:
    if delivery.kind in _LINK_KINDS:
        link = await _mint_link(session, tenant, delivery.ref)
        delivery.kind = "invitation" if link.invitation else "password_reset"
        return Addressee(link.name, link.email, link.language), {"token": link.token}
    known = await session.get(Recipient, delivery.user_id) or await ask_contact(
        session, tenant, delivery.user_id, now=now
    )
    if known is None or not known.active:
        raise MailRefused("no_recipient")
    return Addressee(known.name, known.email, known.language), delivery.facts


async def _mint_link(session: AsyncSession, tenant: str, reset_id: UUID) -> ResetLink:
    """Each asking makes a new secret and voids the one before, so a repeat after a failed try is safe."""
    client = client_of(session)
    token = await client.own_token(tenant)
    try:
        return await client.tell(
            "identity", f"/password-resets/{reset_id}/link", None, ResetLink, token=token
        )
    except Refused as refusal:
        if refusal.status in _GONE:
            raise MailRefused("link_void") from refusal
        raise
