"""From here something leaves, or is taken back: amend, send, withdraw, answer in the recipient's name, close."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.referring.acts import (
    QUESTION,
    ChangedMeanwhile,
    answer_of,
    answered_moment,
    colleague,
    end,
    given_consents,
    hear,
    restart_expiry,
    start_clocks,
    stop_clocks,
    to_write,
)
from services.referrals.referring.changes import TELL_PARTNER, audited, note, tell_recipient
from services.referrals.referring.forms import form_of, tidy, wrong_values
from services.referrals.referring.ledger import withdraw_row
from services.referrals.referring.models import Referral
from services.referrals.referring.parcels import parcel_of, release
from services.referrals.referring.rules import check_codes, checked_answer
from services.referrals.referring.states import CLOSABLE, ENDED, OFFERING, UNANSWERED, check, check_answer
from services.referrals.referring.terms import local_day
from shared import timers
from shared.auth import Permission, Principal
from shared.contracts.referring import (
    OUTCOMES,
    URGENCIES,
    WITHDRAWAL_REASONS,
    AmendReferral,
    AnswerReferral,
    CloseReferral,
    ReferralRef,
    SendReferral,
    TakeOverReferral,
    WithdrawReferral,
)
from shared.errors import Conflict, Invalid


class AnswersItself(Conflict):
    """A recipient on the platform answers for itself."""

    code = "answers_itself"


async def amend_referral(
    session: AsyncSession, principal: Principal, command: AmendReferral, referral_id: UUID, *, now: datetime
) -> ReferralRef:
    """The fields as they are now, before it was answered; who has it gets them, if consent or ground covers them all.

    That also answers what the recipient asked. Raises `Invalid`, `ChangedMeanwhile`, `WrongState`, `NotCovered`.
    """
    principal.require(Permission.REFERRAL_WRITE)
    referral, _ = await to_write(session, referral_id)
    _unchanged(referral, command.version)
    check(referral.state, *OFFERING, *UNANSWERED)
    form = form_of(referral.form, referral.form_version)
    wrong = wrong_values(form, command.values)
    if command.urgency is not None and command.urgency not in URGENCIES:
        wrong["urgency"] = "not_a_choice"
    if wrong:
        raise Invalid(wrong)
    referral.values = tidy(command.values)
    referral.urgency = command.urgency or referral.urgency
    if referral.left:
        referral.amended_after = referral.answer_revision
        await _complete(session, referral, now=now)
        tell_recipient(session, principal.tenant, referral, now=now)
        await _let_go(session, referral, principal, now=now)
        referral.agree()
        await stop_clocks(session, referral, QUESTION)
        await restart_expiry(session, principal.tenant, referral, now=now)
    else:
        referral.version += 1
    note(session, principal.tenant, referral, "amended", now=now, by=principal.user_id)
    return _done(session, principal, "amend_referral", referral, now=now)


async def send_referral(
    session: AsyncSession, principal: Principal, command: SendReferral, referral_id: UUID, *, now: datetime
) -> ReferralRef:
    """Exactly what the preview showed, on a live consent or ground for every field; once.

    Raises `Invalid`, `ChangedMeanwhile`, `WrongState`, `NoLiveConsent`, `ConsentExpired`, `NotCovered`.
    """
    principal.require(Permission.REFERRAL_WRITE)
    referral, _ = await to_write(session, referral_id)
    check(referral.state, *OFFERING)
    _unchanged(referral, command.version)
    await _complete(session, referral, now=now)
    referral.sent_at, referral.sent_by = now, principal.user_id
    referral.agree()
    tell_recipient(session, principal.tenant, referral, now=now)
    parcel = await _let_go(session, referral, principal, now=now)
    await start_clocks(session, principal.tenant, referral, now=now)
    note(session, principal.tenant, referral, "sent", now=now, by=principal.user_id, code=parcel)
    return _done(session, principal, "send_referral", referral, now=now, basis=parcel)


async def withdraw_referral(
    session: AsyncSession,
    principal: Principal,
    command: WithdrawReferral,
    referral_id: UUID,
    *,
    now: datetime,
) -> ReferralRef:
    """At any time. A second time changes nothing."""
    principal.require(Permission.REFERRAL_WRITE)
    check_codes(("reason", command.reason, WITHDRAWAL_REASONS))
    referral, _ = await to_write(session, referral_id)
    if command.reason == "consent_withdrawn":
        for consent in await given_consents(session, referral.id):
            withdraw_row(session, principal.tenant, consent, now=now, by=principal.user_id)
    if referral.ended != "withdrawn":
        await end(
            session, principal.tenant, referral, "withdrawn", command.reason, now=now, by=principal.user_id
        )
    return _done(session, principal, "withdraw_referral", referral, now=now, reason=command.reason)


async def answer_referral(
    session: AsyncSession, principal: Principal, command: AnswerReferral, referral_id: UUID, *, now: datetime
) -> ReferralRef:
    """What a recipient without account said on paper or by telephone, in its name. Raises `AnswersItself`."""
    principal.require(Permission.REFERRAL_WRITE)
    checked_answer(command, local_day(now))
    referral, _ = await to_write(session, referral_id)
    if referral.recipient_kind == "tenant":
        raise AnswersItself
    check_answer(referral.state, command.answer)
    answered = answer_of(referral.answer_revision, command)
    at = answered_moment(referral, command.on, now=now)
    await hear(session, principal.tenant, referral, answered, now=now, by=principal.user_id, at=at)
    if referral.state in ENDED and referral.recipient_kind == "partner_link":
        timers.schedule(session, principal.tenant, now, TELL_PARTNER, referral.id)
    return _done(session, principal, "answer_referral", referral, now=now, answer=command.answer)


async def close_referral(
    session: AsyncSession, principal: Principal, command: CloseReferral, referral_id: UUID, *, now: datetime
) -> ReferralRef:
    """Nothing more will come of it: refused, not reached, expired. The rest is the recipient's to close."""
    principal.require(Permission.REFERRAL_WRITE)
    check_codes(("outcome", command.outcome, OUTCOMES))
    referral, _ = await to_write(session, referral_id)
    check(referral.state, *CLOSABLE)
    referral.outcome = command.outcome
    await end(session, principal.tenant, referral, "closed", "", now=now, by=principal.user_id)
    return _done(session, principal, "close_referral", referral, now=now, outcome=command.outcome)


async def take_over_referral(
    session: AsyncSession,
    principal: Principal,
    command: TakeOverReferral,
    referral_id: UUID,
    *,
    now: datetime,
) -> ReferralRef:
    """Somebody else follows it up and is reminded. Raises `Invalid`."""
    principal.require(Permission.REFERRAL_WRITE)
    follower = await colleague(session, principal, command.user_id)
    referral, _ = await to_write(session, referral_id)
    if referral.follower != follower:
        referral.follower, referral.version = follower, referral.version + 1
        note(session, principal.tenant, referral, "follower", now=now, by=principal.user_id)
    return _done(session, principal, "take_over_referral", referral, now=now, follower=str(follower))


async def _complete(session: AsyncSession, referral: Referral, *, now: datetime) -> None:
    parcel = await parcel_of(session, referral, now=now)
    if parcel.missing:
        raise Invalid({f"values.{key}": "required" for key in parcel.missing})
    parcel.require_basis()


async def _let_go(session: AsyncSession, referral: Referral, principal: Principal, *, now: datetime) -> str:
    """What leaves is kept before it does. What a partner opens by his link is kept when he does, by his area."""
    if referral.recipient_kind == "partner_link":
        parcel = await parcel_of(session, referral, now=now)
    else:
        paper = referral.recipient_kind == "form"
        parcel = await release(
            session,
            referral,
            to="paper" if paper else referral.recipient_tenant,
            by=principal.user_id,
            now=now,
            delivered=paper,
        )
    return parcel.basis


def _unchanged(referral: Referral, version: int) -> None:
    if referral.version != version:
        raise ChangedMeanwhile


def _done(
    session: AsyncSession,
    principal: Principal,
    action: str,
    referral: Referral,
    *,
    now: datetime,
    **codes: object,
) -> ReferralRef:
    audited(session, principal, action, referral, now=now, **codes)
    return ReferralRef(referral_id=referral.id, state=referral.state, version=referral.version)
