"""The persons of a dossier: adding one, and the numbers, which are given one by one."""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.pages.call_outs import LANGUAGES_ASKED
from services.gateway.pages.dossier_drafts import begun, sent
from services.gateway.pages.dossier_sight import dossier_of, person_in, tell
from services.gateway.pages.safe_contact import rows_of, safe_of
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.cases import DossierView
from shared.contracts.persons import (
    CONTACT_PREFERENCES,
    LITERACY,
    PERSON_ROLES,
    AddPerson,
    PersonRef,
    PhoneRef,
    PhoneView,
    RemovePhone,
    RevealedPhone,
    RevealPhone,
)
from shared.errors import NotFound, Problem

_TEXTS: Final = (
    "first_name", "last_name", "role", "phone", "email", "language", "address", "insz", "safe_contact", "note",
    "maiden_name", "other_names", "parental_authority", "literacy", "contact_preference",
)  # fmt: skip


@get("/dossiers/{dossier_id:uuid}/persons/new", include_in_schema=False)
async def new_person(
    dossier_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    dossier = await dossier_of(visit, dossier_id)
    role = "victim" if dossier.kind == "victim_support" else "client"
    form = await begun(visit, dossier_id, "person", {"role": role})
    return _answer(pages, visit, "dossiers/person.html", dossier, form)


@post("/dossiers/{dossier_id:uuid}/persons", include_in_schema=False)
async def add_person(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    born_on, deceased_on, safe = form.day("born_on"), form.day("deceased_on"), safe_of(form)
    if form.needs("last_name", "role"):
        texts: dict[str, Any] = {name: form.text(name) for name in _TEXTS}
        command = AddPerson(
            born_on=born_on,
            deceased_on=deceased_on,
            safe=safe,
            phone_safe=bool(form.text("phone_safe")),
            pictograms=bool(form.text("pictograms")),
            other_roles=[each for each in form.lists["other_roles"] if each in PERSON_ROLES],
            interpreter=[each for each in form.lists["interpreter"] if each in LANGUAGES_ASKED],
            **texts,
        )
        if await tell(visit, form, f"/dossiers/{dossier_id}/persons", command, PersonRef):
            await sent(visit, form, dossier_id, "person")
            return go_to(request, f"/dossiers/{dossier_id}", note="note.person_added")
    return _answer(pages, visit, "dossiers/person.html", await dossier_of(visit, dossier_id), form)


@post("/dossiers/{dossier_id:uuid}/phones/{phone_id:uuid}/remove", include_in_schema=False)
async def remove_phone(
    request: AnyRequest, dossier_id: FromPath[UUID], phone_id: FromPath[UUID], visit: NamedDependency[Visit]
) -> Response[str]:
    form = await read_form(request, visit)
    path = f"/dossiers/{dossier_id}/phones/{phone_id}/remove"
    await visit.services.tell("cases", path, RemovePhone(), PhoneRef, key=form.key)
    return go_to(request, f"/dossiers/{dossier_id}", note="note.phone_removed")


@get("/dossiers/{dossier_id:uuid}/phones/{phone_id:uuid}", include_in_schema=False)
async def phone_page(
    dossier_id: FromPath[UUID],
    phone_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    dossier = await dossier_of(visit, dossier_id)
    return _show_phone(pages, visit, dossier, phone_id, Form(visit))


@post(
    "/dossiers/{dossier_id:uuid}/phones/{phone_id:uuid}", include_in_schema=False, status_code=HTTPStatus.OK
)
async def reveal_phone(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    phone_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """The number, or why not now with a place for the reason; in the person's card, or as a page without JavaScript."""
    form = await read_form(request, visit)
    given: RevealedPhone | None = None
    refused: dict[str, str] = {}
    command = RevealPhone(reason=form.text("reason"))
    try:
        given = await visit.services.tell(
            "cases",
            f"/dossiers/{dossier_id}/phones/{phone_id}/reveal",
            command,
            RevealedPhone,
            key=form.key,
        )
    except Problem as problem:
        if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
            raise
        refused = problem.details
        if form.lists["reason"] and problem.code == "unsafe_to_call":
            form.error("reason", "required")
        form.refused(problem)
    dossier = await dossier_of(visit, dossier_id)
    fragment = request.headers.get("HX-Request") == "true"
    return _show_phone(
        pages, visit, dossier, phone_id, form, given=given, why=refused.get("why", ""), fragment=fragment
    )


def _show_phone(
    pages: Pages,
    visit: Visit,
    dossier: DossierView,
    phone_id: UUID,
    form: Form,
    *,
    given: RevealedPhone | None = None,
    why: str = "",
    fragment: bool = False,
) -> Response[str]:
    phone = next((each for each in dossier.phones if each.phone_id == phone_id), None)
    if phone is None:
        raise NotFound
    person = person_in(dossier, phone.person_id)
    wrong = bool(form.errors or form.problem)
    return pages.show(
        "dossiers/_phone.html" if fragment else "dossiers/phone.html",
        visit,
        dossier=dossier,
        person=person,
        phone=phone,
        pf=form,
        given=given,
        why=why or _why_not(dossier, phone),
        verdict=verdict_of(dossier, person.person_id),
        kept=False,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


def verdict_of(dossier: DossierView, person_id: UUID) -> Any:
    """Whether this person may be called now; None when there are no rules."""
    return next((each for each in dossier.may_call if each.person_id == person_id), None)


def _why_not(dossier: DossierView, phone: PhoneView) -> str:
    """Why the service would refuse this number now, as far as the page knows."""
    verdict = verdict_of(dossier, phone.person_id)
    if verdict is not None and not verdict.allowed:
        return str(verdict.why)
    others = [each for each in dossier.phones if each.person_id == phone.person_id]
    return "not_the_safe_number" if not phone.safe and any(each.safe for each in others) else ""


def _answer(
    pages: Pages, visit: Visit, template: str, dossier: DossierView, form: Form, **context: Any
) -> Response[str]:
    names = visit.language.locale.languages
    wrong = bool(form.errors or form.problem)
    return pages.show(
        template,
        visit,
        f=form,
        dossier=dossier,
        roles=PERSON_ROLES,
        literacy=LITERACY,
        contact_preferences=CONTACT_PREFERENCES,
        rows=rows_of(form),
        languages=[(code, names.get(code, code)) for code in LANGUAGES_ASKED],
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        **context,
    )


ROUTES = [
    new_person, add_person, remove_phone, phone_page, reveal_phone,
]  # fmt: skip
