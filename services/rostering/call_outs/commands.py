"""Everything that can be done to a call-out, and what its timer does when nobody answers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from prometheus_client import Counter, Histogram
from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.rostering.call_outs.models import (
    CallOut,
    CallOutAttempt,
    CallOutNumber,
    NobodyLeft,
    NotYours,
    day_of,
    in_sight,
    is_out,
    number_of,
    seconds_between,
    sight_of,
    year_of,
)
from services.rostering.call_outs.rules import (
    CANCEL_REASONS,
    DECLINE_REASONS,
    check_progress,
    check_reason,
    checked_briefing,
    checked_note,
)
from services.rostering.configuration.copy import configuration_here
from services.rostering.rosters.models import Duty, RosterSettings, Shift
from shared import audit, timers
from shared.auth import Permission, Principal
from shared.contracts import rostering as contract
from shared.contracts.event import Event
from shared.db import uuid7
from shared.errors import NotFound
from shared.outbox import publish

ESCALATE = "escalate_call_out"
"""The timer of a ringing attempt, whose id it carries."""

ANSWER_SECONDS = Histogram(
    "vangnet_call_out_answer_seconds",
    "From ringing somebody until she answered, was passed over or was relieved",
    ["outcome", "level"],
    buckets=(5, 15, 30, 60, 120, 180, 300, 450, 600, 900, 1800, 3600),
)
ESCALATIONS = Counter(
    "vangnet_call_out_escalations", "Times that the next person was rung, or nobody was left", ["cause"]
)


async def request_call_out(
    session: AsyncSession, principal: Principal, command: contract.RequestCallOut, *, now: datetime
) -> contract.CallOutRef:
    """Keep the briefing and ring the first person who is on duty and free. Raises `Invalid`."""
    principal.require(Permission.CALL_OUT_REQUEST)
    configuration = await configuration_here(session)
    briefing = checked_briefing(command, configuration.types_on(day_of(now)))
    call_out = CallOut(
        id=uuid7(),
        number=await _next_number(session, now=now),
        requested_at=now,
        requested_by_user=principal.user_id,
        attempts=[],
        times=[],
        **msgspec.structs.asdict(briefing),
    )
    call_out.begin(now=now)
    session.add(call_out)
    _announce(
        session,
        contract.CallOutRequested,
        call_out,
        now=now,
        tenant=principal.tenant,
        actor=principal.user_id,
        incident_type=call_out.incident_type,
        urgency=call_out.urgency,
    )
    await _ring_next(session, principal.tenant, call_out, by=principal, now=now)
    return _done(session, principal, "request_call_out", call_out, now=now)


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
    call_out = await _silenced(session, principal, call_out_id)
    settled = call_out.accept(principal.user_id, eta_minutes=command.eta_minutes, now=now)
    await _taken(session, principal, call_out, settled, now=now)
    return _done(session, principal, "accept_call_out", call_out, now=now)


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
    call_out = await _silenced(session, principal, call_out_id)
    duties = await _duties(session, now=now)
    settled = call_out.reached_by_phone(command.user_id, duties, now=now)
    await _taken(session, principal, call_out, settled, now=now)
    return _done(session, principal, "reached_by_phone", call_out, now=now, reached=str(command.user_id))


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
    call_out = await _silenced(session, principal, call_out_id)
    attempt = call_out.decline(principal.user_id, command.reason, now=now)
    _settle(session, principal.tenant, call_out, [attempt], by=principal.user_id, now=now)
    ESCALATIONS.labels("declined").inc()
    await _ring_next(session, principal.tenant, call_out, by=principal, now=now)
    return _done(session, principal, "decline_call_out", call_out, now=now, reason=command.reason)


async def escalate_call_out(
    session: AsyncSession,
    principal: Principal,
    command: contract.EscalateCallOut,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """Ring the next one now. Raises `WrongState` when it is taken, `NobodyLeft` when everyone was asked already."""
    principal.require(Permission.CALL_OUT_REQUEST)
    call_out = await _silenced(session, principal, call_out_id)
    was_unanswered = call_out.state == "unanswered"
    if not was_unanswered:
        attempt = call_out.stop_ringing("no_answer", reason="escalated", now=now)
        _settle(session, principal.tenant, call_out, [attempt], by=principal.user_id, now=now)
    ESCALATIONS.labels("by_hand").inc()
    await _ring_next(session, principal.tenant, call_out, by=principal, now=now)
    if was_unanswered and call_out.state == "unanswered":
        raise NobodyLeft
    return _done(session, principal, "escalate_call_out", call_out, now=now)


async def mark_call_out(
    session: AsyncSession,
    principal: Principal,
    command: contract.MarkCallOut,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """On her way, or there. Raises `NotYours`, `WrongState`."""
    principal.require(Permission.CALL_OUT_ANSWER)
    check_progress(command.state)
    call_out = await _locked(session, principal, call_out_id)
    if call_out.progress(principal.user_id, command.state, now=now):
        _announce_progress(session, principal.tenant, call_out, by=principal.user_id, now=now)
    return _done(session, principal, "mark_call_out", call_out, now=now)


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
    call_out = await _locked(session, principal, call_out_id)
    call_out.close(principal.user_id, note=note, opens_dossier=command.opens_dossier, now=now)
    _announce(
        session,
        contract.CallOutClosed,
        call_out,
        now=now,
        tenant=principal.tenant,
        actor=principal.user_id,
        incident_type=call_out.incident_type,
        accepted_by=principal.user_id,
        opens_dossier=command.opens_dossier,
        minors_present=call_out.minors_present,
    )
    return _done(session, principal, "close_call_out", call_out, now=now, opens_dossier=command.opens_dossier)


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
    call_out = await _silenced(session, principal, call_out_id)
    requested_it = call_out.requested_by_user == principal.user_id
    if not requested_it and Permission.CALL_OUT_MANAGE not in principal.permissions:
        raise NotYours
    attempt = call_out.cancel(principal.user_id, command.reason, now=now)
    if attempt is not None:
        _settle(session, principal.tenant, call_out, [attempt], by=principal.user_id, now=now)
    _announce_progress(session, principal.tenant, call_out, by=principal.user_id, now=now)
    return _done(session, principal, "cancel_call_out", call_out, now=now, reason=command.reason)


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
    call_out = await _locked(session, principal, call_out_id)
    call_out.validate(principal.user_id, now=now)
    _announce_progress(session, principal.tenant, call_out, by=principal.user_id, now=now)
    return _done(session, principal, "validate_call_out", call_out, now=now)


async def escalate_overdue(session: AsyncSession, tenant: str, attempt_id: UUID, *, now: datetime) -> None:
    """The timer of an attempt: when it still rings, the next one is rung. Harmless when repeated or too late."""
    found = await session.scalar(
        _WITH_ITS_LIFE.join(CallOutAttempt, CallOutAttempt.call_out_id == CallOut.id).where(
            CallOutAttempt.id == attempt_id
        )
    )
    if found is None or found.ringing is None or found.ringing.id != attempt_id:
        return
    if await session.scalar(select(is_out(literal(found.ringing.user_id)))):
        outcome, reason, cause = "unreachable", "busy", "busy"
    else:
        outcome, reason, cause = "no_answer", "", "no_answer"
    attempt = found.stop_ringing(outcome, reason=reason, now=now)
    _settle(session, tenant, found, [attempt], by=None, now=now)
    ESCALATIONS.labels(cause).inc()
    await _ring_next(session, tenant, found, by=None, now=now)


async def note_report(
    session: AsyncSession, tenant: str, call_out_id: UUID, *, by: UUID | None, now: datetime
) -> None:
    """The report of a call-out was written. Raises `NotFound` and `WrongState`, which set the message aside."""
    call_out = await session.scalar(_WITH_ITS_LIFE.where(CallOut.id == call_out_id))
    if call_out is None:
        raise NotFound
    if call_out.report(by, now=now):
        _announce_progress(session, tenant, call_out, by=by, now=now)


_WITH_ITS_LIFE = (
    select(CallOut)
    .options(selectinload(CallOut.attempts), selectinload(CallOut.times))
    .with_for_update(of=CallOut)
)
"""Locked until the commit: of two who act on one call-out, the second sees what the first did."""


async def _locked(session: AsyncSession, principal: Principal, call_out_id: UUID) -> CallOut:
    """The call-out, if the caller may see it; raises `NotFound`."""
    found = _WITH_ITS_LIFE.where(CallOut.id == call_out_id, in_sight())
    call_out = await session.scalar(found, sight_of(principal))
    if call_out is None:
        raise NotFound
    return call_out


async def _silenced(session: AsyncSession, principal: Principal, call_out_id: UUID) -> CallOut:
    """The call-out, with the timer of its ringing taken back.

    The timer goes first and the call-out is locked second, as when the timer fires: in the other order the two
    could wait for each other. A timer that is set in between finds nothing ringing, and does nothing.
    """
    ringing = await session.scalar(
        select(CallOutAttempt.id).where(
            CallOutAttempt.call_out_id == call_out_id, CallOutAttempt.outcome == "ringing"
        )
    )
    if ringing is not None:
        await timers.cancel(session, ESCALATE, ringing)
    return await _locked(session, principal, call_out_id)


async def _next_number(session: AsyncSession, *, now: datetime) -> str:
    """The next number of the year; the counter's row is held until the commit, so that no number is lost."""
    year = year_of(now)
    counted = insert(CallOutNumber).values(year=year, last_number=1)
    counted = counted.on_conflict_do_update(
        index_elements=[CallOutNumber.year], set_={"last_number": CallOutNumber.last_number + 1}
    )
    number = await session.scalar(counted.returning(CallOutNumber.last_number))
    return number_of(year, number or 1)


async def _duties(session: AsyncSession, *, now: datetime) -> list[Duty]:
    """Who of the members is on duty at this moment, and whether she is out; a partner zone is never rung."""
    rows = await session.execute(
        select(Shift.level, Shift.user_id, Shift.starts_at, Shift.ends_at, is_out(Shift.user_id))
        .where(Shift.starts_at <= now, Shift.ends_at > now)
        .order_by(Shift.starts_at)
    )
    return [
        Duty(level, user_id, starts_at, ends_at, busy)
        for level, user_id, starts_at, ends_at, busy in rows
        if user_id is not None
    ]


async def _ring_next(
    session: AsyncSession, tenant: str, call_out: CallOut, *, by: Principal | None, now: datetime
) -> None:
    """Ring whoever is next and set the timer, or say that nobody is left."""
    actor = by.user_id if by else None
    settings = (await session.scalars(select(RosterSettings))).one()
    duties = await _duties(session, now=now)
    was_unanswered = call_out.state == "unanswered"
    attempt = call_out.ring_next(settings.levels, duties, minutes=settings.answer_minutes, now=now)
    if attempt is not None:
        timers.schedule(session, tenant, attempt.answer_by, ESCALATE, attempt.id)
        _announce(
            session,
            contract.CallOutRinging,
            call_out,
            now=now,
            tenant=tenant,
            actor=actor,
            attempt_id=attempt.id,
            user_id=attempt.user_id,
            level=attempt.level,
            incident_type=call_out.incident_type,
            urgency=call_out.urgency,
            answer_by=attempt.answer_by,
        )
    elif not was_unanswered:
        _announce(session, contract.CallOutUnanswered, call_out, now=now, tenant=tenant, actor=actor)


async def _taken(
    session: AsyncSession,
    principal: Principal,
    call_out: CallOut,
    settled: Iterable[CallOutAttempt],
    *,
    now: datetime,
) -> None:
    """Somebody has it. Where she is rung for another call-out too, the next one is rung without waiting (S02)."""
    _settle(session, principal.tenant, call_out, settled, by=principal.user_id, now=now)
    elsewhere = await session.scalars(
        select(CallOutAttempt.id).where(
            CallOutAttempt.user_id == call_out.accepted_by,
            CallOutAttempt.outcome == "ringing",
            CallOutAttempt.call_out_id != call_out.id,
        )
    )
    for attempt_id in elsewhere:
        # By the timer, which locks that call-out in a transaction of its own: nobody ever holds two.
        timers.schedule(session, principal.tenant, now, ESCALATE, attempt_id)


def _settle(
    session: AsyncSession,
    tenant: str,
    call_out: CallOut,
    attempts: Iterable[CallOutAttempt],
    *,
    by: UUID | None,
    now: datetime,
) -> None:
    """Announce and measure how attempts ended."""
    for attempt in attempts:
        ANSWER_SECONDS.labels(attempt.outcome, attempt.level).observe(seconds_between(attempt.rang_at, now))
        _announce(
            session,
            contract.CallOutAnswered,
            call_out,
            now=now,
            tenant=tenant,
            actor=by,
            attempt_id=attempt.id,
            user_id=attempt.user_id,
            outcome=attempt.outcome,
        )


def _announce_progress(
    session: AsyncSession, tenant: str, call_out: CallOut, *, by: UUID | None, now: datetime
) -> None:
    _announce(
        session,
        contract.CallOutProgressed,
        call_out,
        now=now,
        tenant=tenant,
        actor=by,
        state=call_out.state,
    )


def _announce(
    session: AsyncSession,
    kind: type[Event],
    call_out: CallOut,
    *,
    now: datetime,
    tenant: str,
    actor: UUID | None,
    **facts: Any,
) -> None:
    """Publish a fact about a call-out: ids and codes, never a word of the briefing."""
    publish(
        session,
        kind(
            id=uuid7(), occurred_at=now, tenant=tenant, actor=actor, **{"call_out_id": call_out.id, **facts}
        ),
    )


def _done(
    session: AsyncSession,
    principal: Principal,
    action: str,
    call_out: CallOut,
    *,
    now: datetime,
    **codes: Any,
) -> contract.CallOutRef:
    """Keep who did it, and answer."""
    audit.record(
        session,
        principal,
        action,
        now=now,
        object_kind="call_out",
        object_id=call_out.id,
        details={"state": call_out.state, **codes},
    )
    return contract.CallOutRef(call_out_id=call_out.id, state=call_out.state)
