"""What a partner does inside his session: read what was consented to, and answer."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.partners.commands.delivering import end_delivery
from services.referrals.partners.contacts import writer_now
from services.referrals.partners.sight import Sight, keep_receipt, receipts_of, released, sight_of
from services.referrals.referring.acts import answer_of, hear
from services.referrals.referring.changes import audited
from services.referrals.referring.rules import checked_answer
from services.referrals.referring.states import ENDED, check_answer, may_answer
from services.referrals.referring.terms import local_day
from shared.auth import Permission, Principal
from shared.contracts import partners as contract
from shared.contracts.referring import ANSWERS, AnswerReferral


async def read_by_partner(
    session: AsyncSession, principal: Principal, command: contract.ReadReferral, *, now: datetime
) -> contract.PartnerReferral:
    """The first reading is the acknowledgement. Raises `PartnerSessionOver`."""
    principal.require(Permission.PARTNER_DOOR)
    sight = await sight_of(session, principal.tenant, command.session, now=now)
    referral = sight.referral
    fields = await released(session, principal.tenant, referral, now=now)
    if fields:
        await keep_receipt(session, sight, "shown", fields, now=now)
        if referral.state == "sent":
            await _hear(session, principal.tenant, sight, AnswerReferral(answer="acknowledged"), now=now)
    audited(session, sight.partner, "partner_reads", referral, now=now, fields=len(fields))
    writer = await writer_now(session, now=now)
    open_answers = may_answer(referral.state) - {"acknowledged"} if fields else frozenset[str]()
    return contract.PartnerReferral(
        sender=writer.said,
        sender_phone=writer.phone,
        recipient=referral.recipient,
        state=referral.state,
        urgency=referral.urgency,
        form=referral.form,
        fields=[contract.PartnerField(key=key, value=value) for key, value in fields],
        sent_on=local_day(referral.sent_at) if referral.sent_at else None,
        answer_by=referral.answer_by,
        contact_by=referral.contact_by,
        question=referral.question,
        waiting_until=referral.waiting_until,
        may=[each for each in ANSWERS if each in open_answers],
        version=referral.version,
        receipts=await receipts_of(session, sight.delivery.id),
        language=sight.delivery.language,
    )


async def answer_by_partner(
    session: AsyncSession, principal: Principal, command: contract.AnswerByPartner, *, now: datetime
) -> contract.PartnerAnswered:
    """As every recipient answers, by the same rules. Raises `PartnerSessionOver`, `Invalid`, `WrongState`."""
    principal.require(Permission.PARTNER_DOOR)
    sight = await sight_of(session, principal.tenant, command.session, now=now)
    answer = checked_answer(
        AnswerReferral(
            answer=command.answer,
            reason=command.reason,
            question=command.question,
            part=command.part,
            outcome=command.outcome,
            waiting_until=command.waiting_until,
        ),
        local_day(now),
    )
    check_answer(sight.referral.state, answer.answer)
    await _hear(session, principal.tenant, sight, answer, now=now)
    if sight.referral.state in ENDED:
        await end_delivery(session, principal.tenant, sight.delivery, now=now)
    audited(session, sight.partner, "partner_answers", sight.referral, now=now, answer=answer.answer)
    return contract.PartnerAnswered(state=sight.referral.state, version=sight.referral.version)


async def _hear(
    session: AsyncSession, tenant: str, sight: Sight, answer: AnswerReferral, *, now: datetime
) -> None:
    answered = answer_of(sight.referral.answer_revision, answer)
    await hear(session, tenant, sight.referral, answered, now=now)
