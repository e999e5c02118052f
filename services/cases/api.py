"""The doors of cases: one line each, to a command or a query."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from services.cases import api_aftercare, api_persons, api_work
from services.cases.documents.api import ROUTES as PAPERS
from services.cases.dossiers import commands, queries
from services.cases.outreach.api import ROUTES as OUTREACH
from services.cases.statistics import commands as statistics_commands
from services.cases.statistics import queries as statistics_queries
from services.cases.victim_support import commands as victim_support
from services.cases.victim_support import queries as victim_support_queries
from shared.app import Door
from shared.contracts.aftercare import RecontactRule
from shared.contracts.cases import (
    ChangeDossier,
    CloseDossier,
    DossierPage,
    DossierRef,
    DossierView,
    EntryRef,
    OpenDossier,
    SearchDossiers,
    WriteEntry,
    WriteReport,
)
from shared.contracts.configuration import SettingChange
from shared.contracts.dossier_access import (
    AccessedDossier,
    AskAccess,
    AssignHolder,
    BreakGlass,
    BreakGlassOpened,
    BreakGlassView,
    ConflictDeclared,
    DeclareConflict,
    DossierAccess,
    GrantAccess,
    LiftConflict,
    Look,
    ReviewBreakGlass,
    RevokeGrant,
)
from shared.contracts.statistics import CountedDossier, ExportNoted, NoteExport, Statistics
from shared.contracts.tasks import AddTask, CompleteTask, TaskPage, TaskRef

# Litestar keeps the names `state` and `scope` for its own, so these query parameters come in under others.
StateQuery = Annotated[str, QueryParameter(name="state")]
ScopeQuery = Annotated[str, QueryParameter(name="scope")]
DossierId = FromPath[UUID]

# --- questions -------------------------------------------------------------------------------------------------------


@get("/dossiers", operation_id="dossierPage")
async def dossier_page(
    door: NamedDependency[Door],
    in_state: StateQuery = "",
    after: FromQuery[str] = "",
) -> DossierPage:
    return await door.ask(queries.dossier_page, in_state, after)


@post("/dossiers/search", operation_id="searchDossiers", status_code=200)
async def search_dossiers(door: NamedDependency[Door], data: JSONBody[SearchDossiers]) -> DossierPage:
    """A question, although it is posted: it needs no key and is answered anew each time."""
    return await door.ask(queries.search_dossiers, data)


@get("/dossiers/{dossier_id:uuid}", operation_id="dossierById")
async def dossier_by_id(door: NamedDependency[Door], dossier_id: DossierId) -> DossierView:
    return await door.ask(queries.dossier_by_id, dossier_id)


@get("/dossiers/{dossier_id:uuid}/looks", operation_id="dossierLooks")
async def dossier_looks(door: NamedDependency[Door], dossier_id: DossierId) -> list[Look]:
    return await door.ask(queries.dossier_looks, dossier_id)


@get("/dossiers/{dossier_id:uuid}/access", operation_id="dossierAccess")
async def dossier_access(door: NamedDependency[Door], dossier_id: DossierId) -> DossierAccess:
    return await door.ask(queries.dossier_access, dossier_id)


@post("/dossiers/access", operation_id="accessibleDossiers", status_code=200)
async def accessible_dossiers(
    door: NamedDependency[Door], data: JSONBody[AskAccess]
) -> list[AccessedDossier]:
    """A question, although it is posted: ids of dossiers stand in no address."""
    return await door.ask(queries.accessible_dossiers, data)


@get("/tasks", operation_id="taskPage")
async def task_page(
    door: NamedDependency[Door], in_scope: ScopeQuery = "mine", in_state: StateQuery = "open"
) -> TaskPage:
    return await door.ask(queries.task_page, in_scope, in_state)


@get("/break-glass", operation_id="breakGlassUses")
async def break_glass_uses(door: NamedDependency[Door]) -> list[BreakGlassView]:
    return await door.ask(queries.break_glass_uses)


@get("/recontact-plan", operation_id="recontactPlan")
async def recontact_plan(door: NamedDependency[Door]) -> list[RecontactRule]:
    return await door.ask(victim_support_queries.recontact_plan)


@get("/recontact-plan/changes", operation_id="recontactChanges")
async def recontact_changes(door: NamedDependency[Door]) -> list[SettingChange]:
    return await door.ask(victim_support_queries.recontact_changes)


# --- victim support --------------------------------------------------------------------------------------------------


@post("/dossiers", operation_id="openDossier")
async def open_dossier(door: NamedDependency[Door], data: JSONBody[OpenDossier]) -> DossierRef:
    return await door.do(victim_support.open_dossier, data)


@post("/dossiers/{dossier_id:uuid}/report", operation_id="writeReport")
async def write_report(
    door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[WriteReport]
) -> EntryRef:
    return await door.do(victim_support.write_report, data, dossier_id)


# --- the dossier -----------------------------------------------------------------------------------------------------


@post("/dossiers/{dossier_id:uuid}", operation_id="changeDossier", status_code=200)
async def change_dossier(
    door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[ChangeDossier]
) -> DossierRef:
    return await door.do(commands.change_dossier, data, dossier_id)


@post("/dossiers/{dossier_id:uuid}/close", operation_id="closeDossier", status_code=200)
async def close_dossier(
    door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[CloseDossier]
) -> DossierRef:
    return await door.do(commands.close_dossier, data, dossier_id)


@post("/dossiers/{dossier_id:uuid}/reopen", operation_id="reopenDossier", status_code=200)
async def reopen_dossier(
    door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[CloseDossier]
) -> DossierRef:
    return await door.do(commands.reopen_dossier, data, dossier_id)


@post("/dossiers/{dossier_id:uuid}/entries", operation_id="writeEntry")
async def write_entry(
    door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[WriteEntry]
) -> EntryRef:
    return await door.do(commands.write_entry, data, dossier_id)


@post("/dossiers/{dossier_id:uuid}/tasks", operation_id="addTask")
async def add_task(door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[AddTask]) -> TaskRef:
    return await door.do(commands.add_task, data, dossier_id)


@post("/tasks/{task_id:uuid}/complete", operation_id="completeTask", status_code=200)
async def complete_task(
    door: NamedDependency[Door], task_id: FromPath[UUID], data: JSONBody[CompleteTask]
) -> TaskRef:
    return await door.do(victim_support.complete_task, data, task_id)


# --- who may see it --------------------------------------------------------------------------------------------------


@post("/dossiers/{dossier_id:uuid}/holder", operation_id="assignHolder", status_code=200)
async def assign_holder(
    door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[AssignHolder]
) -> DossierRef:
    return await door.do(commands.assign_holder, data, dossier_id)


@post("/dossiers/{dossier_id:uuid}/grants", operation_id="grantAccess")
async def grant_access(
    door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[GrantAccess]
) -> DossierRef:
    return await door.do(commands.grant_access, data, dossier_id)


@post("/dossiers/{dossier_id:uuid}/conflicts", operation_id="declareConflict")
async def declare_conflict(
    door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[DeclareConflict]
) -> ConflictDeclared:
    return await door.do(commands.declare_conflict, data, dossier_id)


@post(
    "/dossiers/{dossier_id:uuid}/conflicts/{conflict_id:uuid}/lift",
    operation_id="liftConflict",
    status_code=200,
)
async def lift_conflict(
    door: NamedDependency[Door],
    dossier_id: DossierId,
    conflict_id: FromPath[UUID],
    data: JSONBody[LiftConflict],
) -> DossierRef:
    return await door.do(commands.lift_conflict, data, dossier_id, conflict_id)


@post(
    "/dossiers/{dossier_id:uuid}/grants/{grant_id:uuid}/revoke", operation_id="revokeGrant", status_code=200
)
async def revoke_grant(
    door: NamedDependency[Door], dossier_id: DossierId, grant_id: FromPath[UUID], data: JSONBody[RevokeGrant]
) -> DossierRef:
    return await door.do(commands.revoke_grant, data, dossier_id, grant_id)


@post("/break-glass", operation_id="breakGlass")
async def break_glass(door: NamedDependency[Door], data: JSONBody[BreakGlass]) -> BreakGlassOpened:
    return await door.do(commands.break_glass, data)


@post("/break-glass/{break_glass_id:uuid}/review", operation_id="reviewBreakGlass", status_code=200)
async def review_break_glass(
    door: NamedDependency[Door], break_glass_id: FromPath[UUID], data: JSONBody[ReviewBreakGlass]
) -> BreakGlassView:
    return await door.do(commands.review_break_glass, data, break_glass_id)


@get("/statistics", operation_id="statistics")
async def statistics(
    door: NamedDependency[Door],
    starts_on: Annotated[date | None, QueryParameter(name="from")] = None,
) -> Statistics:
    return await door.ask(statistics_queries.statistics, starts_on)


@get("/statistics/dossiers", operation_id="countedDossiers")
async def counted_dossiers(
    door: NamedDependency[Door],
    starts_on: Annotated[date, QueryParameter(name="from")],
    figure: FromQuery[str],
    key: FromQuery[str],
) -> list[CountedDossier]:
    return await door.ask(statistics_queries.counted_dossiers, starts_on, figure, key)


@post("/statistics/exports", operation_id="noteExport", status_code=200)
async def note_export(door: NamedDependency[Door], data: JSONBody[NoteExport]) -> ExportNoted:
    return await door.do(statistics_commands.note_export, data)


ROUTES = [
    statistics,
    counted_dossiers,
    note_export,
    dossier_page,
    search_dossiers,
    dossier_by_id,
    dossier_looks,
    dossier_access,
    accessible_dossiers,
    task_page,
    break_glass_uses,
    recontact_plan,
    recontact_changes,
    open_dossier,
    write_report,
    change_dossier,
    close_dossier,
    reopen_dossier,
    write_entry,
    *api_persons.ROUTES,
    *api_work.ROUTES,
    *api_aftercare.ROUTES,
    add_task,
    complete_task,
    assign_holder,
    grant_access,
    declare_conflict,
    lift_conflict,
    revoke_grant,
    break_glass,
    review_break_glass,
    *OUTREACH,
    *PAPERS,
]
