"""What the SMS provider reports of what it took: signed, perhaps twice, perhaps in another order."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.commands.sending import DELIVERIES, after_failure, after_success
from services.notifications.models import Delivery
from services.notifications.rules import SMS
from services.notifications.sms import Report
from shared.contracts.notifications import ReportTaken

_LOST = ("undeliverable", "expired")


async def take_report(session: AsyncSession, report: Report, *, now: datetime) -> ReportTaken:
    """Note how an SMS fared. What is not ours, or known already, changes nothing and is answered alike.

    Waits for the transaction that is sending the same SMS: a provider may be quicker than our commit.
    """
    delivery = await session.get(Delivery, report.delivery_id, with_for_update=True)
    if delivery is None or delivery.channel != SMS:
        return ReportTaken()
    before = delivery.state
    if report.status == "delivered":
        delivery.mark_delivered(at=min(report.at, now))
        if delivery.state != before:
            after_success(session, report.tenant, delivery, now=now)
    elif report.status in _LOST:
        delivery.mark_undeliverable(report.status)
        if (before, delivery.state) != ("failed", "failed") and delivery.state == "failed":
            await after_failure(session, report.tenant, delivery, now=now)
    if delivery.state != before:
        DELIVERIES.labels(delivery.channel, delivery.kind, delivery.state).inc()
    return ReportTaken()
