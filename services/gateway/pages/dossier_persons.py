"""The persons of a dossier: who they are, how they are reached without danger, and their numbers, one by one."""

from datetime import time
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.pages.call_outs import LANGUAGES_ASKED
from services.gateway.pages.dossier_drafts import begun, sent
from services.gateway.pages.dossier_sight import dossier_of, tell
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.cases import DossierView
from shared.contracts.persons import (
    CONTACT_PREFERENCES,
    LITERACY,
    PERSON_ROLES,
    AddPerson,
    ChangeSafeContact,
    NewPhone,
    PersonInDossier,
    PersonRef,
    PhoneRef,
    PhoneView,
    RemovePhone,
    RevealedPhone,
    RevealPhone,
    SafeContact,
    SafeWindow,
)
from shared.errors import NotFound, Problem

_WINDOWS: Final = ("w1", "w2", "w3")
"""Rows for hours in the form; a person with more than three different rows is told in the free text."""
_RULES: Final = ("no_calls", "no_voicemail", "no_letters", "no_visits", "discreet")
_TEXTS: Final = (
    "first_name", "last_name", "role", "phone", "email", "language", "address", "insz", "safe_contact", "note",
    "maiden_name", "other_names", "parental_authority", "literacy", "contact_preference",
)  # fmt: skip


@get("/dossiers/{dossier_id:uuid}/persons/new", include_in_schema=False)
async def new_person(
    dossier_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    dossier = await dossier_of(visit, dossier_id)
    form = await begun(visit, dossier_id, "person", {"role": "victim"})
    return _answer(pages, visit, "dossiers/person.html", dossier, form)


@post("/dossiers/{dossier_id:uuid}/persons", include_in_schema=False)
async def add_person(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    born_on, deceased_on, safe = form.day("born_on"), form.day("deceased_on"), _safe_of(form)
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


@get("/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}/safe-contact", include_in_schema=False)
async def safe_contact_page(
    dossier_id: FromPath[UUID],
    person_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    dossier = await dossier_of(visit, dossier_id)
    form = _safe_form(visit, _person(dossier, person_id))
    return _contact_page(pages, visit, dossier, person_id, form, Form(visit))


@post("/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}/safe-contact", include_in_schema=False)
async def change_safe_contact(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    person_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    safe = _safe_of(form)
    if not form.errors:
        command = ChangeSafeContact(
            version=form.number("version") or 0, safe=safe, safe_contact=form.text("safe_contact")
        )
        path = f"/dossiers/{dossier_id}/persons/{person_id}/safe-contact"
        if await tell(visit, form, path, command, PersonRef):
            return go_to(request, f"/dossiers/{dossier_id}", note="note.safe_contact_changed")
    dossier = await dossier_of(visit, dossier_id)
    form.values["version"] = str(_person(dossier, person_id).version)
    return _contact_page(pages, visit, dossier, person_id, form, Form(visit))


@post("/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}/phones", include_in_schema=False)
async def add_phone(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    person_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    path = f"/dossiers/{dossier_id}/persons/{person_id}"
    if form.needs("phone"):
        command = NewPhone(
            phone=form.text("phone"), label=form.text("label"), safe=bool(form.text("phone_safe"))
        )
        if await tell(visit, form, f"{path}/phones", command, PhoneRef):
            return go_to(request, f"{path}/safe-contact", note="note.phone_added")
    dossier = await dossier_of(visit, dossier_id)
    return _contact_page(
        pages, visit, dossier, person_id, _safe_form(visit, _person(dossier, person_id)), form
    )


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
    person = _person(dossier, phone.person_id)
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


def _contact_page(
    pages: Pages, visit: Visit, dossier: DossierView, person_id: UUID, form: Form, phone_form: Form
) -> Response[str]:
    person = _person(dossier, person_id)
    wrong = form if form.errors or form.problem else phone_form
    return pages.show(
        "dossiers/safe_contact.html",
        visit,
        dossier=dossier,
        person=person,
        phones=[each for each in dossier.phones if each.person_id == person_id],
        f=form,
        nf=phone_form,
        wrong=wrong,
        rows=_WINDOWS,
        blank=lambda: Form(visit),
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong.errors or wrong.problem else HTTPStatus.OK,
    )


def _person(dossier: DossierView, person_id: UUID) -> PersonInDossier:
    for person in dossier.persons:
        if person.person_id == person_id:
            return person
    raise NotFound


def _safe_form(visit: Visit, person: PersonInDossier) -> Form:
    """The rules as they are, in the form's fields."""
    values = {
        "version": str(person.version),
        "safe_contact": person.safe_contact,
        "code_word": person.safe.code_word,
        "may_answer": person.safe.may_answer,
        **{rule: "1" for rule in _RULES if getattr(person.safe, rule)},
    }
    days: dict[str, list[str]] = {}
    for row, window in zip(_WINDOWS, person.safe.windows, strict=False):
        values[f"{row}_from"], values[f"{row}_to"] = f"{window.starts:%H:%M}", f"{window.ends:%H:%M}"
        days[f"{row}_days"] = [str(day) for day in window.weekdays]
    form = Form(visit, values)
    form.lists.update(days)
    return form


def _safe_of(form: Form) -> SafeContact:
    """The rules as they were filled in; a wrong row leaves an error at its field."""
    windows = [window for row in _WINDOWS if (window := _window_of(form, row)) is not None]
    return SafeContact(
        windows=windows,
        code_word=form.text("code_word"),
        may_answer=form.text("may_answer"),
        **{rule: bool(form.text(rule)) for rule in _RULES},
    )


def _window_of(form: Form, row: str) -> SafeWindow | None:
    days = sorted({int(day) for day in form.lists[f"{row}_days"] if day in set("1234567")})
    starts, ends = _clock(form, f"{row}_from"), _clock(form, f"{row}_to")
    if not days and starts is None and ends is None:
        return None
    if not days:
        form.error(f"{row}_days", "required")
    for name, value in ((f"{row}_from", starts), (f"{row}_to", ends)):
        if value is None and not form.errors[name]:
            form.error(name, "required")
    if not days or starts is None or ends is None:
        return None
    if starts == ends:
        form.error(f"{row}_to", "window_empty")
        return None
    return SafeWindow(weekdays=days, starts=starts, ends=ends)


def _clock(form: Form, name: str) -> time | None:
    typed = form.text(name)
    if not typed:
        return None
    try:
        return time.fromisoformat(typed.replace(".", ":").replace("u", ":")).replace(tzinfo=None)
    except ValueError:
        form.error(name, "not_a_clock")
        return None


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
        rows=_WINDOWS,
        languages=[(code, names.get(code, code)) for code in LANGUAGES_ASKED],
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        **context,
    )


ROUTES = [
    new_person, add_person, safe_contact_page, change_safe_contact, add_phone, remove_phone, phone_page, reveal_phone,
]  # fmt: skip
