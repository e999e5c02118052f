"""The teams of the tenant: their names, and who is in them."""

from http import HTTPStatus
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.identity import SaveTeam, Team
from shared.errors import NotFound, Problem


@get("/admin/teams", include_in_schema=False)
async def teams_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.STAFF_MANAGE)
    return await _show(pages, visit, Form(visit))


@post("/admin/teams", include_in_schema=False)
async def make_team(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    if await _saved(visit, form, "/teams"):
        return go_to(request, "/admin/teams", note="note.saved")
    return await _show(pages, visit, form)


@get("/admin/teams/{team_id:uuid}", include_in_schema=False)
async def team_page(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], team_id: FromPath[UUID]
) -> Response[str]:
    visit.who.require(Permission.STAFF_MANAGE)
    teams = await visit.services.ask("identity", "/teams", list[Team])
    team = next((each for each in teams if each.team_id == team_id), None)
    if team is None:
        raise NotFound
    form = Form(visit, {"name": team.name})
    return pages.show("admin/team.html", visit, f=form, team_id=team_id)


@post("/admin/teams/{team_id:uuid}", include_in_schema=False)
async def rename_team(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], team_id: FromPath[UUID]
) -> Response[str]:
    form = await read_form(request, visit)
    if await _saved(visit, form, f"/teams/{team_id}"):
        return go_to(request, "/admin/teams", note="note.saved")
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return pages.show("admin/team.html", visit, f=form, team_id=team_id, status=status)


async def _saved(visit: Visit, form: Form, path: str) -> bool:
    if not form.needs("name"):
        return False
    try:
        await visit.services.tell("identity", path, SaveTeam(name=form.text("name")), Team, key=form.key)
    except Problem as problem:
        form.refused(problem)
        return False
    return True


async def _show(pages: Pages, visit: Visit, form: Form) -> Response[str]:
    teams = await visit.services.ask("identity", "/teams", list[Team])
    staff = await visit.services.staff()
    members = {
        team.team_id: [entry.name for entry in staff.active() if team.team_id in entry.teams]
        for team in teams
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK
    return pages.show("admin/teams.html", visit, f=form, teams=teams, members=members, status=status)


ROUTES = [teams_page, make_team, team_page, rename_team]
