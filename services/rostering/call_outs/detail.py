"""The whole of one call-out, with the one next person to call; and the morning report."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import (
    DateTime,
    ScalarSelect,
    Select,
    Uuid,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.call_outs.models import CallOut
from services.rostering.call_outs.records import (
    CallOutCorrection,
    CallOutDecision,
    HiddenBriefing,
    MorningReport,
    MorningReportLine,
)
from services.rostering.call_outs.sight import hidden_from, in_sight, is_out, seeks, sight_of
from services.rostering.call_outs.trail import (
    AnyDuty,
    CallOutAttempt,
    CallOutMoment,
    last_resort,
    ways_on,
)
from services.rostering.rosters.models import Duty, PartnerZone, RosterSettings, Shift, ZoneDuty
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import call_outs as contract
from shared.contracts.rostering import OnCallMember, ZoneOnCall
from shared.db import Statement
from shared.errors import NotFound

_MOMENT = DateTime(timezone=True)
_COLUMNS = frozenset(column.name for column in CallOut.__table__.columns)
_SHOWN = [name for name in contract.CallOutView.__struct_fields__ if name in _COLUMNS]
_WORDS = frozenset(
    {
        "place", "summary", "requested_by", "officer_on_duty", "contact_on_site", "contact_phone", "present",
        "already_informed", "safety", "pv_number", "closing_note", "side_note",
    }
)  # fmt: skip
"""What is blank for who declared a conflict of interest."""


def _as_json(rows: Select[*tuple[Any, ...]], order: str = "position") -> ScalarSelect[str]:
    """The rows that belong to a call-out, in their order, as one JSON list; null without any."""
    part = rows.correlate(CallOut).subquery("part")
    in_order = func.json_agg(aggregate_order_by(literal_column("part"), part.c[order]))
    return select(in_order).select_from(part).scalar_subquery()


_ATTEMPTS = _as_json(
    select(
        CallOutAttempt.position,
        CallOutAttempt.id.label("attempt_id"),
        CallOutAttempt.level,
        CallOutAttempt.user_id,
        CallOutAttempt.partner_zone_id,
        PartnerZone.name.label("zone_name"),
        PartnerZone.phone.label("zone_phone"),
        CallOutAttempt.second_number,
        CallOutAttempt.rang_at,
        CallOutAttempt.answer_by,
        CallOutAttempt.outcome,
        CallOutAttempt.answered_at,
        CallOutAttempt.reason,
        CallOutAttempt.by_phone,
        CallOutAttempt.eta_minutes,
    )
    .outerjoin(PartnerZone, PartnerZone.id == CallOutAttempt.partner_zone_id)
    .where(CallOutAttempt.call_out_id == CallOut.id)
)
_TIMES = _as_json(
    select(CallOutMoment.position, CallOutMoment.state, CallOutMoment.at, CallOutMoment.user_id).where(
        CallOutMoment.call_out_id == CallOut.id
    )
)
_CORRECTIONS = _as_json(
    select(
        CallOutCorrection.position,
        CallOutCorrection.state,
        CallOutCorrection.old_at,
        CallOutCorrection.new_at,
        CallOutCorrection.out_of_order,
        CallOutCorrection.reason,
        CallOutCorrection.corrected_by,
        CallOutCorrection.at,
    ).where(CallOutCorrection.call_out_id == CallOut.id),
    order="at",
)
_ONE_OF_THEM_IS_HIDDEN = exists().where(
    HiddenBriefing.call_out_id.in_((CallOutDecision.call_out_id, CallOutDecision.other_call_out_id)),
    HiddenBriefing.user_id == bindparam("viewer", type_=Uuid),
)
"""Why one goes before the other says something of both."""

_DECISIONS = _as_json(
    select(
        CallOutDecision.call_out_id,
        CallOutDecision.other_call_out_id,
        CallOutDecision.first_call_out_id,
        CallOutDecision.measure,
        CallOutDecision.decided_by,
        case((_ONE_OF_THEM_IS_HIDDEN, ""), else_=CallOutDecision.reason).label("reason"),
        CallOutDecision.noted_by,
        CallOutDecision.at,
    ).where(or_(CallOutDecision.call_out_id == CallOut.id, CallOutDecision.other_call_out_id == CallOut.id)),
    order="at",
)
_VIEW = select(
    CallOut.id,
    *(CallOut.__table__.columns[name] for name in _SHOWN),
    CallOut.round_from,
    seeks().label("seeks"),
    hidden_from().label("hidden"),
    _ATTEMPTS.label("attempts"),
    _TIMES.label("times"),
    _CORRECTIONS.label("corrections"),
    _DECISIONS.label("decisions"),
)
_ONE = Statement(_VIEW.where(CallOut.id == bindparam("call_out_id", type_=Uuid), in_sight()))
_REPORT = Statement(
    select(MorningReport.id, MorningReport.on_day, MorningReport.told_at).where(
        MorningReport.id == bindparam("report_id", type_=Uuid)
    )
)
_REPORTED = Statement(
    _VIEW.join(MorningReportLine, MorningReportLine.call_out_id == CallOut.id)
    .where(MorningReportLine.report_id == bindparam("report_id", type_=Uuid), in_sight())
    .order_by(CallOut.requested_at)
)
_ON_DUTY = Statement(
    select(
        Shift.level,
        Shift.user_id,
        Shift.starts_at,
        Shift.ends_at,
        is_out(Shift.user_id).label("busy"),
        PartnerZone.id.label("partner_zone_id"),
        PartnerZone.name,
        PartnerZone.phone,
        select(RosterSettings.levels).scalar_subquery().label("levels"),
    )
    .outerjoin(PartnerZone, PartnerZone.id == Shift.partner_zone_id)
    .where(
        Shift.starts_at <= bindparam("now", type_=_MOMENT), Shift.ends_at > bindparam("now", type_=_MOMENT)
    )
    .order_by(Shift.starts_at)
)


async def call_out_by_id(
    session: AsyncSession, principal: Principal, call_out_id: UUID, *, now: datetime
) -> contract.CallOutView:
    """The whole of one call-out. Raises `NotFound`, also when it is out of the caller's sight."""
    principal.require_any(Permission.CALL_OUT_READ, Permission.CALL_OUT_REQUEST, Permission.CALL_OUT_ANSWER)
    row = await _ONE.fetch_one(session, call_out_id=call_out_id, **sight_of(principal))
    if row is None:
        raise NotFound
    audit.record(session, principal, "call_out_by_id", now=now, object_kind="call_out", object_id=call_out_id)
    on_duty = await _ON_DUTY.fetch(session, now=now) if row["seeks"] else []
    return _view(row, on_duty)


async def escalation_report(
    session: AsyncSession, principal: Principal, report_id: UUID, *, now: datetime
) -> contract.EscalationReport:
    """What escalated or stayed without answer, as the coordinator reads it in the morning (S03)."""
    principal.require(Permission.CALL_OUT_MANAGE)
    report = await _REPORT.fetch_one(session, report_id=report_id)
    if report is None:
        raise NotFound
    rows = await _REPORTED.fetch(session, report_id=report_id, **sight_of(principal))
    audit.record(
        session,
        principal,
        "escalation_report",
        now=now,
        object_kind="morning_report",
        object_id=report_id,
        details={"call_outs": [str(row["id"]) for row in rows]},
    )
    return contract.EscalationReport(
        report_id=report_id,
        on_day=report["on_day"],
        told_at=report["told_at"],
        call_outs=[_view(row, []) for row in rows],
    )


def _view(row: asyncpg.Record, on_duty: Sequence[asyncpg.Record]) -> contract.CallOutView:
    attempts = msgspec.convert(row["attempts"] or [], type=list[contract.Attempt])
    ringing = next((attempt for attempt in attempts if attempt.outcome == "ringing"), None)
    duties = [_duty(each) for each in on_duty]
    levels: list[str] = on_duty[0]["levels"] if on_duty else []
    shown: dict[str, Any] = {name: "" if row["hidden"] and name in _WORDS else row[name] for name in _SHOWN}
    return contract.CallOutView(
        call_out_id=row["id"],
        attempts=attempts,
        times=msgspec.convert(row["times"] or [], type=list[contract.CallOutTime]),
        corrections=[
            msgspec.structs.replace(each, reason="") if row["hidden"] else each
            for each in msgspec.convert(row["corrections"] or [], type=list[contract.Correction])
        ],
        decisions=msgspec.convert(row["decisions"] or [], type=list[contract.Decision]),
        next_to_call=_next_to_call(ringing, attempts, duties) if row["seeks"] else None,
        proposals=_proposals(row, attempts, levels, duties) if row["seeks"] else [],
        escalates_at=ringing.answer_by if ringing else None,
        seeks=row["seeks"],
        hidden=row["hidden"],
        **shown,
    )


def _duty(row: asyncpg.Record) -> AnyDuty:
    if row["partner_zone_id"] is not None:
        names = ("level", "partner_zone_id", "name", "phone", "starts_at", "ends_at")
        return ZoneDuty(*(row[name] for name in names))
    return Duty(row["level"], row["user_id"], row["starts_at"], row["ends_at"], row["busy"])


def _next_to_call(
    ringing: contract.Attempt | None, attempts: Sequence[contract.Attempt], duties: Sequence[AnyDuty]
) -> OnCallMember | None:
    """The one to call while somebody is needed (S03): who rings, and when everybody was asked the last resort."""
    if ringing is not None:
        zone = None
        if ringing.partner_zone_id is not None:
            zone = ZoneOnCall(
                partner_zone_id=ringing.partner_zone_id,
                name=ringing.zone_name or "",
                phone=ringing.zone_phone or "",
            )
        return OnCallMember(
            level=ringing.level,
            user_id=ringing.user_id,
            until=None,
            zone=zone,
            second_number=ringing.second_number,
        )
    last = last_resort(attempts, duties)
    if last is None:
        return None
    return OnCallMember(
        level=last.level,
        user_id=last.user_id if isinstance(last, Duty) else None,
        until=last.ends_at,
        busy=isinstance(last, Duty) and last.busy,
        zone=_zone(last),
    )


def _proposals(
    row: asyncpg.Record,
    attempts: Sequence[contract.Attempt],
    levels: Sequence[str],
    duties: Sequence[AnyDuty],
) -> list[contract.Proposal]:
    """Ways on, as soon as somebody was passed over because she is out, or everybody was asked."""
    passed_over = any(each.reason == "busy" for each in attempts[row["round_from"] :])
    if not passed_over and row["state"] != "unanswered":
        return []
    asked = {each.user_id or each.partner_zone_id for each in attempts[row["round_from"] :]}
    return [
        contract.Proposal(
            measure=measure, user_id=duty.user_id if isinstance(duty, Duty) else None, zone=_zone(duty)
        )
        for measure, duty in ways_on(levels, duties, asked=asked)
    ]


def _zone(duty: AnyDuty | None) -> ZoneOnCall | None:
    if not isinstance(duty, ZoneDuty):
        return None
    return ZoneOnCall(partner_zone_id=duty.partner_zone_id, name=duty.name, phone=duty.phone)
