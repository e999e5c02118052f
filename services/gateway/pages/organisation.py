"""What stands on the letters of the service, from a day on; what was planned can be taken back."""

from http import HTTPStatus
from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from services.gateway.forms import Form, read_form
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.configuration import STATISTIC_PERIODS, SaveOrganisation, TenantConfiguration, Withdraw
from shared.contracts.identity import Accepted
from shared.errors import Problem

_FIELDS: Final = tuple(name for name in SaveOrganisation.__struct_fields__ if name != "valid_from")


@get("/admin/organisation", include_in_schema=False)
async def organisation_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.TENANT_MANAGE)
    known = await _configuration(visit)
    now = known.organisation_on(visit.today)
    values = {name: str(getattr(now, name)) for name in _FIELDS} | {"valid_from": visit.today.isoformat()}
    return _show(pages, visit, Form(visit, values), known)


@post("/admin/organisation", include_in_schema=False)
async def save_organisation(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    day = form.day("valid_from")
    if not form.errors:
        try:
            facts = {name: form.text(name) for name in _FIELDS} | {"valid_from": day}
            command = msgspec.convert(facts, SaveOrganisation)
            await visit.services.tell("identity", "/organisation", command, Accepted, key=form.key)
        except msgspec.ValidationError:
            form.error("street", "too_long")
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, "/admin/organisation", note="note.saved")
    return _show(pages, visit, form, await _configuration(visit))


@post("/admin/organisation/withdraw", include_in_schema=False)
async def withdraw_organisation(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    day = form.day("valid_from")
    if form.needs("valid_from") and day:
        try:
            command = Withdraw(valid_from=day)
            await visit.services.tell("identity", "/organisation/withdraw", command, Accepted, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, "/admin/organisation", note="note.plan_withdrawn")
    return _show(pages, visit, form, await _configuration(visit))


async def _configuration(visit: Visit) -> TenantConfiguration:
    """As it is now, not as it was remembered: who saves must see what he saved."""
    return await visit.services.ask("identity", "/tenant-configuration", TenantConfiguration)


def _show(pages: Pages, visit: Visit, form: Form, known: TenantConfiguration) -> Response[str]:
    word = visit.language.word
    return pages.show(
        "admin/organisation.html",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK,
        f=form,
        act=Form(visit),
        known=known,
        planned=[each for each in known.organisation if each.valid_from > visit.today],
        periods=[(code, word(f"statistics_period.{code}")) for code in STATISTIC_PERIODS],
    )


ROUTES = [organisation_page, save_organisation, withdraw_organisation]
