"""The tenant's own days off, beside the public holidays."""

from datetime import date
from http import HTTPStatus

import holidays
from litestar import Response, get, post
from litestar.di import NamedDependency

from services.gateway.forms import Form, read_form
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.configuration import RemoveDayOff, SaveDayOff, TenantConfiguration
from shared.contracts.identity import Accepted
from shared.errors import Problem


@get("/admin/days-off", include_in_schema=False)
async def days_off_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.TENANT_MANAGE)
    return await _show(pages, visit, Form(visit))


@post("/admin/days-off", include_in_schema=False)
async def save_day_off(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    day = form.day("day")
    if len(form.text("why")) > _LONGEST:
        form.error("why", "too_long")
    if form.needs("day", "why") and day:
        try:
            command = SaveDayOff(day=day, why=form.text("why"))
            await visit.services.tell("identity", "/days-off", command, Accepted, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, "/admin/days-off", note="note.saved")
    return await _show(pages, visit, form)


@post("/admin/days-off/remove", include_in_schema=False)
async def remove_day_off(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    day = form.day("gone")
    if form.needs("gone") and day:
        try:
            await visit.services.tell(
                "identity", "/days-off/remove", RemoveDayOff(day=day), Accepted, key=form.key
            )
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, "/admin/days-off", note="note.day_off_removed")
    return await _show(pages, visit, form)


async def _show(pages: Pages, visit: Visit, form: Form) -> Response[str]:
    known = await visit.services.ask("identity", "/tenant-configuration", TenantConfiguration)
    return pages.show(
        "admin/days_off.html",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK,
        f=form,
        act=Form(visit),
        coming=[each for each in known.days_off if each.day >= visit.today],
        past=[each for each in known.days_off if each.day < visit.today],
        today=visit.today,
        public=public_holidays(visit.today, visit.language.code),
    )


def public_holidays(today: date, language: str) -> list[tuple[date, str]]:
    """The public holidays of a year from today on, in the language of the reader where the list knows it."""
    known = holidays.country_holidays("BE", years=[today.year, today.year + 1], language=_LIST[language])
    ahead = today.replace(year=today.year + 1, day=min(today.day, 28))
    return sorted((day, name) for day, name in known.items() if today <= day < ahead)


_LONGEST = 80
_LIST = {"nl": "nl", "fr": "fr", "de": "de", "en": "en_US"}

ROUTES = [days_off_page, save_day_off, remove_day_off]
