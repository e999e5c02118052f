"""What the commands, the clock and the other side have in common: holding a referral, answering it, ending it."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.configuration.copy import configuration_here
from services.referrals.consents.models import Consent, Ground
from services.referrals.referring.access import dossier_to_write
from services.referrals.referring.changes import note, tell_recipient
from services.referrals.referring.ledger import withdraw_row
from services.referrals.referring.models import Referral, ReferralMove
from services.referrals.referring.parcels import parcel_of
from services.referrals.referring.states import ENDED, Answered
from services.referrals.referring.terms import WorkingDays, local_day, morning_after, morning_of, terms_on
from shared import timers
from shared.auth import Principal
from shared.client import client_of
from shared.contracts.dossier_access import AccessedDossier
from shared.contracts.identity import StaffEntry
from shared.contracts.referrals import ReferralReminder
from shared.contracts.referring import AnswerReferral
from shared.db import uuid7
from shared.errors import Conflict, Invalid, NotFound
from shared.outbox import publish

SEND_BY: Final = "referral_send_by"
ANSWER_BY: Final = "referral_answer_by"
CONTACT_BY: Final = "referral_contact_by"
PENDING: Final = "referral_consent_pending"
QUESTION: Final = "referral_question_open"
WAITING: Final = "referral_waiting_list"
EXPIRES_SOON: Final = "referral_expires_soon"
EXPIRES: Final = "referral_expires"
ALL_TIMERS: Final = (SEND_BY, ANSWER_BY, CONTACT_BY, PENDING, QUESTION, WAITING, EXPIRES_SOON, EXPIRES)


class ChangedMeanwhile(Conflict):
    """Somebody else changed it after it was read."""

    code = "changed_meanwhile"


async def locked(session: AsyncSession, referral_id: UUID) -> Referral:
    """The referral, held until the commit, so that two who act come one after the other. Raises `NotFound`."""
    found = await session.scalar(
        select(Referral)
        .where(Referral.id == referral_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


async def to_write(session: AsyncSession, referral_id: UUID) -> tuple[Referral, AccessedDossier]:
    """The referral of a dossier that is the caller's to write, held. Raises `NotFound`, `ReadOnly`."""
    dossier_id = await session.scalar(select(Referral.dossier_id).where(Referral.id == referral_id))
    if dossier_id is None:
        raise NotFound
    # asked before the lock, so that nobody waits for cases while somebody else waits for us
    dossier = await dossier_to_write(session, dossier_id)
    return await locked(session, referral_id), dossier


async def working_days(session: AsyncSession) -> WorkingDays:
    """Counted with the tenant's own days off."""
    return WorkingDays(each.day for each in (await configuration_here(session)).days_off)


async def colleague(session: AsyncSession, principal: Principal, user_id: UUID) -> UUID:
    """Somebody who works here now. Raises `Invalid`."""
    if user_id == principal.user_id:
        return user_id
    client = client_of(session)
    token = await client.own_token(principal.tenant)
    staff = await client.ask("identity", "/staff", list[StaffEntry], token=token, params={"active": "true"})
    if user_id not in {each.user_id for each in staff}:
        raise Invalid({"user_id": "colleague_unknown"})
    return user_id


def remind(session: AsyncSession, tenant: str, referral: Referral, what: str, *, now: datetime) -> None:
    """A word to who follows it."""
    publish(
        session,
        ReferralReminder(
            id=uuid7(),
            occurred_at=now,
            tenant=tenant,
            referral_id=referral.id,
            dossier_id=referral.dossier_id,
            follower=referral.follower,
            what=what,
        ),
    )


async def say_stopped(
    session: AsyncSession, tenant: str, referral: Referral, why: str, *, now: datetime
) -> None:
    """It did not leave, or no more of it does: who follows it is told, once until it is offered or sent again."""
    last = await session.scalar(
        select(ReferralMove.what)
        .where(
            ReferralMove.record_id == referral.id,
            ReferralMove.what.in_((why, "offered", "sent", "amended", "ground")),
        )
        .order_by(ReferralMove.id.desc())
        .limit(1)
    )
    if last != why:
        remind(session, tenant, referral, why, now=now)
        note(session, tenant, referral, why, now=now, side="clock")


async def stop_clocks(session: AsyncSession, referral: Referral, *kinds: str) -> None:
    """Nothing more is due of it, or nothing of these kinds."""
    for kind in kinds or ALL_TIMERS:
        await timers.cancel(session, kind, referral.id)


async def start_clocks(session: AsyncSession, tenant: str, referral: Referral, *, now: datetime) -> None:
    """It was sent today: when an answer, a first contact and its end are due, with a reminder for each."""
    today, working = local_day(now), await working_days(session)
    terms = terms_on(today)
    referral.answer_by = working.after(today, terms.answer_within)
    referral.contact_by = working.after(today, terms.contact_within)
    await stop_clocks(session, referral)
    timers.schedule(session, tenant, morning_after(referral.answer_by), ANSWER_BY, referral.id)
    timers.schedule(session, tenant, morning_after(referral.contact_by), CONTACT_BY, referral.id)
    await restart_expiry(session, tenant, referral, now=now)


async def restart_expiry(session: AsyncSession, tenant: str, referral: Referral, *, now: datetime) -> None:
    """It expires so many days from now unless an answer comes that decides something."""
    terms = terms_on(local_day(now))
    referral.expires_on = local_day(now) + timedelta(days=terms.expires_after)
    await stop_clocks(session, referral, EXPIRES_SOON, EXPIRES)
    warned = referral.expires_on - timedelta(days=terms.expiry_warned)
    timers.schedule(session, tenant, morning_of(warned), EXPIRES_SOON, referral.id)
    timers.schedule(session, tenant, morning_after(referral.expires_on), EXPIRES, referral.id)


def answer_of(referral_revision: int, command: AnswerReferral) -> Answered:
    """The recipient's track one further, with what was answered now."""
    return Answered(
        referral_revision + 1,
        command.answer,
        reason=command.reason,
        question=command.question,
        part=command.part,
        outcome=command.outcome,
        waiting_until=command.waiting_until,
        suggested_service_id=command.suggested_service_id,
    )


def answered_moment(referral: Referral, on: date | None, *, now: datetime) -> datetime:
    """When it was answered, if that is written down on a later day: not before it was sent."""
    if on is None or on >= local_day(now):
        return now
    return max(morning_of(on), referral.sent_at or now)


async def hear(
    session: AsyncSession,
    tenant: str,
    referral: Referral,
    answered: Answered,
    *,
    now: datetime,
    by: UUID | None = None,
    at: datetime | None = None,
) -> bool:
    """The recipient's track as it is now, whoever brought it; False when it was known. What follows from it is done.

    For a partner without account its own area calls this with `answer_of(referral.answer_revision, command)` after
    `check_answer(referral.state, command.answer)`, on a referral that it holds (`locked`).
    """
    if not referral.hear(answered):
        return False
    decided = answered.state not in {"acknowledged", "more_asked"}
    if decided and referral.answered_at is None:
        referral.answered_at = at or now
    if answered.state == "first_contact_made" and referral.contacted_at is None:
        referral.contacted_at = at or now
    if referral.state in ENDED:
        referral.ended_at = referral.ended_at or now
        await stop_clocks(session, referral)
    elif decided:
        referral.ended_at = None  # an answer that crossed the expiry
        await stop_clocks(session, referral, ANSWER_BY, QUESTION, EXPIRES_SOON, EXPIRES)
        if referral.contacted_at is not None:
            await stop_clocks(session, referral, CONTACT_BY)
    await stop_clocks(session, referral, WAITING)
    if referral.state == "waiting_list" and referral.waiting_until is not None:
        timers.schedule(session, tenant, morning_of(referral.waiting_until), WAITING, referral.id)
    if referral.state == "more_asked":
        late = (await working_days(session)).after(local_day(now), 2)
        timers.schedule(session, tenant, morning_of(late), QUESTION, referral.id)
    code = answered.reason or answered.question or answered.part or answered.outcome
    note(session, tenant, referral, answered.state, now=now, side="recipient", by=by, code=code)
    return True


async def end(
    session: AsyncSession,
    tenant: str,
    referral: Referral,
    how: str,
    why: str,
    *,
    now: datetime,
    by: UUID | None,
    side: str = "sender",
) -> None:
    """Our side ends it: withdrawn, rerouted, expired or closed; who has it is told."""
    referral.ended, referral.ended_why, referral.ended_at = how, why, now
    if referral.left:
        referral.agree()
        tell_recipient(session, tenant, referral, now=now)
        if how == "withdrawn" and referral.recipient_kind == "form":
            remind(session, tenant, referral, "tell_recipient", now=now)
    else:
        referral.state, referral.version = how, referral.version + 1
    if how in {"withdrawn", "expired"}:
        await session.execute(
            update(Ground)
            .where(Ground.referral_id == referral.id, Ground.revoked_at.is_(None))
            .values(revoked_at=now)
        )
    await stop_clocks(session, referral)
    note(session, tenant, referral, how, now=now, by=by, code=why, side=side)


async def given_consents(session: AsyncSession, referral_id: UUID) -> list[Consent]:
    """Those of a referral that were given and not withdrawn, held."""
    found = await session.scalars(
        select(Consent)
        .where(Consent.referral_id == referral_id, Consent.state == "given")
        .order_by(Consent.id)
        .with_for_update()
    )
    return list(found)


async def consent_is_gone(
    session: AsyncSession,
    tenant: str,
    referral: Referral,
    *,
    now: datetime,
    by: UUID | None,
    cause: str = "referrals",
) -> None:
    """A consent of this referral was withdrawn: all of it ends, unless a ground covers every field by itself."""
    for other in await given_consents(session, referral.id):
        withdraw_row(session, tenant, other, now=now, by=by, cause=cause)
    await session.flush()
    if referral.ended == "withdrawn":
        return
    parcel = await parcel_of(session, referral, now=now)
    if referral.left and parcel.ground is not None and not parcel.uncovered:
        note(session, tenant, referral, "consent_withdrawn", now=now, by=by)
        return
    await end(session, tenant, referral, "withdrawn", "consent_withdrawn", now=now, by=by)
