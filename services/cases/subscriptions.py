"""What cases hears from the others, and what its timers do."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers import commands as dossiers
from services.cases.victim_support import commands as victim_support
from shared.client import client_of
from shared.contracts.rostering import CallOutClosed, CallOutView
from shared.inbox import Subscriptions
from shared.timers import TimerHandlers


async def on_call_out_closed(session: AsyncSession, event: CallOutClosed, *, now: datetime) -> None:
    """Events carry no words, so the briefing is asked for; while rostering is away the event comes back later."""
    if not event.opens_dossier:
        return
    client = client_of(session)
    token = await client.own_token(event.tenant)
    briefing = await client.ask("rostering", f"/call-outs/{event.call_out_id}", CallOutView, token=token)
    await victim_support.take_over_call_out(session, event, briefing, now=now)


SUBSCRIPTIONS: Subscriptions = {CallOutClosed: on_call_out_closed}
TIMERS: TimerHandlers = {dossiers.REVIEW_OVERDUE: dossiers.escalate_unreviewed}
