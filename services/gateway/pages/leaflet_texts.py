"""The leaflets of the tenant: ours, its own in their place or beside them, from today or from a day to come."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.language import LANGUAGES, Language
from services.gateway.marking import N_
from services.gateway.pages.dossier_sight import tell
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.configuration import Withdraw
from shared.contracts.documents import (
    LeafletRef,
    LeafletText,
    LeafletVersion,
    LetterPart,
    LetterPreview,
    SaveLeaflet,
    TemplateView,
)
from shared.errors import NotFound, Problem

_PAGE: Final = "/admin/leaflets"
_NEW: Final = LeafletVersion(
    code="", version=0, texts={}, suggested_for=[], discreet=False, hidden=False, own=True, newest=0
)


def title_of(language: Language, leaflet: TemplateView | LeafletVersion) -> str:
    """What colleagues call it: an own one by its title, ours by a word that says more than its title may."""
    titles = (
        leaflet.titles
        if isinstance(leaflet, TemplateView)
        else {each: text.title for each, text in leaflet.texts.items()}
    )
    title = titles.get(language.code) or next(iter(titles.values()), leaflet.code)
    return title if leaflet.own else language.word_or(f"paper.{leaflet.code}", title)


async def choices(visit: Visit, kept: Sequence[str], incident_type: str) -> list[tuple[str, str, str]]:
    """What an incident type can take along, with those that it has already; `kept` alone while nobody answers."""
    nothing = list[LeafletVersion]()
    found = await visit.services.ask_or(nothing, "cases", "/leaflets", list[LeafletVersion])
    here = {each.code: each for each in _today(found, visit) if not each.hidden or each.code in kept}
    by_itself = visit.language.text(N_("Stelt zichzelf bij deze soort al voor"))
    return [
        (
            code,
            title_of(visit.language, here[code]) if code in here else code,
            by_itself if code in here and incident_type in here[code].suggested_for else "",
        )
        for code in dict.fromkeys([*here, *kept])
    ]


@get(_PAGE, include_in_schema=False)
async def leaflets_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.TENANT_MANAGE)
    found = await _versions(visit)
    here = sorted(_today(found, visit), key=lambda each: title_of(visit.language, each).casefold())
    return pages.show(
        "admin/leaflets.html",
        visit,
        leaflets=[each for each in here if not each.hidden],
        hidden=[each for each in here if each.hidden],
        planned=_planned(found, visit),
        title_of=lambda each: title_of(visit.language, each),
    )


@get(f"{_PAGE}/new", include_in_schema=False)
async def new_leaflet_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.TENANT_MANAGE)
    return _show(pages, visit, _form(visit, _NEW), _Desk(_NEW))


@get(f"{_PAGE}/{{code:str}}", include_in_schema=False)
async def leaflet_page(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], code: FromPath[str]
) -> Response[str]:
    visit.who.require(Permission.TENANT_MANAGE)
    desk = await _desk(visit, code)
    return _show(pages, visit, _form(visit, desk.held), desk)


@post(f"{_PAGE}/new", include_in_schema=False)
async def make_leaflet(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    visit.who.require(Permission.TENANT_MANAGE)
    form = await read_form(request, visit)
    form.needs("code")
    code = form.text("code")
    if code == "new" or any(each.code == code for each in await _versions(visit)):
        form.error("code", "code_taken")
    return await _written(request, pages, visit, form, code, _Desk(_NEW))


@post(f"{_PAGE}/{{code:str}}", include_in_schema=False)
async def save_leaflet(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], code: FromPath[str]
) -> Response[str]:
    visit.who.require(Permission.TENANT_MANAGE)
    form = await read_form(request, visit)
    return await _written(request, pages, visit, form, code, await _desk(visit, code))


@post(f"{_PAGE}/{{code:str}}/withdraw", include_in_schema=False)
async def withdraw_leaflet(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], code: FromPath[str]
) -> Response[str]:
    visit.who.require(Permission.TENANT_MANAGE)
    form = await read_form(request, visit)
    day = form.day("valid_from")
    if form.needs("valid_from") and day:
        path = f"/leaflets/{code}/withdraw"
        if await tell(visit, form, path, Withdraw(valid_from=day), LeafletRef):
            return go_to(request, _PAGE, note="note.plan_withdrawn")
    desk = await _desk(visit, code)
    again = _form(visit, desk.held)
    again.errors, again.problem = form.errors, form.problem
    return _show(pages, visit, again, desk)


@dataclass(frozen=True)
class _Desk:
    """What stands beside the form: what holds or will first, and what is planned after it."""

    held: LeafletVersion
    planned: Sequence[LeafletVersion] = ()


async def _written(
    request: AnyRequest, pages: Pages, visit: Visit, form: Form, code: str, desk: _Desk
) -> Response[str]:
    """`do` is the button: look at it first, or save it."""
    command = _command(form)
    preview: list[LetterPart] = []
    if command is not None and not form.errors:
        if form.text("do") == "preview":
            try:
                found = await visit.services.tell(
                    "cases", "/leaflet-preview", command, LetterPreview, key=form.key
                )
                preview = found.parts
            except Problem as problem:
                form.refused(problem)
        elif await tell(visit, form, f"/leaflets/{code}", command, LeafletRef):
            return go_to(request, _PAGE, note="note.saved")
    changed = form.text("seen") != str(desk.held.newest)
    if changed:
        # whoever sees what the other wrote and saves once more, chose
        form.values["seen"] = str(desk.held.newest)
    return _show(pages, visit, form, desk, preview, changed=changed)


def _command(form: Form) -> SaveLeaflet | None:
    """None when something typed cannot be sent; the form says what."""
    day = form.day("valid_from")
    texts = {each: _text(form, each) for each in LANGUAGES}
    try:
        return msgspec.convert(
            {
                "texts": {each: text for each, text in texts.items() if text.title or text.text},
                "suggested_for": form.lists["suggested_for"],
                "discreet": bool(form.text("discreet")),
                "hidden": bool(form.text("hidden")),
                "valid_from": day,
                "seen": form.number("seen") or 0,
            },
            SaveLeaflet,
            from_attributes=True,
        )
    except msgspec.ValidationError:
        longest = max(LANGUAGES, key=lambda each: len(texts[each].text))
        form.error(f"text_{longest}", "too_long")
        return None


def _text(form: Form, language: str) -> LeafletText:
    return LeafletText(form.text(f"title_{language}"), form.text(f"text_{language}"))


async def _versions(visit: Visit) -> list[LeafletVersion]:
    return await visit.services.ask("cases", "/leaflets", list[LeafletVersion])


def _today(found: Sequence[LeafletVersion], visit: Visit) -> list[LeafletVersion]:
    return [each for each in found if each.valid_from is None or each.valid_from <= visit.today]


def _planned(found: Sequence[LeafletVersion], visit: Visit) -> list[LeafletVersion]:
    return [each for each in found if each.valid_from is not None and each.valid_from > visit.today]


async def _desk(visit: Visit, code: str) -> _Desk:
    """Raises `NotFound`."""
    versions = [each for each in await _versions(visit) if each.code == code]
    if not versions:
        raise NotFound
    return _Desk((_today(versions, visit) or versions)[0], _planned(versions, visit))


def _form(visit: Visit, kept: LeafletVersion) -> Form:
    texts = {each: kept.texts.get(each, LeafletText("", "")) for each in LANGUAGES}
    form = Form(
        visit,
        {
            "code": kept.code,
            "discreet": "1" if kept.discreet else "",
            "hidden": "1" if kept.hidden else "",
            "seen": str(kept.newest),
            "valid_from": visit.today.isoformat(),
            **{f"title_{each}": text.title for each, text in texts.items()},
            **{f"text_{each}": text.text for each, text in texts.items()},
        },
    )
    form.lists["suggested_for"] = kept.suggested_for
    return form


def _show(
    pages: Pages,
    visit: Visit,
    form: Form,
    desk: _Desk,
    preview: Sequence[LetterPart] = (),
    *,
    changed: bool = False,
) -> Response[str]:
    legal, held = visit.configuration.legal_language, desk.held
    word = visit.language.word
    return pages.show(
        "admin/leaflet.html",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK,
        f=form,
        act=Form(visit),
        leaflet=held,
        title=title_of(visit.language, held) if held.code else "",
        planned=desk.planned,
        changed=changed,
        legal=legal,
        languages=sorted(LANGUAGES, key=lambda each: each != legal),
        types=[(code, word(f"incident_type.{code}")) for code in visit.incident_types(*held.suggested_for)],
        preview=[(part, [base64.b64encode(page).decode() for page in part.pages]) for part in preview],
    )


ROUTES = [
    leaflets_page,
    new_leaflet_page,
    leaflet_page,
    make_leaflet,
    save_leaflet,
    withdraw_leaflet,
]
