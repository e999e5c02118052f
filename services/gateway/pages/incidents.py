"""An incident with many victims: its page, quick registration on a phone, the relatives' desk, closing (S12)."""

import asyncio
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.gateway.forms import Form, read_form
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.call_outs import INCIDENT_TYPES
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
from shared.errors import NotFound, Problem

_TEXTS: Final = ("name", "whereabouts", "phone", "safe_contact", "note")


@get("/incidents", include_in_schema=False)
async def incidents(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    lines = await visit.services.ask("rostering", "/incidents", list[IncidentLine])
    return pages.show("incidents/list.html", visit, lines=lines)


@get("/incidents/new", include_in_schema=False)
async def new_incident(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], call_out: FromQuery[str] = ""
) -> Response[str]:
    visit.who.require(Permission.INCIDENT_MANAGE)
    form = Form(visit, {"incident_type": "disaster", "call_out_id": call_out})
    return pages.show("incidents/new.html", visit, f=form, incident_types=INCIDENT_TYPES)


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
        try:
            made = await visit.services.tell("rostering", "/incidents", command, IncidentRef, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, f"/incidents/{made.incident_id}", note="note.incident_opened")
    return pages.show(
        "incidents/new.html",
        visit,
        f=form,
        incident_types=INCIDENT_TYPES,
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )


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
    facts = _victim(form)
    if form.needs("status"):
        try:
            await visit.services.tell(
                "rostering",
                f"/incidents/{incident_id}/victims",
                RegisterVictim(**facts),
                VictimRef,
                key=form.key,
            )
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, f"/incidents/{incident_id}", note="note.victim_registered")
    return await _show(pages, visit, incident_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@get("/incidents/{incident_id:uuid}/victims/{victim_id:uuid}", include_in_schema=False)
async def victim_page(
    incident_id: FromPath[UUID],
    victim_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    victim = await _one(visit, incident_id, victim_id)
    known = {name: getattr(victim, name) for name in (*_TEXTS, "status", "language")}
    known |= {"birth_year": str(victim.birth_year or ""), "minor": "1" if victim.minor else ""}
    form = Form(visit, known | {"version": str(victim.version)})
    return pages.show(
        "incidents/victim.html",
        visit,
        f=form,
        victim=victim,
        incident_id=incident_id,
        statuses=VICTIM_STATUSES,
    )


@post("/incidents/{incident_id:uuid}/victims/{victim_id:uuid}", include_in_schema=False)
async def change_victim(
    request: AnyRequest,
    incident_id: FromPath[UUID],
    victim_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    facts, version = _victim(form), form.number("version")
    if form.needs("status", "version") and version:
        command = ChangeVictim(**facts, version=version)
        try:
            await visit.services.tell("rostering", f"/victims/{victim_id}", command, VictimRef, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, f"/incidents/{incident_id}", note="note.victim_changed")
    victim = await _one(visit, incident_id, victim_id)
    return pages.show(
        "incidents/victim.html",
        visit,
        f=form,
        victim=victim,
        incident_id=incident_id,
        statuses=VICTIM_STATUSES,
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )


@get("/incidents/{incident_id:uuid}/list", include_in_schema=False)
async def list_page(
    incident_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    visit.who.require(Permission.INCIDENT_REGISTER)
    return pages.show("incidents/paste.html", visit, f=Form(visit), incident_id=incident_id, told=None)


@post("/incidents/{incident_id:uuid}/list", include_in_schema=False)
async def register_list(
    request: AnyRequest,
    incident_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """The good rows are kept; the wrong ones stay in the form with what is wrong beside them."""
    form = await read_form(request, visit)
    told = None
    if form.needs("rows"):
        command = RegisterVictims(rows=form.text("rows"))
        try:
            told = await visit.services.tell(
                "rostering",
                f"/incidents/{incident_id}/victims/list",
                command,
                RegisteredVictims,
                key=form.key,
            )
        except Problem as problem:
            form.refused(problem)
        else:
            if not told.wrong:
                return go_to(request, f"/incidents/{incident_id}", note="note.victims_registered")
            form = Form(visit, {"rows": "\n".join(row.text for row in told.wrong)})
    return pages.show(
        "incidents/paste.html",
        visit,
        f=form,
        incident_id=incident_id,
        told=told,
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )


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
    if form.needs("sought", "enquirer"):
        names = ("sought", "enquirer", "relation", "phone", "safe_contact", "note")
        command = RegisterEnquiry(**{name: form.text(name) for name in names})
        try:
            await visit.services.tell(
                "rostering", f"/incidents/{incident_id}/enquiries", command, EnquiryRef, key=form.key
            )
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, _desk(incident_id), note="note.enquiry_registered")
    return await _show_desk(pages, visit, incident_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


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
        await visit.services.tell(
            "rostering", f"/enquiries/{enquiry_id}/match", command, EnquiryRef, key=form.key
        )
        return go_to(request, _desk(incident_id), note="note.enquiry_matched")
    return await _show_desk(pages, visit, incident_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@post("/incidents/{incident_id:uuid}/enquiries/{enquiry_id:uuid}/told", include_in_schema=False)
async def tell_enquirer(
    request: AnyRequest,
    incident_id: FromPath[UUID],
    enquiry_id: FromPath[UUID],
    visit: NamedDependency[Visit],
) -> Response[str]:
    form = await read_form(request, visit)
    await visit.services.tell(
        "rostering", f"/enquiries/{enquiry_id}/told", TellEnquirer(), EnquiryRef, key=form.key
    )
    return go_to(request, _desk(incident_id), note="note.enquirer_told")


@post("/incidents/{incident_id:uuid}/close", include_in_schema=False)
async def close_incident(
    request: AnyRequest,
    incident_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    holder = form.uuid("holder")
    if form.needs("holder") and holder:
        try:
            await visit.services.tell(
                "rostering",
                f"/incidents/{incident_id}/close",
                CloseIncident(holder=holder),
                IncidentRef,
                key=form.key,
            )
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, f"/incidents/{incident_id}", note="note.incident_closed")
    return await _show(pages, visit, incident_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


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
    pages: Pages, visit: Visit, incident_id: UUID, form: Form, *, status: int = HTTPStatus.OK
) -> Response[str]:
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
        status=status,
    )


ROUTES = [
    incidents, new_incident, open_incident, show_incident, register_victim, victim_page, change_victim, list_page,
    register_list, reunification, register_enquiry, match_enquiry, tell_enquirer, close_incident,
]  # fmt: skip
