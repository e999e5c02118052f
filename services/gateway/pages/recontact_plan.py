"""When victims are contacted again: the usual days by type of incident, and the tenant's own from a day on."""

from http import HTTPStatus

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from services.gateway.forms import Form, read_form
from services.gateway.pages.dossier_sight import tell
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.aftercare import RecontactRule, RecontactRuleSet, SetRecontactRule

_PAGE = "/admin/recontact-plan"
_MOST, _LONGEST = 6, 365


@get(_PAGE, include_in_schema=False)
async def plan_page(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], type: FromQuery[str] = ""
) -> Response[str]:
    """`type` opens the form with what holds for it now."""
    visit.who.require(Permission.TENANT_MANAGE)
    plan = await _plan(visit)
    chosen = next((each for each in plan if each.incident_type == type), None)
    values = {"valid_from": visit.today.isoformat()}
    if chosen is not None:
        values |= {"incident_type": chosen.incident_type, "days": _typed(chosen.days)}
    return _show(pages, visit, Form(visit, values), plan)


@post(_PAGE, include_in_schema=False)
async def set_rule(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    visit.who.require(Permission.TENANT_MANAGE)
    form = await read_form(request, visit)
    days, valid_from = _days(form), form.day("valid_from")
    if form.needs("incident_type", "valid_from") and valid_from is not None:
        command = SetRecontactRule(incident_type=form.text("incident_type"), days=days, valid_from=valid_from)
        if await tell(visit, form, "/recontact-plan", command, RecontactRuleSet):
            return go_to(request, _PAGE, note="note.saved")
    return _show(pages, visit, form, await _plan(visit))


def _days(form: Form) -> list[int]:
    """`3, 30` or `3 30`: numbers of days, in order, each once; nothing typed is no re-contact at all."""
    words = form.text("days").replace(",", " ").replace(";", " ").split()
    days = sorted({int(word) for word in words if word.isdecimal()})
    if any(not word.isdecimal() for word in words):
        form.error("days", "not_a_number")
    elif len(days) > _MOST or any(not 1 <= day <= _LONGEST for day in days):
        form.error("days", "recontact_days")
    return days


def _typed(days: list[int]) -> str:
    return ", ".join(str(day) for day in days)


async def _plan(visit: Visit) -> list[RecontactRule]:
    return await visit.services.ask("cases", "/recontact-plan", list[RecontactRule])


def _show(pages: Pages, visit: Visit, form: Form, plan: list[RecontactRule]) -> Response[str]:
    return pages.show(
        "admin/recontact_plan.html",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK,
        f=form,
        plan=plan,
        own=sum(1 for each in plan if each.own_from is not None),
    )


ROUTES = [plan_page, set_rule]
