"""The ears of notifications: what happens elsewhere that somebody must be told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications import commands
from services.notifications.models import (
    COORDINATORS,
    DATA_PROTECTION_OFFICERS,
    MAP_KEEPERS,
    OFFICERS_ON_DUTY,
    SECOND,
    SPOT_WORKERS,
)
from shared.contracts.cases import (
    BreakGlassEscalated,
    BreakGlassUsed,
    ContactUnsafe,
    DossierAssigned,
    HomeBanEnds,
    RiskIncreased,
)
from shared.contracts.event import Event
from shared.contracts.identity import (
    AccountLocked,
    AddressChanged,
    ContactCodeRequested,
    PasswordResetRequested,
    StaffChanged,
    StaffDeactivated,
)
from shared.contracts.referrals import (
    EntriesDue,
    IncomingReferralChanged,
    PartnerMailDue,
    ReferralProgressed,
    ReferralReminder,
    WorryAnswered,
    WorryReported,
)
from shared.contracts.referring import ANSWERS
from shared.contracts.rostering import (
    CallOutAnswered,
    CallOutRinging,
    CallOutsEscalated,
    CallOutUnanswered,
    DutyChanged,
    GapNear,
)
from shared.inbox import Handler, Subscriptions

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


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What an event is told as, to whom, and what goes along; once for each person and `ref`, or for each event.

    `to` are people, and `roles` all who have one of them; never `but`, whose own act it was.
    """

    kind: str
    about: UUID
    to: Sequence[UUID | None] = ()
    roles: Sequence[str] = ()
    but: UUID | None = None
    ref: UUID | None = None
    refs: Mapping[str, UUID | str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    good_until: datetime | None = None
    number: str | None = None


def account_locked(event: AccountLocked) -> Notice:
    return Notice(
        kind="account_locked",
        to=[event.user_id],
        about=event.user_id,
        facts={"until": event.until.isoformat()},
    )


def call_out_ringing(event: CallOutRinging) -> Notice:
    return Notice(
        kind="call_out_ringing",
        to=[event.user_id],
        ref=event.attempt_id,
        about=event.call_out_id,
        refs={"call_out_id": event.call_out_id},
        facts={
            "incident_type": event.incident_type,
            "urgency": event.urgency,
            "answer_by": event.answer_by.isoformat(),
        },
        good_until=event.answer_by,
        number=SECOND if event.second_number else None,
    )


def call_out_taken(event: CallOutAnswered) -> Notice:
    """Who was rung in vain hears that she may sleep on."""
    return Notice(
        kind="call_out_taken",
        to=[event.user_id] if event.outcome == "taken_by_other" else [],
        ref=event.attempt_id,
        about=event.call_out_id,
        refs={"call_out_id": event.call_out_id},
    )


def call_out_unanswered(event: CallOutUnanswered) -> Notice:
    return Notice(
        kind="call_out_unanswered",
        roles=COORDINATORS,
        about=event.call_out_id,
        refs={"call_out_id": event.call_out_id},
    )


def call_outs_escalated(event: CallOutsEscalated) -> Notice:
    """In the morning, once for all that went with difficulty."""
    return Notice(
        kind="call_outs_escalated",
        roles=COORDINATORS,
        about=event.report_id,
        refs={"report_id": event.report_id},
        facts={"call_outs": str(event.call_outs)},
    )


def duty_changed(event: DutyChanged) -> Notice:
    """One notice for each act that changed her coming duty."""
    return Notice(
        kind="duty_changed",
        to=[event.user_id],
        about=event.user_id,
        refs={"duties_of": event.user_id},
        facts={
            "gained": str(event.gained),
            "lost": str(event.lost),
            "first_at": event.first_at.isoformat(),
        },
    )


def roster_gap(event: GapNear) -> Notice:
    month = f"{event.starts_at.astimezone(BRUSSELS):%Y-%m}"
    return Notice(
        kind="roster_gap",
        roles=COORDINATORS,
        about=event.id,
        refs={"roster_month": month},
        facts={
            "month": month,
            "level": event.level,
            "starts_at": event.starts_at.isoformat(),
            "ends_at": event.ends_at.isoformat(),
        },
    )


def dossier_assigned(event: DossierAssigned) -> Notice:
    """Whoever took a dossier herself knows it already."""
    return Notice(
        kind="dossier_assigned",
        to=[event.holder],
        but=event.actor,
        about=event.dossier_id,
        refs={"dossier_id": event.dossier_id},
    )


def break_glass_used(event: BreakGlassUsed) -> Notice:
    """The holder and the coordinators, but not the one who broke the glass: nobody reviews his own act."""
    return Notice(
        kind="break_glass_used",
        to=[event.holder],
        roles=COORDINATORS,
        but=event.user_id,
        ref=event.break_glass_id,
        about=event.dossier_id,
        refs={"dossier_id": event.dossier_id, "break_glass_id": event.break_glass_id},
        facts={"reason": event.reason},
    )


def break_glass_escalated(event: BreakGlassEscalated) -> Notice:
    return Notice(
        kind="break_glass_escalated",
        roles=DATA_PROTECTION_OFFICERS,
        about=event.dossier_id,
        refs={"dossier_id": event.dossier_id, "break_glass_id": event.break_glass_id},
        facts={"why": event.why},
    )


def risk_increased(event: RiskIncreased) -> Notice:
    return Notice(
        kind="risk_increased",
        roles=COORDINATORS,
        about=event.dossier_id,
        refs={"dossier_id": event.dossier_id},
    )


def contact_unsafe(event: ContactUnsafe) -> Notice:
    return Notice(
        kind="contact_unsafe",
        roles=COORDINATORS,
        about=event.dossier_id,
        refs={"dossier_id": event.dossier_id},
    )


def home_ban_ends(event: HomeBanEnds) -> Notice:
    return Notice(
        kind="home_ban_ends",
        to=[event.holder],
        roles=COORDINATORS,
        about=event.dossier_id,
        refs={"dossier_id": event.dossier_id},
        facts={"until": event.ends_at.isoformat()},
    )


def worry_answered(event: WorryAnswered) -> Notice:
    """Only that there is an answer: what it is stands on his own page."""
    return Notice(
        kind="worry_answered",
        to=[event.reporter],
        about=event.worry_id,
        refs={"own_worry_id": event.worry_id},
    )


def entries_due(event: EntriesDue) -> Notice:
    """What of the social map should be looked at again; which, stands on its page."""
    return Notice(
        kind="entries_due", roles=MAP_KEEPERS, about=event.sweep_id, refs={"sweep_id": event.sweep_id}
    )


def referral_received(event: IncomingReferralChanged) -> Notice:
    """Only that there is something, or that it no longer holds: to who has it, else to who hands it out."""
    taken_back = event.what == "ended" and event.state in _TAKEN_BACK
    return Notice(
        kind="incoming_taken_back" if taken_back else "referral_received",
        to=[event.assigned_to],
        roles=() if event.assigned_to else COORDINATORS,
        about=event.incoming_id,
        refs={"incoming_id": event.incoming_id},
    )


_TAKEN_BACK = ("withdrawn", "rerouted", "expired")
"""How a sender ends a referral, so that nothing of it stays with who received it."""


def of_referral(event: ReferralProgressed | ReferralReminder, kind: str) -> Notice:
    """To who follows it up."""
    return Notice(
        kind=kind,
        to=[event.follower],
        about=event.referral_id,
        refs={"referral_id": event.referral_id},
    )


async def on_incoming_changed(
    session: AsyncSession, event: IncomingReferralChanged, *, now: datetime
) -> None:
    """What came in, or changed or ended on the sender's side; what a colleague here does is no news."""
    if event.actor is None and event.what in {"received", "amended", "ended", "late"}:
        await _tell(session, event, referral_received(event), now=now)


async def on_referral_progressed(session: AsyncSession, event: ReferralProgressed, *, now: datetime) -> None:
    """What the recipient itself answered, and that a consent was taken back with a colleague, to who follows it up."""
    if event.actor is None and event.what in ANSWERS:
        await _tell(session, event, of_referral(event, "referral_answered"), now=now)
    elif event.actor not in {None, event.follower} and event.what in {"withdrawn", "consent_withdrawn"}:
        await _tell(session, event, of_referral(event, "referral_stopped"), now=now)


async def on_referral_reminder(session: AsyncSession, event: ReferralReminder, *, now: datetime) -> None:
    """What was sent does not arrive: she may not wait for an answer. Other reminders are tasks in the dossier."""
    if event.what in {"consent_lapsed", "undeliverable"}:
        await _tell(session, event, of_referral(event, "referral_stopped"), now=now)


async def on_worry_reported(session: AsyncSession, event: WorryReported, *, now: datetime) -> None:
    """One for today goes to the coordinators at once over every channel, and to the workers as any other message."""
    today = event.urgency == "today"
    refs = {"worry_id": event.worry_id}
    kind = "worry_urgent" if today else "worry_reported"
    notice = Notice(kind=kind, roles=COORDINATORS, but=event.actor, about=event.worry_id, refs=refs)
    await _tell(session, event, notice, now=now)
    if today:
        coordinators = await commands.holders_of(session, event.tenant, COORDINATORS, now=now)
        workers = await commands.holders_of(session, event.tenant, SPOT_WORKERS, now=now)
        others = [each for each in workers if each not in coordinators]
        notice = Notice(kind="worry_reported", to=others, but=event.actor, about=event.worry_id, refs=refs)
        await _tell(session, event, notice, now=now)


async def on_call_out_answered(session: AsyncSession, event: CallOutAnswered, *, now: datetime) -> None:
    """A ringing mail that has not left yet need not leave."""
    await commands.stop_ringing(session, event.attempt_id)
    await _tell(session, event, call_out_taken(event), now=now)


async def on_risk_increased(session: AsyncSession, event: RiskIncreased, *, now: datetime) -> None:
    """The coordinators with the dossier; the officers on duty, who may not see it, with whom to call."""
    await _tell(session, event, risk_increased(event), now=now)
    coordinators = await commands.holders_of(session, event.tenant, COORDINATORS, now=now)
    officers = await commands.holders_of(session, event.tenant, OFFICERS_ON_DUTY, now=now)
    others = [each for each in officers if each not in coordinators]
    notice = Notice(kind="risk_increased_on_duty", to=others, about=event.dossier_id)
    await _tell(session, event, notice, now=now)


def _tells(notice_of: Callable[[Any], Notice]) -> Handler:
    """The ear of an event that is told and nothing else."""

    async def handle(session: AsyncSession, event: Event, *, now: datetime) -> None:
        await _tell(session, event, notice_of(event), now=now)

    return handle


async def _tell(session: AsyncSession, event: Event, notice: Notice, *, now: datetime) -> None:
    told = [*notice.to]
    if notice.roles:
        told += await commands.holders_of(session, event.tenant, notice.roles, now=now)
    await commands.notify(
        session,
        event.tenant,
        notice.kind,
        [each for each in told if each is not None and each != notice.but],
        ref=notice.ref or event.id,
        about=notice.about,
        refs={name: str(ref) for name, ref in notice.refs.items()},
        facts=notice.facts,
        good_until=notice.good_until,
        number=notice.number,
        now=now,
    )


SUBSCRIPTIONS: Subscriptions = {
    StaffChanged: on_staff_changed,
    StaffDeactivated: on_staff_changed,
    PasswordResetRequested: on_password_reset_requested,
    ContactCodeRequested: on_contact_code_requested,
    AddressChanged: on_address_changed,
    AccountLocked: _tells(account_locked),
    CallOutRinging: _tells(call_out_ringing),
    CallOutAnswered: on_call_out_answered,
    CallOutUnanswered: _tells(call_out_unanswered),
    CallOutsEscalated: _tells(call_outs_escalated),
    DutyChanged: _tells(duty_changed),
    GapNear: _tells(roster_gap),
    DossierAssigned: _tells(dossier_assigned),
    BreakGlassUsed: _tells(break_glass_used),
    BreakGlassEscalated: _tells(break_glass_escalated),
    RiskIncreased: on_risk_increased,
    ContactUnsafe: _tells(contact_unsafe),
    HomeBanEnds: _tells(home_ban_ends),
    EntriesDue: _tells(entries_due),
    WorryReported: on_worry_reported,
    IncomingReferralChanged: on_incoming_changed,
    ReferralProgressed: on_referral_progressed,
    ReferralReminder: on_referral_reminder,
    WorryAnswered: _tells(worry_answered),
    PartnerMailDue: commands.queue_outside,
}
