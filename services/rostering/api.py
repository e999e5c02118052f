"""The doors of rostering: shifts, who is on call, call-outs, and how the tenant wants its people rung."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from services.rostering.call_outs import afterwards, consequences, detail, side_ways
from services.rostering.call_outs import commands as call_out_commands
from services.rostering.call_outs import queries as call_out_queries
from services.rostering.rosters import commands as roster_commands
from services.rostering.rosters import queries as roster_queries
from services.rostering.statistics import commands as statistics_commands
from services.rostering.statistics import queries as statistics_queries
from shared.app import Door
from shared.contracts import call_outs as contract
from shared.contracts.configuration import SettingChange
from shared.contracts.rostering import (
    ChangeRosterSettings,
    KeepPartnerZone,
    OnCallNow,
    PartnerZone,
    PartnerZoneRef,
    PlanShift,
    RosterSettings,
    Shift,
    ShiftRef,
)
from shared.contracts.statistics import CountedCallOut, ExportNoted, NoteExport, Statistics


@get("/on-call", operation_id="onCallNow")
async def on_call_now(door: NamedDependency[Door]) -> OnCallNow:
    return await door.ask(call_out_queries.on_call_now)


@get("/shifts", operation_id="shiftsBetween")
async def shifts_between(
    door: NamedDependency[Door],
    starts_at: Annotated[datetime, QueryParameter(name="from")],
    ends_at: Annotated[datetime, QueryParameter(name="until")],
) -> list[Shift]:
    return await door.ask(roster_queries.shifts_between, starts_at, ends_at)


@post("/shifts", operation_id="planShift")
async def plan_shift(door: NamedDependency[Door], data: JSONBody[PlanShift]) -> ShiftRef:
    return await door.do(roster_commands.plan_shift, data)


@post("/shifts/{shift_id:uuid}/remove", operation_id="removeShift", status_code=200)
async def remove_shift(door: NamedDependency[Door], shift_id: FromPath[UUID]) -> ShiftRef:
    return await door.do(roster_commands.remove_shift, None, shift_id)


@get("/partner-zones", operation_id="partnerZones")
async def partner_zones(door: NamedDependency[Door]) -> list[PartnerZone]:
    return await door.ask(roster_queries.partner_zones)


@post("/partner-zones", operation_id="enterPartnerZone")
async def enter_partner_zone(door: NamedDependency[Door], data: JSONBody[KeepPartnerZone]) -> PartnerZoneRef:
    return await door.do(roster_commands.keep_partner_zone, data)


@post("/partner-zones/{partner_zone_id:uuid}", operation_id="changePartnerZone", status_code=200)
async def change_partner_zone(
    door: NamedDependency[Door], data: JSONBody[KeepPartnerZone], partner_zone_id: FromPath[UUID]
) -> PartnerZoneRef:
    return await door.do(roster_commands.keep_partner_zone, data, partner_zone_id)


@get("/roster-settings", operation_id="rosterSettings")
async def roster_settings(door: NamedDependency[Door]) -> RosterSettings:
    return await door.ask(roster_queries.roster_settings)


@get("/roster-settings/changes", operation_id="rosterSettingsChanges")
async def settings_changes(door: NamedDependency[Door]) -> list[SettingChange]:
    return await door.ask(roster_queries.settings_changes)


@post("/roster-settings", operation_id="changeRosterSettings", status_code=200)
async def change_settings(
    door: NamedDependency[Door], data: JSONBody[ChangeRosterSettings]
) -> RosterSettings:
    return await door.do(roster_commands.change_settings, data)


@get("/call-outs", operation_id="callOuts")
async def call_outs(
    door: NamedDependency[Door],
    is_open: Annotated[bool | None, QueryParameter(name="open")] = None,
    limit: FromQuery[int] = 50,
) -> list[contract.CallOutLine]:
    return await door.ask(call_out_queries.call_outs, is_open, limit)


@get("/call-outs/mine", operation_id="ownCallOuts")
async def own_call_outs(
    door: NamedDependency[Door], limit: FromQuery[int] = 50
) -> list[contract.CallOutLine]:
    return await door.ask(call_out_queries.own_call_outs, limit)


@get("/call-outs/{call_out_id:uuid}", operation_id="callOutById")
async def call_out_by_id(door: NamedDependency[Door], call_out_id: FromPath[UUID]) -> contract.CallOutView:
    return await door.ask(detail.call_out_by_id, call_out_id)


@post("/call-outs", operation_id="requestCallOut")
async def request_call_out(
    door: NamedDependency[Door], data: JSONBody[contract.RequestCallOut]
) -> contract.CallOutRef:
    return await door.do(call_out_commands.request_call_out, data)


@post("/call-outs/{call_out_id:uuid}/accept", operation_id="acceptCallOut", status_code=200)
async def accept_call_out(
    door: NamedDependency[Door], data: JSONBody[contract.AcceptCallOut], call_out_id: FromPath[UUID]
) -> contract.CallOutRef:
    return await door.do(call_out_commands.accept_call_out, data, call_out_id)


@post("/call-outs/{call_out_id:uuid}/decline", operation_id="declineCallOut", status_code=200)
async def decline_call_out(
    door: NamedDependency[Door], data: JSONBody[contract.DeclineCallOut], call_out_id: FromPath[UUID]
) -> contract.CallOutRef:
    return await door.do(call_out_commands.decline_call_out, data, call_out_id)


@post("/call-outs/{call_out_id:uuid}/reached-by-phone", operation_id="reachedByPhone", status_code=200)
async def reached_by_phone(
    door: NamedDependency[Door], data: JSONBody[contract.ReachedByPhone], call_out_id: FromPath[UUID]
) -> contract.CallOutRef:
    return await door.do(call_out_commands.reached_by_phone, data, call_out_id)


@post("/call-outs/{call_out_id:uuid}/escalate", operation_id="escalateCallOut", status_code=200)
async def escalate_call_out(
    door: NamedDependency[Door], data: JSONBody[contract.EscalateCallOut], call_out_id: FromPath[UUID]
) -> contract.CallOutRef:
    return await door.do(call_out_commands.escalate_call_out, data, call_out_id)


@post("/call-outs/{call_out_id:uuid}/progress", operation_id="markCallOut", status_code=200)
async def mark_call_out(
    door: NamedDependency[Door], data: JSONBody[contract.MarkCallOut], call_out_id: FromPath[UUID]
) -> contract.CallOutRef:
    return await door.do(call_out_commands.mark_call_out, data, call_out_id)


@post("/call-outs/{call_out_id:uuid}/close", operation_id="closeCallOut", status_code=200)
async def close_call_out(
    door: NamedDependency[Door], data: JSONBody[contract.CloseCallOut], call_out_id: FromPath[UUID]
) -> contract.CallOutRef:
    return await door.do(call_out_commands.close_call_out, data, call_out_id)


@post("/call-outs/{call_out_id:uuid}/cancel", operation_id="cancelCallOut", status_code=200)
async def cancel_call_out(
    door: NamedDependency[Door], data: JSONBody[contract.CancelCallOut], call_out_id: FromPath[UUID]
) -> contract.CallOutRef:
    return await door.do(call_out_commands.cancel_call_out, data, call_out_id)


@post("/call-outs/{call_out_id:uuid}/validate", operation_id="validateCallOut", status_code=200)
async def validate_call_out(
    door: NamedDependency[Door], data: JSONBody[contract.ValidateCallOut], call_out_id: FromPath[UUID]
) -> contract.CallOutRef:
    return await door.do(call_out_commands.validate_call_out, data, call_out_id)


@post("/call-outs/{call_out_id:uuid}/advice", operation_id="adviseByPhone", status_code=200)
async def advise_by_phone(
    door: NamedDependency[Door], data: JSONBody[contract.AdviseByPhone], call_out_id: FromPath[UUID]
) -> contract.CallOutRef:
    return await door.do(side_ways.advise_by_phone, data, call_out_id)


@post("/call-outs/{call_out_id:uuid}/transfer", operation_id="transferCallOut", status_code=200)
async def transfer_call_out(
    door: NamedDependency[Door], data: JSONBody[contract.TransferCallOut], call_out_id: FromPath[UUID]
) -> contract.CallOutRef:
    return await door.do(side_ways.transfer_call_out, data, call_out_id)


@post("/call-outs/{call_out_id:uuid}/plan", operation_id="planVisit", status_code=200)
async def plan_visit(
    door: NamedDependency[Door], data: JSONBody[contract.PlanVisit], call_out_id: FromPath[UUID]
) -> contract.CallOutRef:
    return await door.do(side_ways.plan_visit, data, call_out_id)


@post("/call-outs/{call_out_id:uuid}/people-needed", operation_id="changePeopleNeeded", status_code=200)
async def change_people_needed(
    door: NamedDependency[Door], data: JSONBody[contract.ChangePeopleNeeded], call_out_id: FromPath[UUID]
) -> contract.CallOutRef:
    return await door.do(side_ways.change_people_needed, data, call_out_id)


@post("/call-outs/{call_out_id:uuid}/priority", operation_id="decidePriority", status_code=200)
async def decide_priority(
    door: NamedDependency[Door], data: JSONBody[contract.DecidePriority], call_out_id: FromPath[UUID]
) -> contract.CallOutRef:
    return await door.do(side_ways.decide_priority, data, call_out_id)


@post("/call-outs/{call_out_id:uuid}/correct-time", operation_id="correctTime", status_code=200)
async def correct_time(
    door: NamedDependency[Door], data: JSONBody[contract.CorrectTime], call_out_id: FromPath[UUID]
) -> contract.CallOutRef:
    return await door.do(afterwards.correct_time, data, call_out_id)


@get("/call-outs/{call_out_id:uuid}/hours", operation_id="callOutHours")
async def call_out_hours(door: NamedDependency[Door], call_out_id: FromPath[UUID]) -> contract.CallOutHours:
    return await door.ask(consequences.call_out_hours, call_out_id)


@post("/call-outs/{call_out_id:uuid}/next-start", operation_id="chooseStart", status_code=200)
async def choose_start(
    door: NamedDependency[Door], data: JSONBody[contract.ChooseStart], call_out_id: FromPath[UUID]
) -> contract.CallOutRef:
    return await door.do(afterwards.choose_start, data, call_out_id)


@get("/escalation-reports/{report_id:uuid}", operation_id="escalationReport")
async def escalation_report(
    door: NamedDependency[Door], report_id: FromPath[UUID]
) -> contract.EscalationReport:
    return await door.ask(detail.escalation_report, report_id)


@get("/statistics", operation_id="statistics")
async def statistics(
    door: NamedDependency[Door],
    starts_on: Annotated[date | None, QueryParameter(name="from")] = None,
) -> Statistics:
    return await door.ask(statistics_queries.statistics, starts_on)


@get("/statistics/call-outs", operation_id="countedCallOuts")
async def counted_call_outs(
    door: NamedDependency[Door],
    starts_on: Annotated[date, QueryParameter(name="from")],
    figure: FromQuery[str],
    key: FromQuery[str],
) -> list[CountedCallOut]:
    return await door.ask(statistics_queries.counted_call_outs, starts_on, figure, key)


@post("/statistics/exports", operation_id="noteExport", status_code=200)
async def note_export(door: NamedDependency[Door], data: JSONBody[NoteExport]) -> ExportNoted:
    return await door.do(statistics_commands.note_export, data)


ROUTES = [
    statistics,
    counted_call_outs,
    note_export,
    on_call_now,
    shifts_between,
    plan_shift,
    remove_shift,
    partner_zones,
    enter_partner_zone,
    change_partner_zone,
    roster_settings,
    settings_changes,
    change_settings,
    call_outs,
    own_call_outs,
    call_out_by_id,
    request_call_out,
    accept_call_out,
    decline_call_out,
    reached_by_phone,
    escalate_call_out,
    mark_call_out,
    close_call_out,
    cancel_call_out,
    validate_call_out,
    advise_by_phone,
    transfer_call_out,
    plan_visit,
    change_people_needed,
    decide_priority,
    correct_time,
    call_out_hours,
    choose_start,
    escalation_report,
]
