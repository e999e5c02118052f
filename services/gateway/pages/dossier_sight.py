"""A dossier for a page and a command from its forms, or the one answer for every dossier that is out of sight."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response

from services.gateway.forms import Form, told
from services.gateway.pages.errors import answer_problem
from services.gateway.rendering import AnyRequest, Pages
from services.gateway.sign_in import visit_so_far
from services.gateway.visit import Visit
from shared.contracts.cases import DossierView
from shared.contracts.persons import PersonInDossier
from shared.errors import NotFound, Problem


async def dossier_of(visit: Visit, dossier_id: UUID) -> DossierView:
    """Raises `Refused` (404) alike for unknown and out of sight. From here on its changes reach the page."""
    dossier = await visit.services.ask("cases", f"/dossiers/{dossier_id}", DossierView)
    visit.watch = dossier.dossier_id
    return dossier


def person_in(dossier: DossierView, person_id: UUID) -> PersonInDossier:
    """Raises `NotFound`."""
    for person in dossier.persons:
        if person.person_id == person_id:
            return person
    raise NotFound


async def tell(visit: Visit, form: Form, path: str, command: msgspec.Struct, kind: type[Any]) -> bool:
    """Carry out a form's command; False leaves what was wrong in the form. Raises what no form can mend."""
    return await told(visit, form, "cases", path, command, kind) is not None


def answer_out_of_sight(request: AnyRequest, problem: Problem) -> Response[str]:
    """Not found says the same to everyone, and how an emergency is dealt with; the rest is as on other pages."""
    if problem.status != HTTPStatus.NOT_FOUND:
        return answer_problem(request, problem)
    if request.headers.get("HX-Request") == "true":
        # A live part whose dossier went out of sight: the whole page is asked for anew and says so.
        return Response("", headers={"HX-Refresh": "true"})
    pages: Pages = request.app.state.pages
    return pages.show("dossiers/not_found.html", visit_so_far(request), status=HTTPStatus.NOT_FOUND)
