"""What a call-out means for its members: hours, rest, and when each may begin again, with the why."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, cast, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.call_outs import hours
from services.rostering.call_outs.models import CallOut
from services.rostering.call_outs.records import RestChoice
from services.rostering.call_outs.sight import in_sight, sight_of
from services.rostering.call_outs.trail import CallOutAttempt, CallOutMoment, Span, span_of
from services.rostering.configuration.copy import days_off_here
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import call_outs as contract
from shared.errors import NotFound


async def call_out_hours(
    session: AsyncSession, principal: Principal, call_out_id: UUID, *, now: datetime
) -> contract.CallOutHours:
    """One's own hours, or everybody's for who manages call-outs or the roster. While it runs: until now."""
    principal.require_any(Permission.CALL_OUT_ANSWER, Permission.CALL_OUT_MANAGE, Permission.ROSTER_MANAGE)
    seen = await session.execute(
        select(CallOut.accepted_by, CallOut.joined_by).where(CallOut.id == call_out_id, in_sight()),
        sight_of(principal),
    )
    row = seen.one_or_none()
    if row is None:
        raise NotFound
    chosen = {
        each.user_id: each
        for each in await session.scalars(select(RestChoice).where(RestChoice.call_out_id == call_out_id))
    }
    sees_all = not principal.permissions.isdisjoint({Permission.CALL_OUT_MANAGE, Permission.ROSTER_MANAGE})
    holders = [each for each in row if each is not None and (sees_all or each == principal.user_id)]
    spans = (await spans_of(session, {call_out_id: holders}))[call_out_id]
    days_off = await days_off_here(session)
    audit.record(session, principal, "call_out_hours", now=now, object_kind="call_out", object_id=call_out_id)
    return contract.CallOutHours(
        call_out_id=call_out_id,
        members=[_member(span, chosen.get(span.user_id), days_off, now=now) for span in spans],
    )


async def spans_of(session: AsyncSession, holders: Mapping[UUID, Sequence[UUID]]) -> dict[UUID, list[Span]]:
    """For each call-out the spans of those who were out for it: the hours of a call-out, a member and a year alike."""
    attempts, times = (
        defaultdict[UUID, list[CallOutAttempt]](list),
        defaultdict[UUID, list[CallOutMoment]](list),
    )
    ids = any_(cast(literal(list(holders), ARRAY(Uuid)), ARRAY(Uuid)))
    for attempt in await session.scalars(select(CallOutAttempt).where(CallOutAttempt.call_out_id == ids)):
        attempts[attempt.call_out_id].append(attempt)
    found = select(CallOutMoment).where(CallOutMoment.call_out_id == ids).order_by(CallOutMoment.position)
    for moment in await session.scalars(found):
        times[moment.call_out_id].append(moment)
    return {
        call_out_id: [
            span
            for user_id in those
            if (span := span_of(attempts[call_out_id], times[call_out_id], user_id)) is not None
        ]
        for call_out_id, those in holders.items()
    }


def _member(
    span: Span, chosen: RestChoice | None, days_off: frozenset[date], *, now: datetime
) -> contract.MemberHours:
    until = span.until(now)
    parts = hours.split(span.starts_at, until, days_off)
    kept: dict[str, Any] = {}
    if chosen is not None:
        kept = {
            "chosen_start": chosen.starts_at,
            "chosen_reason": chosen.reason,
            "chosen_by": chosen.chosen_by,
        }
    return contract.MemberHours(
        user_id=span.user_id,
        called_at=span.starts_at,
        accepted_at=span.moments.get("accepted", span.starts_at),
        departed_at=span.moments.get("en_route"),
        arrived_at=span.moments.get("on_site"),
        left_at=span.moments.get("left_scene"),
        closed_at=span.ends_at,
        until=until,
        minutes=parts.minutes,
        credited_minutes=hours.credited(parts.minutes, until.date()),
        night=parts.night,
        weekend=parts.weekend,
        holiday=parts.holiday,
        starts=[
            contract.NextStart(
                rule=start.rest.rule,
                rest_minutes=start.rest.minutes,
                at=start.at,
                default=start.rest.default,
                certainty=start.rest.certainty,
            )
            for start in hours.next_starts(until)
        ],
        warnings=[
            contract.RestWarning(
                code=each.code,
                rule=each.rule,
                at=each.at,
                minutes=each.minutes,
                limit=each.limit,
                certainty=each.certainty,
            )
            for each in hours.warnings(span.starts_at, until, days_off)
        ],
        **kept,
    )
