"""Sending what is queued: the timer's work, one delivery in a transaction of its own."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from prometheus_client import Counter, Histogram
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.channels import Channels
from services.notifications.commands.recipients import GONE, recipient
from services.notifications.commands.telling import announce_failure, tell_not_reached
from services.notifications.mail import Addressee
from services.notifications.models import (
    DELIVER,
    KINDS,
    NOT_REACHED,
    OF_CALL_OUT,
    SELF_TEST,
    SUMMARY,
    Delivery,
    MessageSettings,
    NotSent,
    PushDevice,
    Recipient,
    RefusedForGood,
)
from services.notifications.push import DeviceGone
from services.notifications.rules import EMAIL, LONGEST, SMS, free_at
from shared import timers
from shared.client import Refused, client_of
from shared.contracts.identity import AddressNotice, ContactCode, ResetLink
from shared.contracts.notifications import DeliveryProgressed
from shared.db import uuid7
from shared.errors import Unavailable
from shared.outbox import publish

_ASKED_WHEN_IT_LEAVES = ("password_reset", "invitation", "contact_code", "address_changed")
"""What identity gives at that moment, and what is kept nowhere here."""

_ON_ITS_WAY = ("queued", "sent", "delivered", "bundled")
_MOST_IN_A_SUMMARY = 50
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('deliver'), hashtext(current_user || :who))"

DELIVERIES = Counter(
    "vangnet_deliveries",
    "Tries to send a message: sent, bundled, retried, failed, lapsed; delivered is what an SMS provider reports",
    ["channel", "kind", "outcome"],
)
DELAY = Histogram(
    "vangnet_delivery_delay_seconds",
    "From the order to the other side's yes",
    ["channel", "kind"],
    buckets=(0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3600),
)

log = logging.getLogger(__name__)


async def deliver(
    channels: Channels, session: AsyncSession, tenant: str, delivery_id: UUID, *, now: datetime
) -> None:
    """Send one message over its channel, or say until when it waits.

    At least once: when the other side took it and our commit fails, the same message goes out again.
    """
    delivery = await session.get(Delivery, delivery_id)
    if delivery is None:
        return
    if KINDS[delivery.kind].may_wait:
        await _alone(session, str(delivery.user_id))
    await session.refresh(delivery, with_for_update=True)
    if delivery.state != "queued":
        return
    if delivery.is_too_late(now=now):
        delivery.mark_lapsed()
        await after_failure(session, tenant, delivery, now=now)
        _count(delivery, "lapsed")
        return
    together: list[Delivery] = []
    if KINDS[delivery.kind].may_wait:
        ready = await _ready_at(session, delivery, now=now)
        if ready > now:
            delivery.hold(ready)
            timers.schedule(session, tenant, ready, DELIVER, delivery.id)
            return
        together = await _ready_together(session, delivery)
    try:
        await _send(channels, session, tenant, delivery, together, now=now)
    except RefusedForGood as refusal:
        delivery.mark_refused(refusal.reason)
    except NotSent as failure:
        delivery.mark_not_sent(failure.reason, now=now)
    except (Refused, Unavailable) as away:
        delivery.mark_not_sent(away.code, now=now)
    else:
        delivery.mark_sent(now=now)
        after_success(session, tenant, delivery, now=now)
        DELAY.labels(delivery.channel, delivery.kind).observe((now - delivery.at).total_seconds())
        for each in together:
            each.mark_bundled(now=now)
            _count(each, "bundled")
    await _follow_up(session, tenant, delivery, now=now)


# --- when ------------------------------------------------------------------------------------------------------------


async def _alone(session: AsyncSession, who: str) -> None:
    """Two messages to one person at once would each not see the other."""
    await session.execute(text(_ONE_AT_A_TIME), {"who": who})


async def _ready_at(session: AsyncSession, delivery: Delivery, *, now: datetime) -> datetime:
    """After quiet hours, and when not too many of its kind went out lately."""
    sent = await session.scalars(
        select(Delivery.sent_at).where(
            Delivery.user_id == delivery.user_id,
            Delivery.channel == delivery.channel,
            Delivery.kind == delivery.kind,
            Delivery.state.in_(("sent", "delivered")),
            Delivery.sent_at > now - LONGEST,
        )
    )
    ready = free_at([at for at in sent if at is not None], now)
    settings = await session.get(MessageSettings, delivery.user_id)
    quiet = settings.quiet if settings is not None else None
    return quiet.ends_after(ready) if quiet is not None else ready


async def _ready_together(session: AsyncSession, delivery: Delivery) -> list[Delivery]:
    """What else waits for the same person on the same channel, and was not tried yet: it goes along in a summary."""
    waiting = await session.scalars(
        select(Delivery)
        .where(
            Delivery.user_id == delivery.user_id,
            Delivery.channel == delivery.channel,
            Delivery.state == "queued",
            Delivery.tries == 0,
            Delivery.id != delivery.id,
            Delivery.kind.in_([kind for kind, rule in KINDS.items() if rule.may_wait]),
        )
        .order_by(Delivery.at, Delivery.id)
        .limit(_MOST_IN_A_SUMMARY)
        .with_for_update(skip_locked=True)
    )
    return list(waiting)


# --- over which way --------------------------------------------------------------------------------------------------


async def _send(
    channels: Channels,
    session: AsyncSession,
    tenant: str,
    delivery: Delivery,
    together: list[Delivery],
    *,
    now: datetime,
) -> None:
    kind = delivery.kind
    facts: Mapping[str, Any] = delivery.facts
    if together:
        kind = SUMMARY
        facts = {"of": [{"kind": each.kind, "facts": each.facts} for each in (delivery, *together)]}
    urgent = KINDS[kind].urgent
    if kind in _ASKED_WHEN_IT_LEAVES:
        addressee, facts = await _ask_identity(session, tenant, delivery)
        if delivery.channel == SMS:
            to, language = addressee.email, addressee.language
            await channels.sms.send(tenant, delivery.id, delivery.kind, to, language, facts, now=now)
        else:
            await channels.mail.send(delivery.id, delivery.kind, addressee, facts, urgent=False, now=now)
        return
    person = await recipient(session, tenant, delivery.user_id, now=now)
    if person is None or not person.active:
        raise RefusedForGood("no_recipient")
    if delivery.channel == EMAIL:
        addressee = Addressee(person.name, person.email, person.language)
        await channels.mail.send(delivery.id, kind, addressee, facts, urgent=urgent, now=now)
    elif delivery.channel == SMS:
        number = person.number(delivery.facts.get("number"))
        await channels.sms.send(tenant, delivery.id, kind, number, person.language, facts, now=now)
    else:
        await _push(channels, session, person, kind, facts, urgent=urgent, now=now)


async def _push(
    channels: Channels,
    session: AsyncSession,
    person: Recipient,
    kind: str,
    facts: Mapping[str, object],
    *,
    urgent: bool,
    now: datetime,
) -> None:
    """To every device: one that takes it is enough; one that is gone is forgotten."""
    devices = await session.scalars(
        select(PushDevice).where(PushDevice.user_id == person.user_id).order_by(PushDevice.added_at.desc())
    )
    reached = False
    worst: NotSent = RefusedForGood("no_device")
    for device in devices.all():
        try:
            await channels.push.send(device, kind, person.language, facts, urgent=urgent, now=now)
        except DeviceGone:
            await session.delete(device)
        except NotSent as failure:
            # what may still come right is tried again
            worst = failure if isinstance(worst, RefusedForGood) else worst
        else:
            device.reached_at, reached = now, True
    if not reached:
        raise worst


async def _ask_identity(
    session: AsyncSession, tenant: str, delivery: Delivery
) -> tuple[Addressee, Mapping[str, str]]:
    """To whom, and the secret that goes along; for a code by SMS the address is a number.

    Each asking makes a new secret and voids the one before, so a repeat after a failed try is safe.
    """
    client = client_of(session)
    token = await client.own_token(tenant)
    ref = delivery.ref
    try:
        match delivery.kind:
            case "contact_code":
                path = f"/contact-codes/{ref}/code"
                code = await client.tell("identity", path, None, ContactCode, token=token)
                return Addressee(code.name, code.to, code.language), {"code": code.code}
            case "address_changed":
                path = f"/address-notices/{ref}"
                notice = await client.ask("identity", path, AddressNotice, token=token)
                return Addressee(notice.name, notice.email, notice.language), {}
            case _:
                path = f"/password-resets/{ref}/link"
                link = await client.tell("identity", path, None, ResetLink, token=token)
                delivery.kind = "invitation" if link.invitation else "password_reset"
                return Addressee(link.name, link.email, link.language), {"token": link.token}
    except Refused as refusal:
        if refusal.status in GONE:
            raise RefusedForGood("link_void") from refusal
        raise


# --- and then --------------------------------------------------------------------------------------------------------


async def _follow_up(session: AsyncSession, tenant: str, delivery: Delivery, *, now: datetime) -> None:
    """Try again, or say that it failed."""
    if delivery.next_try_at is not None:
        timers.schedule(session, tenant, delivery.next_try_at, DELIVER, delivery.id)
    if delivery.state == "failed":
        await after_failure(session, tenant, delivery, now=now)
    _count(delivery, "retried" if delivery.next_try_at else delivery.state)
    if delivery.error:
        facts = {
            "channel": delivery.channel,
            "kind": delivery.kind,
            "error": delivery.error,
            "tries": delivery.tries,
            "state": delivery.state,
        }
        log.warning("message not sent", extra={"facts": {**facts, "delivery": delivery.id}})


def after_success(session: AsyncSession, tenant: str, delivery: Delivery, *, now: datetime) -> None:
    """Say that it went out or arrived, when a dispatcher waits for it."""
    if delivery.kind.startswith(OF_CALL_OUT):
        publish(
            session,
            DeliveryProgressed(
                id=uuid7(),
                occurred_at=now,
                tenant=tenant,
                user_id=delivery.user_id,
                channel=delivery.channel,
                kind=delivery.kind,
                ref=delivery.ref,
                state=delivery.state,
            ),
        )


async def after_failure(session: AsyncSession, tenant: str, delivery: Delivery, *, now: datetime) -> None:
    """Say that this channel failed; when it was the last of something urgent, tell the coordinators to act."""
    announce_failure(
        session, tenant, delivery.user_id, delivery.channel, delivery.kind, delivery.ref, now=now
    )
    if not KINDS[delivery.kind].urgent or delivery.kind in (NOT_REACHED, SELF_TEST):
        return
    await session.flush()
    # two last channels that fail at once would each think the other still on its way
    await _alone(session, f"{delivery.user_id} {delivery.ref}")
    hopeful = await session.scalar(
        select(Delivery.id)
        .where(
            Delivery.user_id == delivery.user_id,
            Delivery.kind == delivery.kind,
            Delivery.ref == delivery.ref,
            Delivery.state.in_(_ON_ITS_WAY),
        )
        .limit(1)
    )
    if hopeful is None:
        refs = {name: delivery.facts[name] for name in ("call_out_id",) if name in delivery.facts}
        await tell_not_reached(
            session,
            tenant,
            delivery.user_id,
            ref=delivery.ref,
            about=delivery.about,
            refs=refs,
            now=now,
        )


def _count(delivery: Delivery, outcome: str) -> None:
    DELIVERIES.labels(delivery.channel, delivery.kind, outcome).inc()
