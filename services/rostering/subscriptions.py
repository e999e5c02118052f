"""The ears of rostering, and its clock: what others did that moves a call-out, and what happens when nobody answers."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.call_outs import commands
from shared.contracts.cases import CallOutReported
from shared.inbox import Subscriptions
from shared.timers import TimerHandlers


async def on_call_out_reported(session: AsyncSession, event: CallOutReported, *, now: datetime) -> None:
    await commands.note_report(session, event.tenant, event.call_out_id, by=event.actor, now=now)


SUBSCRIPTIONS: Subscriptions = {CallOutReported: on_call_out_reported}
TIMERS: TimerHandlers = {commands.ESCALATE: commands.escalate_overdue}
