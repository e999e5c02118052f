"""Planning ahead: a draft that nobody stands by yet, filled, changed, published with a word for each it concerns."""

import asyncio
from datetime import UTC, datetime, timedelta
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
from services.gateway.pages.roster import VIEWS, days_of, grid_of, proposed
from services.gateway.pages.roster_names import Names
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.rosters import (
    BeginDraft,
    ChangeDraft,
    DraftLine,
    DraftRef,
    DraftView,
    FillDraft,
    PlanDraftShift,
    Published,
)
from shared.errors import Conflict, Problem

_CHANGED: Final = "roster_changed_meanwhile"


@get("/roster/drafts", include_in_schema=False)
async def drafts(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.ROSTER_MANAGE)
    first = months.next_month(datetime.now(BRUSSELS).date().replace(day=1))
    last = months.next_month(first) - timedelta(days=1)
    return await _show_list(pages, visit, Form(visit, {"first_day": str(first), "last_day": str(last)}))


@post("/roster/drafts", include_in_schema=False)
async def begin_draft(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    first_day, last_day = form.day("first_day"), form.day("last_day")
    if form.needs("first_day", "last_day") and first_day and last_day:
        command = BeginDraft(first_day=first_day, last_day=last_day)
        try:
            ref = await visit.services.tell("rostering", "/roster-drafts", command, DraftRef, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, f"/roster/drafts/{ref.draft_id}", note="note.draft_begun")
    return await _show_list(pages, visit, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@get("/roster/drafts/{draft_id:uuid}", include_in_schema=False)
async def draft(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    draft_id: FromPath[UUID],
    view: FromQuery[str] = "levels",
    start: FromQuery[str] = "",
    end: FromQuery[str] = "",
    level: FromQuery[str] = "primary",
) -> Response[str]:
    """`start`, `end` and `level` come from the gap that was pressed."""
    form = Form(visit, {"level": level, **proposed(start, end)})
    return await _show(pages, visit, draft_id, form, view=view)


@post("/roster/drafts/{draft_id:uuid}/fill", include_in_schema=False)
async def fill(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    draft_id: FromPath[UUID],
) -> Response[str]:
    form = await read_form(request, visit)
    command = FillDraft(version=form.number("version") or 0, anew=bool(form.text("anew")))
    return await _step(request, pages, visit, form, draft_id, "fill", command, note="note.draft_filled")


@post("/roster/drafts/{draft_id:uuid}/shifts", include_in_schema=False)
async def plan(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    draft_id: FromPath[UUID],
) -> Response[str]:
    form = await read_form(request, visit)
    holder, starts_at, ends_at = form.uuid("user_id"), form.moment("starts_at"), form.moment("ends_at")
    if not (form.needs("user_id", "level", "starts_at", "ends_at") and holder and starts_at and ends_at):
        return await _show(pages, visit, draft_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    zone = (await Names.of(visit)).is_zone(holder)
    command = PlanDraftShift(
        version=form.number("version") or 0,
        level=form.text("level"),
        starts_at=starts_at,
        ends_at=ends_at,
        user_id=None if zone else holder,
        partner_zone_id=holder if zone else None,
    )
    return await _step(request, pages, visit, form, draft_id, "shifts", command, note="note.draft_changed")


@post("/roster/drafts/{draft_id:uuid}/shifts/{shift_id:uuid}/remove", include_in_schema=False)
async def remove(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    draft_id: FromPath[UUID],
    shift_id: FromPath[UUID],
) -> Response[str]:
    form = await read_form(request, visit)
    command = ChangeDraft(version=form.number("version") or 0)
    act = f"shifts/{shift_id}/remove"
    return await _step(request, pages, visit, form, draft_id, act, command, note="note.draft_changed")


@post("/roster/drafts/{draft_id:uuid}/publish", include_in_schema=False)
async def publish(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    draft_id: FromPath[UUID],
) -> Response[str]:
    form = await read_form(request, visit)
    command = ChangeDraft(version=form.number("version") or 0)
    month = months.month_of(form.text("month"), today=datetime.now(BRUSSELS).date())
    path = f"/roster-drafts/{draft_id}/publish"
    try:
        await visit.services.tell("rostering", path, command, Published, key=form.key)
    except Problem as problem:
        return await _refused(pages, visit, draft_id, form, problem)
    return go_to(request, f"/roster?month={month:%Y-%m}", note="note.roster_published")


@post("/roster/drafts/{draft_id:uuid}/discard", include_in_schema=False)
async def discard(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    draft_id: FromPath[UUID],
) -> Response[str]:
    form = await read_form(request, visit)
    command = ChangeDraft(version=form.number("version") or 0)
    return await _step(
        request,
        pages,
        visit,
        form,
        draft_id,
        "discard",
        command,
        note="note.roster_draft_discarded",
        on="/roster/drafts",
    )


async def _step(
    request: AnyRequest,
    pages: Pages,
    visit: Visit,
    form: Form,
    draft_id: UUID,
    act: str,
    command: FillDraft | PlanDraftShift | ChangeDraft,
    *,
    note: str,
    on: str = "",
) -> Response[str]:
    path = f"/roster-drafts/{draft_id}/{act}"
    try:
        await visit.services.tell("rostering", path, command, DraftRef, key=form.key)
    except Problem as problem:
        return await _refused(pages, visit, draft_id, form, problem)
    return go_to(request, on or f"/roster/drafts/{draft_id}", note=note)


async def _refused(pages: Pages, visit: Visit, draft_id: UUID, form: Form, problem: Problem) -> Response[str]:
    """The draft as it is now, with what was typed; who was first is named, and sending again means it after all."""
    form.refused(problem)
    if wrong_zone := form.errors.pop("partner_zone_id", ""):
        form.errors.setdefault("user_id", wrong_zone)
    seen = form.number("version") if problem.code == _CHANGED else None
    status = Conflict.status if problem.code == _CHANGED else HTTPStatus.UNPROCESSABLE_ENTITY
    return await _show(pages, visit, draft_id, form, status=status, seen=seen)


async def _show_list(pages: Pages, visit: Visit, form: Form, *, status: int = HTTPStatus.OK) -> Response[str]:
    lines, staff = await asyncio.gather(
        visit.services.ask("rostering", "/roster-drafts", list[DraftLine]), visit.services.staff()
    )
    return pages.show("roster/drafts.html", visit, status=status, f=form, lines=lines, staff=staff)


async def _show(
    pages: Pages,
    visit: Visit,
    draft_id: UUID,
    form: Form,
    *,
    view: str = "levels",
    status: int = HTTPStatus.OK,
    seen: int | None = None,
) -> Response[str]:
    plan, names = await asyncio.gather(
        visit.services.ask("rostering", f"/roster-drafts/{draft_id}", DraftView), Names.of(visit)
    )
    days = days_of(visit, plan.first_day, plan.last_day)
    chosen = view if view in VIEWS else VIEWS[0]
    context: dict[str, Any] = grid_of(names, plan.shifts, plan.gaps, [], days, view=chosen)
    return pages.show(
        "roster/draft.html",
        visit,
        status=status,
        f=form,
        plan=plan,
        unmeant=[gap for gap in plan.gaps if not gap.reason],
        missed=[edit for edit in plan.edits if seen is not None and edit.version > seen],
        people=names.holders(),
        moment=datetime.now(UTC),
        blank=partial(Form, visit),
        **context,
    )


ROUTES = [drafts, begin_draft, draft, fill, plan, remove, publish, discard]
