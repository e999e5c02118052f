"""Everything that can be done to a call-out, and what its timer does when nobody answers."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.call_outs.models import CallOut, CallOutNumber, day_of, number_of, year_of
from services.rostering.call_outs.records import MorningReport, MorningReportLine
from services.rostering.call_outs.ringing import (
    ESCALATE,
    ESCALATIONS,
    REPORT_ESCALATIONS,
    RING_PLANNED,
    WITH_ITS_LIFE,
    announce,
    announce_progress,
    done,
    duties_now,
    incident_is_open,
    is_busy,
    locked,
    ring_again,
    ring_next,
    settle,
    silenced,
    taken,
)
from services.rostering.call_outs.rules import (
    CANCEL_REASONS,
    DECLINE_REASONS,
    check_progress,
    check_reason,
    checked_briefing,
    checked_note,
)
from services.rostering.call_outs.sight import in_state
from services.rostering.call_outs.states import UNDER_WAY, WAITING, NotYours
from services.rostering.call_outs.trail import CallOutAttempt
from services.rostering.configuration.copy import configuration_here
from shared.auth import Permission, Principal
from shared.contracts import call_outs as contract
from shared.contracts.rostering import CallOutClosed, CallOutRequested, CallOutsEscalated
from shared.db import uuid7
from shared.errors import Invalid, NotFound
from shared.outbox import publish

__all__ = ["ESCALATE", "REPORT_ESCALATIONS", "RING_PLANNED"]


async def request_call_out(
    session: AsyncSession, principal: Principal, command: contract.RequestCallOut, *, now: datetime
) -> contract.CallOutRef:
    """Keep the briefing and ring the first person who is on duty and free. Raises `Invalid`."""
    principal.require(Permission.CALL_OUT_REQUEST)
    configuration = await configuration_here(session)
    briefing = checked_briefing(command, configuration.types_on(day_of(now)))
    if command.incident_id is not None and not await incident_is_open(session, command.incident_id):
        raise Invalid({"incident_id": "incident_unknown"})
    call_out = CallOut(
        id=uuid7(),
        number=await _next_number(session, now=now),
        requested_at=now,
        requested_by_user=principal.user_id,
        simultaneous=await _others_are_open(session, command.incident_id),
        attempts=[],
        times=[],
        **msgspec.structs.asdict(briefing),
    )
    call_out.begin(now=now)
    session.add(call_out)
    announce(
        session,
        CallOutRequested,
        call_out,
        now=now,
        tenant=principal.tenant,
        actor=principal.user_id,
        incident_type=call_out.incident_type,
        urgency=call_out.urgency,
        simultaneous=call_out.simultaneous,
    )
    await session.flush()
    await ring_next(session, principal.tenant, call_out, by=principal, now=now)
    return done(session, principal, "request_call_out", call_out, now=now)


async def accept_call_out(
    session: AsyncSession,
    principal: Principal,
    command: contract.AcceptCallOut,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """Take the call-out; the first who does has it. Raises `AlreadyAnswered`, `AlreadyDeclined`, `NotRung`."""
    principal.require(Permission.CALL_OUT_ANSWER)
    call_out = await silenced(session, principal, call_out_id)
    settled = call_out.accept(principal.user_id, eta_minutes=command.eta_minutes, now=now)
    await taken(session, principal, call_out, settled, principal.user_id, now=now)
    return done(session, principal, "accept_call_out", call_out, now=now)


async def reached_by_phone(
    session: AsyncSession,
    principal: Principal,
    command: contract.ReachedByPhone,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """The dispatcher spoke to somebody, on duty or not, who accepts. Raises `AlreadyAnswered`."""
    principal.require(Permission.CALL_OUT_REQUEST)
    call_out = await silenced(session, principal, call_out_id)
    duties = await duties_now(session, now=now)
    settled = call_out.reached_by_phone(command.user_id, duties, eta_minutes=command.eta_minutes, now=now)
    await taken(session, principal, call_out, settled, command.user_id, now=now)
    return done(session, principal, "reached_by_phone", call_out, now=now, reached=str(command.user_id))


async def decline_call_out(
    session: AsyncSession,
    principal: Principal,
    command: contract.DeclineCallOut,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """The person who is rung cannot come: the next one is rung at once."""
    principal.require(Permission.CALL_OUT_ANSWER)
    check_reason(command.reason, DECLINE_REASONS)
    call_out = await silenced(session, principal, call_out_id)
    attempt = call_out.decline(principal.user_id, command.reason, now=now)
    settle(session, principal.tenant, call_out, [attempt], by=principal.user_id, now=now)
    ESCALATIONS.labels("declined").inc()
    await ring_next(session, principal.tenant, call_out, by=principal, now=now)
    return done(session, principal, "decline_call_out", call_out, now=now, reason=command.reason)


async def escalate_call_out(
    session: AsyncSession,
    principal: Principal,
    command: contract.EscalateCallOut,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """Ring the next one now, also before a planned morning. Raises `WrongState` when it is taken, `NobodyLeft`."""
    principal.require(Permission.CALL_OUT_REQUEST)
    call_out = await silenced(session, principal, call_out_id)
    if call_out.ringing is not None or not (call_out.seeks or call_out.state == "planned_visit"):
        attempt = call_out.stop_ringing("no_answer", reason="escalated", now=now)
        settle(session, principal.tenant, call_out, [attempt], by=principal.user_id, now=now)
    ESCALATIONS.labels("by_hand").inc()
    await ring_again(session, principal, call_out, now=now)
    return done(session, principal, "escalate_call_out", call_out, now=now)


async def mark_call_out(
    session: AsyncSession,
    principal: Principal,
    command: contract.MarkCallOut,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """On her way, there, or gone again. Raises `NotYours`, `WrongState`."""
    principal.require(Permission.CALL_OUT_ANSWER)
    check_progress(command.state)
    call_out = await locked(session, principal, call_out_id)
    if call_out.progress(principal.user_id, command.state, now=now):
        announce_progress(
            session, principal.tenant, call_out, by=principal.user_id, now=now, state=command.state
        )
    return done(session, principal, "mark_call_out", call_out, now=now)


async def close_call_out(
    session: AsyncSession,
    principal: Principal,
    command: contract.CloseCallOut,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """She is done there; cases opens the dossier, unless it is said why not. Raises `NotYours`, `WrongState`."""
    principal.require(Permission.CALL_OUT_ANSWER)
    note = checked_note(command)
    call_out = await silenced(session, principal, call_out_id)
    stopped = call_out.close(principal.user_id, note=note, opens_dossier=command.opens_dossier, now=now)
    settle(session, principal.tenant, call_out, [stopped], by=principal.user_id, now=now)
    announce(
        session,
        CallOutClosed,
        call_out,
        now=now,
        tenant=principal.tenant,
        actor=principal.user_id,
        incident_type=call_out.incident_type,
        accepted_by=principal.user_id,
        opens_dossier=command.opens_dossier,
        minors_present=call_out.minors_present,
        joined_by=next((each for each in call_out.holders if each != principal.user_id), None),
        incident_id=call_out.incident_id,
    )
    return done(session, principal, "close_call_out", call_out, now=now, opens_dossier=command.opens_dossier)


async def cancel_call_out(
    session: AsyncSession,
    principal: Principal,
    command: contract.CancelCallOut,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """Not needed after all: by who requested it, or who manages them. Raises `NotYours`, `WrongState`."""
    principal.require_any(Permission.CALL_OUT_REQUEST, Permission.CALL_OUT_MANAGE)
    check_reason(command.reason, CANCEL_REASONS)
    call_out = await silenced(session, principal, call_out_id)
    requested_it = call_out.requested_by_user == principal.user_id
    if not requested_it and Permission.CALL_OUT_MANAGE not in principal.permissions:
        raise NotYours
    stopped = call_out.cancel(principal.user_id, command.reason, now=now)
    settle(session, principal.tenant, call_out, [stopped], by=principal.user_id, now=now)
    announce_progress(session, principal.tenant, call_out, by=principal.user_id, now=now)
    return done(session, principal, "cancel_call_out", call_out, now=now, reason=command.reason)


async def validate_call_out(
    session: AsyncSession,
    principal: Principal,
    command: contract.ValidateCallOut,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """The report was read and is good. Raises `WrongState`."""
    principal.require(Permission.CALL_OUT_VALIDATE)
    call_out = await locked(session, principal, call_out_id)
    call_out.validate(principal.user_id, now=now)
    announce_progress(session, principal.tenant, call_out, by=principal.user_id, now=now)
    return done(session, principal, "validate_call_out", call_out, now=now)


async def escalate_overdue(session: AsyncSession, tenant: str, attempt_id: UUID, *, now: datetime) -> None:
    """The timer of an attempt: when it still rings, the next one is rung. Harmless when repeated or too late."""
    found = await session.scalar(
        WITH_ITS_LIFE.join(CallOutAttempt, CallOutAttempt.call_out_id == CallOut.id).where(
            CallOutAttempt.id == attempt_id
        )
    )
    if found is None or found.ringing is None or found.ringing.id != attempt_id:
        return
    rung = found.ringing.user_id
    if rung is not None and await is_busy(session, rung):
        outcome, reason, cause = "unreachable", "busy", "busy"
    else:
        outcome, reason, cause = "no_answer", "", "no_answer"
    attempt = found.stop_ringing(outcome, reason=reason, now=now)
    settle(session, tenant, found, [attempt], by=None, now=now)
    ESCALATIONS.labels(cause).inc()
    await ring_next(session, tenant, found, by=None, now=now)


async def note_report(
    session: AsyncSession, tenant: str, call_out_id: UUID, *, by: UUID | None, now: datetime
) -> None:
    """The report of a call-out was written. Raises `NotFound` and `WrongState`, which set the message aside."""
    call_out = await session.scalar(WITH_ITS_LIFE.where(CallOut.id == call_out_id))
    if call_out is None:
        raise NotFound
    if call_out.report(by, now=now):
        announce_progress(session, tenant, call_out, by=by, now=now)


async def ring_planned_visit(session: AsyncSession, tenant: str, call_out_id: UUID, *, now: datetime) -> None:
    """The morning has come: whoever is on duty now is rung. Harmless when it was rung, cancelled or moved before."""
    call_out = await session.scalar(WITH_ITS_LIFE.where(CallOut.id == call_out_id))
    if call_out is None or call_out.state != "planned_visit":
        return
    if call_out.planned_for is None or call_out.planned_for <= now:
        await ring_next(session, tenant, call_out, by=None, now=now)


async def report_escalations(session: AsyncSession, tenant: str, report_id: UUID, *, now: datetime) -> None:
    """It is morning: one message to the coordinators about all that escalated or stayed without answer (S03)."""
    report = await session.scalar(
        select(MorningReport).where(MorningReport.id == report_id).with_for_update()
    )
    if report is None or report.told_at is not None:
        return
    report.told_at = now
    lines = select(func.count()).where(MorningReportLine.report_id == report_id)
    publish(
        session,
        CallOutsEscalated(
            id=uuid7(),
            occurred_at=now,
            tenant=tenant,
            actor=None,
            report_id=report_id,
            on_day=report.on_day,
            call_outs=await session.scalar(lines) or 0,
        ),
    )


async def _others_are_open(session: AsyncSession, incident_id: UUID | None) -> bool:
    """Another call-out runs at this moment: two at a time (S02). Those of one incident do not count as such."""
    others = select(CallOut.id).where(in_state((*WAITING, *UNDER_WAY)))
    if incident_id is not None:
        others = others.where(CallOut.incident_id.is_distinct_from(incident_id))
    return await session.scalar(others.limit(1)) is not None


async def _next_number(session: AsyncSession, *, now: datetime) -> str:
    """The next number of the year; the counter's row is held until the commit, so that no number is lost."""
    year = year_of(now)
    counted = insert(CallOutNumber).values(year=year, last_number=1)
    counted = counted.on_conflict_do_update(
        index_elements=[CallOutNumber.year], set_={"last_number": CallOutNumber.last_number + 1}
    )
    number = await session.scalar(counted.returning(CallOutNumber.last_number))
    return number_of(year, number or 1)
