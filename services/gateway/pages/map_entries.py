"""A service or an organisation of the social map: what it is, whether it still holds, and what one may do with it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from services.gateway.forms import Form, read_form, told
from services.gateway.language import Language
from services.gateway.pages.errand import errand_of
from services.gateway.pages.map_form import DAYS
from services.gateway.pages.papers import passed_on
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.map_entries import (
    AssureEntry,
    ChoosePublication,
    EntriesToCheck,
    EntryChange,
    EntryRef,
    EntryView,
    MapOrganization,
    MapService,
    PlaceView,
    PublicationView,
    SaveOverlay,
    WithdrawEntry,
)
from shared.errors import Problem

EntryId = FromPath[UUID]
_TONES: Final = {"fresh": "ok", "to_check": "warning", "stale": "danger"}
_SHORT: Final = 160
_LAST: Final = 1_000_000
"""Further no list goes."""


class Gentle(dict[str, Any]):
    """What an entry holds, for a template: a field that is not there is nothing, at any depth."""

    def __missing__(self, _name: str) -> None:
        return None


def gentle(value: Any) -> Any:
    if isinstance(value, dict):
        return Gentle({name: gentle(each) for name, each in value.items()})
    return [gentle(each) for each in value] if isinstance(value, list) else value


def _gently(entry: EntryView) -> EntryView:
    return msgspec.structs.replace(entry, content=gentle(entry.content))


def said(content: Mapping[str, Any], name: str, language: Language) -> str:
    """A text of an entry in the reader's language, or else as it was written."""
    own = (content.get("translations") or {}).get(language.code, {}).get(name, "")
    return str(own or content.get(name) or "")


def hours(content: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    """Opening hours, a line for each day or rule: the days and the hours."""
    days: dict[str, list[str]] = {}
    others = []
    for each in content.get("schedules") or []:
        span = " – ".join(filter(None, (each.get("opens_at", "")[:5], each.get("closes_at", "")[:5])))
        named = [day for day in DAYS if day in str(each.get("byday", "")).split(",")]
        note = " ".join(filter(None, (each.get("description", ""), each.get("notes", ""))))
        if named and each.get("freq", "WEEKLY") == "WEEKLY" and not note:
            for day in named:
                days.setdefault(day, []).append(span)
        else:
            words = language.listed([language.word(f"map_day.{day}") for day in named]) if named else ""
            others.append((words, " ".join(filter(None, (span, note)))))
    week = [(language.word(f"map_day.{day}"), ", ".join(sorted(days[day]))) for day in DAYS if day in days]
    return [*week, *others]


def shown(value: Any) -> str:
    """A value of any field in a few words, for its history."""
    match value:
        case None:
            return ""
        case str():
            text = value
        case bool() | int() | float():
            text = str(value)
        case list():
            text = ", ".join(filter(None, map(shown, value)))
        case dict():
            text = " ".join(shown(each) for name, each in value.items() if name != "id" and each)
        case _:
            text = str(value)
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"


@get("/social-map/services/{entry_id:uuid}", include_in_schema=False)
async def service_page(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], entry_id: EntryId
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_READ)
    found = await visit.services.ask("referrals", f"/map/services/{entry_id}", MapService)
    found = _service(found)
    return await _show(
        pages,
        visit,
        found.service,
        "social_map/service.html",
        found=found,
        errand=errand_of(request.query_params),
        checking=_is_checking(request),
    )


@get("/social-map/organizations/{entry_id:uuid}", include_in_schema=False)
async def organization_page(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], entry_id: EntryId
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_READ)
    found = _organization(
        await visit.services.ask("referrals", f"/map/organizations/{entry_id}", MapOrganization)
    )
    template, checking = "social_map/organization.html", _is_checking(request)
    return await _show(pages, visit, found.organization, template, found=found, checking=checking)


@get("/social-map/to-check", include_in_schema=False)
async def to_check_page(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    q: FromQuery[str] = "",
    start: FromQuery[int] = 0,
) -> Response[str]:
    """The names of entries are nobody's data, so what is looked for may stand in the address."""
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    words = q.strip()[:200]
    found = await visit.services.ask(
        "referrals", "/map/to-check", EntriesToCheck, words=words, offset=str(min(max(0, start), _LAST))
    )
    publication = await visit.services.ask("referrals", "/map/publication", PublicationView)
    form = Form(visit, {"scope": publication.scope, "q": words})
    return pages.show(
        "social_map/to_check.html",
        visit,
        found=found,
        publication=publication,
        f=form,
        tones=_TONES,
        staff=await visit.services.staff(),
    )


@get("/social-map/export/{form:str}", include_in_schema=False)
async def export(visit: NamedDependency[Visit], form: FromPath[str]) -> Stream:
    """What the tenant keeps itself, as a file of HSDS 3.1."""
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    wanted = "csv" if form == "csv" else "json"
    return passed_on(await visit.services.open_file("referrals", "/map/export", form=wanted))


@post("/social-map/publication", include_in_schema=False)
async def choose_publication(request: AnyRequest, visit: NamedDependency[Visit]) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    form = await read_form(request, visit)
    wanted = {"own": "own", "all": "all"}.get(form.text("scope"), "nothing")
    command = ChoosePublication(scope=wanted)  # type: ignore[arg-type]  # one of the three
    await visit.services.tell("referrals", "/map/publication", command, type(None), key=form.key)
    return go_to(request, "/social-map/to-check", note="note.saved")


@post("/social-map/edit/{entry_id:uuid}/assure", include_in_schema=False)
async def assure_entry(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], entry_id: EntryId
) -> Response[str]:
    """Looked at, and right: nothing changes but its date."""
    form = await read_form(request, visit)
    command = AssureEntry(version=form.number("version") or 0, check_months=form.number("check_months"))
    return await _acted(request, pages, visit, form, entry_id, "assure", command, "note.entry_assured")


@post("/social-map/edit/{entry_id:uuid}/withdraw", include_in_schema=False)
async def withdraw_entry(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], entry_id: EntryId
) -> Response[str]:
    form = await read_form(request, visit)
    command = WithdrawEntry(version=form.number("version") or 0)
    return await _acted(request, pages, visit, form, entry_id, "withdraw", command, "note.entry_withdrawn")


@post("/social-map/edit/{entry_id:uuid}/restore", include_in_schema=False)
async def restore_entry(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], entry_id: EntryId
) -> Response[str]:
    form = await read_form(request, visit)
    command = WithdrawEntry(version=form.number("version") or 0)
    return await _acted(request, pages, visit, form, entry_id, "restore", command, "note.entry_restored")


@post("/social-map/edit/{entry_id:uuid}/hide", include_in_schema=False)
async def hide_entry(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], entry_id: EntryId
) -> Response[str]:
    """Hide a shared entry for the own people, or show it again; the tenant's other words about it stay."""
    form = await read_form(request, visit)
    entry = await visit.services.ask("referrals", f"/map/entries/{entry_id}", EntryView)
    hidden = bool(form.text("hidden"))
    command = SaveOverlay(
        fields={name: entry.content.get(name) for name in entry.overlaid},
        note=entry.note,
        hidden=hidden,
        version=form.number("version") or 0,
    )
    note = "note.entry_hidden" if hidden else "note.entry_shown"
    return await _acted(request, pages, visit, form, entry_id, "overlay", command, note)


async def _acted(
    request: AnyRequest,
    pages: Pages,
    visit: Visit,
    form: Form,
    entry_id: UUID,
    act: str,
    command: Any,
    note: str,
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    entry = await visit.services.ask("referrals", f"/map/entries/{entry_id}", EntryView)
    if await told(visit, form, "referrals", f"/map/entries/{entry_id}/{act}", command, EntryRef):
        back = form.text("back")
        return go_to(request, back if back == "/social-map/to-check" else path_of(entry), note=note)
    path, status = f"/map/{entry.kind}s/{entry_id}", HTTPStatus.CONFLICT
    if entry.kind == "organization":
        owner = _organization(await visit.services.ask("referrals", path, MapOrganization))
        template = "social_map/organization.html"
        return await _show(pages, visit, owner.organization, template, status=status, f=form, found=owner)
    found = _service(await visit.services.ask("referrals", path, MapService))
    template = "social_map/service.html"
    return await _show(pages, visit, found.service, template, status=status, f=form, found=found)


def _service(found: MapService) -> MapService:
    return MapService(
        service=_gently(found.service),
        organization=_gently(found.organization) if found.organization else None,
        places=[
            PlaceView(_gently(each.at_location), _gently(each.location) if each.location else None)
            for each in found.places
        ],
        rubrics=found.rubrics,
    )


def _organization(found: MapOrganization) -> MapOrganization:
    return MapOrganization(
        organization=_gently(found.organization),
        services=[_gently(each) for each in found.services],
        locations=[_gently(each) for each in found.locations],
    )


def _is_checking(request: AnyRequest) -> bool:
    """Whether somebody goes through the list of what is to be checked, and goes back there."""
    return request.query_params.get("check") == "1"


def path_of(entry: EntryView) -> str:
    """The page on which an entry is seen."""
    if entry.kind == "organization":
        return f"/social-map/organizations/{entry.entry_id}"
    return f"/social-map/services/{entry.entry_id}"


async def _show(
    pages: Pages, visit: Visit, entry: EntryView, template: str, *, status: int = 200, **context: Any
) -> Response[str]:
    language = visit.language
    try:
        history = await visit.services.ask(
            "referrals", f"/map/entries/{entry.entry_id}/history", list[EntryChange]
        )
    except Problem:
        history = []
    assurer = _uuid(entry.freshness.by)
    context.setdefault("f", Form(visit))
    context.setdefault("errand", None)
    context.setdefault("checking", False)
    return pages.show(
        template,
        visit,
        status=status,
        entry=entry,
        said=lambda content, name: said(content, name, language),
        hours=lambda content: hours(content, language),
        shown=shown,
        history=history,
        staff=await visit.services.staff(),
        assurer=assurer,
        tones=_TONES,
        path_of=path_of,
        **context,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


ROUTES: Final = [
    service_page,
    organization_page,
    to_check_page,
    export,
    choose_publication,
    assure_entry,
    withdraw_entry,
    restore_entry,
    hide_entry,
]
