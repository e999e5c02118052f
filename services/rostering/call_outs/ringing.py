"""What the commands on a call-out share: locking it, ringing the next, and saying what happened."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from prometheus_client import Counter, Histogram
from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.rostering.call_outs.hours import next_morning
from services.rostering.call_outs.models import CallOut, seconds_between
from services.rostering.call_outs.records import Incident, MorningReport, MorningReportLine, SecondNumber
from services.rostering.call_outs.sight import in_sight, is_out, sight_of
from services.rostering.call_outs.states import NobodyLeft
from services.rostering.call_outs.trail import AnyDuty, CallOutAttempt
from services.rostering.configuration.copy import days_off_here
from services.rostering.rosters.models import Duty, PartnerZone, RosterSettings, Shift, ZoneDuty
from shared import audit, timers
from shared.auth import Principal
from shared.contracts import call_outs as contract
from shared.contracts.event import Event
from shared.contracts.rostering import CallOutAnswered, CallOutProgressed, CallOutRinging, CallOutUnanswered
from shared.db import uuid7
from shared.errors import NotFound
from shared.outbox import publish

ESCALATE = "escalate_call_out"
"""The timer of a ringing attempt, whose id it carries."""

RING_PLANNED = "ring_planned_visit"
"""The timer of a call-out that rests until a morning."""

REPORT_ESCALATIONS = "report_escalations"
"""The timer of a morning report."""

ANSWER_SECONDS = Histogram(
    "vangnet_call_out_answer_seconds",
    "From ringing somebody until she answered, was passed over or was relieved",
    ["outcome", "level"],
    buckets=(5, 15, 30, 60, 120, 180, 300, 450, 600, 900, 1800, 3600),
)
ESCALATIONS = Counter(
    "vangnet_call_out_escalations", "Times that the next person was rung, or nobody was left", ["cause"]
)

WITH_ITS_LIFE = (
    select(CallOut)
    .options(selectinload(CallOut.attempts), selectinload(CallOut.times))
    .with_for_update(of=CallOut)
)
"""Locked until the commit: of two who act on one call-out, the second sees what the first did."""


async def locked(session: AsyncSession, principal: Principal, call_out_id: UUID) -> CallOut:
    """The call-out, if the caller may see it; raises `NotFound`."""
    found = WITH_ITS_LIFE.where(CallOut.id == call_out_id, in_sight())
    call_out = await session.scalar(found, sight_of(principal))
    if call_out is None:
        raise NotFound
    return call_out


async def silenced(session: AsyncSession, principal: Principal, call_out_id: UUID) -> CallOut:
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
    else:
        await timers.cancel(session, RING_PLANNED, call_out_id)
    return await locked(session, principal, call_out_id)


async def duties_now(session: AsyncSession, *, now: datetime) -> list[AnyDuty]:
    """Who is on duty at this moment, and whether she is out; partner zones too."""
    rows = await session.execute(
        select(
            Shift.level,
            Shift.user_id,
            Shift.starts_at,
            Shift.ends_at,
            is_out(Shift.user_id).label("busy"),
            PartnerZone.id.label("zone_id"),
            PartnerZone.name,
            PartnerZone.phone,
        )
        .outerjoin(PartnerZone, PartnerZone.id == Shift.partner_zone_id)
        .where(Shift.starts_at <= now, Shift.ends_at > now)
        .order_by(Shift.starts_at)
    )
    return [
        ZoneDuty(row.level, row.zone_id, row.name, row.phone, row.starts_at, row.ends_at)
        if row.user_id is None
        else Duty(row.level, row.user_id, row.starts_at, row.ends_at, row.busy)
        for row in rows
    ]


async def ring_next(
    session: AsyncSession, tenant: str, call_out: CallOut, *, by: Principal | None, now: datetime
) -> None:
    """Ring whoever is next and set the timer, or say that nobody is left."""
    actor = by.user_id if by else None
    settings = (await session.scalars(select(RosterSettings))).one()
    duties = await duties_now(session, now=now)
    second_numbers = frozenset(await session.scalars(select(SecondNumber.user_id)))
    was_unanswered = call_out.unanswered
    attempt = call_out.ring_next(
        settings.levels, duties, second_numbers=second_numbers, minutes=settings.answer_minutes, now=now
    )
    if len(call_out.attempts) > 1 or attempt is None:
        await _report_next_morning(session, tenant, call_out, now=now)
    if attempt is None:
        if not was_unanswered:
            announce(session, CallOutUnanswered, call_out, now=now, tenant=tenant, actor=actor)
        return
    timers.schedule(session, tenant, attempt.answer_by, ESCALATE, attempt.id)
    if attempt.user_id is None:
        announce(
            session,
            CallOutProgressed,
            call_out,
            now=now,
            tenant=tenant,
            actor=actor,
            state="zone_to_call",
        )
        return
    announce(
        session,
        CallOutRinging,
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
        second_number=attempt.second_number,
    )


async def ring_again(
    session: AsyncSession, principal: Principal, call_out: CallOut, *, now: datetime
) -> None:
    """Ring the next one by hand. Raises `NobodyLeft` when everyone was asked already."""
    was_unanswered = call_out.unanswered
    await ring_next(session, principal.tenant, call_out, by=principal, now=now)
    if was_unanswered and call_out.unanswered:
        raise NobodyLeft


async def taken(
    session: AsyncSession,
    principal: Principal,
    call_out: CallOut,
    settled: Iterable[CallOutAttempt],
    taker: UUID,
    *,
    now: datetime,
) -> None:
    """Somebody has it. Where she is rung for another call-out too, the next one is rung without waiting (S02)."""
    settle(session, principal.tenant, call_out, settled, by=principal.user_id, now=now)
    elsewhere = await session.scalars(
        select(CallOutAttempt.id).where(
            CallOutAttempt.user_id == taker,
            CallOutAttempt.outcome == "ringing",
            CallOutAttempt.call_out_id != call_out.id,
        )
    )
    for attempt_id in elsewhere:
        # By the timer, which locks that call-out in a transaction of its own: nobody ever holds two.
        timers.schedule(session, principal.tenant, now, ESCALATE, attempt_id)
    await seek_on(session, principal, call_out, now=now)


async def seek_on(session: AsyncSession, principal: Principal, call_out: CallOut, *, now: datetime) -> None:
    """When somebody is still needed: who rings goes on ringing, else the next one is rung."""
    if not call_out.seeks:
        return
    if call_out.ringing is not None:
        timers.schedule(session, principal.tenant, call_out.ringing.answer_by, ESCALATE, call_out.ringing.id)
    else:
        await ring_next(session, principal.tenant, call_out, by=principal, now=now)


async def incident_is_open(session: AsyncSession, incident_id: UUID) -> bool:
    """Whether call-outs can still be gathered under it."""
    found = select(Incident.id).where(Incident.id == incident_id, Incident.state == "open")
    return await session.scalar(found) is not None


async def is_busy(session: AsyncSession, user_id: UUID) -> bool:
    return bool(await session.scalar(select(is_out(literal(user_id)))))


def settle(
    session: AsyncSession,
    tenant: str,
    call_out: CallOut,
    attempts: Iterable[CallOutAttempt | None],
    *,
    by: UUID | None,
    now: datetime,
) -> None:
    """Announce and measure how attempts ended."""
    for attempt in attempts:
        if attempt is None:
            continue
        ANSWER_SECONDS.labels(attempt.outcome, attempt.level).observe(seconds_between(attempt.rang_at, now))
        if attempt.user_id is None:
            continue
        announce(
            session,
            CallOutAnswered,
            call_out,
            now=now,
            tenant=tenant,
            actor=by,
            attempt_id=attempt.id,
            user_id=attempt.user_id,
            outcome=attempt.outcome,
        )


def announce_progress(
    session: AsyncSession,
    tenant: str,
    call_out: CallOut,
    *,
    by: UUID | None,
    now: datetime,
    state: str = "",
) -> None:
    announce(
        session,
        CallOutProgressed,
        call_out,
        now=now,
        tenant=tenant,
        actor=by,
        state=state or call_out.state,
    )


def announce(
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


def done(
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


async def _report_next_morning(
    session: AsyncSession, tenant: str, call_out: CallOut, *, now: datetime
) -> None:
    """It escalated: the coordinators read it in the report of the first working morning."""
    at = next_morning(now, await days_off_here(session))
    report_id = uuid7()
    made = await session.scalar(
        insert(MorningReport)
        .values(id=report_id, on_day=at.day)
        .on_conflict_do_nothing(index_elements=[MorningReport.on_day])
        .returning(MorningReport.id)
    )
    if made is not None:
        timers.schedule(session, tenant, at.moment, REPORT_ESCALATIONS, report_id)
    else:
        report_id = (
            await session.scalars(select(MorningReport.id).where(MorningReport.on_day == at.day))
        ).one()
    await session.flush()
    await session.execute(
        insert(MorningReportLine)
        .values(report_id=report_id, call_out_id=call_out.id)
        .on_conflict_do_nothing()
    )
