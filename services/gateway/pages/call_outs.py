"""Call-outs as dispatcher and coordinator see them: the list, the request, one call-out and its steps."""

import asyncio
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.gateway.forms import Form, read_form
from services.gateway.pages.night import is_for, show_night, step
from services.gateway.pages.on_call import told_of
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.call_outs import (
    ASKED_BY,
    URGENCIES,
    CallOutLine,
    CallOutRef,
    CallOutView,
    CancelCallOut,
    EscalateCallOut,
    ReachedByPhone,
    RequestCallOut,
    ValidateCallOut,
)
from shared.contracts.rostering import OnCallNow
from shared.errors import Problem

OPEN: Final = {"open": "true", "done": "false", "all": None}
UNDER_WAY: Final = frozenset(
    {"requested", "ringing", "unanswered", "planned_visit", "accepted", "en_route", "on_site"}
)
CANCEL_REASONS: Final = ("no_longer_needed", "mistake", "duplicate")
LANGUAGES_ASKED: Final = (
    "nl", "fr", "de", "en", "ar", "tr", "pl", "ro", "uk", "ru", "es", "it", "pt", "bg", "sq", "fa", "ps", "so", "ti",
    "ur",
)  # fmt: skip
"""The languages that interpreters are asked for most; a choice of ours, not a rule."""
_TEXTS: Final = (
    "place", "summary", "requested_by", "contact_on_site", "contact_phone", "urgency", "present", "already_informed",
    "safety", "pv_number", "officer_on_duty",
)  # fmt: skip


@get("/call-outs", include_in_schema=False)
async def call_outs(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], show: FromQuery[str] = "open"
) -> Response[str]:
    chosen = show if show in OPEN else "open"
    sees_all = visit.may(Permission.CALL_OUT_READ) or visit.may(Permission.CALL_OUT_REQUEST)
    path = "/call-outs" if sees_all else "/call-outs/mine"
    lines, staff = await asyncio.gather(
        visit.services.ask("rostering", path, list[CallOutLine], open=OPEN[chosen]), visit.services.staff()
    )
    if not sees_all and OPEN[chosen]:
        # One's own come all at once; which are still open is seen here.
        lines = [line for line in lines if (line.state in UNDER_WAY) == (chosen == "open")]
    return pages.show("call_outs/list.html", visit, lines=lines, staff=staff, chosen=chosen, shows=list(OPEN))


@get("/call-outs/new", include_in_schema=False)
async def new_call_out(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], incident: FromQuery[str] = ""
) -> Response[str]:
    return await _show_request(pages, visit, Form(visit, {"urgency": "now", "incident_id": incident}))


@post("/call-outs", include_in_schema=False)
async def request_call_out(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    if form.needs("incident_type", "place", "summary"):
        try:
            made = await visit.services.tell(
                "rostering", "/call-outs", _briefing(form), CallOutRef, key=form.key
            )
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, f"/call-outs/{made.call_out_id}", note="note.call_out_requested")
    return await _show_request(pages, visit, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@get("/call-outs/{call_out_id:uuid}", include_in_schema=False)
async def show_call_out(
    call_out_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    view: FromQuery[str] = "",
) -> Response[str]:
    """The night page for the member whom it concerns, the sheet for the others."""
    call_out, staff = await asyncio.gather(_call_out(visit, call_out_id), visit.services.staff())
    if view != "sheet" and is_for(call_out, visit):
        return show_night(pages, visit, "call_outs/night.html", call_out, staff)
    return await _show_sheet(pages, visit, "call_outs/sheet.html", call_out)


@get("/call-outs/{call_out_id:uuid}/sheet", include_in_schema=False)
async def sheet(
    call_out_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    """The part of the sheet that changes by itself."""
    return await _show_sheet(pages, visit, "call_outs/_sheet.html", await _call_out(visit, call_out_id))


@get("/call-outs/{call_out_id:uuid}/reached", include_in_schema=False)
async def reached_page(
    call_out_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    """Somebody else than the one who rings took it on the phone: who?"""
    return await _show_reached(pages, visit, call_out_id, Form(visit))


@post("/call-outs/{call_out_id:uuid}/reached-by-phone", include_in_schema=False)
async def reached_by_phone(
    request: AnyRequest,
    call_out_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    user_id = form.uuid("user_id")
    if user_id is None or not form.needs("user_id"):
        form.needs("user_id")
        return await _show_reached(pages, visit, call_out_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    command = ReachedByPhone(user_id=user_id)
    return await step(
        request, visit, form, call_out_id, "reached-by-phone", command, "note.call_out_answered"
    )


@post("/call-outs/{call_out_id:uuid}/escalate", include_in_schema=False)
async def escalate_call_out(
    request: AnyRequest, call_out_id: FromPath[UUID], visit: NamedDependency[Visit]
) -> Response[str]:
    form = await read_form(request, visit)
    return await step(
        request, visit, form, call_out_id, "escalate", EscalateCallOut(), "note.call_out_escalated"
    )


@get("/call-outs/{call_out_id:uuid}/cancel", include_in_schema=False)
async def cancel_page(
    call_out_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show_cancel(pages, visit, call_out_id, Form(visit))


@post("/call-outs/{call_out_id:uuid}/cancel", include_in_schema=False)
async def cancel_call_out(
    request: AnyRequest,
    call_out_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    if not form.needs("reason"):
        return await _show_cancel(pages, visit, call_out_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    command = CancelCallOut(reason=form.text("reason"))
    return await step(request, visit, form, call_out_id, "cancel", command, "note.call_out_cancelled")


@post("/call-outs/{call_out_id:uuid}/validate", include_in_schema=False)
async def validate_call_out(
    request: AnyRequest, call_out_id: FromPath[UUID], visit: NamedDependency[Visit]
) -> Response[str]:
    form = await read_form(request, visit)
    return await step(
        request, visit, form, call_out_id, "validate", ValidateCallOut(), "note.call_out_validated"
    )


def _briefing(form: Form) -> RequestCallOut:
    texts: dict[str, Any] = {name: form.text(name) for name in _TEXTS}
    return RequestCallOut(
        incident_type=form.text("incident_type"),
        languages=[code for code in form.lists["languages"] if code in LANGUAGES_ASKED],
        minors_present=bool(form.text("minors_present")),
        bad_news=bool(form.text("bad_news")),
        prosecutor_informed=bool(form.text("prosecutor_informed")),
        asked_by=form.text("asked_by") or "own_crew",
        children=form.number("children"),
        people_needed=2 if form.text("two_needed") else 1,
        incident_id=form.uuid("incident_id"),
        **texts,
    )


async def _call_out(visit: Visit, call_out_id: UUID) -> CallOutView:
    return await visit.services.ask("rostering", f"/call-outs/{call_out_id}", CallOutView)


async def _show_sheet(pages: Pages, visit: Visit, template: str, call_out: CallOutView) -> Response[str]:
    staff, told = await asyncio.gather(visit.services.staff(), told_of(visit, call_out.call_out_id))
    return pages.show(
        template,
        visit,
        call_out=call_out,
        staff=staff,
        told=told,
        blank=partial(Form, visit),
        mine=is_for(call_out, visit),
    )


async def _on_call(visit: Visit) -> OnCallNow | None:
    return await visit.services.ask_or(None, "rostering", "/on-call", OnCallNow)


async def _show_request(
    pages: Pages, visit: Visit, form: Form, *, status: int = HTTPStatus.OK
) -> Response[str]:
    on_call, staff = await asyncio.gather(
        _on_call(visit),
        visit.services.staff(),
    )
    names = visit.language.locale.languages
    return pages.show(
        "call_outs/new.html",
        visit,
        f=form,
        on_call=on_call,
        staff=staff,
        status=status,
        incident_types=visit.incident_types(),
        urgencies=URGENCIES,
        asked_by=ASKED_BY,
        languages=[(code, names.get(code, code)) for code in LANGUAGES_ASKED],
    )


async def _show_reached(
    pages: Pages, visit: Visit, call_out_id: UUID, form: Form, *, status: int = HTTPStatus.OK
) -> Response[str]:
    call_out, staff = await asyncio.gather(_call_out(visit, call_out_id), visit.services.staff())
    return pages.show("call_outs/reached.html", visit, f=form, call_out=call_out, staff=staff, status=status)


async def _show_cancel(
    pages: Pages, visit: Visit, call_out_id: UUID, form: Form, *, status: int = HTTPStatus.OK
) -> Response[str]:
    call_out = await _call_out(visit, call_out_id)
    return pages.show(
        "call_outs/cancel.html", visit, f=form, call_out=call_out, reasons=CANCEL_REASONS, status=status
    )


ROUTES = [
    call_outs, new_call_out, request_call_out, show_call_out, sheet, reached_page, reached_by_phone, escalate_call_out,
    cancel_page, cancel_call_out, validate_call_out,
]  # fmt: skip
