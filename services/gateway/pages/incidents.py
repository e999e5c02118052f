"""An incident with many victims: its page, quick registration on a phone, the relatives' desk, closing (S12)."""

import asyncio
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.gateway.forms import Form, read_form, told
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.incidents import (
    VICTIM_STATUSES,
    ChangeVictim,
    CloseIncident,
    EnquiryRef,
    EnquiryView,
    IncidentLine,
    IncidentRef,
    IncidentView,
    MatchEnquiry,
    OpenIncident,
    RegisteredVictims,
    RegisterEnquiry,
    RegisterVictim,
    RegisterVictims,
    TellEnquirer,
    VictimRef,
    VictimView,
)
from shared.errors import NotFound

_TEXTS: Final = ("name", "whereabouts", "phone", "safe_contact", "note")
_WRONG: Final = HTTPStatus.UNPROCESSABLE_ENTITY


@get("/incidents", include_in_schema=False)
async def incidents(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    lines = await visit.services.ask("rostering", "/incidents", list[IncidentLine])
    return pages.show("incidents/list.html", visit, lines=lines)


@get("/incidents/new", include_in_schema=False)
async def new_incident(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], call_out: FromQuery[str] = ""
) -> Response[str]:
    visit.who.require(Permission.INCIDENT_MANAGE)
    return _show_new(pages, visit, Form(visit, {"incident_type": "disaster", "call_out_id": call_out}))


@post("/incidents", include_in_schema=False)
async def open_incident(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    call_out_id = form.uuid("call_out_id")
    if form.needs("incident_type", "title", "place"):
        command = OpenIncident(
            incident_type=form.text("incident_type"),
            title=form.text("title"),
            place=form.text("place"),
            call_out_id=call_out_id,
        )
        made = await told(visit, form, "rostering", "/incidents", command, IncidentRef)
        if made is not None:
            return go_to(request, f"/incidents/{made.incident_id}", note="note.incident_opened")
    return _show_new(pages, visit, form, status=_WRONG)


@get("/incidents/{incident_id:uuid}", include_in_schema=False)
async def show_incident(
    incident_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(pages, visit, incident_id, Form(visit))


@post("/incidents/{incident_id:uuid}/victims", include_in_schema=False)
async def register_victim(
    request: AnyRequest,
    incident_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    page, command = f"/incidents/{incident_id}", RegisterVictim(**_victim(form))
    if form.needs("status"):
        made = await told(visit, form, "rostering", f"{page}/victims", command, VictimRef)
        if made is not None:
            return go_to(request, page, note="note.victim_registered")
    return await _show(pages, visit, incident_id, form, status=_WRONG)


@get("/incidents/{incident_id:uuid}/victims/{victim_id:uuid}", include_in_schema=False)
async def victim_page(
    incident_id: FromPath[UUID],
    victim_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    victim = await _one(visit, incident_id, victim_id)
    known = {name: getattr(victim, name) for name in (*_TEXTS, "status")}
    known |= {"birth_year": str(victim.birth_year or ""), "minor": "1" if victim.minor else ""}
    form = Form(visit, known | {"version": str(victim.version)})
    return _show_victim(pages, visit, incident_id, victim, form)


@post("/incidents/{incident_id:uuid}/victims/{victim_id:uuid}", include_in_schema=False)
async def change_victim(
    request: AnyRequest,
    incident_id: FromPath[UUID],
    victim_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """What the form does not show stays as it is."""
    form = await read_form(request, visit)
    victim = await _one(visit, incident_id, victim_id)
    facts, version = _victim(form), form.number("version")
    if form.needs("status", "version") and version:
        command = ChangeVictim(**facts, language=victim.language, worker=victim.worker, version=version)
        if await told(visit, form, "rostering", f"/victims/{victim_id}", command, VictimRef):
            return go_to(request, f"/incidents/{incident_id}", note="note.victim_changed")
    return _show_victim(pages, visit, incident_id, victim, form, status=_WRONG)


@get("/incidents/{incident_id:uuid}/list", include_in_schema=False)
async def list_page(
    incident_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    visit.who.require(Permission.INCIDENT_REGISTER)
    return _show_list(pages, visit, incident_id, Form(visit))


@post("/incidents/{incident_id:uuid}/list", include_in_schema=False)
async def register_list(
    request: AnyRequest,
    incident_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """The good rows are kept; the wrong ones stay in the form with what is wrong beside them."""
    form = await read_form(request, visit)
    page, kept = f"/incidents/{incident_id}", None
    if form.needs("rows"):
        command = RegisterVictims(rows=form.text("rows"))
        kept = await told(visit, form, "rostering", f"{page}/victims/list", command, RegisteredVictims)
        if kept is not None:
            if not kept.wrong:
                return go_to(request, page, note="note.victims_registered")
            form = Form(visit, {"rows": "\n".join(row.text for row in kept.wrong)})
    return _show_list(pages, visit, incident_id, form, kept, status=_WRONG)


@get("/incidents/{incident_id:uuid}/reunification", include_in_schema=False)
async def reunification(
    incident_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show_desk(pages, visit, incident_id, Form(visit))


@post("/incidents/{incident_id:uuid}/enquiries", include_in_schema=False)
async def register_enquiry(
    request: AnyRequest,
    incident_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    names = ("sought", "enquirer", "relation", "phone", "safe_contact", "note")
    command = RegisterEnquiry(**{name: form.text(name) for name in names})
    path = f"/incidents/{incident_id}/enquiries"
    if form.needs("sought", "enquirer"):
        made = await told(visit, form, "rostering", path, command, EnquiryRef)
        if made is not None:
            return go_to(request, _desk(incident_id), note="note.enquiry_registered")
    return await _show_desk(pages, visit, incident_id, form, status=_WRONG)


@post("/incidents/{incident_id:uuid}/enquiries/{enquiry_id:uuid}/match", include_in_schema=False)
async def match_enquiry(
    request: AnyRequest,
    incident_id: FromPath[UUID],
    enquiry_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    victim_id = form.uuid("victim_id")
    if form.needs("victim_id", "checked") and victim_id:
        command = MatchEnquiry(victim_id=victim_id, checked=form.text("checked"))
        if await told(visit, form, "rostering", f"/enquiries/{enquiry_id}/match", command, EnquiryRef):
            return go_to(request, _desk(incident_id), note="note.enquiry_matched")
    return await _show_desk(pages, visit, incident_id, form, status=_WRONG, about=enquiry_id)


@post("/incidents/{incident_id:uuid}/enquiries/{enquiry_id:uuid}/told", include_in_schema=False)
async def tell_enquirer(
    request: AnyRequest,
    incident_id: FromPath[UUID],
    enquiry_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    if await told(visit, form, "rostering", f"/enquiries/{enquiry_id}/told", TellEnquirer(), EnquiryRef):
        return go_to(request, _desk(incident_id), note="note.enquirer_told")
    return await _show_desk(pages, visit, incident_id, form, status=_WRONG)


@post("/incidents/{incident_id:uuid}/close", include_in_schema=False)
async def close_incident(
    request: AnyRequest,
    incident_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    page, holder = f"/incidents/{incident_id}", form.uuid("holder")
    if form.needs("holder") and holder:
        command = CloseIncident(holder=holder)
        if await told(visit, form, "rostering", f"{page}/close", command, IncidentRef):
            return go_to(request, page, note="note.incident_closed")
    return await _show(pages, visit, incident_id, form, status=_WRONG)


def _victim(form: Form) -> dict[str, Any]:
    return {
        "status": form.text("status"),
        "birth_year": form.number("birth_year"),
        "minor": bool(form.text("minor")),
        **{name: form.text(name) for name in _TEXTS},
    }


def _desk(incident_id: UUID) -> str:
    return f"/incidents/{incident_id}/reunification"


async def _one(visit: Visit, incident_id: UUID, victim_id: UUID) -> VictimView:
    for each in await _victims(visit, incident_id):
        if each.victim_id == victim_id:
            return each
    raise NotFound


async def _victims(visit: Visit, incident_id: UUID) -> list[VictimView]:
    if not visit.may(Permission.INCIDENT_REGISTER):
        return []
    return await visit.services.ask("rostering", f"/incidents/{incident_id}/victims", list[VictimView])


def _show_new(pages: Pages, visit: Visit, form: Form, *, status: int = HTTPStatus.OK) -> Response[str]:
    types = visit.incident_types(form.text("incident_type"))
    return pages.show("incidents/new.html", visit, f=form, incident_types=types, status=status)


def _show_victim(
    pages: Pages,
    visit: Visit,
    incident_id: UUID,
    victim: VictimView,
    form: Form,
    *,
    status: int = HTTPStatus.OK,
) -> Response[str]:
    """After somebody else was first: what she wrote beside what was typed, and the next saving is a choice."""
    changed = [
        name
        for name in ("status", *_TEXTS, "birth_year")
        if form.text("version") != str(victim.version) and form.text(name) != str(getattr(victim, name) or "")
    ]
    form.values["version"] = str(victim.version)
    return pages.show(
        "incidents/victim.html",
        visit,
        f=form,
        victim=victim,
        changed=changed,
        incident_id=incident_id,
        statuses=VICTIM_STATUSES,
        status=status,
    )


def _show_list(
    pages: Pages,
    visit: Visit,
    incident_id: UUID,
    form: Form,
    kept: RegisteredVictims | None = None,
    *,
    status: int = HTTPStatus.OK,
) -> Response[str]:
    return pages.show(
        "incidents/paste.html", visit, f=form, incident_id=incident_id, told=kept, status=status
    )


async def _show(
    pages: Pages, visit: Visit, incident_id: UUID, form: Form, *, status: int = HTTPStatus.OK
) -> Response[str]:
    incident, victims, staff = await asyncio.gather(
        visit.services.ask("rostering", f"/incidents/{incident_id}", IncidentView),
        _victims(visit, incident_id),
        visit.services.staff(),
    )
    return pages.show(
        "incidents/incident.html",
        visit,
        f=form,
        incident=incident,
        victims=victims,
        staff=staff,
        statuses=VICTIM_STATUSES,
        minutes=lambda count: timedelta(minutes=count),
        status=status,
    )


async def _show_desk(
    pages: Pages,
    visit: Visit,
    incident_id: UUID,
    form: Form,
    *,
    status: int = HTTPStatus.OK,
    about: UUID | None = None,
) -> Response[str]:
    """`about`: the enquiry whose match is in the form; else the form is a new enquiry."""
    enquiries, victims = await asyncio.gather(
        visit.services.ask("rostering", _desk(incident_id), list[EnquiryView]), _victims(visit, incident_id)
    )
    return pages.show(
        "incidents/desk.html",
        visit,
        f=form,
        enquiries=enquiries,
        victims=victims,
        incident_id=incident_id,
        blank=lambda: Form(visit),
        about=about,
        status=status,
    )


ROUTES = [
    incidents, new_incident, open_incident, show_incident, register_victim, victim_page, change_victim, list_page,
    register_list, reunification, register_enquiry, match_enquiry, tell_enquirer, close_incident,
]  # fmt: skip
