"""The side ways of a call-out and what follows: advice, transfer, plan, priority, corrections, hours and rest."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.gateway.forms import Form, read_form
from services.gateway.pages.night import step
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.call_outs import (
    MEASURES,
    AdviseByPhone,
    CallOutHours,
    CallOutLine,
    CallOutRef,
    CallOutView,
    ChangePeopleNeeded,
    ChooseStart,
    CorrectTime,
    DecidePriority,
    EscalationReport,
    PlanVisit,
    TransferCallOut,
)
from shared.contracts.rostering import PartnerZone
from shared.errors import NotFound, Problem

_BRUSSELS: Final = ZoneInfo("Europe/Brussels")
_MORNING: Final = time(8, 30)
_TYPED: Final = "%Y-%m-%dT%H:%M"


class Way(NamedTuple):
    """A form about a call-out: its page, the door that it knocks at, what is said afterwards, and where."""

    page: str
    door: str
    note: str
    onward: str = "?view=sheet"


ADVICE: Final = Way("advice", "advice", "note.call_out_advised")
TRANSFER: Final = Way("transfer", "transfer", "note.call_out_transferred")
PLAN: Final = Way("plan", "plan", "note.visit_planned")
PRIORITY: Final = Way("priority", "priority", "note.priority_decided")
CORRECT: Final = Way("correct", "correct-time", "note.time_corrected")
HOURS: Final = Way("hours", "next-start", "note.start_chosen", "/hours")


@get("/call-outs/{call_out_id:uuid}/advice", include_in_schema=False)
async def advice_page(
    call_out_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    by: FromQuery[str] = "",
) -> Response[str]:
    return await _show(pages, visit, ADVICE, call_out_id, Form(visit, {"advised_by": by}))


@post("/call-outs/{call_out_id:uuid}/advice", include_in_schema=False)
async def advise(
    request: AnyRequest,
    call_out_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    advised_by = form.uuid("advised_by")
    command = None
    if form.needs("note"):
        command = AdviseByPhone(note=form.text("note"), advised_by=advised_by)
    return await _answer(request, pages, visit, form, call_out_id, ADVICE, command)


@get("/call-outs/{call_out_id:uuid}/transfer", include_in_schema=False)
async def transfer_page(
    call_out_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    zone: FromQuery[str] = "",
) -> Response[str]:
    named = {str(each.partner_zone_id): each.name for each in await _zones(visit)}
    return await _show(pages, visit, TRANSFER, call_out_id, Form(visit, {"zone": named.get(zone, "")}))


@post("/call-outs/{call_out_id:uuid}/transfer", include_in_schema=False)
async def transfer(
    request: AnyRequest,
    call_out_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    taken_at = form.moment("taken_at")
    command = None
    if form.needs("zone", "taken_by"):
        command = TransferCallOut(
            zone=form.text("zone"),
            taken_by=form.text("taken_by"),
            taken_at=taken_at,
            note=form.text("note"),
        )
    return await _answer(request, pages, visit, form, call_out_id, TRANSFER, command)


@get("/call-outs/{call_out_id:uuid}/plan", include_in_schema=False)
async def plan_page(
    call_out_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = Form(visit, {"planned_for": _tomorrow_morning(datetime.now(UTC)).strftime(_TYPED)})
    return await _show(pages, visit, PLAN, call_out_id, form)


@post("/call-outs/{call_out_id:uuid}/plan", include_in_schema=False)
async def plan(
    request: AnyRequest,
    call_out_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    planned_for = form.moment("planned_for")
    command = None
    if form.needs("planned_for", "reason") and planned_for:
        command = PlanVisit(planned_for=planned_for, reason=form.text("reason"))
    return await _answer(request, pages, visit, form, call_out_id, PLAN, command)


@post("/call-outs/{call_out_id:uuid}/people-needed", include_in_schema=False)
async def people_needed(
    request: AnyRequest, call_out_id: FromPath[UUID], visit: NamedDependency[Visit]
) -> Response[str]:
    form = await read_form(request, visit)
    command = ChangePeopleNeeded(people_needed=2 if form.text("people_needed") == "2" else 1)
    return await step(request, visit, form, call_out_id, "people-needed", command, "note.people_needed")


@get("/call-outs/{call_out_id:uuid}/priority", include_in_schema=False)
async def priority_page(
    call_out_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(pages, visit, PRIORITY, call_out_id, Form(visit))


@post("/call-outs/{call_out_id:uuid}/priority", include_in_schema=False)
async def decide(
    request: AnyRequest,
    call_out_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    other, first = form.uuid("other_call_out_id"), form.text("first")
    command = None
    if form.needs("other_call_out_id", "first", "measure", "decided_by", "reason") and other:
        command = DecidePriority(
            other_call_out_id=other,
            first_call_out_id=call_out_id if first == "this" else other,
            measure=form.text("measure"),
            decided_by=form.text("decided_by"),
            reason=form.text("reason"),
        )
    return await _answer(request, pages, visit, form, call_out_id, PRIORITY, command)


@get("/call-outs/{call_out_id:uuid}/correct", include_in_schema=False)
async def correct_page(
    call_out_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    position: FromQuery[int] = 1,
) -> Response[str]:
    call_out = await _call_out(visit, call_out_id)
    now = {each.position: each.at for each in call_out.times}.get(position)
    typed = now.astimezone(_BRUSSELS).strftime(_TYPED) if now else ""
    return await _show(
        pages, visit, CORRECT, call_out_id, Form(visit, {"position": str(position), "at": typed})
    )


@post("/call-outs/{call_out_id:uuid}/correct", include_in_schema=False)
async def correct(
    request: AnyRequest,
    call_out_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    at, position = form.moment("at"), form.number("position")
    command = None
    if form.needs("at", "reason", "position") and at and position:
        command = CorrectTime(
            position=position,
            at=at,
            reason=form.text("reason"),
            out_of_order=bool(form.text("out_of_order")),
        )
    return await _answer(request, pages, visit, form, call_out_id, CORRECT, command)


@get("/call-outs/{call_out_id:uuid}/hours", include_in_schema=False)
async def hours_page(
    call_out_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(pages, visit, HOURS, call_out_id, Form(visit))


@post("/call-outs/{call_out_id:uuid}/next-start", include_in_schema=False)
async def next_start(
    request: AnyRequest,
    call_out_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    user_id, starts_at = form.uuid("user_id"), _chosen(form)
    command = None
    if form.needs("starts_at") and starts_at:
        command = ChooseStart(
            user_id=user_id or visit.who.id, starts_at=starts_at, reason=form.text("reason")
        )
    return await _answer(request, pages, visit, form, call_out_id, HOURS, command)


@get("/call-outs/escalated/{report_id:uuid}", include_in_schema=False)
async def escalation_report(
    report_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    """The morning report: each call-out with its trail."""
    report, staff = await asyncio.gather(
        visit.services.ask("rostering", f"/escalation-reports/{report_id}", EscalationReport),
        visit.services.staff(),
    )
    return pages.show("call_outs/escalated.html", visit, report=report, staff=staff)


async def _answer(
    request: AnyRequest,
    pages: Pages,
    visit: Visit,
    form: Form,
    call_out_id: UUID,
    way: Way,
    command: msgspec.Struct | None,
) -> Response[str]:
    """Tell it; what is refused, or missing and so no command, comes back on the form with what was typed."""
    page = f"/call-outs/{call_out_id}"
    if command is not None:
        try:
            await visit.services.tell("rostering", f"{page}/{way.door}", command, CallOutRef, key=form.key)
        except Problem as problem:
            if problem.status in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}:
                raise
            form.refused(problem)
            form.asks_order = problem.code == "out_of_order"
        else:
            return go_to(request, page + way.onward, note=way.note)
    return await _show(pages, visit, way, call_out_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


async def _show(
    pages: Pages, visit: Visit, way: Way, call_out_id: UUID, form: Form, *, status: int = HTTPStatus.OK
) -> Response[str]:
    call_out, staff = await asyncio.gather(_call_out(visit, call_out_id), visit.services.staff())
    more: dict[str, Any] = {}
    if way is TRANSFER:
        more["zones"] = [zone for zone in await _zones(visit) if zone.active]
    elif way is PRIORITY:
        lines = await visit.services.ask_or([], "rostering", "/call-outs", list[CallOutLine], open="true")
        more["others"] = [line for line in lines if line.call_out_id != call_out_id]
        more["measures"] = MEASURES
    elif way is CORRECT:
        wanted = form.number("position")
        moment = next((each for each in call_out.times if each.position == wanted), None)
        if moment is None:
            raise NotFound
        more["moment_now"] = moment
    elif way is HOURS:
        more["hours"] = await visit.services.ask("rostering", f"/call-outs/{call_out_id}/hours", CallOutHours)
        more["blank"] = lambda values: Form(visit, values)
        more["minutes"] = lambda count: timedelta(minutes=count)
    return pages.show(
        f"call_outs/{way.page}.html", visit, f=form, call_out=call_out, staff=staff, status=status, **more
    )


def _chosen(form: Form) -> datetime | None:
    """The start that was pressed: a moment of our own page with its offset, also in the hour that comes twice."""
    try:
        moment = datetime.fromisoformat(form.text("starts_at"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        form.error("starts_at", "not_a_choice")
        return None
    return moment


async def _call_out(visit: Visit, call_out_id: UUID) -> CallOutView:
    return await visit.services.ask("rostering", f"/call-outs/{call_out_id}", CallOutView)


async def _zones(visit: Visit) -> list[PartnerZone]:
    return await visit.services.ask_or([], "rostering", "/partner-zones", list[PartnerZone])


def _tomorrow_morning(now: datetime) -> datetime:
    """The next half past eight on the wall in Belgium."""
    today = now.astimezone(_BRUSSELS)
    morning = datetime.combine(today.date(), _MORNING, _BRUSSELS)
    return morning if morning > today else morning + timedelta(days=1)


ROUTES = [
    advice_page, advise, transfer_page, transfer, plan_page, plan, people_needed, priority_page, decide, correct_page,
    correct, hours_page, next_start, escalation_report,
]  # fmt: skip
