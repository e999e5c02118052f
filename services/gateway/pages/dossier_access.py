"""Who works in a dossier and who looked: naming a holder, letting somebody in, a conflict of interest, the looks."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.pages.dossier_sight import dossier_of, tell
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.cases import DossierRef
from shared.contracts.dossier_access import (
    CONFLICT_REASONS,
    LIFT_REASONS,
    AssignHolder,
    ConflictDeclared,
    DeclareConflict,
    DossierAccess,
    GrantAccess,
    LiftConflict,
    Look,
    RevokeGrant,
)
from shared.contracts.identity import Team

GROUNDS: Final = ("substitute", "grant", "team")
_ONE_VISIT: Final = timedelta(minutes=30)
"""Acts of one person within this time are one line: live pages read again by themselves."""


@dataclass
class Looked:
    """What one person did in one go."""

    user_id: UUID
    service: str
    action: str
    outcome: str
    first_at: datetime
    last_at: datetime
    times: int = 1


@get("/dossiers/{dossier_id:uuid}/access", include_in_schema=False)
async def access_page(
    dossier_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(pages, visit, dossier_id)


@post("/dossiers/{dossier_id:uuid}/holder", include_in_schema=False)
async def assign_holder(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    user_id = form.uuid("holder")
    if form.needs("holder") and user_id:
        command = AssignHolder(user_id=user_id)
        if await tell(visit, form, f"/dossiers/{dossier_id}/holder", command, DossierRef):
            return go_to(request, f"/dossiers/{dossier_id}", note="note.holder_assigned")
    return await _show(pages, visit, dossier_id, holder=form)


@post("/dossiers/{dossier_id:uuid}/grants", include_in_schema=False)
async def grant_access(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    ground, ends_at = form.text("ground"), form.moment("ends_at")
    to_team = ground == "team"
    if form.needs("ground") and form.needs("team_id" if to_team else "user_id"):
        command = GrantAccess(
            ground=ground,
            user_id=None if to_team else form.uuid("user_id"),
            team_id=form.uuid("team_id") if to_team else None,
            ends_at=ends_at,
            may_write=form.text("may_write") == "1",
        )
        if not form.errors and await tell(visit, form, f"/dossiers/{dossier_id}/grants", command, DossierRef):
            return go_to(request, f"/dossiers/{dossier_id}", note="note.access_granted")
    return await _show(pages, visit, dossier_id, grant=form)


@post("/dossiers/{dossier_id:uuid}/conflicts", include_in_schema=False)
async def declare_conflict(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    blocked = form.uuid("blocked")
    if form.needs("reason"):
        command = DeclareConflict(
            reason=form.text("reason"),
            user_id=blocked,
            same_event=form.text("same_event") == "1",
            new_holder=form.uuid("new_holder"),
        )
        if await tell(visit, form, f"/dossiers/{dossier_id}/conflicts", command, ConflictDeclared):
            own = blocked in (None, visit.who.id)
            page = "/dossiers" if own else f"/dossiers/{dossier_id}"
            return go_to(request, page, note="note.conflict_declared")
    return await _show(pages, visit, dossier_id, conflict=form)


@post("/dossiers/{dossier_id:uuid}/conflicts/{conflict_id:uuid}/lift", include_in_schema=False)
async def lift_conflict(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    conflict_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    if form.needs("lift_reason"):
        command = LiftConflict(reason=form.text("lift_reason"))
        path = f"/dossiers/{dossier_id}/conflicts/{conflict_id}/lift"
        if await tell(visit, form, path, command, DossierRef):
            return go_to(request, f"/dossiers/{dossier_id}/access", note="note.conflict_lifted")
    return await _show(pages, visit, dossier_id, ended=form)


@post("/dossiers/{dossier_id:uuid}/grants/{grant_id:uuid}/revoke", include_in_schema=False)
async def revoke_grant(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    grant_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    path = f"/dossiers/{dossier_id}/grants/{grant_id}/revoke"
    if await tell(visit, form, path, RevokeGrant(), DossierRef):
        return go_to(request, f"/dossiers/{dossier_id}/access", note="note.grant_revoked")
    return await _show(pages, visit, dossier_id, ended=form)


@get("/dossiers/{dossier_id:uuid}/looks", include_in_schema=False)
async def looks_page(
    dossier_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    """A DPO comes here without the right to see the dossier itself."""
    looks, staff = await asyncio.gather(
        visit.services.ask("cases", f"/dossiers/{dossier_id}/looks", list[Look]), visit.services.staff()
    )
    return pages.show(
        "dossiers/looks.html",
        visit,
        dossier_id=dossier_id,
        looks=in_one_go(looks),
        count=len(looks),
        staff=staff,
    )


def in_one_go(looks: list[Look]) -> list[Looked]:
    """The same act by the same person, again and again within half an hour, is one line with its count."""
    lines: list[Looked] = []
    for look in looks:
        last = lines[-1] if lines else None
        if last and _same(last, look) and last.first_at - look.at < _ONE_VISIT:
            last.first_at, last.times = look.at, last.times + 1
        else:
            lines.append(Looked(look.user_id, look.service, look.action, look.outcome, look.at, look.at))
    return lines


def _same(line: Looked, look: Look) -> bool:
    return (line.user_id, line.service, line.action, line.outcome) == (
        look.user_id,
        look.service,
        look.action,
        look.outcome,
    )


async def _show(
    pages: Pages,
    visit: Visit,
    dossier_id: UUID,
    *,
    holder: Form | None = None,
    grant: Form | None = None,
    conflict: Form | None = None,
    ended: Form | None = None,
) -> Response[str]:
    dossier, access, staff, teams = await asyncio.gather(
        dossier_of(visit, dossier_id),
        visit.services.ask("cases", f"/dossiers/{dossier_id}/access", DossierAccess),
        visit.services.staff(),
        visit.services.ask_or(list[Team](), "identity", "/teams", list[Team]),
    )
    wrong = holder or grant or conflict or ended
    return pages.show(
        "dossiers/access.html",
        visit,
        dossier=dossier,
        access=access,
        blank=lambda: Form(visit),
        lift_reasons=LIFT_REASONS,
        team_names={team.team_id: team.name for team in teams},
        staff=staff,
        teams=[(team.team_id, team.name) for team in teams],
        holder=holder or Form(visit),
        grant=grant or Form(visit, {"ground": "substitute", "may_write": "1"}),
        conflict=conflict or Form(visit),
        wrong=wrong,
        grounds=GROUNDS,
        reasons=CONFLICT_REASONS,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


ROUTES = [
    access_page, assign_holder, grant_access, declare_conflict, lift_conflict, revoke_grant, looks_page,
]  # fmt: skip
