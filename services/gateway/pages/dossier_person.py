"""The page of one person in a dossier: change who he is, tie him to others, give another number, take him out."""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.pages.call_outs import LANGUAGES_ASKED
from services.gateway.pages.dossier_sight import dossier_of, person_in, tell
from services.gateway.pages.two_versions import chosen, remember, side_by_side
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.cases import DossierView
from shared.contracts.persons import (
    CONTACT_PREFERENCES,
    INSZ_ENDINGS,
    LITERACY,
    PERSON_ROLES,
    RELATIONS,
    REMOVAL_REASONS,
    ChangeInsz,
    ChangePerson,
    PersonInDossier,
    PersonNumbers,
    PersonRef,
    RelatePersons,
    RelationRef,
    RemovePerson,
    UnrelatePersons,
)
from shared.errors import Problem

FIELDS: Final = (
    "role", "first_name", "last_name", "born_on", "language", "maiden_name", "other_names", "other_roles",
    "interpreter", "literacy", "contact_preference", "pictograms", "parental_authority", "contact_via", "deceased_on",
    "email", "address", "note",
)  # fmt: skip
_LISTS: Final = ("other_roles", "interpreter")


@get("/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}", include_in_schema=False)
async def person_page(
    dossier_id: FromPath[UUID],
    person_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    return await _show(pages, visit, dossier_id, person_id)


@post("/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}", include_in_schema=False)
async def change_person(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    person_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """When a colleague was first, both versions stand side by side and she chooses field by field."""
    form = await read_form(request, visit)
    chosen(form, FIELDS, _LISTS)
    born_on, deceased_on, contact_via = form.day("born_on"), form.day("deceased_on"), form.uuid("contact_via")
    changed: dict[str, Any] | None = None
    if form.needs("last_name", "role"):
        texts = {
            name: form.text(name)
            for name in FIELDS
            if name not in (*_LISTS, "born_on", "deceased_on", "contact_via", "pictograms")
        }
        command = ChangePerson(
            version=form.number("version") or 0,
            born_on=born_on,
            deceased_on=deceased_on,
            contact_via=contact_via,
            pictograms=bool(form.text("pictograms")),
            other_roles=[each for each in form.lists["other_roles"] if each],
            interpreter=[each for each in form.lists["interpreter"] if each in LANGUAGES_ASKED],
            **texts,
        )
        path = f"/dossiers/{dossier_id}/persons/{person_id}"
        try:
            await visit.services.tell("cases", path, command, PersonRef, key=form.key)
        except Problem as problem:
            if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
                raise
            form.refused(problem)
            now = person_in(await dossier_of(visit, dossier_id), person_id)
            changed = await side_by_side(visit, form, problem, values_of(now), now.version, _LISTS)
        else:
            return go_to(request, f"/dossiers/{dossier_id}", note="note.person_changed")
    return await _show(pages, visit, dossier_id, person_id, facts=form, changed=changed)


@post("/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}/relations", include_in_schema=False)
async def relate_persons(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    person_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    other = form.uuid("other_id")
    if form.needs("kind", "other_id") and other:
        command = RelatePersons(person_id=person_id, kind=form.text("kind"), other_id=other)
        if await tell(visit, form, f"/dossiers/{dossier_id}/relations", command, RelationRef):
            return go_to(request, f"/dossiers/{dossier_id}/persons/{person_id}", note="note.persons_related")
    return await _show(pages, visit, dossier_id, person_id, ties=form)


@post("/dossiers/{dossier_id:uuid}/relations/{relation_id:uuid}/remove", include_in_schema=False)
async def unrelate_persons(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    relation_id: FromPath[UUID],
    visit: NamedDependency[Visit],
) -> Response[str]:
    form = await read_form(request, visit)
    path = f"/dossiers/{dossier_id}/relations/{relation_id}/remove"
    await visit.services.tell("cases", path, UnrelatePersons(), RelationRef, key=form.key)
    return go_to(request, f"/dossiers/{dossier_id}", note="note.relation_removed")


@post("/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}/insz", include_in_schema=False)
async def change_insz(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    person_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    command = ChangeInsz(
        version=form.number("version") or 0,
        insz=form.text("insz"),
        ended=form.text("ended") or INSZ_ENDINGS[0],
    )
    path = f"/dossiers/{dossier_id}/persons/{person_id}"
    if await tell(visit, form, f"{path}/insz", command, PersonRef):
        return go_to(request, path, note="note.insz_changed")
    return await _show(pages, visit, dossier_id, person_id, number=form)


@post("/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}/remove", include_in_schema=False)
async def remove_person(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    person_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    if form.needs("reason"):
        command = RemovePerson(version=form.number("version") or 0, reason=form.text("reason"))
        path = f"/dossiers/{dossier_id}/persons/{person_id}/remove"
        if await tell(visit, form, path, command, PersonRef):
            return go_to(request, f"/dossiers/{dossier_id}", note="note.person_removed")
    return await _show(pages, visit, dossier_id, person_id, removal=form)


def values_of(person: PersonInDossier) -> dict[str, str]:
    """Each field of the form as it would be typed; several values in one are apart by a space."""
    values: dict[str, str] = {}
    for name in FIELDS:
        value = getattr(person, name)
        match value:
            case list():
                values[name] = " ".join(value)
            case bool():
                values[name] = "1" if value else ""
            case None:
                values[name] = ""
            case _:
                values[name] = str(value)
    return values


async def _show(
    pages: Pages,
    visit: Visit,
    dossier_id: UUID,
    person_id: UUID,
    *,
    facts: Form | None = None,
    ties: Form | None = None,
    number: Form | None = None,
    removal: Form | None = None,
    changed: dict[str, Any] | None = None,
) -> Response[str]:
    dossier = await dossier_of(visit, dossier_id)
    person = person_in(dossier, person_id)
    found = await visit.services.ask_or(
        None, "cases", f"/dossiers/{dossier_id}/persons/{person_id}/numbers", PersonNumbers
    )
    refused = [form for form in (facts, ties, number, removal) if form is not None]
    language_names = visit.language.locale.languages
    return pages.show(
        "dossiers/person_change.html",
        visit,
        dossier=dossier,
        person=person,
        f=facts or _facts(visit, person),
        rf=ties or Form(visit),
        nf=number or Form(visit, {"ended": INSZ_ENDINGS[0]}),
        df=removal or Form(visit),
        wrong=refused[0] if refused else Form(visit),
        changed=changed,
        names=_names(visit),
        shown=lambda name, value: _shown(visit, dossier, name, value),
        others=[
            (str(each.person_id), f"{each.first_name} {each.last_name}".strip())
            for each in dossier.persons
            if each.person_id != person_id
        ],
        ties=[each for each in dossier.relations if person_id in (each.person_id, each.other_id)],
        numbers=found.numbers if found else [],
        languages=[(code, language_names.get(code, code)) for code in LANGUAGES_ASKED],
        roles=PERSON_ROLES,
        literacy=LITERACY,
        contact_preferences=CONTACT_PREFERENCES,
        relation_kinds=RELATIONS,
        insz_endings=INSZ_ENDINGS,
        removal_reasons=REMOVAL_REASONS,
        blank=lambda: Form(visit),
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
    )


def _facts(visit: Visit, person: PersonInDossier) -> Form:
    form = Form(visit, {**remember(values_of(person)), "version": str(person.version)})
    for name in _LISTS:
        form.lists[name] = list(getattr(person, name))
    return form


def _names(visit: Visit) -> dict[str, str]:
    return {name: visit.language.word(f"person_field.{name}") for name in FIELDS}


def _shown(visit: Visit, dossier: DossierView, name: str, value: str) -> str:
    """A field's value in words."""
    say, languages = visit.language, visit.language.locale.languages
    match name:
        case "role" | "other_roles":
            return ", ".join(say.word_or(f"person_role.{each}", each) for each in value.split())
        case "language" | "interpreter":
            return ", ".join(languages.get(each, each) for each in value.split())
        case "literacy" | "contact_preference":
            return say.word_or(f"{name}.{value}", value)
        case "contact_via":
            return next(
                (
                    f"{each.first_name} {each.last_name}"
                    for each in dossier.persons
                    if str(each.person_id) == value
                ),
                "",
            )
        case "pictograms":
            return say.word("answer.yes" if value else "answer.no")
        case _:
            return value


ROUTES = [person_page, change_person, relate_persons, unrelate_persons, change_insz, remove_person]
