"""Roles of the tenant: what each may do and which compartments it reaches. Good defaults, changeable."""

from http import HTTPStatus
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.pages.staff import role_names
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.sign_in import step_up
from services.gateway.visit import Visit
from shared.auth import Compartment, Permission
from shared.contracts.identity import Role, SaveRole
from shared.errors import NotFound, Problem

_GROUPS: Final = {
    "staff": (
        Permission.STAFF_READ,
        Permission.STAFF_MANAGE,
        Permission.ROLE_MANAGE,
        Permission.TENANT_MANAGE,
    ),
    "roster": (
        Permission.ON_CALL_READ,
        Permission.ROSTER_READ,
        Permission.ROSTER_MANAGE,
        Permission.HOURS_PLAN,
    ),
    "call_outs": (
        Permission.CALL_OUT_REQUEST,
        Permission.CALL_OUT_READ,
        Permission.CALL_OUT_ANSWER,
        Permission.CALL_OUT_MANAGE,
        Permission.CALL_OUT_VALIDATE,
        Permission.INCIDENT_MANAGE,
        Permission.INCIDENT_REGISTER,
        Permission.INCIDENT_REUNITE,
    ),
    "dossiers": (
        Permission.DOSSIER_READ,
        Permission.DOSSIER_OPEN,
        Permission.DOSSIER_WRITE,
        Permission.DOSSIER_ASSIGN,
        Permission.DOSSIER_SUPERVISE,
        Permission.BREAK_GLASS_OPEN,
        Permission.BREAK_GLASS_REVIEW,
        Permission.SIGNALLER_READ,
        Permission.AUDIT_READ,
    ),
    "statistics": (Permission.STATISTICS_READ,),
}
SHOWN: Final = frozenset(permission for group in _GROUPS.values() for permission in group)
_KEPT: Final = frozenset(Permission) - SHOWN
"""What no screen gives or takes: one's own account, and what services hold."""


@get("/admin/roles", include_in_schema=False)
async def roles_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.ROLE_MANAGE)
    roles = await visit.services.ask("identity", "/roles", list[Role])
    names = role_names(visit, roles)
    ordered = sorted(roles, key=lambda role: names[role.key])
    return pages.show("admin/roles.html", visit, roles=ordered, names=names)


@get("/admin/roles/{key:str}", include_in_schema=False)
async def role_page(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], key: FromPath[str]
) -> Response[str]:
    visit.who.require(Permission.ROLE_MANAGE)
    role = await _role(visit, key)
    form = Form(visit, {"name": role.name})
    form.lists["permissions"] = role.permissions
    form.lists["compartments"] = role.compartments
    return _show(pages, visit, form, role)


@post("/admin/roles/{key:str}", include_in_schema=False)
async def save_role(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], key: FromPath[str]
) -> Response[str]:
    role = await _role(visit, key)
    form = await read_form(request, visit)
    chosen = set(form.lists["permissions"]) & SHOWN
    kept = set(role.permissions) & _KEPT
    try:
        await step_up(request, visit, form)
        command = SaveRole(
            name=form.text("name"),
            permissions=sorted(chosen | kept),
            compartments=form.lists["compartments"],
        )
        await visit.services.tell("identity", f"/roles/{key}", command, Role, key=form.key)
    except Problem as problem:
        form.refused(problem)
        return _show(pages, visit, form, role)
    return go_to(request, "/admin/roles", note="note.saved")


async def _role(visit: Visit, key: str) -> Role:
    roles = await visit.services.ask("identity", "/roles", list[Role])
    for role in roles:
        if role.key == key:
            return role
    raise NotFound


def _show(pages: Pages, visit: Visit, form: Form, role: Role) -> Response[str]:
    word = visit.language.word
    groups = [
        (
            group,
            word(f"permission_group.{group}"),
            [(each.value, word(f"permission.{each}")) for each in permissions],
        )
        for group, permissions in _GROUPS.items()
    ]
    return pages.show(
        "admin/role.html",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK,
        f=form,
        role=role,
        name=role_names(visit, [role])[role.key],
        groups=groups,
        compartments=[(each.value, word(f"compartment.{each}")) for each in Compartment],
    )


ROUTES = [roles_page, role_page, save_role]
