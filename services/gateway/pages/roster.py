"""The duty roster: a month at a glance, every shift in a list, and planning and removing one by hand."""

import asyncio
from collections.abc import Sequence
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
from services.gateway.pages.roster_names import Names
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.rostering import PlanShift, ShiftRef
from shared.contracts.rosters import Absence, RosterGap, RosterPeriod
from shared.errors import Conflict, NotFound, Problem

VIEWS: Final = ("levels", "people")
_SIX_DAYS: Final = timedelta(days=6)


@get("/roster", include_in_schema=False)
async def roster(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    month: FromQuery[str] = "",
    view: FromQuery[str] = "levels",
    week: FromQuery[str] = "",
) -> Response[str]:
    """A month at a glance; a small screen has a week of it in the place of the grid."""
    return pages.show("roster/month.html", visit, **await _month(visit, month, view, week))


@get("/roster/month", include_in_schema=False)
async def roster_month(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    month: FromQuery[str] = "",
    view: FromQuery[str] = "levels",
    week: FromQuery[str] = "",
) -> Response[str]:
    """The part that changes by itself."""
    return pages.show("roster/_month.html", visit, **await _month(visit, month, view, week))


@get("/roster/new", include_in_schema=False)
async def new_shift(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    start: FromQuery[str] = "",
    end: FromQuery[str] = "",
    level: FromQuery[str] = "primary",
) -> Response[str]:
    """`start` and `end` are moments in UTC, given by the gap that was pressed."""
    form = Form(visit, {"level": level, "gap_start": start, "gap_end": end, **proposed(start, end)})
    return await _show_new(pages, visit, form)


@post("/roster", include_in_schema=False)
async def plan_shift(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    holder, starts_at, ends_at = form.uuid("user_id"), form.moment("starts_at"), form.moment("ends_at")
    if form.needs("user_id", "level", "starts_at", "ends_at") and holder and starts_at and ends_at:
        zone = (await Names.of(visit)).is_zone(holder)
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


async def _month(visit: Visit, month: str, view: str, week: str) -> dict[str, Any]:
    now, first = datetime.now(UTC), months.month_of(month, today=_today())
    days = days_of(visit, first)
    monday = months.week_of(week, month=first, today=_today())
    seven = days_of(visit, monday, monday + _SIX_DAYS)
    whole = min(days[0].starts_at, seven[0].starts_at), max(days[-1].ends_at, seven[-1].ends_at)
    period, names = await asyncio.gather(_period(visit, *whole), Names.of(visit))
    chosen = view if view in VIEWS else VIEWS[0]
    shifts = [shift for shift in period.shifts if _is_in(shift, days)]
    gaps = [gap for gap in period.gaps if _is_in(gap, days)]
    return {
        "first": first,
        "before": months.month_before(first),
        "after": months.next_month(first),
        "drafts": period.drafts,
        "moment": now,
        **grid_of(names, shifts, gaps, period.absences, days, view=chosen),
        "monday": monday,
        "week": list(zip(seven, months.by_day(period.shifts, period.gaps, names.levels, seven), strict=True)),
        "this_week": months.week_of("", month=_today().replace(day=1), today=_today()),
        "blank": partial(Form, visit),
    }


def _is_in(one: months.AnyShift | RosterGap, days: list[months.Day]) -> bool:
    return one.starts_at < days[-1].ends_at and one.ends_at > days[0].starts_at


def days_of(visit: Visit, first: date, last: date | None = None) -> list[months.Day]:
    """A month, or to a last day, with the holidays in the reader's language and the tenant's own days off."""
    days_off = visit.configuration.days_off
    return months.days_of(first, last, language=visit.language.code, days_off=days_off)


def grid_of(
    names: Names,
    shifts: Sequence[months.AnyShift],
    gaps: Sequence[RosterGap],
    absences: Sequence[Absence],
    days: list[months.Day],
    *,
    view: str,
) -> dict[str, Any]:
    """What the grid and the list under it show, of the published roster and of a draft alike."""
    rows = (
        months.with_gaps(months.by_level(shifts, names.levels, days), gaps)
        if view == "levels"
        else months.with_absences(months.by_person(shifts, days, name=names.name), absences)
    )
    return {
        "today": _today(),
        "days": days,
        "rows": rows,
        "shifts": sorted(shifts, key=lambda shift: (shift.starts_at, _rank(shift.level, names.levels))),
        "gaps": gaps,
        "names": names,
        "holder_of": months.holder_of,
        "levels": names.levels,
        "clock_change": months.clock_change,
        "view": view,
        "views": VIEWS,
        "minutes": lambda count: timedelta(minutes=count),
    }


async def _period(visit: Visit, starts_at: datetime, ends_at: datetime) -> RosterPeriod:
    period = {"from": starts_at.isoformat(), "until": ends_at.isoformat()}
    return await visit.services.ask("rostering", "/roster", RosterPeriod, **period)


async def _show_new(pages: Pages, visit: Visit, form: Form, *, status: int = HTTPStatus.OK) -> Response[str]:
    names = await Names.of(visit)
    return pages.show(
        "roster/new.html",
        visit,
        f=form,
        people=names.holders(),
        levels=names.levels,
        status=status,
    )


def proposed(start: str, end: str = "") -> dict[str, str]:
    """From begin to end of the gap, or to the same clock a day later; nothing when the address makes no sense."""
    try:
        wall = datetime.fromisoformat(start).astimezone(BRUSSELS).replace(tzinfo=None)
        last = (
            datetime.fromisoformat(end).astimezone(BRUSSELS).replace(tzinfo=None)
            if end
            else wall + timedelta(days=1)
        )
    except ValueError:
        return {}
    return {"starts_at": f"{wall:%Y-%m-%dT%H:%M}", "ends_at": f"{last:%Y-%m-%dT%H:%M}"}


def _rank(level: str, levels: list[str]) -> int:
    return levels.index(level) if level in levels else len(levels)


def _today() -> date:
    return datetime.now(BRUSSELS).date()


ROUTES = [roster, roster_month, new_shift, plan_shift, remove_shift]
