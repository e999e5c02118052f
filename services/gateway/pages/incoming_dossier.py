"""An incoming referral is taken up in a dossier of ours: a new one with what she takes over, or one that is there."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form, told
from services.gateway.pages.call_outs import LANGUAGES_ASKED
from services.gateway.pages.dossier_access import in_one_go
from services.gateway.pages.dossier_kinds import is_social, kind_to_open, types_to_open
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.cases import DossierPage, FirstRelation, OpenDossier
from shared.contracts.dossier_access import AccessedDossier, AskAccess
from shared.contracts.incoming_referrals import (
    UNLINK_REASONS,
    IncomingLooks,
    IncomingRef,
    IncomingView,
    LinkIncoming,
    TakeUpIncoming,
    UnlinkIncoming,
)
from shared.contracts.persons import AddPerson, SafeContact
from shared.db import uuid7
from shared.errors import Problem

_TYPES: Final = {
    "theft_or_burglary": "burglary",
    "traffic": "traffic_accident",
    "disaster": "disaster",
    "threat_or_stalking": "stalking",
}
"""What the sender calls facts, where that leaves no choice here; the rest is for the worker to say."""
_RULES: Final = {
    "no_voicemail": ("no_voicemail",),
    "no_letter": ("no_letters",),
    "no_voicemail_no_letter": ("no_voicemail", "no_letters"),
}
_SECOND: Final = "p_"
"""Begins the names of the fields about the parent or guardian of a child."""
_DECIDES: Final = {"both_parents": "parent_of", "one_parent": "parent_of", "guardian": "guardian_of"}
"""Who decides about the child, as the sender says it, is who is named as parent or guardian."""


def taken_over(fields: Mapping[str, str], incident_types: list[str]) -> dict[str, str]:
    """The form of a new dossier, filled in with what the person let through and nothing else. Pure."""
    first, _, last = fields.get("name", "").strip().partition(" ")
    parent, _, of_parent = fields.get("parent", "").strip().partition(" ")
    language = fields.get("language", "")
    wanted = (
        f"help_{fields['need_kind']}"
        if "need_kind" in fields
        else _TYPES.get(fields.get("facts_type", ""), "")
    )
    found = {
        "incident_type": wanted if wanted in incident_types else "",
        "summary": fields.get("need", ""),
        "place": fields.get("municipality", ""),
        "pv_number": fields.get("pv_number", ""),
        "first_name": first if last else "",
        "last_name": last or first,
        "born_on": fields.get("born_on", ""),
        "language": language if language in LANGUAGES_ASKED else "",
        "interpreter": "1" if fields.get("interpreter") == "yes" else "",
        "address": fields.get("address", ""),
        "phone": fields.get("safe_phone", ""),
        "phone_safe": "1" if fields.get("safe_phone") else "",
        "safe_contact": fields.get("safe_hours", ""),
        "code_word": fields.get("code_word", ""),
        "may_answer": fields.get("contact_person", ""),
        "note": fields.get("school", ""),
        f"{_SECOND}first_name": parent if of_parent else "",
        f"{_SECOND}last_name": of_parent or parent,
        f"{_SECOND}phone": fields.get("parent_phone", ""),
        f"{_SECOND}kind": _DECIDES.get(fields.get("parental_authority", ""), "") if parent else "",
        **dict.fromkeys(_RULES.get(fields.get("contact_rules", ""), ()), "1"),
    }
    return {name: value for name, value in found.items() if value}


@get("/referrals/incoming/{incoming_id:uuid}/dossier", include_in_schema=False)
async def take_up_page(
    incoming_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    """What is taken over stands in the form: she sees it and may change it before anything is made of it."""
    found = await _incoming(visit, incoming_id)
    given = {each.key: each.value for each in found.fields}
    return await _show(pages, visit, found, Form(visit, taken_over(given, types_to_open(visit))))


@post("/referrals/incoming/{incoming_id:uuid}/new-dossier", include_in_schema=False)
async def take_up(
    request: AnyRequest,
    incoming_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    born_on = form.day("born_on")
    if form.needs("incident_type", "last_name"):
        persons = [_person(form, role="client" if is_social(visit) else "victim", born_on=born_on)]
        relations = []
        if form.text(f"{_SECOND}last_name"):
            persons.append(_parent(form))
            if kind := form.text(f"{_SECOND}kind"):
                relations.append(FirstRelation(person=1, kind=kind, other=0))
        command = TakeUpIncoming(
            dossier=OpenDossier(
                kind=kind_to_open(visit),
                incident_type=form.text("incident_type"),
                summary=form.text("summary"),
                place=form.text("place"),
                pv_number=form.text("pv_number"),
                persons=persons,
                relations=relations,
            )
        )
        path = f"/incoming-referrals/{incoming_id}/new-dossier"
        try:
            taken = await visit.services.tell("referrals", path, command, IncomingRef, key=form.key)
        except Problem as problem:
            if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
                raise
            problem.fields = {_field_of(name): code for name, code in problem.fields.items()}
            form.refused(problem)
        else:
            return go_to(request, f"/dossiers/{taken.dossier_id}", note="note.incoming_taken_up")
    return await _show(pages, visit, await _incoming(visit, incoming_id), form)


@post("/referrals/incoming/{incoming_id:uuid}/dossier", include_in_schema=False)
async def link(
    request: AnyRequest,
    incoming_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    dossier_id = form.uuid("dossier_id")
    if form.needs("dossier_id") and dossier_id:
        path = f"/incoming-referrals/{incoming_id}/dossier"
        if await told(visit, form, "referrals", path, LinkIncoming(dossier_id=dossier_id), IncomingRef):
            return go_to(request, f"/dossiers/{dossier_id}#incoming", note="note.incoming_linked")
    found = await _incoming(visit, incoming_id)
    given = {each.key: each.value for each in found.fields}
    form.values |= taken_over(given, types_to_open(visit))
    return await _show(pages, visit, found, form)


@post("/referrals/incoming/{incoming_id:uuid}/unlink", include_in_schema=False)
async def unlink(
    request: AnyRequest,
    incoming_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    if form.needs("reason"):
        path = f"/incoming-referrals/{incoming_id}/unlink"
        if await told(
            visit, form, "referrals", path, UnlinkIncoming(reason=form.text("reason")), IncomingRef
        ):
            return go_to(request, f"/referrals/incoming/{incoming_id}", note="note.incoming_unlinked")
    return pages.show(
        "referrals/incoming_unlink.html",
        visit,
        f=form,
        incoming_id=incoming_id,
        reasons=UNLINK_REASONS,
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )


@get("/referrals/incoming/{incoming_id:uuid}/unlink", include_in_schema=False)
async def unlink_page(
    incoming_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    await _incoming(visit, incoming_id)
    return pages.show(
        "referrals/incoming_unlink.html",
        visit,
        f=Form(visit),
        incoming_id=incoming_id,
        reasons=UNLINK_REASONS,
    )


@get("/referrals/incoming/{incoming_id:uuid}/looks", include_in_schema=False)
async def looks_page(
    incoming_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    """Who looked at it, as of a dossier."""
    found, staff = await asyncio.gather(
        visit.services.ask("referrals", f"/incoming-referrals/{incoming_id}/looks", IncomingLooks),
        visit.services.staff(),
    )
    return pages.show(
        "referrals/incoming_looks.html",
        visit,
        incoming_id=incoming_id,
        looks=in_one_go(found.looks),
        count=len(found.looks),
        staff=staff,
    )


async def dossier_in_sight(visit: Visit, dossier_id: UUID | None) -> AccessedDossier | None:
    """The dossier that took it up, for who may read that; the page does without while cases is away."""
    if dossier_id is None or not visit.may(Permission.DOSSIER_READ):
        return None
    try:
        found = await visit.services.tell(
            "cases",
            "/dossiers/access",
            AskAccess(dossier_ids=[dossier_id]),
            list[AccessedDossier],
            key=str(uuid7()),
        )
    except Problem:
        return None
    return next((each for each in found if each.may_read), None)


async def _incoming(visit: Visit, incoming_id: UUID) -> IncomingView:
    require_receiver(visit)
    return await visit.services.ask("referrals", f"/incoming-referrals/{incoming_id}", IncomingView)


def require_receiver(visit: Visit) -> None:
    """Who hands out what comes in, or may have been given some of it. Raises `Forbidden`."""
    if not visit.may(Permission.REFERRAL_RECEIVE):
        visit.who.require(Permission.REFERRAL_READ)


def _field_of(name: str) -> str:
    """The field of the form that a refusal speaks of: the second person is the parent."""
    field = name.rsplit(".", 1)[-1]
    return f"{_SECOND}{field}" if name.startswith(("persons.1.", "relations.0.")) else field


def _person(form: Form, *, role: str, born_on: Any) -> AddPerson:
    language = form.text("language")
    return AddPerson(
        first_name=form.text("first_name"),
        last_name=form.text("last_name"),
        role=role,
        born_on=born_on,
        language=language,
        interpreter=[language] if language and form.text("interpreter") else [],
        address=form.text("address"),
        phone=form.text("phone"),
        phone_safe=bool(form.text("phone") and form.text("phone_safe")),
        safe_contact=form.text("safe_contact"),
        safe=SafeContact(
            no_voicemail=bool(form.text("no_voicemail")),
            no_letters=bool(form.text("no_letters")),
            code_word=form.text("code_word"),
            may_answer=form.text("may_answer"),
        ),
        note=form.text("note"),
    )


def _parent(form: Form) -> AddPerson:
    return AddPerson(
        first_name=form.text(f"{_SECOND}first_name"),
        last_name=form.text(f"{_SECOND}last_name"),
        phone=form.text(f"{_SECOND}phone"),
        role="next_of_kin",
    )


async def _show(pages: Pages, visit: Visit, found: IncomingView, form: Form) -> Response[str]:
    mine = DossierPage(lines=[], count=0)
    if visit.may(Permission.DOSSIER_WRITE):
        mine = await visit.services.ask_or(mine, "cases", "/dossiers", DossierPage, state="open")
    wrong = bool(form.errors or form.problem)
    return pages.show(
        "referrals/take_up.html",
        visit,
        f=form,
        incoming=found,
        line=found.line,
        social=is_social(visit),
        incident_types=types_to_open(visit),
        spoken=LANGUAGES_ASKED,
        dossiers=[(str(each.dossier_id), f"{each.number} · {each.title}") for each in mine.lines],
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


ROUTES = [take_up_page, take_up, link, unlink_page, unlink, looks_page]
