"""The staff of the tenant: who works here, in which roles and teams, and whose account needs a hand."""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.gateway.forms import Form, read_form
from services.gateway.rendering import AnyRequest, Pages, go_to, phone, sentence
from services.gateway.sign_in import step_up
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.client import Refused
from shared.contracts.identity import ChangeStaff, RegisterStaff, Role, StaffEntry, StaffRef, Team
from shared.errors import NotFound, Problem

_ACTS: Final = frozenset({"deactivate", "reactivate", "unlock", "reset-second-factor"})


@get("/admin/staff", include_in_schema=False)
async def staff_page(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    show: FromQuery[str] = "active",
) -> Response[str]:
    visit.who.require(Permission.STAFF_MANAGE)
    everybody = await visit.services.ask("identity", "/staff", list[StaffEntry], active="false")
    shown = [entry for entry in everybody if entry.active is (show != "former")]
    return pages.show(
        "admin/staff.html",
        visit,
        staff=sorted(shown, key=lambda entry: entry.name.casefold()),
        show=show,
        role_names=role_names(visit, await _roles(visit)),
        team_names={team.team_id: team.name for team in await _teams(visit)},
    )


@get("/admin/staff/new", include_in_schema=False)
async def new_staff_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.STAFF_MANAGE)
    return await _show_form(pages, visit, Form(visit, {"language": visit.language.code}), entry=None)


@post("/admin/staff/new", include_in_schema=False)
async def register_staff(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    if form.needs("name", "email"):
        try:
            await step_up(request, visit, form)
            command = RegisterStaff(**_fields(form))
            await visit.services.tell("identity", "/staff", command, StaffRef, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            request.app.state.directory.forget(visit.who.tenant)
            return go_to(request, "/admin/staff", note="note.staff_registered")
    return await _show_form(pages, visit, form, entry=None)


@get("/admin/staff/{user_id:uuid}", include_in_schema=False)
async def staff_member_page(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], user_id: FromPath[UUID]
) -> Response[str]:
    visit.who.require(Permission.STAFF_MANAGE)
    entry = await _entry(visit, user_id)
    return await _show_form(pages, visit, _form_of(visit, entry), entry=entry)


@post("/admin/staff/{user_id:uuid}", include_in_schema=False)
async def change_staff(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], user_id: FromPath[UUID]
) -> Response[str]:
    form = await read_form(request, visit)
    if form.needs("name", "email"):
        try:
            await step_up(request, visit, form)
            command = ChangeStaff(**_fields(form))
            await visit.services.tell("identity", f"/staff/{user_id}", command, StaffRef, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            request.app.state.directory.forget(visit.who.tenant)
            return go_to(request, "/admin/staff", note="note.saved")
    return await _show_form(pages, visit, form, entry=await _entry(visit, user_id))


@post("/admin/staff/{user_id:uuid}/{act:str}", include_in_schema=False)
async def act_on_account(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    user_id: FromPath[UUID],
    act: FromPath[str],
) -> Response[str]:
    """Deactivate, reactivate, unlock, or let somebody set up the second factor anew."""
    if act not in _ACTS:
        raise NotFound
    form = await read_form(request, visit)
    try:
        await visit.services.tell("identity", f"/staff/{user_id}/{act}", None, StaffRef, key=form.key)
    except Refused as refusal:
        if refusal.status != HTTPStatus.CONFLICT:
            raise
        entry = await _entry(visit, user_id)
        shown = _form_of(visit, entry)
        shown.refused(refusal)
        return await _show_form(pages, visit, shown, entry=entry)
    request.app.state.directory.forget(visit.who.tenant)
    return go_to(request, f"/admin/staff/{user_id}", note="note.saved")


def role_names(visit: Visit, roles: list[Role]) -> dict[str, str]:
    """A default role's word, or an own role's name."""
    word_or = visit.language.word_or
    return {role.key: role.name or sentence(word_or(f"role.{role.key}", role.key)) for role in roles}


async def _show_form(pages: Pages, visit: Visit, form: Form, *, entry: StaffEntry | None) -> Response[str]:
    roles, teams = await _roles(visit), await _teams(visit)
    wrong = bool(form.errors or form.problem)
    return pages.show(
        "admin/staff_member.html",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        f=form,
        entry=entry,
        act=Form(visit),
        roles=sorted(role_names(visit, roles).items(), key=lambda role: role[1]),
        teams=[(str(team.team_id), team.name) for team in teams],
        languages=[(code, visit.language.word(f"language.{code}")) for code in ("nl", "fr", "de", "en")],
    )


def _form_of(visit: Visit, entry: StaffEntry) -> Form:
    form = Form(
        visit,
        {
            "name": entry.name,
            "email": entry.email,
            "phone": phone(entry.phone),
            "second_phone": phone(entry.second_phone),
            "language": entry.language,
            "function": entry.function,
        },
    )
    form.lists["roles"] = entry.roles
    form.lists["teams"] = [str(team) for team in entry.teams]
    return form


def _fields(form: Form) -> dict[str, Any]:
    return {
        "name": form.text("name"),
        "email": form.text("email"),
        "phone": form.text("phone"),
        "second_phone": form.text("second_phone"),
        "language": form.text("language") or "nl",
        "function": form.text("function"),
        "roles": form.lists["roles"],
        "teams": [UUID(team) for team in form.lists["teams"]],
    }


async def _entry(visit: Visit, user_id: UUID) -> StaffEntry:
    everybody = await visit.services.ask("identity", "/staff", list[StaffEntry], active="false")
    for entry in everybody:
        if entry.user_id == user_id:
            return entry
    raise NotFound


async def _roles(visit: Visit) -> list[Role]:
    return await visit.services.ask("identity", "/roles", list[Role])


async def _teams(visit: Visit) -> list[Team]:
    return await visit.services.ask("identity", "/teams", list[Team])


ROUTES = [
    staff_page, new_staff_page, register_staff, staff_member_page, change_staff, act_on_account,
]  # fmt: skip
