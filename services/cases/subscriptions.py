"""What cases hears from the others."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.victim_support import commands as victim_support
from shared.client import client_of
from shared.contracts.rostering import CallOutClosed, CallOutView
from shared.inbox import Subscriptions


async def on_call_out_closed(session: AsyncSession, event: CallOutClosed, *, now: datetime) -> None:
    """Events carry no words, so the briefing is asked for; while rostering is away the event comes back later."""
    if not event.opens_dossier:
        return
    client = client_of(session)
    token = await client.own_token(event.tenant)
    briefing = await client.ask("rostering", f"/call-outs/{event.call_out_id}", CallOutView, token=token)
    await victim_support.take_over_call_out(session, event, briefing, now=now)


SUBSCRIPTIONS: Subscriptions = {CallOutClosed: on_call_out_closed}
