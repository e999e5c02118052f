"""Who is on call, one call-out, and the lists of call-outs: each in one or two statements."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import (
    DateTime,
    Integer,
    ScalarSelect,
    Select,
    Uuid,
    and_,
    bindparam,
    func,
    literal_column,
    not_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.call_outs.models import (
    OPEN,
    WAITING,
    CallOut,
    CallOutAttempt,
    CallOutMoment,
    concerns,
    in_sight,
    in_state,
    is_out,
    sight_of,
)
from services.rostering.rosters.models import (
    Duty,
    PartnerZone,
    RosterSettings,
    Shift,
    ZoneDuty,
    first_gap,
    next_duty,
    on_duty,
)
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import rostering as contract
from shared.db import Statement
from shared.errors import Invalid, NotFound

_ROSTER_AHEAD = timedelta(days=35)  # how far the next holder of a level is looked for
_MOST = 200
_COORDINATOR = "coordinator"
_MOMENT = DateTime(timezone=True)

_COLUMNS = frozenset(column.name for column in CallOut.__table__.columns)
_SHOWN = [name for name in contract.CallOutView.__struct_fields__ if name in _COLUMNS]
_ON_A_LINE = [name for name in contract.CallOutLine.__struct_fields__ if name != "call_out_id"]

_SETTINGS = Statement(
    select(
        RosterSettings.levels,
        select(func.count()).select_from(CallOut).where(in_state(WAITING)).scalar_subquery().label("waiting"),
    )
)
_DUTIES = Statement(
    select(
        Shift.level,
        Shift.user_id,
        Shift.starts_at,
        Shift.ends_at,
        is_out(Shift.user_id).label("busy"),
        PartnerZone.id.label("partner_zone_id"),
        PartnerZone.name,
        PartnerZone.phone,
    )
    .outerjoin(PartnerZone, PartnerZone.id == Shift.partner_zone_id)
    .where(
        Shift.ends_at > bindparam("now", type_=_MOMENT), Shift.starts_at < bindparam("until", type_=_MOMENT)
    )
    .order_by(Shift.starts_at)
)


async def on_call_now(session: AsyncSession, principal: Principal, *, now: datetime) -> contract.OnCallNow:
    """Every level in the order in which it is rung, who has it and who follows, and the first gap of the week."""
    principal.require(Permission.ON_CALL_READ)
    (settings,) = await _SETTINGS.fetch(session)
    rows = await _DUTIES.fetch(session, now=now, until=now + _ROSTER_AHEAD)
    duties = [_duty(row) for row in rows]
    levels: list[str] = settings["levels"]
    return contract.OnCallNow(
        at=now,
        members=[_member(level, duties, now=now) for level in levels],
        gap_starts_at=first_gap(duties, levels[0], now=now),
        waiting_call_outs=settings["waiting"],
    )


def _duty(row: asyncpg.Record) -> Duty | ZoneDuty:
    if row["partner_zone_id"] is not None:
        names = ("level", "partner_zone_id", "name", "phone", "starts_at", "ends_at")
        return ZoneDuty(*(row[name] for name in names))
    return Duty(row["level"], row["user_id"], row["starts_at"], row["ends_at"], row["busy"])


def _member(level: str, duties: list[Duty | ZoneDuty], *, now: datetime) -> contract.OnCallMember:
    holder = next((duty for duty in on_duty(duties, now=now) if duty.level == level), None)
    following = next_duty(duties, level, now=now)
    return contract.OnCallMember(
        level=level,
        user_id=holder.user_id if isinstance(holder, Duty) else None,
        until=holder.ends_at if holder else None,
        busy=holder.busy if isinstance(holder, Duty) else False,
        next_user_id=following.user_id if isinstance(following, Duty) else None,
        next_from=following.starts_at if following else None,
        zone=_zone(holder),
        next_zone=_zone(following),
    )


def _zone(duty: Duty | ZoneDuty | None) -> contract.ZoneOnCall | None:
    if not isinstance(duty, ZoneDuty):
        return None
    return contract.ZoneOnCall(partner_zone_id=duty.partner_zone_id, name=duty.name, phone=duty.phone)


def _as_json(rows: Select[*tuple[Any, ...]]) -> ScalarSelect[str]:
    """The rows that belong to a call-out, in order of position, as one JSON list; null without any."""
    part = rows.where(rows.selected_columns.call_out_id == CallOut.id).correlate(CallOut).subquery("part")
    in_order = func.json_agg(aggregate_order_by(literal_column("part"), part.c.position))
    return select(in_order).select_from(part).scalar_subquery()


_ATTEMPTS = _as_json(
    select(
        CallOutAttempt.call_out_id,
        CallOutAttempt.position,
        CallOutAttempt.id.label("attempt_id"),
        CallOutAttempt.level,
        CallOutAttempt.user_id,
        CallOutAttempt.rang_at,
        CallOutAttempt.answer_by,
        CallOutAttempt.outcome,
        CallOutAttempt.answered_at,
        CallOutAttempt.reason,
        CallOutAttempt.by_phone,
    )
)
_TIMES = _as_json(
    select(
        CallOutMoment.call_out_id,
        CallOutMoment.position,
        CallOutMoment.state,
        CallOutMoment.at,
        CallOutMoment.user_id,
    )
)
_COORDINATOR_NOW = (
    select(Shift.user_id, Shift.ends_at)
    .where(
        Shift.level == literal_column(f"'{_COORDINATOR}'"),
        Shift.starts_at <= bindparam("now", type_=_MOMENT),
        Shift.ends_at > bindparam("now", type_=_MOMENT),
    )
    .lateral("coordinator")
)
_ONE = Statement(
    select(
        CallOut.id,
        *(CallOut.__table__.columns[name] for name in _SHOWN),
        _ATTEMPTS.label("attempts"),
        _TIMES.label("times"),
        _COORDINATOR_NOW.c.user_id.label("coordinator"),
        _COORDINATOR_NOW.c.ends_at.label("coordinator_until"),
    )
    .select_from(CallOut)
    .outerjoin(_COORDINATOR_NOW, true())
    .where(CallOut.id == bindparam("call_out_id", type_=Uuid), in_sight())
)


async def call_out_by_id(
    session: AsyncSession, principal: Principal, call_out_id: UUID, *, now: datetime
) -> contract.CallOutView:
    """The whole of one call-out. Raises `NotFound`, also when it is out of the caller's sight."""
    principal.require_any(Permission.CALL_OUT_READ, Permission.CALL_OUT_REQUEST, Permission.CALL_OUT_ANSWER)
    row = await _ONE.fetch_one(session, call_out_id=call_out_id, now=now, **sight_of(principal))
    if row is None:
        raise NotFound
    audit.record(session, principal, "call_out_by_id", now=now, object_kind="call_out", object_id=call_out_id)
    attempts = msgspec.convert(row["attempts"] or [], type=list[contract.Attempt])
    ringing = next((attempt for attempt in attempts if attempt.outcome == "ringing"), None)
    return contract.CallOutView(
        call_out_id=row["id"],
        attempts=attempts,
        times=msgspec.convert(row["times"] or [], type=list[contract.CallOutTime]),
        next_to_call=_next_to_call(row, ringing),
        escalates_at=ringing.answer_by if ringing else None,
        **{name: row[name] for name in _SHOWN},
    )


def _next_to_call(row: asyncpg.Record, ringing: contract.Attempt | None) -> contract.OnCallMember | None:
    """The one person to call while nobody has it (S03): who rings, and then the coordinator on duty."""
    if ringing is not None:
        return contract.OnCallMember(level=ringing.level, user_id=ringing.user_id, until=None)
    if row["state"] == "unanswered" and row["coordinator"] is not None:
        return contract.OnCallMember(
            level=_COORDINATOR, user_id=row["coordinator"], until=row["coordinator_until"]
        )
    return None


_LINE = (
    select(
        CallOut.id,
        CallOut.number,
        CallOut.state,
        CallOut.incident_type,
        CallOut.urgency,
        CallOut.place,
        CallOut.requested_at,
        CallOut.accepted_by,
        CallOutAttempt.user_id.label("ringing_user"),
        CallOutAttempt.answer_by.label("escalates_at"),
    )
    .outerjoin(
        CallOutAttempt,
        and_(
            CallOutAttempt.call_out_id == CallOut.id,
            CallOutAttempt.outcome == literal_column("'ringing'"),
        ),
    )
    .order_by(CallOut.requested_at.desc())
    .limit(bindparam("limit", type_=Integer))
)
_IN_SIGHT = _LINE.where(in_sight())
_LISTS = {
    None: Statement(_IN_SIGHT),
    True: Statement(_IN_SIGHT.where(in_state(OPEN))),
    False: Statement(_IN_SIGHT.where(not_(in_state(OPEN)))),
}
_MINE = Statement(_LINE.where(concerns(bindparam("member", type_=Uuid))))


async def call_outs(
    session: AsyncSession, principal: Principal, is_open: bool | None, limit: int, *, now: datetime
) -> list[contract.CallOutLine]:
    """The newest first: all that are in the caller's sight, or only those that are open or over."""
    principal.require_any(Permission.CALL_OUT_READ, Permission.CALL_OUT_REQUEST)
    _check_limit(limit)
    rows = await _LISTS[is_open].fetch(session, limit=limit, **sight_of(principal))
    return _lines(session, principal, "call_outs", rows, now=now)


async def own_call_outs(
    session: AsyncSession, principal: Principal, limit: int, *, now: datetime
) -> list[contract.CallOutLine]:
    """Those for which the caller was rung, or which she took; the newest first."""
    principal.require(Permission.CALL_OUT_ANSWER)
    _check_limit(limit)
    rows = await _MINE.fetch(session, limit=limit, member=principal.user_id)
    return _lines(session, principal, "own_call_outs", rows, now=now)


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= _MOST:
        raise Invalid({"limit": "out_of_range"})


def _lines(
    session: AsyncSession,
    principal: Principal,
    action: str,
    rows: list[asyncpg.Record],
    *,
    now: datetime,
) -> list[contract.CallOutLine]:
    """The answer; that these were seen is kept."""
    seen = {"count": len(rows), "call_outs": [str(row["id"]) for row in rows]}
    audit.record(session, principal, action, now=now, object_kind="call_out_list", details=seen)
    return [
        contract.CallOutLine(call_out_id=row["id"], **{name: row[name] for name in _ON_A_LINE})
        for row in rows
    ]
