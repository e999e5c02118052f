"""Two worries from the neighbourhood: one that was taken up this week, one that waits since this morning."""

from datetime import datetime, timedelta

from sqlalchemy import select

from deploy.demo.workshop import Cast, Workshop
from services.referrals.worries import commands
from services.referrals.worries.models import Worry
from shared import outbox
from shared.contracts.worries import ReportWorry, TakeUpWorry

_TAKEN, _WAITS = timedelta(days=4, hours=3), timedelta(hours=2)
_ANSWERED_AFTER = timedelta(hours=5)
_FIRST = ReportWorry(
    reasons=["older_person", "isolation"],
    urgency="this_week",
    consent="yes",
    report_duty="not_needed",
    place="Zandberg 8, bus 2, Aalst",
    who="man van rond de 80, woont alleen sinds de winter",
    contact="buurvrouw van bus 1",
    text="Brievenbus puilt uit, eet weinig. Zegt zelf dat hij niemand meer ziet en zou graag bezoek krijgen.",
)
_SECOND = ReportWorry(
    reasons=["child", "housing"],
    urgency="today",
    consent="not_possible",
    report_duty="to_do",
    place="Molenstraat 14, tweede verdieping, Aalst",
    who="jongen van een jaar of 6, moeder alleen",
    text="Zat vanmorgen alleen op de trap zonder jas. Binnen geen verwarming. Moeder deed niet open.",
)


async def pass_on(workshop: Workshop, cast: Cast, *, now: datetime) -> None:
    """By the neighbourhood inspector; nothing when there is any worry already."""
    inspectors, workers = cast.with_role("neighbourhood_inspector"), cast.with_role("spot_worker")
    if not inspectors:
        return
    first, second = now - _TAKEN, now - _WAITS
    answered = first + _ANSWERED_AFTER
    async with workshop.transaction("referrals", cast.tenant.key) as session:
        if await session.scalar(select(Worry.id).limit(1)) is not None:
            return
        inspector, worker = inspectors[0], workers[0]
        made = await commands.report_worry(session, cast.principal(inspector, now=first), _FIRST, now=first)
        await session.flush()
        await commands.take_up_worry(
            session, cast.principal(worker, now=answered), TakeUpWorry(), made.worry_id, now=answered
        )
        await commands.report_worry(session, cast.principal(inspector, now=second), _SECOND, now=second)
        outbox.withhold(session)
