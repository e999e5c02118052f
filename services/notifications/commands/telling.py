"""Telling somebody: a message in the app at once, and a delivery for each channel that is tried."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.commands.recipients import holders_of, recipient
from services.notifications.models import (
    COORDINATORS,
    DELIVER,
    KINDS,
    NOT_REACHED,
    SECOND,
    Delivery,
    Kind,
    Message,
    MessageSettings,
    PushDevice,
)
from services.notifications.reach import broken_channels
from services.notifications.rules import CHANNELS, EMAIL, SMS, Plan, plan
from shared import timers
from shared.client import Refused
from shared.contracts.notifications import DeliveryFailed, MessagePosted
from shared.db import uuid7
from shared.errors import Unavailable
from shared.outbox import publish

NO_CHANNEL = "none"
"""The channel of a `DeliveryFailed` that says: there was nothing to try."""


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
    number: str | None = None,
) -> None:
    """Tell each of `users` once of the occurrence `ref`, on the channels of its kind; each leaves a moment later.

    `number` is `second` when the SMS must go to the second number.
    """
    told = {**(refs or {}), **(facts or {})}
    if number == SECOND:
        told["number"] = SECOND
    for user_id in dict.fromkeys(users):
        if KINDS[kind].in_app:
            await post_message(session, tenant, kind, user_id, ref=ref, refs=refs or {}, now=now)
        if not KINDS[kind].channels:
            continue
        chosen = await _plan_for(session, tenant, KINDS[kind], user_id, number, now=now)
        if chosen.hopeless and KINDS[kind].urgent:
            announce_failure(session, tenant, user_id, NO_CHANNEL, kind, ref, now=now)
            if kind != NOT_REACHED:
                await tell_not_reached(
                    session, tenant, user_id, ref=ref, about=about, refs=refs or {}, now=now
                )
        for channel in chosen.channels:
            await queue(
                session,
                tenant,
                kind,
                user_id,
                channel=channel,
                ref=ref,
                about=about,
                facts=told,
                good_until=good_until,
                doubtful=channel in chosen.doubtful,
                now=now,
            )


async def tell_not_reached(
    session: AsyncSession,
    tenant: str,
    user_id: UUID,
    *,
    ref: UUID,
    about: UUID,
    refs: Mapping[str, str],
    now: datetime,
) -> None:
    """Nothing that could be tried worked: a person must act. Once for each occurrence."""
    coordinators = await holders_of(session, tenant, COORDINATORS, now=now)
    await notify(
        session,
        tenant,
        NOT_REACHED,
        [each for each in coordinators if each != user_id],
        ref=ref,
        about=about,
        refs=refs,
        now=now,
    )


async def queue_link(
    session: AsyncSession, tenant: str, user_id: UUID, reset_id: UUID, *, now: datetime
) -> None:
    """A link to choose a password; whether it is an invitation, identity says when it gives the link."""
    await queue(
        session,
        tenant,
        "password_reset",
        user_id,
        channel=EMAIL,
        ref=reset_id,
        about=user_id,
        facts={},
        now=now,
    )


async def queue_contact_code(
    session: AsyncSession,
    tenant: str,
    user_id: UUID,
    code_id: UUID,
    channel: str,
    *,
    good_until: datetime,
    now: datetime,
) -> None:
    """A code to the contact point that it must prove, and nowhere else."""
    await queue(
        session,
        tenant,
        "contact_code",
        user_id,
        channel=EMAIL if channel == "email" else SMS,
        ref=code_id,
        about=user_id,
        facts={"number": SECOND} if channel == "second_phone" else {},
        good_until=good_until,
        now=now,
    )


async def queue_old_address(
    session: AsyncSession, tenant: str, user_id: UUID, notice_id: UUID, *, now: datetime
) -> None:
    """Tell the address of before that it is so no more."""
    await queue(
        session,
        tenant,
        "address_changed",
        user_id,
        channel=EMAIL,
        ref=notice_id,
        about=user_id,
        facts={},
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
    for delivery_id in (
        await session.scalars(select(Delivery.id).where(*waiting).order_by(Delivery.id))
    ).all():
        await timers.cancel(session, DELIVER, delivery_id)
    await session.execute(update(Delivery).where(*waiting).values(state="lapsed", next_try_at=None))


async def _plan_for(
    session: AsyncSession, tenant: str, kind: Kind, user_id: UUID, number: str | None, *, now: datetime
) -> Plan:
    """What the rules say for this person now.

    With identity away, of somebody whom we do not know nothing can be left out: each channel finds out when it sends.
    """
    if kind.prompt:
        return Plan((EMAIL,))
    try:
        known = await recipient(session, tenant, user_id, now=now)
    except (Refused, Unavailable):
        return Plan((SMS, EMAIL) if kind.urgent else (EMAIL,))
    if known is None or not known.active:
        return Plan((EMAIL,))
    devices = await session.scalar(
        select(func.count()).select_from(PushDevice).where(PushDevice.user_id == user_id)
    )
    ways = known.ways(number, devices=devices or 0, broken=await broken_channels(session, user_id, now=now))
    settings = await session.get(MessageSettings, user_id)
    wishes = frozenset(CHANNELS if settings is None else settings.channels)
    return plan(ways, urgent=kind.urgent, wishes=wishes & kind.channels)


async def post_message(
    session: AsyncSession,
    tenant: str,
    kind: str,
    user_id: UUID,
    *,
    ref: UUID,
    refs: Mapping[str, str],
    now: datetime,
) -> None:
    """A line in somebody's list, once for each occurrence; her open pages are told."""
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


async def queue(
    session: AsyncSession,
    tenant: str,
    kind: str,
    user_id: UUID,
    *,
    channel: str,
    ref: UUID,
    about: UUID,
    facts: Mapping[str, str],
    now: datetime,
    good_until: datetime | None = None,
    doubtful: bool = False,
) -> None:
    """One message on its way over one channel, once for each occurrence."""
    new = (
        insert(Delivery)
        .values(
            id=uuid7(),
            user_id=user_id,
            channel=channel,
            kind=kind,
            ref=ref,
            about=about,
            facts=dict(facts),
            state="queued",
            tries=0,
            at=now,
            good_until=good_until,
            next_try_at=now,
            doubtful=doubtful,
        )
        .on_conflict_do_nothing()
        .returning(Delivery.id)
    )
    delivery_id = await session.scalar(new)
    if delivery_id is not None:
        timers.schedule(session, tenant, now, DELIVER, delivery_id)


def announce_failure(
    session: AsyncSession, tenant: str, user_id: UUID, channel: str, kind: str, ref: UUID, *, now: datetime
) -> None:
    publish(
        session,
        DeliveryFailed(
            id=uuid7(),
            occurred_at=now,
            tenant=tenant,
            user_id=user_id,
            channel=channel,
            kind=kind,
            ref=ref,
        ),
    )
