"""The form of an entry of the social map: for who keeps it, and for a tenant that says otherwise of a shared one."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.finding_words import GROUPS, SPOKEN
from services.gateway.forms import Form, read_form
from services.gateway.pages import two_versions
from services.gateway.pages.map_entries import path_of, shown
from services.gateway.pages.map_form import (
    DAYS,
    LISTS,
    PHONES,
    TRANSLATED,
    WAYS,
    HoursWrong,
    content_of,
    form_field,
    has_other_hours,
    values_of,
)
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.map_entries import AddPlace, EntryRef, EntryView, Rubric, SaveEntry, SaveOverlay
from shared.errors import NotFound, Problem

EntryId = FromPath[UUID]
_KINDS: Final = ("service", "organization", "location")


@dataclass(frozen=True)
class _Desk:
    """What is edited. `own_word`: the tenant says otherwise of a shared entry; `back` is where one came from."""

    kind: str
    action: str
    back: str
    entry: EntryView | None = None
    organization_id: UUID | None = None

    @property
    def content(self) -> dict[str, Any]:
        return self.entry.content if self.entry else {}

    @property
    def own_word(self) -> bool:
        return self.entry is not None and self.entry.may == "overlay"

    @property
    def version(self) -> int:
        if self.entry is None:
            return 0
        return self.entry.overlay_version if self.own_word else self.entry.version

    @property
    def stored(self) -> dict[str, str]:
        """The form as the entry stands now."""
        note = {"note": self.entry.note} if self.own_word and self.entry else {}
        return {**values_of(self.kind, self.content), **note}


@get("/social-map/edit/new", include_in_schema=False)
async def new_entry_page(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    desk = _new_desk(request)
    return await _show(pages, visit, _form(visit, desk), desk)


@post("/social-map/edit/new", include_in_schema=False)
async def make_entry(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    form = await read_form(request, visit)
    desk = _new_desk(request)
    content = _content(visit, form, desk)
    if content is not None:
        command = SaveEntry(kind=desk.kind, content=content, organization_id=desk.organization_id)  # type: ignore[arg-type]  # one of _KINDS
        made = await _told(visit, form, "/map/entries", command)
        if made is not None:
            return go_to(request, f"/social-map/{desk.kind}s/{made.entry_id}", note="note.entry_saved")
    return await _show(pages, visit, form, desk)


@get("/social-map/edit/{entry_id:uuid}", include_in_schema=False)
async def entry_form_page(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], entry_id: EntryId
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    desk = await _desk(request, visit, entry_id)
    return await _show(pages, visit, _form(visit, desk), desk)


@post("/social-map/edit/{entry_id:uuid}", include_in_schema=False)
async def save_entry(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], entry_id: EntryId
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    form = await read_form(request, visit)
    desk = await _desk(request, visit, entry_id)
    two_versions.chosen(form, list(desk.stored), LISTS)
    content = _content(visit, form, desk)
    changed = None
    if content is not None:
        path, command = _command(desk, form, content)
        try:
            await visit.services.tell("referrals", path, command, EntryRef, key=form.key)
        except Problem as problem:
            if problem.status == HTTPStatus.NOT_FOUND:
                raise
            changed = await two_versions.side_by_side(visit, form, problem, desk.stored, desk.version, LISTS)
            _refused(form, problem)
        else:
            return go_to(request, desk.back, note="note.entry_saved")
    return await _show(pages, visit, form, desk, changed=changed)


@get("/social-map/edit/place-of/{entry_id:uuid}", include_in_schema=False)
async def new_place_page(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], entry_id: EntryId
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    desk = _place_desk(entry_id)
    return await _show(pages, visit, _form(visit, desk), desk)


@post("/social-map/edit/place-of/{entry_id:uuid}", include_in_schema=False)
async def add_place(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], entry_id: EntryId
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    form = await read_form(request, visit)
    desk = _place_desk(entry_id)
    content = _content(visit, form, desk)
    if content is not None:
        path = f"/map/services/{entry_id}/places"
        if await _told(visit, form, path, AddPlace(content=content)) is not None:
            return go_to(request, desk.back, note="note.entry_saved")
    return await _show(pages, visit, form, desk)


def _command(desk: _Desk, form: Form, content: dict[str, Any]) -> tuple[str, SaveEntry | SaveOverlay]:
    """What goes to the service: the entry itself, or where the tenant differs from the shared one."""
    entry = desk.entry
    if entry is None:
        raise NotFound
    version = form.number("version") or 0
    if not desk.own_word:
        return f"/map/entries/{entry.entry_id}", SaveEntry(
            kind=desk.kind,  # type: ignore[arg-type]  # one of _KINDS
            content=content,
            version=version,
            organization_id=entry.organization_id,
            service_id=entry.service_id,
            location_id=entry.location_id,
        )
    shared = entry.shared or entry.content
    fields = {
        name: content.get(name) for name in {*content, *shared} if content.get(name) != shared.get(name)
    }
    command = SaveOverlay(fields=fields, note=form.text("note"), hidden=entry.hidden, version=version)
    return f"/map/entries/{entry.entry_id}/overlay", command


def _content(visit: Visit, form: Form, desk: _Desk) -> dict[str, Any] | None:
    """The entry as it was typed; None when something cannot be read, and the form says what."""
    if desk.kind != "location":
        form.needs("name")
    elif not form.text("hidden_address"):
        form.needs("address_1", "city")
    if form.text("places"):
        form.needs("free")
    try:
        content = content_of(desk.kind, desk.content, form.text, lambda name: form.lists[name], visit.now)
    except HoursWrong as wrong:
        form.error(f"hours_{wrong.day}", "hours_wrong")
        return None
    return None if form.errors else content


async def _told(visit: Visit, form: Form, path: str, command: Any) -> EntryRef | None:
    try:
        return await visit.services.tell("referrals", path, command, EntryRef, key=form.key)
    except Problem as problem:
        if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
            raise
        _refused(form, problem)
        return None


def _refused(form: Form, problem: Problem) -> None:
    """Each refused path of the entry at its own field of the form."""
    problem.fields = {form_field(path): code for path, code in problem.fields.items()}
    form.refused(problem)


async def _desk(request: AnyRequest, visit: Visit, entry_id: UUID) -> _Desk:
    """Raises `NotFound` for what has no form."""
    entry = await visit.services.ask("referrals", f"/map/entries/{entry_id}", EntryView)
    if entry.kind not in _KINDS or not entry.may or (entry.kind == "location" and entry.may != "edit"):
        raise NotFound
    if entry.kind != "location":
        return _Desk(entry.kind, f"/social-map/edit/{entry_id}", path_of(entry), entry)
    back = f"/social-map/organizations/{entry.organization_id}" if entry.organization_id else "/social-map"
    service = request.query_params.get("service", "")
    try:
        back = f"/social-map/services/{UUID(service)}"
        action = f"/social-map/edit/{entry_id}?service={UUID(service)}"
    except ValueError:
        action = f"/social-map/edit/{entry_id}"
    return _Desk(entry.kind, action, back, entry)


def _new_desk(request: AnyRequest) -> _Desk:
    kind = "organization" if request.query_params.get("kind") == "organization" else "service"
    try:
        owner = UUID(request.query_params.get("organization", ""))
    except ValueError:
        owner = None
    back = f"/social-map/organizations/{owner}" if owner else "/social-map"
    more = f"&organization={owner}" if owner else ""
    return _Desk(kind, f"/social-map/edit/new?kind={kind}{more}", back, organization_id=owner)


def _place_desk(service_id: UUID) -> _Desk:
    return _Desk("location", f"/social-map/edit/place-of/{service_id}", f"/social-map/services/{service_id}")


def _form(visit: Visit, desk: _Desk) -> Form:
    form = Form(visit, two_versions.remember({**desk.stored, "version": str(desk.version)}))
    for name in LISTS:
        form.lists[name] = form.values[name].split()
    return form


async def _show(
    pages: Pages, visit: Visit, form: Form, desk: _Desk, *, changed: dict[str, Any] | None = None
) -> Response[str]:
    word, names = visit.language.word, visit.language
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK
    rubrics = await _rubrics(visit) if desk.kind == "service" else []
    return pages.show(
        "social_map/edit.html",
        visit,
        status=HTTPStatus.CONFLICT if changed else status,
        f=form,
        desk=desk,
        changed=changed,
        staff=(changed or {}).get("staff", {}),
        names={name: _label(visit, name) for name in desk.stored},
        phones=range(PHONES),
        days=[(day, word(f"map_day.{day}")) for day in DAYS],
        ways=[(way, names.word_or(f"apply.{way}", way)) for way in WAYS],
        spoken=[(code, names.language_name(code)) for code in SPOKEN],
        translated=[(code, names.language_name(code)) for code in TRANSLATED],
        other_hours=has_other_hours(desk.content),
        rubrics=rubrics,
        groups=[(group, word(f"target_group.{group}")) for group in GROUPS],
        shown=lambda name, value: _shown(visit, name, value, rubrics),
    )


async def _rubrics(visit: Visit) -> list[tuple[str, str]]:
    """Every rubric that can be chosen, those that lie in another one after it."""
    given = {"in_language": visit.language.code}
    found = await visit.services.ask("referrals", "/map/rubrics", list[Rubric], **given)
    return [(str(each.term_id), " / ".join(each.path)) for each in found]


def _shown(visit: Visit, name: str, value: str, rubrics: list[tuple[str, str]]) -> str:
    """A value where both versions stand beside each other: what is chosen by a code, in words."""
    if name == "rubrics":
        return ", ".join(dict(rubrics).get(term, "") for term in value.split())
    if name == "groups":
        return ", ".join(visit.language.word_or(f"target_group.{group}", group) for group in value.split())
    return shown(value)


_LABELS: Final = {
    "ways": "application_ways", "documents": "required_documents", "wait_weeks": "waiting_time",
    "address_1": "addresses", "postal_code": "addresses", "city": "addresses", "wheelchair": "accessibility",
    "coordinates": "latitude", "kbo": "organization_identifiers", "rubrics": "attributes", "groups": "target_groups",
    "areas": "service_areas", "free": "capacities", "places": "capacities",
}  # fmt: skip


def _label(visit: Visit, name: str) -> str:
    """What a field of the form is called, where both versions stand beside each other."""
    head, _, tail = name.rpartition("_")
    word = visit.language.word
    if tail in TRANSLATED:
        return f"{word(f'map_field.{head}')} ({visit.language.language_name(tail)})"
    if head == "hours":
        return word(f"map_day.{tail}")
    if head in {"phone", "phone_about"}:
        return f"{word('map_field.phones')} {int(tail) + 1}"
    if head == "referral":
        return word("map_field.referral_contact")
    return word(f"map_field.{_LABELS.get(name, name)}")


ROUTES: Final = [new_entry_page, make_entry, entry_form_page, save_entry, new_place_page, add_place]
