"""The incident types of the tenant: its own, and how those of the common list are set up, hidden or named here."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.language import LANGUAGES
from services.gateway.pages import leaflet_texts
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit, set_up_as
from shared.auth import Permission
from shared.contracts.configuration import (
    MANDATORY_FIELDS,
    RECONTACT_IS_DUTY,
    STATISTIC_GROUPS,
    URGENCIES,
    IncidentType,
    SaveIncidentType,
    TenantConfiguration,
    Withdraw,
)
from shared.contracts.identity import Accepted
from shared.errors import NotFound, Problem

_NEW: Final = IncidentType(code="", group="other", own=True)


@get("/admin/incident-types", include_in_schema=False)
async def types_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.TENANT_MANAGE)
    known = await _configuration(visit)
    types = list(known.types_on(visit.today).values())
    planned = [each for each in known.incident_types if each.valid_from and each.valid_from > visit.today]
    return pages.show(
        "admin/incident_types.html",
        visit,
        types=[each for each in types if not each.hidden],
        hidden=[each for each in types if each.hidden],
        planned=sorted(planned, key=lambda each: each.valid_from or date.max),
    )


@get("/admin/incident-types/new", include_in_schema=False)
async def new_type_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.TENANT_MANAGE)
    return await _show(pages, visit, _form(visit, _NEW), _NEW, [])


@get("/admin/incident-types/{code:str}", include_in_schema=False)
async def type_page(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], code: FromPath[str]
) -> Response[str]:
    visit.who.require(Permission.TENANT_MANAGE)
    versions = await _versions(visit, code)
    now = _held(versions, visit.today)
    return await _show(pages, visit, _form(visit, now), now, versions)


@post("/admin/incident-types/new", include_in_schema=False)
async def make_type(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    form.needs("code")
    known = await _configuration(visit)
    if any(each.code == form.text("code") for each in known.incident_types):
        form.error("code", "code_taken")
    if await _saved(visit, form, form.text("code")):
        return go_to(request, "/admin/incident-types", note="note.saved")
    return await _show(pages, visit, form, _NEW, [])


@post("/admin/incident-types/{code:str}", include_in_schema=False)
async def save_type(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], code: FromPath[str]
) -> Response[str]:
    form = await read_form(request, visit)
    versions = await _versions(visit, code)
    if await _saved(visit, form, code):
        return go_to(request, "/admin/incident-types", note="note.saved")
    return await _show(pages, visit, form, _held(versions, visit.today), versions)


@post("/admin/incident-types/{code:str}/withdraw", include_in_schema=False)
async def withdraw_type(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], code: FromPath[str]
) -> Response[str]:
    form = await read_form(request, visit)
    day = form.day("valid_from")
    versions = await _versions(visit, code)
    if form.needs("valid_from") and day:
        try:
            path = f"/incident-types/{code}/withdraw"
            await visit.services.tell("identity", path, Withdraw(valid_from=day), Accepted, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, "/admin/incident-types", note="note.plan_withdrawn")
    now = _held(versions, visit.today)
    again = _form(visit, now)
    again.errors, again.problem = form.errors, form.problem
    return await _show(pages, visit, again, now, versions)


async def _saved(visit: Visit, form: Form, code: str) -> bool:
    """True when identity took it; else the form says what is wrong."""
    day = form.day("valid_from")
    form.needs("group", "urgency")
    if form.errors:
        return False
    try:
        command = msgspec.convert(
            {
                "group": form.text("group"),
                "urgency": form.text("urgency"),
                "recontact": bool(form.text("recontact")),
                "minors": bool(form.text("minors")),
                "mandatory": form.lists["mandatory"],
                "leaflets": form.lists["leaflets"],
                "hidden": bool(form.text("hidden")),
                "labels": {
                    each: form.text(f"label_{each}") for each in LANGUAGES if form.text(f"label_{each}")
                },
                "valid_from": day,
            },
            SaveIncidentType,
        )
        await visit.services.tell("identity", f"/incident-types/{code}", command, Accepted, key=form.key)
    except msgspec.ValidationError:
        form.error("label_nl", "too_long")
    except Problem as problem:
        form.refused(problem)
    else:
        return True
    return False


async def _configuration(visit: Visit) -> TenantConfiguration:
    """As it is now, not as it was remembered: who saves must see what he saved, its name too."""
    known = await visit.services.ask("identity", "/tenant-configuration", TenantConfiguration)
    set_up_as(visit, known)
    return known


async def _versions(visit: Visit, code: str) -> list[IncidentType]:
    found = [each for each in (await _configuration(visit)).incident_types if each.code == code]
    if not found:
        raise NotFound
    return found


def _held(versions: Sequence[IncidentType], today: date) -> IncidentType:
    """What holds today, or the first that will."""
    return next((each for each in versions if each.valid_on(today)), versions[0])


def _form(visit: Visit, kind: IncidentType) -> Form:
    form = Form(
        visit,
        {
            "code": kind.code,
            "group": kind.group,
            "urgency": kind.urgency,
            "recontact": "1" if kind.recontact else "",
            "minors": "1" if kind.minors else "",
            "hidden": "1" if kind.hidden else "",
            "valid_from": visit.today.isoformat(),
            **{f"label_{each}": kind.labels.get(each, "") for each in LANGUAGES},
        },
    )
    form.lists["mandatory"], form.lists["leaflets"] = kind.mandatory, kind.leaflets
    return form


async def _show(
    pages: Pages, visit: Visit, form: Form, kind: IncidentType, versions: Sequence[IncidentType]
) -> Response[str]:
    word = visit.language.word
    return pages.show(
        "admin/incident_type.html",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK,
        f=form,
        act=Form(visit),
        kind=kind,
        is_duty=kind.code in RECONTACT_IS_DUTY,
        planned=[each for each in versions if each.valid_from and each.valid_from > visit.today],
        groups=[(code, word(f"statistic_group.{code}")) for code in STATISTIC_GROUPS],
        urgencies=[(code, word(f"urgency.{code}")) for code in URGENCIES],
        leaflets=await leaflet_texts.choices(visit, form.lists["leaflets"], kind.code),
        demands=[(code, word(f"mandatory.{code}")) for code in MANDATORY_FIELDS],
        languages=[(code, word(f"language.{code}")) for code in LANGUAGES],
    )


ROUTES = [types_page, new_type_page, type_page, make_type, save_type, withdraw_type]
