"""The ears of rostering, and its clock: what others did that moves a call-out, and what happens when nobody answers."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.call_outs import commands
from services.rostering.configuration.copy import ask_configuration
from shared.contracts.cases import CallOutReported
from shared.contracts.tenancy import TenantSettingsChanged
from shared.inbox import Subscriptions
from shared.timers import TimerHandlers


async def on_call_out_reported(session: AsyncSession, event: CallOutReported, *, now: datetime) -> None:
    await commands.note_report(session, event.tenant, event.call_out_id, by=event.actor, now=now)


async def on_tenant_settings_changed(
    session: AsyncSession, event: TenantSettingsChanged, *, now: datetime
) -> None:
    await ask_configuration(session, event.tenant, now=now)


SUBSCRIPTIONS: Subscriptions = {
    CallOutReported: on_call_out_reported,
    TenantSettingsChanged: on_tenant_settings_changed,
}
TIMERS: TimerHandlers = {commands.ESCALATE: commands.escalate_overdue}
