"""Reading a dossier in an emergency without access, by its number and with a reason; and judging it afterwards."""

import asyncio
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.language import BRUSSELS
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.dossier_access import (
    BREAK_GLASS_REASONS,
    BreakGlass,
    BreakGlassOpened,
    BreakGlassView,
    ReviewBreakGlass,
)
from shared.errors import Forbidden, NotFound, Problem

VERDICTS: Final = ("justified", "not_justified")
SHORTEST_TEXT: Final = 20


@get("/break-glass", include_in_schema=False)
async def break_glass_uses(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    """Those that wait for a judgement first. Who may only open one comes to that page."""
    if not visit.may(Permission.BREAK_GLASS_REVIEW):
        return _show_new(pages, visit, Form(visit))
    uses, staff = await asyncio.gather(_uses(visit), visit.services.staff())
    return pages.show(
        "break_glass/list.html", visit, uses=uses, staff=staff, today=datetime.now(BRUSSELS).date()
    )


@get("/break-glass/new", include_in_schema=False)
async def new_break_glass(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    return _show_new(pages, visit, Form(visit))


@post("/break-glass", include_in_schema=False)
async def break_glass(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    if len(form.text("text")) in range(1, SHORTEST_TEXT):
        form.error("text", "reason_too_short")
    if form.needs("number", "reason", "text"):
        command = BreakGlass(
            dossier_number=form.text("number"), reason=form.text("reason"), text=form.text("text")
        )
        try:
            opened = await visit.services.tell(
                "cases", "/break-glass", command, BreakGlassOpened, key=form.key
            )
        except Problem as problem:
            form.refused(problem)
            if problem.status == HTTPStatus.NOT_FOUND:
                form.problem = ""
                form.error("number", "number_unknown")
            if "dossier_number" in form.errors:
                form.errors["number"] = form.errors.pop("dossier_number")
        else:
            return go_to(request, f"/dossiers/{opened.dossier_id}", note="note.break_glass_opened")
    return _show_new(pages, visit, form)


@get("/break-glass/{break_glass_id:uuid}", include_in_schema=False)
async def review_page(
    break_glass_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show_review(pages, visit, break_glass_id, Form(visit))


@post("/break-glass/{break_glass_id:uuid}/review", include_in_schema=False)
async def review_break_glass(
    request: AnyRequest,
    break_glass_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    names = ("verdict", "note") if form.text("verdict") == "not_justified" else ("verdict",)
    if form.needs(*names):
        command = ReviewBreakGlass(verdict=form.text("verdict"), note=form.text("note"))
        path = f"/break-glass/{break_glass_id}/review"
        try:
            await visit.services.tell("cases", path, command, BreakGlassView, key=form.key)
        except Problem as problem:
            if problem.status == HTTPStatus.NOT_FOUND:
                raise
            form.refused(problem)
        else:
            return go_to(request, "/break-glass", note="note.break_glass_reviewed")
    return await _show_review(pages, visit, break_glass_id, form)


async def _uses(visit: Visit) -> list[BreakGlassView]:
    return await visit.services.ask("cases", "/break-glass", list[BreakGlassView])


def _show_new(pages: Pages, visit: Visit, form: Form) -> Response[str]:
    if not visit.may(Permission.BREAK_GLASS_OPEN):
        raise Forbidden
    return pages.show(
        "break_glass/new.html",
        visit,
        f=form,
        reasons=BREAK_GLASS_REASONS,
        shortest=SHORTEST_TEXT,
        status=_status(form),
    )


async def _show_review(pages: Pages, visit: Visit, break_glass_id: UUID, form: Form) -> Response[str]:
    uses, staff = await asyncio.gather(_uses(visit), visit.services.staff())
    found = [use for use in uses if use.break_glass_id == break_glass_id]
    if not found:
        raise NotFound
    return pages.show(
        "break_glass/review.html",
        visit,
        f=form,
        use=found[0],
        staff=staff,
        verdicts=VERDICTS,
        moment=datetime.now(UTC),
        status=_status(form),
    )


def _status(form: Form) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK


ROUTES = [break_glass_uses, new_break_glass, break_glass, review_page, review_break_glass]
