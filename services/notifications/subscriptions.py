"""The ears of notifications: what happens elsewhere that somebody must be told."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications import commands
from services.notifications.models import COORDINATORS, DATA_PROTECTION_OFFICERS, OFFICERS_ON_DUTY, SECOND
from shared.contracts.cases import (
    BreakGlassEscalated,
    BreakGlassUsed,
    ContactUnsafe,
    DossierAssigned,
    HomeBanEnds,
    RiskIncreased,
)
from shared.contracts.identity import (
    AccountLocked,
    AddressChanged,
    ContactCodeRequested,
    PasswordResetRequested,
    StaffChanged,
    StaffDeactivated,
)
from shared.contracts.rostering import (
    CallOutAnswered,
    CallOutRinging,
    CallOutsEscalated,
    CallOutUnanswered,
    DutyChanged,
    GapNear,
)
from shared.inbox import Subscriptions

BRUSSELS = ZoneInfo("Europe/Brussels")
CODE_LIFETIME = timedelta(minutes=10)
"""As identity counts it: a code that would leave later is good for nothing."""


async def on_staff_changed(
    session: AsyncSession, event: StaffChanged | StaffDeactivated, *, now: datetime
) -> None:
    await commands.ask_contact(session, event.tenant, event.user_id, now=now)


async def on_password_reset_requested(
    session: AsyncSession, event: PasswordResetRequested, *, now: datetime
) -> None:
    """The link's secret part is asked for when the mail leaves, and kept nowhere."""
    await commands.queue_link(session, event.tenant, event.user_id, event.reset_id, now=now)


async def on_contact_code_requested(
    session: AsyncSession, event: ContactCodeRequested, *, now: datetime
) -> None:
    """Like a link's secret: asked for when the message leaves."""
    await commands.queue_contact_code(
        session,
        event.tenant,
        event.user_id,
        event.code_id,
        event.channel,
        good_until=event.occurred_at + CODE_LIFETIME,
        now=now,
    )


async def on_address_changed(session: AsyncSession, event: AddressChanged, *, now: datetime) -> None:
    await commands.queue_old_address(session, event.tenant, event.user_id, event.notice_id, now=now)


async def on_account_locked(session: AsyncSession, event: AccountLocked, *, now: datetime) -> None:
    await commands.notify(
        session,
        event.tenant,
        "account_locked",
        [event.user_id],
        ref=event.id,
        about=event.user_id,
        facts={"until": event.until.isoformat()},
        now=now,
    )


async def on_call_out_ringing(session: AsyncSession, event: CallOutRinging, *, now: datetime) -> None:
    await commands.notify(
        session,
        event.tenant,
        "call_out_ringing",
        [event.user_id],
        ref=event.attempt_id,
        about=event.call_out_id,
        refs={"call_out_id": str(event.call_out_id)},
        facts={
            "incident_type": event.incident_type,
            "urgency": event.urgency,
            "answer_by": event.answer_by.isoformat(),
        },
        good_until=event.answer_by,
        number=SECOND if event.second_number else None,
        now=now,
    )


async def on_call_out_answered(session: AsyncSession, event: CallOutAnswered, *, now: datetime) -> None:
    """A ringing mail that has not left yet need not leave; who was rung in vain hears that she may sleep on."""
    await commands.stop_ringing(session, event.attempt_id)
    if event.outcome == "taken_by_other":
        await commands.notify(
            session,
            event.tenant,
            "call_out_taken",
            [event.user_id],
            ref=event.attempt_id,
            about=event.call_out_id,
            refs={"call_out_id": str(event.call_out_id)},
            now=now,
        )


async def on_call_out_unanswered(session: AsyncSession, event: CallOutUnanswered, *, now: datetime) -> None:
    coordinators = await commands.holders_of(session, event.tenant, COORDINATORS, now=now)
    await commands.notify(
        session,
        event.tenant,
        "call_out_unanswered",
        coordinators,
        ref=event.id,
        about=event.call_out_id,
        refs={"call_out_id": str(event.call_out_id)},
        now=now,
    )


async def on_call_outs_escalated(session: AsyncSession, event: CallOutsEscalated, *, now: datetime) -> None:
    """In the morning, once for all that went with difficulty."""
    await commands.notify(
        session,
        event.tenant,
        "call_outs_escalated",
        await commands.holders_of(session, event.tenant, COORDINATORS, now=now),
        ref=event.id,
        about=event.report_id,
        refs={"report_id": str(event.report_id)},
        facts={"call_outs": str(event.call_outs)},
        now=now,
    )


async def on_duty_changed(session: AsyncSession, event: DutyChanged, *, now: datetime) -> None:
    """One notice for each act that changed her coming duty."""
    await commands.notify(
        session,
        event.tenant,
        "duty_changed",
        [event.user_id],
        ref=event.id,
        about=event.user_id,
        refs={"duties_of": str(event.user_id)},
        facts={
            "gained": str(event.gained),
            "lost": str(event.lost),
            "first_at": event.first_at.isoformat(),
        },
        now=now,
    )


async def on_gap_near(session: AsyncSession, event: GapNear, *, now: datetime) -> None:
    coordinators = await commands.holders_of(session, event.tenant, COORDINATORS, now=now)
    month = f"{event.starts_at.astimezone(BRUSSELS):%Y-%m}"
    await commands.notify(
        session,
        event.tenant,
        "roster_gap",
        coordinators,
        ref=event.id,
        about=event.id,
        refs={"roster_month": month},
        facts={
            "month": month,
            "level": event.level,
            "starts_at": event.starts_at.isoformat(),
            "ends_at": event.ends_at.isoformat(),
        },
        now=now,
    )


async def on_dossier_assigned(session: AsyncSession, event: DossierAssigned, *, now: datetime) -> None:
    """Whoever took a dossier herself knows it already."""
    if event.actor == event.holder:
        return
    await commands.notify(
        session,
        event.tenant,
        "dossier_assigned",
        [event.holder],
        ref=event.id,
        about=event.dossier_id,
        refs={"dossier_id": str(event.dossier_id)},
        now=now,
    )


async def on_break_glass_used(session: AsyncSession, event: BreakGlassUsed, *, now: datetime) -> None:
    """The holder and the coordinators, but not the one who broke the glass: nobody reviews his own act."""
    told = await commands.holders_of(session, event.tenant, COORDINATORS, now=now)
    if event.holder is not None:
        told.append(event.holder)
    await commands.notify(
        session,
        event.tenant,
        "break_glass_used",
        [user_id for user_id in told if user_id != event.user_id],
        ref=event.break_glass_id,
        about=event.dossier_id,
        refs={"dossier_id": str(event.dossier_id), "break_glass_id": str(event.break_glass_id)},
        facts={"reason": event.reason},
        now=now,
    )


async def on_break_glass_escalated(
    session: AsyncSession, event: BreakGlassEscalated, *, now: datetime
) -> None:
    officers = await commands.holders_of(session, event.tenant, DATA_PROTECTION_OFFICERS, now=now)
    await commands.notify(
        session,
        event.tenant,
        "break_glass_escalated",
        officers,
        ref=event.id,
        about=event.dossier_id,
        refs={"dossier_id": str(event.dossier_id), "break_glass_id": str(event.break_glass_id)},
        facts={"why": event.why},
        now=now,
    )


async def on_risk_increased(session: AsyncSession, event: RiskIncreased, *, now: datetime) -> None:
    """The coordinators with the dossier; the officers on duty, who may not see it, with whom to call."""
    coordinators = await commands.holders_of(session, event.tenant, COORDINATORS, now=now)
    officers = await commands.holders_of(session, event.tenant, OFFICERS_ON_DUTY, now=now)
    for kind, told, refs in (
        ("risk_increased", coordinators, {"dossier_id": str(event.dossier_id)}),
        ("risk_increased_on_duty", [each for each in officers if each not in coordinators], {}),
    ):
        await commands.notify(
            session, event.tenant, kind, told, ref=event.id, about=event.dossier_id, refs=refs, now=now
        )


async def on_contact_unsafe(session: AsyncSession, event: ContactUnsafe, *, now: datetime) -> None:
    await commands.notify(
        session,
        event.tenant,
        "contact_unsafe",
        await commands.holders_of(session, event.tenant, COORDINATORS, now=now),
        ref=event.id,
        about=event.dossier_id,
        refs={"dossier_id": str(event.dossier_id)},
        now=now,
    )


async def on_home_ban_ends(session: AsyncSession, event: HomeBanEnds, *, now: datetime) -> None:
    told = await commands.holders_of(session, event.tenant, COORDINATORS, now=now)
    if event.holder is not None and event.holder not in told:
        told.append(event.holder)
    await commands.notify(
        session,
        event.tenant,
        "home_ban_ends",
        told,
        ref=event.id,
        about=event.dossier_id,
        refs={"dossier_id": str(event.dossier_id)},
        facts={"until": event.ends_at.isoformat()},
        now=now,
    )


SUBSCRIPTIONS: Subscriptions = {
    StaffChanged: on_staff_changed,
    StaffDeactivated: on_staff_changed,
    PasswordResetRequested: on_password_reset_requested,
    AccountLocked: on_account_locked,
    ContactCodeRequested: on_contact_code_requested,
    AddressChanged: on_address_changed,
    CallOutRinging: on_call_out_ringing,
    CallOutAnswered: on_call_out_answered,
    CallOutUnanswered: on_call_out_unanswered,
    CallOutsEscalated: on_call_outs_escalated,
    DutyChanged: on_duty_changed,
    GapNear: on_gap_near,
    DossierAssigned: on_dossier_assigned,
    BreakGlassUsed: on_break_glass_used,
    BreakGlassEscalated: on_break_glass_escalated,
    RiskIncreased: on_risk_increased,
    ContactUnsafe: on_contact_unsafe,
    HomeBanEnds: on_home_ban_ends,
}
