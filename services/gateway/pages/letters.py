"""Writing a letter in steps (choose, fill in, see, keep), sending it, and noting which leaflets were given."""

import base64
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.gateway.forms import Form, read_form
from services.gateway.language import BRUSSELS
from services.gateway.pages.dossier_sight import dossier_of, tell
from services.gateway.pages.leaflet_texts import title_of
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.cases import DossierView
from shared.contracts.documents import (
    WAYS,
    DossierPapers,
    GiveLeaflets,
    LeafletsGiven,
    LetterPreview,
    LetterRef,
    LetterRules,
    SendLetter,
    TemplateView,
    WriteLetter,
)
from shared.errors import NotFound, Problem

LANGUAGES = ("nl", "fr", "de", "en")


@get("/dossiers/{dossier_id:uuid}/letters/new", include_in_schema=False)
async def new_letter(
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    template: FromQuery[str] = "",
) -> Response[str]:
    dossier, rules = await dossier_of(visit, dossier_id), await _rules(visit)
    chosen = _template(rules, template)
    if chosen is None:
        letters = [
            each
            for each in rules.templates
            if each.kind == "letter" and (each.before_contact or not dossier.before_contact)
        ]
        return pages.show("documents/letters.html", visit, dossier=dossier, rules=rules, letters=letters)
    form = Form(visit, {"signed_by": visit.who.name, "person_id": _first_addressee(dossier)})
    return _letter_page(pages, visit, dossier, rules, chosen, form)


@post("/dossiers/{dossier_id:uuid}/letters", include_in_schema=False, status_code=HTTPStatus.OK)
async def write_letter(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """`do` is the button: look at it first, or keep it as a draft.

    What stays untranslated on the translation is shown once before it is kept.
    """
    form = await read_form(request, visit)
    dossier, rules = await dossier_of(visit, dossier_id), await _rules(visit)
    chosen = _template(rules, form.text("template"))
    if chosen is None:
        raise NotFound
    command = _command(form, chosen)
    preview: LetterPreview | None = None
    try:
        warned = form.text("untranslated") == " ".join(_untranslated(form, chosen))
        if form.text("do") == "keep" and warned:
            path = f"/dossiers/{dossier_id}/letters"
            ref = await visit.services.tell("cases", path, command, LetterRef, key=form.key)
            return go_to(
                request, f"/dossiers/{dossier_id}/letters/{ref.letter_id}/send", note="note.letter_kept"
            )
        path = f"/dossiers/{dossier_id}/letters/preview"
        preview = await visit.services.tell("cases", path, command, LetterPreview, key=form.key)
    except Problem as problem:
        if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
            raise
        form.refused(problem)
    return _letter_page(pages, visit, dossier, rules, chosen, form, preview)


def _command(form: Form, chosen: TemplateView) -> WriteLetter:
    return WriteLetter(
        template=chosen.code,
        person_id=form.uuid("person_id"),
        recipient=form.text("recipient"),
        address=form.text("address"),
        values={field.name: form.text(field.name) for field in chosen.fields},
        signed_by=form.text("signed_by"),
        signed_function=form.text("signed_function"),
        courtesy_language=form.text("courtesy_language"),
        courtesy_values={
            field.name: form.text(f"courtesy_{field.name}") for field in chosen.fields if field.kind == "text"
        },
        pictograms=bool(form.text("pictograms")),
    )


def _untranslated(form: Form, chosen: TemplateView) -> list[str]:
    """Free texts that stand on the translation as they were typed for the letter."""
    if not form.text("courtesy_language"):
        return []
    free = [field.name for field in chosen.fields if field.kind == "text"]
    return [name for name in free if form.text(name) and not form.text(f"courtesy_{name}")]


def _letter_page(
    pages: Pages,
    visit: Visit,
    dossier: DossierView,
    rules: LetterRules,
    chosen: TemplateView,
    form: Form,
    preview: LetterPreview | None = None,
) -> Response[str]:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK
    return pages.show(
        "documents/letter.html",
        visit,
        f=form,
        dossier=dossier,
        rules=rules,
        chosen=chosen,
        untranslated=_untranslated(form, chosen) if preview else [],
        courtesy=[language for language in LANGUAGES if language != rules.legal_language],
        preview=[(part, [base64.b64encode(page).decode() for page in part.pages]) for part in preview.parts]
        if preview
        else [],
        status=status,
    )


@get("/dossiers/{dossier_id:uuid}/letters/{letter_id:uuid}/send", include_in_schema=False)
async def send_page(
    dossier_id: FromPath[UUID],
    letter_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = Form(visit, {"sent_on": datetime.now(BRUSSELS).date().isoformat()})
    return await _send_page(pages, visit, dossier_id, letter_id, form)


@post("/dossiers/{dossier_id:uuid}/letters/{letter_id:uuid}/send", include_in_schema=False)
async def send_letter(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    letter_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    sent_on = form.day("sent_on")
    if form.needs("way", "sent_on") and sent_on:
        command = SendLetter(way=form.text("way"), sent_on=sent_on, override=form.text("override"))
        if await tell(visit, form, f"/letters/{letter_id}/send", command, LetterRef):
            return go_to(request, f"/dossiers/{dossier_id}/papers", note="note.letter_sent")
    return await _send_page(pages, visit, dossier_id, letter_id, form)


async def _send_page(
    pages: Pages, visit: Visit, dossier_id: UUID, letter_id: UUID, form: Form
) -> Response[str]:
    dossier = await dossier_of(visit, dossier_id)
    found = await visit.services.ask("cases", f"/dossiers/{dossier_id}/documents", DossierPapers)
    letter = next((each for each in found.letters if each.letter_id == letter_id), None)
    if letter is None:
        raise NotFound
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK
    return pages.show(
        "documents/send.html",
        visit,
        f=form,
        dossier=dossier,
        letter=letter,
        parts=[each for each in found.documents if each.letter_id == letter_id],
        ways=WAYS,
        status=status,
    )


@get("/dossiers/{dossier_id:uuid}/leaflets", include_in_schema=False)
async def leaflets(
    dossier_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _leaflets_page(pages, visit, dossier_id, None)


@post("/dossiers/{dossier_id:uuid}/leaflets", include_in_schema=False)
async def give_leaflets(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    if form.needs("codes", "language", "way"):
        command = GiveLeaflets(
            codes=form.lists["codes"],
            language=form.text("language"),
            way=form.text("way"),
            person_id=form.uuid("person_id"),
        )
        if await tell(visit, form, f"/dossiers/{dossier_id}/leaflets", command, LeafletsGiven):
            return go_to(request, f"/dossiers/{dossier_id}/papers", note="note.leaflets_given")
    return await _leaflets_page(pages, visit, dossier_id, form)


async def _leaflets_page(pages: Pages, visit: Visit, dossier_id: UUID, form: Form | None) -> Response[str]:
    dossier, rules = await dossier_of(visit, dossier_id), await _rules(visit, dossier_id)
    here = [each for each in rules.templates if each.kind == "leaflet"]
    here.sort(key=lambda each: dossier.incident_type not in each.suggested_for)
    if form is None:
        form = Form(visit, {"language": rules.legal_language, "way": "by_hand"})
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK
    named = [(each, title_of(visit.language, each)) for each in here]
    context: dict[str, Any] = {"leaflets": named, "languages": LANGUAGES, "ways": WAYS, "rules": rules}
    return pages.show("documents/leaflets.html", visit, f=form, dossier=dossier, status=status, **context)


async def _rules(visit: Visit, dossier_id: UUID | None = None) -> LetterRules:
    params = {"dossier_id": str(dossier_id)} if dossier_id else {}
    return await visit.services.ask("cases", "/letter-templates", LetterRules, **params)


def _template(rules: LetterRules, code: str) -> TemplateView | None:
    return next((each for each in rules.templates if each.code == code and each.kind == "letter"), None)


def _first_addressee(dossier: DossierView) -> str:
    """Whom a letter most often is for."""
    ordered = sorted(dossier.persons, key=lambda person: person.role not in {"victim", "client"})
    return str(ordered[0].person_id) if ordered else ""


ROUTES = [new_letter, write_letter, send_page, send_letter, leaflets, give_leaflets]
