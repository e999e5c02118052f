"""What can be asked in numbers: of all referrals of the tenant, also for who may see none of them."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.configuration.copy import configuration_here
from services.referrals.consents.models import Consent
from services.referrals.referring.ledger import purpose_of
from services.referrals.referring.models import Referral
from services.referrals.statistics.figures import (
    ANSWERED,
    OF_OFFERS,
    Offer,
    SentReferral,
    cut,
    last_answers,
    results,
)
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.statistics import Statistics
from shared.periods import BRUSSELS, Period, period_around, period_of


async def statistics(
    session: AsyncSession, principal: Principal, starts_on: date | None, *, now: datetime
) -> Statistics:
    """The figures of the period that begins on a day, or of the one that runs. Raises `Invalid`."""
    principal.require(Permission.STATISTICS_READ)
    today = now.astimezone(BRUSSELS).date()
    kind = (await configuration_here(session)).organisation_on(today).statistics_period
    period = period_of(kind, starts_on) if starts_on else period_around(kind, today)
    offers = [last_answers(await _offers(session, each)) for each in (period, period.before)]
    sent = [await _sent(session, each) for each in (period, period.before)]
    audit.record(
        session,
        principal,
        "read_statistics",
        now=now,
        object_kind="statistics",
        details={"period": period.kind, "starts_on": period.starts_on.isoformat()},
    )
    return Statistics(
        service="referrals",
        period=period.kind,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        counted_at=now,
        figures=[
            *(cut(how, *offers) for how in OF_OFFERS),
            cut(ANSWERED, *sent),
            results(*sent),
        ],
    )


async def _offers(session: AsyncSession, period: Period) -> list[Offer]:
    rows = await session.execute(
        select(Consent.dossier_id, Consent.person_id, Consent.purpose, Consent.state, Consent.offered_on)
        .where(Consent.offered_on >= period.starts_on, Consent.offered_on < period.ends_on)
        .order_by(Consent.offered_on, Consent.recorded_at, Consent.id)
    )
    return [Offer(**row._asdict()) for row in rows]


async def _sent(session: AsyncSession, period: Period) -> list[SentReferral]:
    rows = await session.execute(
        select(
            Referral.form,
            Referral.state,
            Referral.outcome,
            Referral.sent_at,
            Referral.answer_by,
            Referral.answered_at,
        ).where(Referral.sent_at >= period.starts_at, Referral.sent_at < period.ends_at)
    )
    return [
        SentReferral(
            purpose=purpose_of(row.form),
            state=row.state,
            outcome=row.outcome,
            sent_at=row.sent_at,
            answer_by=row.answer_by,
            answered_at=row.answered_at,
        )
        for row in rows
    ]
