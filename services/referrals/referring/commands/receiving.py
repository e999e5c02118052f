"""The recipient's side: what comes in, what is answered; and what one side tells the other of it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.referring.access import incoming_to_handle
from services.referrals.referring.acts import answer_of, colleague, hear
from services.referrals.referring.changes import audited, note_incoming, tell_sender
from services.referrals.referring.models import Incoming, Referral
from services.referrals.referring.rules import checked_answer
from services.referrals.referring.states import ENDED, WIPED, Answered, check_answer
from services.referrals.referring.terms import local_day, morning_after, morning_of, terms_on
from shared import timers
from shared.auth import Permission, Principal
from shared.contracts.incoming_referrals import (
    AssignIncoming,
    HandOver,
    IncomingRef,
    Taken,
    TellAnswer,
)
from shared.contracts.referring import AnswerReferral
from shared.db import driver_of, uuid7
from shared.errors import NotFound

INCOMING_CONTACT_BY: Final = "incoming_contact_by"
INCOMING_WIPE: Final = "incoming_wipe"
_CLAIM = "SELECT pg_advisory_xact_lock(hashtext($1), hashtext($2))"


async def take_handed_over(
    session: AsyncSession, principal: Principal, command: HandOver, *, now: datetime
) -> Taken:
    """The sender's side as it is now. What is not newer than what is known says nothing, so it may come twice.

    What was taken back before it came leaves a line without any field, so that a late copy of it stays out.
    """
    principal.require(Permission.REFERRAL_HAND_OVER)
    await driver_of(session).execute(_CLAIM, command.sender, str(command.referral_id))
    incoming = await session.scalar(
        select(Incoming)
        .where(Incoming.sender == command.sender, Incoming.referral_id == command.referral_id)
        .with_for_update()
    )
    new = incoming is None
    if incoming is None:
        incoming = _arrived(command, now=now)
        session.add(incoming)
    elif command.revision <= incoming.revision:
        return Taken(news=False)
    incoming.revision, incoming.ended, incoming.amended_after = (
        command.revision, command.ended, command.amended_after,
    )  # fmt: skip
    if command.ended == "closed":
        incoming.outcome = command.outcome
    incoming.agree()
    if command.basis and incoming.state not in WIPED and incoming.wiped_at is None:
        incoming.fields = [[each.key, each.value] for each in command.fields]
        incoming.urgency, incoming.basis = command.urgency, command.basis
        incoming.form, incoming.form_version = command.form, command.form_version
    if new and incoming.contact_by is not None and incoming.state not in ENDED:
        timers.schedule(
            session, principal.tenant, morning_of(incoming.contact_by), INCOMING_CONTACT_BY, incoming.id
        )
    await _settle(session, principal.tenant, incoming, now=now)
    what = "received" if new else "ended" if incoming.state in ENDED else "amended"
    if incoming.basis:  # of what never brought a field nobody here hears
        note_incoming(session, principal.tenant, incoming, what, now=now, side="sender", code=command.ended)
    audited(session, principal, "take_handed_over", incoming, now=now, revision=command.revision)
    return Taken(news=True)


async def take_told_answer(
    session: AsyncSession, principal: Principal, command: TellAnswer, *, now: datetime
) -> Taken:
    """The recipient's side as it is now, in the sender's tenant. Raises `NotFound` for whoever it did not go to."""
    principal.require(Permission.REFERRAL_HAND_OVER)
    referral = await session.scalar(
        select(Referral).where(Referral.id == command.referral_id).with_for_update()
    )
    if referral is None or not referral.left or referral.recipient_tenant != command.recipient:
        raise NotFound
    answered = Answered(**{name: getattr(command, name) for name in Answered.__struct_fields__})
    news = await hear(session, principal.tenant, referral, answered, now=now)
    if news:
        audited(session, principal, "take_told_answer", referral, now=now, answer=command.state)
    return Taken(news=news)


async def assign_incoming(
    session: AsyncSession, principal: Principal, command: AssignIncoming, incoming_id: UUID, *, now: datetime
) -> IncomingRef:
    """To a colleague, or to nobody again. Raises `Invalid`."""
    principal.require(Permission.REFERRAL_RECEIVE)
    chosen = await colleague(session, principal, command.user_id) if command.user_id else None
    incoming = await incoming_to_handle(session, principal, incoming_id)
    incoming.assigned_to, incoming.version = chosen, incoming.version + 1
    note_incoming(session, principal.tenant, incoming, "assigned", now=now, by=principal.user_id)
    return _done(session, principal, "assign_incoming", incoming, now=now, to=str(chosen or ""))


async def answer_incoming(
    session: AsyncSession, principal: Principal, command: AnswerReferral, incoming_id: UUID, *, now: datetime
) -> IncomingRef:
    """Acknowledge, accept, refuse, ask, first contact, outcome: codes only. Raises `Invalid`, `WrongState`."""
    principal.require_any(Permission.REFERRAL_RECEIVE, Permission.REFERRAL_READ)
    checked_answer(command, local_day(now))
    incoming = await incoming_to_handle(session, principal, incoming_id)
    check_answer(incoming.state, command.answer)
    answered = answer_of(incoming.answer_revision, command)
    incoming.hear(answered)
    if incoming.assigned_to is None:
        incoming.assigned_to = principal.user_id
    if command.answer == "first_contact_made" and incoming.contacted_at is None:
        incoming.contacted_at = now
    await _settle(session, principal.tenant, incoming, now=now)
    code = answered.reason or answered.question or answered.part or answered.outcome
    note_incoming(
        session, principal.tenant, incoming, command.answer, now=now, by=principal.user_id, code=code
    )
    tell_sender(session, principal.tenant, incoming, now=now)
    return _done(session, principal, "answer_incoming", incoming, now=now, answer=command.answer)


async def remind_of_incoming(session: AsyncSession, tenant: str, incoming_id: UUID, *, now: datetime) -> None:
    """The day of the first contact is here, and there was none."""
    incoming = await session.get(Incoming, incoming_id, with_for_update=True)
    if incoming is None or incoming.state in ENDED or incoming.contacted_at is not None:
        return
    note_incoming(session, tenant, incoming, "late", now=now, side="clock", code="contact_by")


async def wipe_incoming(session: AsyncSession, tenant: str, incoming_id: UUID, *, now: datetime) -> None:
    """Some time after it was closed the fields go here too: what is needed of them stands in a dossier by then."""
    incoming = await session.get(Incoming, incoming_id, with_for_update=True)
    if incoming is None or incoming.state != "closed" or incoming.wiped_at is not None:
        return
    incoming.fields, incoming.wiped_at = [], now
    note_incoming(session, tenant, incoming, "wiped", now=now, side="clock")


async def _settle(session: AsyncSession, tenant: str, incoming: Incoming, *, now: datetime) -> None:
    """What an end brings with it here: no reminder, no field."""
    if incoming.state not in ENDED:
        return
    incoming.ended_at = incoming.ended_at or now
    await timers.cancel(session, INCOMING_CONTACT_BY, incoming.id)
    incoming.wipe_if_over(now)
    if incoming.state == "closed" and incoming.wiped_at is None:
        last = local_day(now) + timedelta(days=terms_on(local_day(now)).wiped_after)
        timers.schedule(session, tenant, morning_after(last), INCOMING_WIPE, incoming.id)


def _arrived(command: HandOver, *, now: datetime) -> Incoming:
    return Incoming(
        id=uuid7(),
        referral_id=command.referral_id,
        sender=command.sender,
        sender_name=command.sender_name,
        service_id=command.service_id,
        recipient=command.recipient,
        form=command.form,
        form_version=command.form_version,
        urgency=command.urgency,
        basis=command.basis,
        fields=[],
        received_at=now,
        contact_by=command.contact_by,
        state="sent",
        revision=0,
        ended="",
        amended_after=0,
        answer_revision=0,
        answer="",
        reason="",
        question="",
        part="",
        outcome="",
        version=0,
    )


def _done(
    session: AsyncSession,
    principal: Principal,
    action: str,
    incoming: Incoming,
    *,
    now: datetime,
    **codes: str,
) -> IncomingRef:
    audited(session, principal, action, incoming, now=now, **codes)
    return IncomingRef(incoming_id=incoming.id, state=incoming.state, dossier_id=incoming.dossier_id)
