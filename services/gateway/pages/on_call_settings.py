"""How long a person who is rung has to answer, and who is next."""

from http import HTTPStatus

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from services.gateway.forms import Form, read_form
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.rostering import LEVELS, ChangeRosterSettings, RosterSettings
from shared.errors import Problem


@get("/admin/on-call", include_in_schema=False)
async def on_call_settings(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.ROSTER_MANAGE)
    settings = await visit.services.ask("rostering", "/roster-settings", RosterSettings)
    form = Form(visit, {"answer_minutes": str(settings.answer_minutes)})
    form.lists["levels"] = settings.levels
    return _show(pages, visit, form)


@post("/admin/on-call", include_in_schema=False)
async def change_on_call_settings(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    minutes = form.number("answer_minutes")
    if form.needs("answer_minutes", "levels") and minutes is not None:
        levels = [level for level in LEVELS if level in form.lists["levels"]]
        try:
            command = msgspec.convert({"answer_minutes": minutes, "levels": levels}, ChangeRosterSettings)
            await visit.services.tell("rostering", "/roster-settings", command, RosterSettings, key=form.key)
        except msgspec.ValidationError:
            form.error("answer_minutes", "minutes_wrong")
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, "/admin/on-call", note="note.saved")
    return _show(pages, visit, form)


def _show(pages: Pages, visit: Visit, form: Form) -> Response[str]:
    return pages.show(
        "admin/on_call.html",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK,
        f=form,
        levels=[(level, visit.language.word(f"level.{level}")) for level in LEVELS],
    )


ROUTES = [on_call_settings, change_on_call_settings]
