"""Who is on call, one call-out, and the lists of call-outs: each in one or two statements."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import (
    DateTime,
    Integer,
    ScalarSelect,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    not_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.rostering.call_outs.models import CallOut
from services.rostering.call_outs.sight import (
    concerns,
    hidden_from,
    in_sight,
    in_state,
    is_out,
    seeks,
    sight_of,
)
from services.rostering.call_outs.states import OPEN
from services.rostering.call_outs.trail import CallOutAttempt
from services.rostering.configuration.copy import days_off_in
from services.rostering.configuration.models import ConfigurationCopy
from services.rostering.rosters.coverage import Excuse
from services.rostering.rosters.models import (
    GAP_HORIZON,
    AbsenceRow,
    Duty,
    IntendedGap,
    PartnerZone,
    RosterSettings,
    Shift,
    ZoneDuty,
    gaps_of,
    needed_hours,
    next_duty,
    on_duty,
)
from services.rostering.rosters.stretches import Stretch
from services.rostering.rosters.unfolding import Absence, Turn
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import call_outs as contract
from shared.contracts.rostering import OnCallMember, OnCallNow, ZoneOnCall
from shared.db import Statement
from shared.errors import Invalid

_ROSTER_AHEAD = timedelta(days=35)  # how far the next holder of a level is looked for
_MOST = 200
_MOMENT = DateTime(timezone=True)

_ON_A_LINE = [name for name in contract.CallOutLine.__struct_fields__ if name != "call_out_id"]


def _coming(
    kind: type[IntendedGap] | type[AbsenceRow], *columns: InstrumentedAttribute[Any]
) -> ScalarSelect[str]:
    """What of a table is not over within the week, as one JSON list; null without any, as nearly always."""
    week = bindparam("week", type_=_MOMENT)
    return (
        select(func.json_agg(func.json_build_array(*columns)))
        .where(kind.ends_at > bindparam("now", type_=_MOMENT), kind.starts_at < week)
        .scalar_subquery()
    )


_SETTINGS = Statement(
    select(
        RosterSettings.levels,
        RosterSettings.required_levels,
        RosterSettings.needed,
        RosterSettings.office_from,
        RosterSettings.office_until,
        _coming(IntendedGap, IntendedGap.level, IntendedGap.starts_at, IntendedGap.ends_at).label("meant"),
        _coming(AbsenceRow, AbsenceRow.user_id, AbsenceRow.starts_at, AbsenceRow.ends_at).label("away"),
        select(ConfigurationCopy.facts["days_off"]).scalar_subquery().label("days_off"),
        select(func.count()).select_from(CallOut).where(seeks()).scalar_subquery().label("waiting"),
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


async def on_call_now(session: AsyncSession, principal: Principal, *, now: datetime) -> OnCallNow:
    """Every level in the order in which it is rung, who has it and who follows, and the first gap of the week."""
    principal.require(Permission.ON_CALL_READ)
    (settings,) = await _SETTINGS.fetch(session, now=now, week=now + GAP_HORIZON)
    rows = await _DUTIES.fetch(session, now=now, until=now + _ROSTER_AHEAD)
    duties = [_duty(row) for row in rows]
    levels: list[str] = settings["levels"]
    return OnCallNow(
        at=now,
        members=[_member(level, duties, now=now) for level in levels],
        gap_starts_at=_first_gap(settings, duties, now=now),
        waiting_call_outs=settings["waiting"],
    )


def _first_gap(
    settings: asyncpg.Record, duties: Iterable[Duty | ZoneDuty], *, now: datetime
) -> datetime | None:
    """The first moment of the week at which a level that must be filled is not, unless that is meant so."""
    meant = msgspec.convert(settings["meant"] or [], type=list[tuple[str, datetime, datetime]])
    away = msgspec.convert(settings["away"] or [], type=list[tuple[UUID, datetime, datetime]])
    found = gaps_of(
        [
            Turn(
                duty.level,
                duty.user_id if isinstance(duty, Duty) else duty.partner_zone_id,
                duty.starts_at,
                duty.ends_at,
            )
            for duty in duties
        ],
        [Absence(user_id=user_id, starts_at=start, ends_at=end) for user_id, start, end in away],
        [Excuse(level, start, end, "meant") for level, start, end in meant],
        Stretch(now, now + GAP_HORIZON),
        levels=settings["required_levels"],
        hours=needed_hours(
            settings["needed"],
            settings["office_from"],
            settings["office_until"],
            days_off_in(settings["days_off"]),
        ),
    )
    return next((gap.starts_at for gap in found if not gap.reason), None)


def _duty(row: asyncpg.Record) -> Duty | ZoneDuty:
    if row["partner_zone_id"] is not None:
        names = ("level", "partner_zone_id", "name", "phone", "starts_at", "ends_at")
        return ZoneDuty(*(row[name] for name in names))
    return Duty(row["level"], row["user_id"], row["starts_at"], row["ends_at"], row["busy"])


def _member(level: str, duties: list[Duty | ZoneDuty], *, now: datetime) -> OnCallMember:
    holder = next((duty for duty in on_duty(duties, now=now) if duty.level == level), None)
    following = next_duty(duties, level, now=now)
    return OnCallMember(
        level=level,
        user_id=holder.user_id if isinstance(holder, Duty) else None,
        until=holder.ends_at if holder else None,
        busy=holder.busy if isinstance(holder, Duty) else False,
        next_user_id=following.user_id if isinstance(following, Duty) else None,
        next_from=following.starts_at if following else None,
        zone=_zone(holder),
        next_zone=_zone(following),
    )


def _zone(duty: Duty | ZoneDuty | None) -> ZoneOnCall | None:
    if not isinstance(duty, ZoneDuty):
        return None
    return ZoneOnCall(partner_zone_id=duty.partner_zone_id, name=duty.name, phone=duty.phone)


_LINE = (
    select(
        CallOut.id,
        CallOut.number,
        CallOut.state,
        CallOut.incident_type,
        CallOut.urgency,
        case((hidden_from(), ""), else_=CallOut.place).label("place"),
        CallOut.requested_at,
        CallOut.accepted_by,
        CallOut.joined_by,
        CallOut.planned_for,
        CallOut.incident_id,
        seeks().label("seeks"),
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
    rows = await _MINE.fetch(session, limit=limit, member=principal.user_id, viewer=principal.user_id)
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
