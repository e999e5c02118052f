"""The ears of rostering, and its clock: what others did that moves a call-out, and what happens when nobody answers."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.call_outs import commands, neighbours
from services.rostering.configuration.copy import ask_configuration
from services.rostering.rosters import commands as roster_commands
from shared.client import client_of
from shared.contracts.cases import CallOutReported, ConflictOfInterestDeclared, ConflictOfInterestLifted
from shared.contracts.identity import StaffChanged, StaffDeactivated, StaffEntry
from shared.contracts.tenancy import TenantSettingsChanged
from shared.inbox import Subscriptions
from shared.timers import TimerHandlers


async def on_call_out_reported(session: AsyncSession, event: CallOutReported, *, now: datetime) -> None:
    await commands.note_report(session, event.tenant, event.call_out_id, by=event.actor, now=now)


async def on_tenant_settings_changed(
    session: AsyncSession, event: TenantSettingsChanged, *, now: datetime
) -> None:
    await ask_configuration(session, event.tenant, now=now)


async def on_conflict_declared(
    session: AsyncSession, event: ConflictOfInterestDeclared, *, now: datetime
) -> None:
    """The wall of the dossier stands around the briefing too (S14)."""
    if event.call_out_id is not None:
        await neighbours.hide_briefing(session, event.call_out_id, event.user_id)


async def on_conflict_lifted(
    session: AsyncSession, event: ConflictOfInterestLifted, *, now: datetime
) -> None:
    if event.call_out_id is not None:
        await neighbours.show_briefing(session, event.call_out_id, event.user_id)


async def on_staff_changed(
    session: AsyncSession, event: StaffChanged | StaffDeactivated, *, now: datetime
) -> None:
    """Who has a second number is asked for; the number itself stays with identity. Who left reads no calendar."""
    if isinstance(event, StaffDeactivated):
        await roster_commands.close_feeds_of(session, event.user_id, now=now)
    client = client_of(session)
    token = await client.own_token(event.tenant)
    staff = await client.ask("identity", "/staff", list[StaffEntry], token=token, params={"active": "true"})
    await neighbours.keep_second_numbers(
        session, [entry.user_id for entry in staff if entry.phone and entry.second_phone]
    )


SUBSCRIPTIONS: Subscriptions = {
    CallOutReported: on_call_out_reported,
    TenantSettingsChanged: on_tenant_settings_changed,
    ConflictOfInterestDeclared: on_conflict_declared,
    ConflictOfInterestLifted: on_conflict_lifted,
    StaffChanged: on_staff_changed,
    StaffDeactivated: on_staff_changed,
}
TIMERS: TimerHandlers = {
    commands.ESCALATE: commands.escalate_overdue,
    commands.RING_PLANNED: commands.ring_planned_visit,
    commands.REPORT_ESCALATIONS: commands.report_escalations,
    roster_commands.WATCH_GAPS: roster_commands.watch_gaps,
}
