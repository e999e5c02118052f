"""A hole in the roster that is meant so: which part of it, and why; and that it is not meant after all."""

from http import HTTPStatus
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.gateway.forms import Form, read_form
from services.gateway.pages.roster import proposed
from services.gateway.pages.roster_names import Names
from services.gateway.rendering import AnyRequest, Pages, go_to, own_path
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.rosters import GAP_REASONS, IntendedGapRef, MarkGap
from shared.errors import Problem


@get("/roster/gaps/new", include_in_schema=False)
async def new_gap(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    start: FromQuery[str] = "",
    end: FromQuery[str] = "",
    level: FromQuery[str] = "primary",
    back: FromQuery[str] = "/roster",
) -> Response[str]:
    """`start`, `end` and `level` come from the gap that was pressed, `back` from the month or the draft around it."""
    visit.who.require(Permission.ROSTER_MANAGE)
    form = Form(visit, {"level": level, "reason": "other", "back": own_path(back), **proposed(start, end)})
    return await _show(pages, visit, form)


@post("/roster/gaps", include_in_schema=False)
async def mark_gap(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    starts_at, ends_at = form.moment("starts_at"), form.moment("ends_at")
    if form.needs("level", "starts_at", "ends_at", "reason") and starts_at and ends_at:
        command = MarkGap(
            level=form.text("level"), starts_at=starts_at, ends_at=ends_at, reason=form.text("reason")
        )
        try:
            await visit.services.tell("rostering", "/intended-gaps", command, IntendedGapRef, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, own_path(form.text("back"), "/roster"), note="note.gap_marked")
    return await _show(pages, visit, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@post("/roster/gaps/{intended_gap_id:uuid}/unmark", include_in_schema=False)
async def unmark_gap(
    request: AnyRequest, visit: NamedDependency[Visit], intended_gap_id: FromPath[UUID]
) -> Response[str]:
    form = await read_form(request, visit)
    path = f"/intended-gaps/{intended_gap_id}/remove"
    await visit.services.tell("rostering", path, None, IntendedGapRef, key=form.key)
    return go_to(request, own_path(form.text("back"), "/roster"), note="note.gap_unmarked")


async def _show(pages: Pages, visit: Visit, form: Form, *, status: int = HTTPStatus.OK) -> Response[str]:
    names = await Names.of(visit)
    return pages.show(
        "roster/gap.html",
        visit,
        status=status,
        f=form,
        back=own_path(form.text("back"), "/roster"),
        levels=names.levels,
        reasons=[(code, visit.language.word(f"gap_reason.{code}")) for code in GAP_REASONS],
    )


ROUTES = [new_gap, mark_gap, unmark_gap]
