"""The call-out on a phone at night, for the member whom it concerns: one sentence, one button, the next step only."""

import asyncio
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.services_client import Staff
from services.gateway.visit import Visit
from services.gateway.words import WORDS
from shared.contracts.call_outs import (
    AcceptCallOut,
    CallOutRef,
    CallOutView,
    CloseCallOut,
    DeclineCallOut,
    MarkCallOut,
)
from shared.errors import Problem

ETA_MINUTES: Final = (15, 30, 45, 60)
_FARTHEST: Final = 600
DECLINE_REASONS: Final = ("busy", "ill", "too_far", "conflict", "other")
STEPS: Final = ("accepted", "en_route", "on_site", "left_scene", "closed")
_CAN: Final = frozenset({"ringing", "no_answer", "unreachable"})
_MINE: Final = frozenset({"accepted", "en_route", "on_site"})


def is_for(call_out: CallOutView, visit: Visit) -> bool:
    """Whether she can still take it (also when she answers late), or took it and is still on it."""
    me = visit.who.id
    if holds(call_out, visit):
        return True
    if call_out.seeks:
        return any(attempt.user_id == me and attempt.outcome in _CAN for attempt in call_out.attempts)
    return False


def holds(call_out: CallOutView, visit: Visit) -> bool:
    """Whether she is one of those who are out for it."""
    return visit.who.id in {call_out.accepted_by, call_out.joined_by} and call_out.state in _MINE


def own_moments(call_out: CallOutView, visit: Visit) -> dict[str, datetime]:
    """Her own steps with their times; of two members each has her own."""
    return {time.state: time.at for time in call_out.times if time.user_id == visit.who.id}


def is_late(call_out: CallOutView, visit: Visit) -> bool:
    """It rings for somebody else by now, or for nobody."""
    me = visit.who.id
    return not any(attempt.user_id == me and attempt.outcome == "ringing" for attempt in call_out.attempts)


def show_night(
    pages: Pages,
    visit: Visit,
    template: str,
    call_out: CallOutView,
    staff: Staff,
    *,
    status: int = HTTPStatus.OK,
) -> Response[str]:
    moments = own_moments(call_out, visit)
    done = [step for step in STEPS if step in moments]
    answer = pages.show(
        template,
        visit,
        status=status,
        call_out=call_out,
        staff=staff,
        moments=moments,
        own_step=done[-1] if done else "",
        holding=holds(call_out, visit),
        steps=STEPS,
        etas=ETA_MINUTES,
        mine=is_for(call_out, visit),
        late=is_late(call_out, visit),
        blank=partial(Form, visit),
    )
    if is_for(call_out, visit):
        answer.headers["X-Vangnet-Keep"] = (
            "night"  # a phone may keep this one page for a tunnel (static/sw.js)
        )
    return answer


@get("/call-outs/{call_out_id:uuid}/night", include_in_schema=False)
async def night(
    call_out_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    """The part that changes by itself, for instance when a colleague was quicker."""
    call_out, staff = await asyncio.gather(_call_out(visit, call_out_id), visit.services.staff())
    return show_night(pages, visit, "call_outs/_night.html", call_out, staff)


@post("/call-outs/{call_out_id:uuid}/accept", include_in_schema=False)
async def accept_call_out(
    request: AnyRequest, call_out_id: FromPath[UUID], visit: NamedDependency[Visit]
) -> Response[str]:
    form = await read_form(request, visit)
    eta = form.number("eta_other") if form.text("eta_other") else form.number("eta_minutes")
    command = AcceptCallOut(eta_minutes=eta if eta is not None and 0 <= eta <= _FARTHEST else None)
    return await step(request, visit, form, call_out_id, "accept", command, "note.call_out_accepted")


@get("/call-outs/{call_out_id:uuid}/decline", include_in_schema=False)
async def decline_page(
    call_out_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    call_out = await _call_out(visit, call_out_id)
    return pages.show(
        "call_outs/decline.html",
        visit,
        call_out=call_out,
        reasons=DECLINE_REASONS,
        blank=partial(Form, visit),
    )


@post("/call-outs/{call_out_id:uuid}/decline", include_in_schema=False)
async def decline_call_out(
    request: AnyRequest, call_out_id: FromPath[UUID], visit: NamedDependency[Visit]
) -> Response[str]:
    form = await read_form(request, visit)
    command = DeclineCallOut(reason=form.text("reason"))
    return await step(request, visit, form, call_out_id, "decline", command, "note.call_out_declined", "/")


@post("/call-outs/{call_out_id:uuid}/progress", include_in_schema=False)
async def mark_call_out(
    request: AnyRequest, call_out_id: FromPath[UUID], visit: NamedDependency[Visit]
) -> Response[str]:
    form = await read_form(request, visit)
    return await step(
        request, visit, form, call_out_id, "progress", MarkCallOut(state=form.text("state")), ""
    )


@get("/call-outs/{call_out_id:uuid}/close", include_in_schema=False)
async def close_page(
    call_out_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    call_out = await _call_out(visit, call_out_id)
    return pages.show("call_outs/close.html", visit, f=Form(visit, {"opens_dossier": "1"}), call_out=call_out)


@post("/call-outs/{call_out_id:uuid}/close", include_in_schema=False)
async def close_call_out(
    request: AnyRequest,
    call_out_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    opens = form.text("opens_dossier") == "1"
    command = CloseCallOut(note=form.text("note"), opens_dossier=opens)
    if opens or form.needs("note"):
        try:
            return await _close(request, visit, form, call_out_id, command)
        except Problem as problem:
            if not problem.fields:
                raise
            form.refused(problem)
    call_out = await _call_out(visit, call_out_id)
    return pages.show(
        "call_outs/close.html", visit, f=form, call_out=call_out, status=HTTPStatus.UNPROCESSABLE_ENTITY
    )


async def _close(
    request: AnyRequest, visit: Visit, form: Form, call_out_id: UUID, command: CloseCallOut
) -> Response[str]:
    note = "note.call_out_closed_dossier" if command.opens_dossier else "note.call_out_closed"
    return await step(
        request, visit, form, call_out_id, "close", command, note, f"/call-outs/{call_out_id}/hours"
    )


async def step(
    request: AnyRequest,
    visit: Visit,
    form: Form,
    call_out_id: UUID,
    what: str,
    command: msgspec.Struct,
    note: str,
    onward: str = "",
) -> Response[str]:
    """One step of a call-out. When things changed meanwhile, its page says what and shows how they stand now."""
    page = f"/call-outs/{call_out_id}"
    try:
        await visit.services.tell("rostering", f"{page}/{what}", command, CallOutRef, key=form.key)
    except Problem as problem:
        if problem.status != HTTPStatus.CONFLICT:
            raise
        known = f"error.{problem.code}"
        return go_to(request, page, note=known if known in WORDS else "error.conflict")
    return go_to(request, onward or page, note=note)


async def _call_out(visit: Visit, call_out_id: UUID) -> CallOutView:
    return await visit.services.ask("rostering", f"/call-outs/{call_out_id}", CallOutView)


ROUTES = [
    night, accept_call_out, decline_page, decline_call_out, mark_call_out, close_page, close_call_out,
]  # fmt: skip
