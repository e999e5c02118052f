"""What a tenant sets for itself: languages, and how long a session lasts."""

from http import HTTPStatus

from litestar import Response, get, post
from litestar.di import NamedDependency

from services.gateway.forms import Form, read_form
from services.gateway.language import LANGUAGES
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.sign_in import step_up
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.identity import ChangeTenantSettings, TenantSettings
from shared.errors import Problem


@get("/admin/settings", include_in_schema=False)
async def settings_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.TENANT_MANAGE)
    settings = await visit.services.ask("identity", "/tenant-settings", TenantSettings)
    form = Form(
        visit, {"idle_minutes": str(settings.idle_minutes), "session_hours": str(settings.session_hours)}
    )
    form.lists["languages"] = settings.languages
    return _show(pages, visit, form, settings)


@post("/admin/settings", include_in_schema=False)
async def change_settings(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    form.needs("idle_minutes", "session_hours", "languages")
    idle_minutes, session_hours = form.number("idle_minutes"), form.number("session_hours")
    if not form.errors and idle_minutes is not None and session_hours is not None:
        command = ChangeTenantSettings(
            languages=form.lists["languages"], idle_minutes=idle_minutes, session_hours=session_hours
        )
        try:
            await step_up(request, visit, form)
            await visit.services.tell("identity", "/tenant-settings", command, TenantSettings, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, "/admin/settings", note="note.saved")
    settings = await visit.services.ask("identity", "/tenant-settings", TenantSettings)
    return _show(pages, visit, form, settings)


def _show(pages: Pages, visit: Visit, form: Form, settings: TenantSettings) -> Response[str]:
    return pages.show(
        "admin/settings.html",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK,
        f=form,
        settings=settings,
        languages=[(code, visit.language.word(f"language.{code}")) for code in LANGUAGES],
    )


ROUTES = [settings_page, change_settings]
