"""The doors of cases about work under way: tasks that change, older lines, drafts, visits. One line each."""

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from services.cases.dossiers import commands, queries
from shared.app import Door
from shared.contracts import drafts as contract
from shared.contracts.cases import EntryPage, EntryRef, NoteOutsideQuestion
from shared.contracts.tasks import CancelTask, HandOverTask, ReplanTask, TaskRef


@get("/drafts", operation_id="myDrafts")
async def my_drafts(door: NamedDependency[Door]) -> list[contract.DraftLine]:
    return await door.ask(queries.my_drafts)


@get("/dossiers/{dossier_id:uuid}/drafts", operation_id="draftsHere")
async def drafts_here(door: NamedDependency[Door], dossier_id: FromPath[UUID]) -> list[contract.DraftView]:
    return await door.ask(queries.drafts_here, dossier_id)


@get("/dossiers/{dossier_id:uuid}/entries", operation_id="entryPage")
async def entry_page(
    door: NamedDependency[Door], dossier_id: FromPath[UUID], before: FromQuery[str] = ""
) -> EntryPage:
    return await door.ask(queries.entry_page, dossier_id, before)


@post("/dossiers/{dossier_id:uuid}/drafts", operation_id="saveDraft", status_code=200)
async def save_draft(
    door: NamedDependency[Door], dossier_id: FromPath[UUID], data: JSONBody[contract.SaveDraft]
) -> contract.DraftRef:
    return await door.do(commands.save_draft, data, dossier_id)


@post("/dossiers/{dossier_id:uuid}/drafts/discard", operation_id="discardDraft", status_code=200)
async def discard_draft(
    door: NamedDependency[Door], dossier_id: FromPath[UUID], data: JSONBody[contract.DiscardDraft]
) -> contract.DraftRef:
    return await door.do(commands.discard_draft, data, dossier_id)


@post("/dossiers/{dossier_id:uuid}/visits", operation_id="visitDossier", status_code=200)
async def visit_dossier(door: NamedDependency[Door], dossier_id: FromPath[UUID]) -> contract.DossierVisit:
    """Twice is as good as once, so it needs no key."""
    return await door.ask(commands.visit_dossier, dossier_id)


@post("/dossiers/{dossier_id:uuid}/outside-questions", operation_id="noteOutsideQuestion")
async def note_outside_question(
    door: NamedDependency[Door], dossier_id: FromPath[UUID], data: JSONBody[NoteOutsideQuestion]
) -> EntryRef:
    return await door.do(commands.note_outside_question, data, dossier_id)


@post("/tasks/{task_id:uuid}/replan", operation_id="replanTask", status_code=200)
async def replan_task(
    door: NamedDependency[Door], task_id: FromPath[UUID], data: JSONBody[ReplanTask]
) -> TaskRef:
    return await door.do(commands.replan_task, data, task_id)


@post("/tasks/{task_id:uuid}/hand-over", operation_id="handOverTask", status_code=200)
async def hand_over_task(
    door: NamedDependency[Door], task_id: FromPath[UUID], data: JSONBody[HandOverTask]
) -> TaskRef:
    return await door.do(commands.hand_over_task, data, task_id)


@post("/tasks/{task_id:uuid}/cancel", operation_id="cancelTask", status_code=200)
async def cancel_task(
    door: NamedDependency[Door], task_id: FromPath[UUID], data: JSONBody[CancelTask]
) -> TaskRef:
    return await door.do(commands.cancel_task, data, task_id)


ROUTES = [
    replan_task,
    hand_over_task,
    cancel_task,
    my_drafts,
    drafts_here,
    entry_page,
    save_draft,
    discard_draft,
    visit_dossier,
    note_outside_question,
]
