"""What is put right after a call-out: a moment that was wrong, and when its member begins again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.call_outs import hours
from services.rostering.call_outs.models import CallOut
from services.rostering.call_outs.records import CallOutCorrection, RestChoice
from services.rostering.call_outs.ringing import announce_progress, done, locked
from services.rostering.call_outs.rules import check_past, checked_texts
from services.rostering.call_outs.states import NotYours
from services.rostering.call_outs.trail import span_of
from services.rostering.configuration.copy import days_off_here
from shared.auth import Permission, Principal
from shared.contracts import call_outs as contract
from shared.db import uuid7
from shared.errors import Conflict, Invalid, NotFound


class OutOfOrder(Conflict):
    """The moment would stand before or after its neighbour; it may, when that is said."""

    code = "out_of_order"


class NotClosed(Conflict):
    """There is no rest after what is not over."""

    code = "call_out_not_closed"


async def correct_time(
    session: AsyncSession,
    principal: Principal,
    command: contract.CorrectTime,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """Put a moment right; what it was, by whom and why it was changed stay. Raises `OutOfOrder`, `NotYours`."""
    principal.require_any(Permission.CALL_OUT_ANSWER, Permission.CALL_OUT_MANAGE)
    reason = checked_texts({"reason": command.reason})["reason"]
    check_past("at", command.at, now=now)
    call_out = await locked(session, principal, call_out_id)
    _require_own(principal, call_out)
    moment = next((each for each in call_out.times if each.position == command.position), None)
    if moment is None:
        raise NotFound
    if moment.at == command.at:
        raise Invalid({"at": "unchanged"})
    before = [each.at for each in call_out.times if each.position < command.position]
    after = [each.at for each in call_out.times if each.position > command.position]
    disordered = any(at > command.at for at in before) or any(at < command.at for at in after)
    if disordered and not command.out_of_order:
        raise OutOfOrder
    session.add(
        CallOutCorrection(
            id=uuid7(),
            call_out_id=call_out.id,
            position=moment.position,
            state=moment.state,
            old_at=moment.at,
            new_at=command.at,
            out_of_order=disordered,
            reason=reason,
            corrected_by=principal.user_id,
            at=now,
        )
    )
    was, moment.at = moment.at, command.at
    announce_progress(session, principal.tenant, call_out, by=principal.user_id, now=now, state="corrected")
    return done(
        session,
        principal,
        "correct_time",
        call_out,
        now=now,
        of=moment.state,
        was=was.isoformat(),
        becomes=command.at.isoformat(),
    )


async def choose_start(
    session: AsyncSession,
    principal: Principal,
    command: contract.ChooseStart,
    call_out_id: UUID,
    *,
    now: datetime,
) -> contract.CallOutRef:
    """Keep when a member begins again. Too early is no refusal: it only asks for a reason. Raises `NotClosed`."""
    principal.require_any(Permission.CALL_OUT_ANSWER, Permission.ROSTER_MANAGE)
    if command.user_id != principal.user_id:
        principal.require(Permission.ROSTER_MANAGE)
    texts = checked_texts({}, {"reason": command.reason})
    if command.starts_at.tzinfo is None:
        raise Invalid({"starts_at": "without_time_zone"})
    call_out = await locked(session, principal, call_out_id)
    span = span_of(call_out.attempts, call_out.times, command.user_id)
    if span is None:
        raise NotFound
    if span.ends_at is None:
        raise NotClosed
    earliest = hours.next_starts(span.ends_at)[0]
    codes = [each.code for each in hours.warnings(span.starts_at, span.ends_at, await days_off_here(session))]
    if command.starts_at < earliest.at:
        codes.append("rest_too_short")
        if not texts["reason"]:
            raise Invalid({"reason": "required"})
    chosen = {
        "starts_at": command.starts_at,
        "warnings": codes,
        "chosen_by": principal.user_id,
        "at": now,
        **texts,
    }
    key = {"call_out_id": call_out_id, "user_id": command.user_id}
    kept = insert(RestChoice).values(**key, **chosen)
    await session.execute(kept.on_conflict_do_update(index_elements=list(key), set_=chosen))
    return done(
        session,
        principal,
        "choose_start",
        call_out,
        now=now,
        whose=str(command.user_id),
        starts_at=command.starts_at.isoformat(),
        warnings=" ".join(codes),
    )


def _require_own(principal: Principal, call_out: CallOut) -> None:
    """Who was there, or who manages call-outs."""
    if Permission.CALL_OUT_MANAGE not in principal.permissions and principal.user_id not in call_out.holders:
        raise NotYours
