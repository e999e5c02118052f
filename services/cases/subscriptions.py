"""What cases hears from the others, and what its timers do."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.configuration.copy import ask_configuration
from services.cases.documents import commands as documents
from services.cases.dossiers import calendar
from services.cases.dossiers import commands as dossiers
from services.cases.outreach import commands as outreach
from services.cases.victim_support import commands as victim_support
from shared.client import client_of
from shared.contracts.call_outs import CallOutView
from shared.contracts.incidents import VictimsToTakeOver
from shared.contracts.referrals import (
    IncomingReferralChanged,
    ReferralConsentChanged,
    ReferralProgressed,
    ReferralReminder,
)
from shared.contracts.rostering import CallOutClosed, IncidentVictimsReady
from shared.contracts.tenancy import TenantSettingsChanged
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


async def on_incident_victims_ready(
    session: AsyncSession, event: IncidentVictimsReady, *, now: datetime
) -> None:
    """Names are asked for like a briefing; rostering hears when it may forget them."""
    client = client_of(session)
    token = await client.own_token(event.tenant)
    path = f"/incidents/{event.incident_id}/victims-to-take-over"
    handed = await client.ask("rostering", path, VictimsToTakeOver, token=token)
    await victim_support.take_over_victims(session, event, handed, now=now)


async def on_tenant_settings_changed(
    session: AsyncSession, event: TenantSettingsChanged, *, now: datetime
) -> None:
    """The days off get rows of their own, since terms are counted with them."""
    answer = await ask_configuration(session, event.tenant, now=now)
    await calendar.keep_days_off(session, answer.days_off)


async def on_referral_progressed(session: AsyncSession, event: ReferralProgressed, *, now: datetime) -> None:
    """A line in the dossier, in codes."""
    await victim_support.show_referral_step(session, event, now=now)


async def on_incoming_referral_changed(
    session: AsyncSession, event: IncomingReferralChanged, *, now: datetime
) -> None:
    """A line in the dossier that took it up."""
    await victim_support.show_incoming_step(session, event, now=now)


async def on_referral_reminder(session: AsyncSession, event: ReferralReminder, *, now: datetime) -> None:
    """A task for who follows it."""
    await victim_support.plan_follow_up(session, event, now=now)


async def on_referral_consent_changed(
    session: AsyncSession, event: ReferralConsentChanged, *, now: datetime
) -> None:
    """A consent of this dossier that was taken back where its fields were agreed."""
    await victim_support.consent_withdrawn_in_referrals(session, event, now=now)


SUBSCRIPTIONS: Subscriptions = {
    IncomingReferralChanged: on_incoming_referral_changed,
    ReferralConsentChanged: on_referral_consent_changed,
    CallOutClosed: on_call_out_closed,
    IncidentVictimsReady: on_incident_victims_ready,
    ReferralProgressed: on_referral_progressed,
    ReferralReminder: on_referral_reminder,
    TenantSettingsChanged: on_tenant_settings_changed,
}
TIMERS: TimerHandlers = {
    dossiers.CARRY_CONFLICTS: dossiers.carry_conflicts,
    dossiers.REVIEW_OVERDUE: dossiers.escalate_unreviewed,
    victim_support.CARRY_CONSENTS: victim_support.carry_consents,
    victim_support.CONFIRM_TAKE_OVER: victim_support.confirm_take_over,
    victim_support.HOME_BAN_ENDS: victim_support.alert_home_ban_ends,
    outreach.FORGET_SIGNALLER: outreach.forget_signaller,
}
PAPER_TIMERS: TimerHandlers = {
    documents.SCAN: documents.scan_document,
    documents.SWEEP: documents.sweep_document,
    documents.ERASE: documents.erase_document,
}
"""These reach the archive of files, which `app` gives them."""
