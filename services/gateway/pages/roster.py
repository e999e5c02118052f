"""The duty roster: a month at a glance, every shift in a list, and planning and removing one by hand."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.gateway.forms import Form, read_form
from services.gateway.language import BRUSSELS
from services.gateway.pages import month as months
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.services_client import Staff
from services.gateway.visit import Visit
from shared.contracts.rostering import LEVELS, PartnerZone, PlanShift, RosterSettings, Shift, ShiftRef
from shared.errors import Conflict, NotFound, Problem

VIEWS: Final = ("levels", "people")
_USUAL: Final = RosterSettings(answer_minutes=10, levels=list(LEVELS))


@get("/roster", include_in_schema=False)
async def roster(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    month: FromQuery[str] = "",
    view: FromQuery[str] = "levels",
) -> Response[str]:
    return pages.show("roster/month.html", visit, **await _month(visit, month, view))


@get("/roster/month", include_in_schema=False)
async def roster_month(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    month: FromQuery[str] = "",
    view: FromQuery[str] = "levels",
) -> Response[str]:
    """The part that changes by itself."""
    return pages.show("roster/_month.html", visit, **await _month(visit, month, view))


@get("/roster/new", include_in_schema=False)
async def new_shift(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    start: FromQuery[str] = "",
    level: FromQuery[str] = "primary",
) -> Response[str]:
    """`start` is a moment in UTC, given by the gap that was pressed."""
    form = Form(visit, {"level": level, **_proposed(start)})
    return await _show_new(pages, visit, form)


@post("/roster", include_in_schema=False)
async def plan_shift(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    holder, starts_at, ends_at = form.uuid("user_id"), form.moment("starts_at"), form.moment("ends_at")
    if form.needs("user_id", "level", "starts_at", "ends_at") and holder and starts_at and ends_at:
        zone = holder in {each.partner_zone_id for each in await _zones(visit)}
        command = PlanShift(
            user_id=None if zone else holder,
            partner_zone_id=holder if zone else None,
            level=form.text("level"),
            starts_at=starts_at,
            ends_at=ends_at,
        )
        try:
            await visit.services.tell("rostering", "/shifts", command, ShiftRef, key=form.key)
        except Problem as problem:
            form.refused(problem)
            if wrong_zone := form.errors.pop("partner_zone_id", ""):
                form.errors.setdefault("user_id", wrong_zone)
        else:
            return go_to(request, f"/roster?month={starts_at:%Y-%m}", note="note.shift_planned")
    return await _show_new(pages, visit, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@post("/roster/{shift_id:uuid}/remove", include_in_schema=False)
async def remove_shift(
    request: AnyRequest, shift_id: FromPath[UUID], visit: NamedDependency[Visit]
) -> Response[str]:
    form = await read_form(request, visit)
    page = f"/roster?month={months.month_of(form.text('month'), today=_today()):%Y-%m}"
    try:
        await visit.services.tell("rostering", f"/shifts/{shift_id}/remove", None, ShiftRef, key=form.key)
    except Problem as problem:
        if problem.status not in (Conflict.status, NotFound.status):
            raise
        known = "error.shift_is_over" if problem.code == "shift_is_over" else "note.shift_gone"
        return go_to(request, page, note=known)
    return go_to(request, page, note="note.shift_removed")


async def _month(visit: Visit, month: str, view: str) -> dict[str, Any]:
    now, first = datetime.now(UTC), months.month_of(month, today=_today())
    days = months.days_of(first, language=visit.language.code)
    shifts, settings, staff, zones = await asyncio.gather(
        _shifts(visit, days[0].starts_at, days[-1].ends_at),
        visit.services.ask_or(_USUAL, "rostering", "/roster-settings", RosterSettings),
        visit.services.staff(),
        _zones(visit),
    )
    zone_names = {zone.partner_zone_id: zone.name for zone in zones}

    def holder_name(holder: UUID | None) -> str:
        return zone_names.get(holder, "") if holder in zone_names else staff.name(holder)

    chosen = view if view in VIEWS else VIEWS[0]
    rows = (
        months.by_level(shifts, settings.levels, days, now=now)
        if chosen == "levels"
        else months.by_person(shifts, days, name=holder_name)
    )
    return {
        "first": first,
        "before": months.month_before(first),
        "after": months.next_month(first),
        "today": _today(),
        "days": days,
        "rows": rows,
        "names": {str(holder): holder for shift in shifts if (holder := months.holder_of(shift))},
        "holder_name": holder_name,
        "holder_of": months.holder_of,
        "shifts": sorted(shifts, key=lambda shift: (shift.starts_at, _rank(shift.level, settings.levels))),
        "levels": settings.levels,
        "clock_change": months.clock_change,
        "view": chosen,
        "views": VIEWS,
        "staff": staff,
        "moment": now,
        "minutes": lambda count: timedelta(minutes=count),
        "blank": partial(Form, visit),
    }


async def _shifts(visit: Visit, starts_at: datetime, ends_at: datetime) -> list[Shift]:
    period = {"from": starts_at.isoformat(), "until": ends_at.isoformat()}
    return await visit.services.ask("rostering", "/shifts", list[Shift], **period)


async def _zones(visit: Visit) -> list[PartnerZone]:
    return await visit.services.ask_or([], "rostering", "/partner-zones", list[PartnerZone])


async def _show_new(pages: Pages, visit: Visit, form: Form, *, status: int = HTTPStatus.OK) -> Response[str]:
    staff, settings, zones = await asyncio.gather(
        visit.services.staff(),
        visit.services.ask_or(_USUAL, "rostering", "/roster-settings", RosterSettings),
        _zones(visit),
    )
    holders = _people(staff) + [(zone.partner_zone_id, zone.name) for zone in zones if zone.active]
    return pages.show("roster/new.html", visit, f=form, people=holders, levels=settings.levels, status=status)


def _people(staff: Staff) -> list[tuple[UUID, str]]:
    return [(entry.user_id, entry.name) for entry in staff.active()]


def _proposed(start: str) -> dict[str, str]:
    """From the gap's begin to the same clock a day later, as a first guess; nothing when the address makes no sense."""
    try:
        starts_at = datetime.fromisoformat(start).astimezone(BRUSSELS)
    except ValueError:
        return {}
    wall = starts_at.replace(tzinfo=None)
    return {"starts_at": f"{wall:%Y-%m-%dT%H:%M}", "ends_at": f"{wall + timedelta(days=1):%Y-%m-%dT%H:%M}"}


def _rank(level: str, levels: list[str]) -> int:
    return levels.index(level) if level in levels else len(levels)


def _today() -> date:
    return datetime.now(BRUSSELS).date()


ROUTES = [roster, roster_month, new_shift, plan_shift, remove_shift]
