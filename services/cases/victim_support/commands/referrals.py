"""What a dossier shows of referrals, sent and taken up: a line for each step, in codes, and a task to follow one up."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.calendar import working_days_here
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.deadlines import Due, local_day, next_working_day
from services.cases.dossiers.models import Dossier, Entry, Task
from services.cases.victim_support.acts import open_tasks
from shared.auth import Principal
from shared.contracts.referrals import IncomingReferralChanged, ReferralProgressed, ReferralReminder

_LINES: Final = {
    "ground": "referral_ground",
    "sent": "referral_sent",
    "amended": "referral_amended",
    "consent_withdrawn": "referral_consent_withdrawn",
    "withdrawn": "referral_withdrawn",
    "rerouted": "referral_rerouted",
    "expired": "referral_expired",
    "acknowledged": "referral_answered",
    "accepted": "referral_answered",
    "partly_accepted": "referral_answered",
    "waiting_list": "referral_answered",
    "more_asked": "referral_answered",
    "refused": "referral_answered",
    "first_contact_made": "referral_answered",
    "not_reached": "referral_answered",
    "closed": "referral_closed",
}
"""The line for each step. A proposal, a reminder and a new follower leave none: nothing happened to the person."""

_OFFERED: Final = ("consent_given", "consent_refused", "consent_pending")
"""What came of an offer before it was sent. After that it is asked again only because a consent lapsed."""

_NOT_DUE_ANY_MORE: Final = (
    "sent", "amended", "accepted", "partly_accepted", "waiting_list", "refused", "first_contact_made", "withdrawn",
    "rerouted", "expired", "closed",
)  # fmt: skip
"""After these what was to be followed up is done, or of no use."""


_INCOMING: Final = {
    "linked": "incoming_linked",
    "unlinked": "incoming_unlinked",
    "amended": "incoming_amended",
    "ended": "incoming_ended",
}
_TAKEN_BACK: Final = ("withdrawn", "rerouted", "expired")
"""How the sender ends one, so that its fields are gone here; what stands in the dossier is the dossier's own."""


async def show_referral_step(session: AsyncSession, event: ReferralProgressed, *, now: datetime) -> None:
    """A line in the timeline, in codes; the task that asked for it is done when it is sent or not wanted."""
    dossier = await _held(session, event.dossier_id)
    if dossier is None:
        return
    code = _LINES.get(event.what, "")
    if event.what == "offered" and event.state in _OFFERED:
        code = f"referral_{event.state}"
    if not code:
        return
    details = {"referral": str(event.referral_id)}
    if code == "referral_answered":
        details |= {"answer": event.what, "refusal": event.reason}
    session.add(
        Entry.system(
            dossier.id,
            code,
            at=event.occurred_at,
            by=event.actor,
            service="referrals",
            **{name: value for name, value in details.items() if value},
        )
    )
    if event.what == "sent" or event.state == "consent_refused":
        result = "done" if event.what == "sent" else "refused"
        await _complete_referral_tasks(session, dossier, event, result, now=now)
    if event.what in _NOT_DUE_ANY_MORE:
        for task in await open_tasks(session, dossier, "referral_follow_up", of=event.referral_id):
            task.complete("done", by=event.actor, at=now)
    _noted(session, event.tenant, event.actor or event.follower, event.id, dossier, now=now)


async def plan_follow_up(session: AsyncSession, event: ReferralReminder, *, now: datetime) -> None:
    """A task for who follows the referral; one that is there already is enough."""
    dossier = await _held(session, event.dossier_id)
    if dossier is None or dossier.state != "open":
        return
    if await open_tasks(session, dossier, "referral_follow_up", of=event.referral_id):
        return
    due = next_working_day(now, await working_days_here(session))
    why = {
        "rule": f"referral_{event.what}",
        "from": local_day(now).isoformat(),
        "of": str(event.referral_id),
    }
    session.add(
        Task.plan(
            dossier.id,
            "referral_follow_up",
            Due(due.on, why),
            assignee=event.follower,
            compulsory=False,
            at=now,
        )
    )
    _noted(session, event.tenant, event.follower, event.id, dossier, now=now)


async def show_incoming_step(session: AsyncSession, event: IncomingReferralChanged, *, now: datetime) -> None:
    """A dossier took up what another service referred, or it changed or ended after that: a line in the timeline.

    One that was opened for it began a moment after the act that opened it, and has its own first line first.
    """
    if event.dossier_id is None or event.what not in _INCOMING:
        return
    dossier = await _held(session, event.dossier_id)
    if dossier is None:
        return
    code = _INCOMING[event.what]
    if event.what == "ended":
        code = f"incoming_{event.state}" if event.state in _TAKEN_BACK else "incoming_ended"
    details = {"incoming": str(event.incoming_id)}
    session.add(
        Entry.system(
            dossier.id,
            code,
            at=max(event.occurred_at, dossier.opened_at),
            by=event.actor,
            service="referrals",
            **details,
        )
    )
    by = event.actor or dossier.holder or event.assigned_to
    if by is not None:
        _noted(session, event.tenant, by, event.id, dossier, now=now, action="show_incoming_step")


async def _held(session: AsyncSession, dossier_id: UUID) -> Dossier | None:
    """The dossier, held, so that two steps that come at once leave one task."""
    return await session.scalar(select(Dossier).where(Dossier.id == dossier_id).with_for_update())


async def _complete_referral_tasks(
    session: AsyncSession, dossier: Dossier, event: ReferralProgressed, result: str, *, now: datetime
) -> None:
    """Those about this person, and those that name nobody."""
    for task in await open_tasks(session, dossier, "referral"):
        if task.why.get("of") in (None, str(event.person_id)) or event.person_id is None:
            task.complete(result, by=event.actor, at=now)


def _noted(
    session: AsyncSession,
    tenant: str,
    by: UUID,
    event_id: UUID,
    dossier: Dossier,
    *,
    now: datetime,
    action: str = "show_referral_step",
) -> None:
    principal = Principal(user_id=by, tenant=tenant, session_id=event_id, service="cases")
    note_change(session, principal, dossier, action, "task", now=now)
