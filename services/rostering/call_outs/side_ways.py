"""The ways in which a call-out ends or waits without somebody of ours going now, and who goes first (S02)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.call_outs.models import CallOut
from services.rostering.call_outs.records import CallOutDecision
from services.rostering.call_outs.ringing import (
    RING_PLANNED,
    announce,
    announce_progress,
    done,
    locked,
    seek_on,
    settle,
    silenced,
)
from services.rostering.call_outs.rules import check_past, check_plan, checked_texts
from services.rostering.call_outs.sight import in_sight, sight_of
from services.rostering.call_outs.states import OPEN, NotYours, WrongState
from shared import timers
from shared.auth import Permission, Principal
from shared.contracts import call_outs as contract
from shared.contracts.rostering import CallOutProgressed
from shared.db import uuid7
from shared.errors import Invalid, NotFound


async def advise_by_phone(
    session: AsyncSession,
    principal: Principal,
    command: contract.AdviseByPhone,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """Advice to the crew was enough; nobody goes. Raises `NotYours`, `WrongState`."""
    principal.require_any(Permission.CALL_OUT_REQUEST, Permission.CALL_OUT_ANSWER)
    note = checked_texts({"note": command.note})["note"]
    advised_by = command.advised_by or principal.user_id
    if advised_by != principal.user_id:
        principal.require(Permission.CALL_OUT_REQUEST)
    call_out = await silenced(session, principal, call_out_id)
    stopped = call_out.advise(principal.user_id, advised_by, note, now=now)
    settle(session, principal.tenant, call_out, [stopped], by=principal.user_id, now=now)
    announce_progress(session, principal.tenant, call_out, by=principal.user_id, now=now)
    return done(session, principal, "advise_by_phone", call_out, now=now, advised_by=str(advised_by))


async def transfer_call_out(
    session: AsyncSession,
    principal: Principal,
    command: contract.TransferCallOut,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """Another zone goes: which, who there took it, and when. Raises `Invalid`, `WrongState`."""
    principal.require(Permission.CALL_OUT_REQUEST)
    texts = checked_texts({"zone": command.zone, "taken_by": command.taken_by}, {"note": command.note})
    taken_at = command.taken_at or now
    check_past("taken_at", taken_at, now=now)
    call_out = await silenced(session, principal, call_out_id)
    if taken_at < call_out.requested_at:
        raise Invalid({"taken_at": "before_request"})
    stopped = call_out.transfer(principal.user_id, **texts, at=taken_at, now=now)
    settle(session, principal.tenant, call_out, [stopped], by=principal.user_id, now=now)
    announce_progress(session, principal.tenant, call_out, by=principal.user_id, now=now)
    return done(session, principal, "transfer_call_out", call_out, now=now)


async def plan_visit(
    session: AsyncSession,
    principal: Principal,
    command: contract.PlanVisit,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """It can rest until a morning: then whoever is on duty is rung, so that it is never lost."""
    principal.require(Permission.CALL_OUT_REQUEST)
    reason = checked_texts({"reason": command.reason})["reason"]
    check_plan(command.planned_for, now=now)
    call_out = await silenced(session, principal, call_out_id)
    stopped = call_out.plan(principal.user_id, command.planned_for, reason, now=now)
    settle(session, principal.tenant, call_out, [stopped], by=principal.user_id, now=now)
    timers.schedule(session, principal.tenant, command.planned_for, RING_PLANNED, call_out.id)
    announce_progress(session, principal.tenant, call_out, by=principal.user_id, now=now)
    return done(session, principal, "plan_visit", call_out, now=now)


async def change_people_needed(
    session: AsyncSession,
    principal: Principal,
    command: contract.ChangePeopleNeeded,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """A second person is needed after all, or one is enough. Raises `NotYours`, `WrongState`, `AlreadyAnswered`."""
    principal.require_any(Permission.CALL_OUT_REQUEST, Permission.CALL_OUT_ANSWER)
    call_out = await silenced(session, principal, call_out_id)
    if Permission.CALL_OUT_REQUEST not in principal.permissions and principal.user_id not in call_out.holders:
        raise NotYours
    stopped = call_out.need(command.people_needed, now=now)
    settle(session, principal.tenant, call_out, [stopped], by=principal.user_id, now=now)
    announce_progress(
        session, principal.tenant, call_out, by=principal.user_id, now=now, state="people_needed"
    )
    await seek_on(session, principal, call_out, now=now)
    return done(session, principal, "change_people_needed", call_out, now=now, people=command.people_needed)


async def decide_priority(
    session: AsyncSession,
    principal: Principal,
    command: contract.DecidePriority,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """Two call-outs, one person: which goes first, who decided it and why, kept with both (S02)."""
    principal.require_any(Permission.CALL_OUT_REQUEST, Permission.CALL_OUT_ANSWER)
    texts = checked_texts({"decided_by": command.decided_by, "reason": command.reason})
    if command.other_call_out_id == call_out_id:
        raise Invalid({"other_call_out_id": "not_a_choice"})
    if command.first_call_out_id not in {call_out_id, command.other_call_out_id}:
        raise Invalid({"first_call_out_id": "not_a_choice"})
    if command.measure not in contract.MEASURES:
        raise Invalid({"measure": "not_a_choice"})
    # Only this one is locked: nobody ever holds two. The other is only seen.
    call_out = await locked(session, principal, call_out_id)
    other = await session.scalar(
        select(CallOut).where(CallOut.id == command.other_call_out_id, in_sight()), sight_of(principal)
    )
    if other is None:
        raise NotFound
    holds = principal.user_id in {*call_out.holders, *other.holders}
    if Permission.CALL_OUT_REQUEST not in principal.permissions and not holds:
        raise NotYours
    if call_out.state not in OPEN:
        raise WrongState(details={"state": call_out.state})
    session.add(
        CallOutDecision(
            id=uuid7(),
            call_out_id=call_out_id,
            other_call_out_id=command.other_call_out_id,
            first_call_out_id=command.first_call_out_id,
            measure=command.measure,
            noted_by=principal.user_id,
            at=now,
            **texts,
        )
    )
    for each in (call_out, other):
        announce(
            session,
            CallOutProgressed,
            each,
            now=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            state="decided",
        )
    return done(
        session,
        principal,
        "decide_priority",
        call_out,
        now=now,
        other=str(command.other_call_out_id),
        first=str(command.first_call_out_id),
        measure=command.measure,
    )
