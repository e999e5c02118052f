"""The doors of one's own hours."""

from datetime import date
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from services.rostering.own_hours import commands, queries
from shared.app import Door
from shared.contracts import own_hours as contract


@get("/own-hours", operation_id="ownWeek")
async def own_week(door: NamedDependency[Door], day: FromQuery[date | None] = None) -> contract.OwnWeek:
    return await door.ask(queries.own_week, day)


@get("/own-hours/team", operation_id="teamWeek")
async def team_week(door: NamedDependency[Door], day: FromQuery[date | None] = None) -> contract.TeamWeek:
    return await door.ask(queries.team_week, day)


@get("/own-hours/on-duty", operation_id="onDutyNow")
async def on_duty_now(door: NamedDependency[Door]) -> contract.OnDutyNow:
    return await door.ask(queries.on_duty_now)


@post("/own-hours", operation_id="planHours")
async def plan_hours(door: NamedDependency[Door], data: JSONBody[contract.PlanHours]) -> contract.HoursRef:
    return await door.do(commands.plan_hours, data)


@post("/own-hours/{block_id:uuid}", operation_id="changeHours", status_code=200)
async def change_hours(
    door: NamedDependency[Door], data: JSONBody[contract.ChangeHours], block_id: FromPath[UUID]
) -> contract.HoursRef:
    return await door.do(commands.change_hours, data, block_id)


@post("/own-hours/{block_id:uuid}/remove", operation_id="removeHours", status_code=200)
async def remove_hours(
    door: NamedDependency[Door], data: JSONBody[contract.RemoveHours], block_id: FromPath[UUID]
) -> contract.HoursRef:
    return await door.do(commands.remove_hours, data, block_id)


ROUTES = [own_week, team_week, on_duty_now, plan_hours, change_hours, remove_hours]
