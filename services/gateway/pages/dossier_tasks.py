"""A task of a dossier before it is done: another day, another colleague, or not at all."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.pages.dossier_sight import dossier_of, tell
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.tasks import CancelTask, HandOverTask, ReplanTask, TaskRef
from shared.errors import NotFound


@get("/dossiers/{dossier_id:uuid}/tasks/{task_id:uuid}/change", include_in_schema=False)
async def change_page(
    dossier_id: FromPath[UUID],
    task_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    return await _show(pages, visit, dossier_id, task_id)


@post("/dossiers/{dossier_id:uuid}/tasks/{task_id:uuid}/replan", include_in_schema=False)
async def replan_task(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    task_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    due_on = form.day("due_on")
    if form.needs("due_on", "reason") and due_on:
        command = ReplanTask(due_on=due_on, reason=form.text("reason"))
        if await tell(visit, form, f"/tasks/{task_id}/replan", command, TaskRef):
            return go_to(request, f"/dossiers/{dossier_id}", note="note.task_replanned")
    return await _show(pages, visit, dossier_id, task_id, replan=form)


@post("/dossiers/{dossier_id:uuid}/tasks/{task_id:uuid}/hand-over", include_in_schema=False)
async def hand_over_task(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    task_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    assignee = form.uuid("assignee")
    if form.needs("assignee") and assignee:
        command = HandOverTask(assignee=assignee, note=form.text("note"))
        if await tell(visit, form, f"/tasks/{task_id}/hand-over", command, TaskRef):
            return go_to(request, f"/dossiers/{dossier_id}", note="note.task_handed_over")
    return await _show(pages, visit, dossier_id, task_id, hand_over=form)


@post("/dossiers/{dossier_id:uuid}/tasks/{task_id:uuid}/cancel", include_in_schema=False)
async def cancel_task(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    task_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    if form.needs("why"):
        command = CancelTask(reason=form.text("why"))
        if await tell(visit, form, f"/tasks/{task_id}/cancel", command, TaskRef):
            return go_to(request, f"/dossiers/{dossier_id}", note="note.task_cancelled")
        if form.errors["reason"]:
            form.errors["why"] = form.errors.pop("reason")
    return await _show(pages, visit, dossier_id, task_id, cancel=form)


async def _show(pages: Pages, visit: Visit, dossier_id: UUID, task_id: UUID, **refused: Any) -> Response[str]:
    dossier, staff = await dossier_of(visit, dossier_id), await visit.services.staff()
    task = next((task for task in dossier.tasks if task.task_id == task_id), None)
    if task is None:
        raise NotFound
    wrong = next(iter(refused.values()), None)
    return pages.show(
        "dossiers/task_change.html",
        visit,
        dossier=dossier,
        staff=staff,
        task=task,
        replan=refused.get("replan") or Form(visit, {"due_on": task.due_on.isoformat()}),
        hand_over=refused.get("hand_over") or Form(visit),
        cancel=refused.get("cancel") or Form(visit),
        wrong=wrong or Form(visit),
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


ROUTES = [change_page, replan_task, hand_over_task, cancel_task]
