"""The hours that a neighbourhood inspector plans himself (S50); for who coordinates, the weeks of all of them."""

import asyncio
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.gateway.forms import Form, read_form, told
from services.gateway.language import BRUSSELS
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.own_hours import (
    ACTIVITIES,
    ChangeHours,
    HoursBlock,
    HoursRef,
    OwnWeek,
    PlanHours,
    RemoveHours,
    TeamWeek,
)
from shared.errors import NotFound

_WRONG: Final = HTTPStatus.UNPROCESSABLE_ENTITY
_WEEK: Final = timedelta(days=7)
_USUAL: Final = (time(8), time(16))


@get("/hours", include_in_schema=False)
async def hours_page(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    day: FromQuery[date | None] = None,
) -> Response[str]:
    """One's own week; who only coordinates sees everybody's."""
    if not visit.may(Permission.HOURS_PLAN):
        visit.who.require(Permission.ROSTER_MANAGE)
        return go_to(request, "/hours/team")
    week = await _week(visit, day)
    return _show(pages, visit, week, _fresh(visit, week))


@post("/hours", include_in_schema=False)
async def plan_hours(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    starts_at, ends_at = form.moment("starts_at"), form.moment("ends_at")
    if form.needs("starts_at", "ends_at", "activity") and starts_at and ends_at:
        command = PlanHours(
            starts_at=starts_at, ends_at=ends_at, activity=form.text("activity"), area=form.text("area")
        )
        if await told(visit, form, "rostering", "/own-hours", command, HoursRef):
            return go_to(request, f"/hours?day={_day_of(starts_at)}", note="note.hours_planned")
    week = await _week_around(visit, starts_at)
    return _show(pages, visit, week, form, status=_WRONG)


@get("/hours/{block_id:uuid}", include_in_schema=False)
async def change_page(
    block_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    day: FromQuery[date],
) -> Response[str]:
    block = _block(await _week(visit, day), block_id)
    form = Form(
        visit,
        {
            "starts_at": _typed(block.starts_at),
            "ends_at": _typed(block.ends_at),
            "activity": block.activity,
            "area": block.area,
            "version": str(block.version),
        },
    )
    return _show_change(pages, visit, block_id, form, day)


@post("/hours/{block_id:uuid}", include_in_schema=False)
async def change_hours(
    request: AnyRequest,
    block_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    starts_at, ends_at = form.moment("starts_at"), form.moment("ends_at")
    if form.needs("starts_at", "ends_at", "activity") and starts_at and ends_at:
        command = ChangeHours(
            version=form.number("version") or 0,
            starts_at=starts_at,
            ends_at=ends_at,
            activity=form.text("activity"),
            area=form.text("area"),
        )
        if await told(visit, form, "rostering", f"/own-hours/{block_id}", command, HoursRef):
            return go_to(request, f"/hours?day={_day_of(starts_at)}", note="note.hours_changed")
    return _show_change(pages, visit, block_id, form, form.day("day") or visit.today, status=_WRONG)


@post("/hours/{block_id:uuid}/remove", include_in_schema=False)
async def remove_hours(
    request: AnyRequest, block_id: FromPath[UUID], visit: NamedDependency[Visit]
) -> Response[str]:
    form = await read_form(request, visit)
    path = f"/own-hours/{block_id}/remove"
    await visit.services.tell("rostering", path, RemoveHours(), HoursRef, key=form.key)
    return go_to(request, f"/hours?day={form.day('day') or visit.today}", note="note.hours_removed")


@get("/hours/team", include_in_schema=False)
async def team_page(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], day: FromQuery[date | None] = None
) -> Response[str]:
    wanted = str(day or visit.today)
    team, staff = await asyncio.gather(
        visit.services.ask("rostering", "/own-hours/team", TeamWeek, day=wanted), visit.services.staff()
    )
    weeks = sorted(team.weeks, key=lambda week: staff.name(week.user_id))
    return pages.show("hours/team.html", visit, weeks=weeks, staff=staff, **_around(team.first_day))


async def _week(visit: Visit, day: date | None) -> OwnWeek:
    return await visit.services.ask("rostering", "/own-hours", OwnWeek, day=str(day or visit.today))


async def _week_around(visit: Visit, typed: datetime | None) -> OwnWeek:
    """The week in which somebody planned; today's where what he typed is in another age, and stays typed."""
    day = _day_of(typed) if typed else visit.today
    return await _week(visit, day if abs(day.year - visit.today.year) <= 1 else visit.today)


def _block(week: OwnWeek, block_id: UUID) -> HoursBlock:
    found = next((each for each in week.blocks if each.block_id == block_id), None)
    if found is None:
        raise NotFound
    return found


def _fresh(visit: Visit, week: OwnWeek) -> Form:
    """The day after the last one that is planned, in the hours of that one."""
    last = week.blocks[-1] if week.blocks else None
    starts, ends = _USUAL
    day = max(week.first_day, visit.today) if visit.today < week.first_day + _WEEK else week.first_day
    area = ""
    if last is not None:
        local = last.starts_at.astimezone(BRUSSELS)
        day, area = local.date() + timedelta(days=1), last.area
        starts, ends = local.time(), last.ends_at.astimezone(BRUSSELS).time()
    return Form(
        visit,
        {
            "starts_at": f"{day}T{starts:%H:%M}",
            "ends_at": f"{day if ends > starts else day + timedelta(days=1)}T{ends:%H:%M}",
            "activity": "neighbourhood",
            "area": area,
        },
    )


def _typed(moment: datetime) -> str:
    return f"{moment.astimezone(BRUSSELS):%Y-%m-%dT%H:%M}"


def _day_of(moment: datetime) -> date:
    return moment.astimezone(BRUSSELS).date()


def _around(first_day: date) -> dict[str, Any]:
    return {
        "first_day": first_day,
        "last_day": first_day + timedelta(days=6),
        "before": first_day - _WEEK,
        "after": first_day + _WEEK,
        "minutes": lambda count: timedelta(minutes=count),
    }


def _show(
    pages: Pages, visit: Visit, week: OwnWeek, form: Form, *, status: HTTPStatus = HTTPStatus.OK
) -> Response[str]:
    return pages.show(
        "hours/own.html",
        visit,
        f=form,
        week=week,
        activities=ACTIVITIES,
        status=status,
        **_around(week.first_day),
    )


def _show_change(
    pages: Pages, visit: Visit, block_id: UUID, form: Form, day: date, *, status: HTTPStatus = HTTPStatus.OK
) -> Response[str]:
    return pages.show(
        "hours/change.html",
        visit,
        f=form,
        remove=Form(visit),
        block_id=block_id,
        day=day,
        activities=ACTIVITIES,
        status=status,
    )


ROUTES = [hours_page, plan_hours, team_page, change_page, change_hours, remove_hours]
