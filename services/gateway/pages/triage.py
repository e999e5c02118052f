"""The morning after: last night's dossiers on one page, each assigned or kept in one act."""

import asyncio
from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.pages.dossier_sight import tell
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.aftercare import DecideTriage, TriagePage
from shared.contracts.cases import DossierRef


@get("/triage", include_in_schema=False)
async def triage_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    return await _show(pages, visit)


@post("/triage/{dossier_id:uuid}", include_in_schema=False)
async def decide(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    command = DecideTriage(holder=form.uuid("holder"))
    if await tell(visit, form, f"/dossiers/{dossier_id}/triage", command, DossierRef):
        return go_to(request, "/triage", note="note.triaged")
    return await _show(pages, visit, wrong=form)


async def _show(pages: Pages, visit: Visit, *, wrong: Form | None = None) -> Response[str]:
    visit.who.require(Permission.DOSSIER_ASSIGN)
    page, staff = await asyncio.gather(
        visit.services.ask("cases", "/triage", TriagePage), visit.services.staff()
    )

    def blank() -> Any:
        return Form(visit)

    return pages.show(
        "aftercare/triage.html",
        visit,
        page=page,
        staff=staff,
        wrong=wrong,
        blank=blank,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


ROUTES = [triage_page, decide]
