"""What is written in a dossier: entries, reports, tasks, facts, and closing it. Each page is one form."""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.pages.dossier_drafts import begun, sent
from services.gateway.pages.dossier_sight import dossier_of, tell
from services.gateway.pages.two_versions import chosen, remember, side_by_side
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.aftercare import CONSENT_WAYS
from shared.contracts.cases import (
    ChangeDossier,
    CloseDossier,
    DossierRef,
    DossierView,
    EntryRef,
    WriteEntry,
    WriteReport,
)
from shared.contracts.tasks import TASK_RESULTS, AddTask, CompleteTask, TaskRef, TaskView
from shared.errors import NotFound, Problem

_FACTS: Final = ("summary", "place", "pv_number")


async def write(visit: Visit, form: Form, dossier_id: UUID) -> bool:
    """The entry that is written on the dossier's own page."""
    if not form.needs("text"):
        return False
    command = WriteEntry(
        text=form.text("text"),
        kind=form.text("kind") or "note",
        capacity=form.text("capacity") or "victim_care",
    )
    return await tell(visit, form, f"/dossiers/{dossier_id}/entries", command, EntryRef)


@get("/dossiers/{dossier_id:uuid}/report", include_in_schema=False)
async def report_page(
    dossier_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(
        pages, visit, "dossiers/report.html", dossier_id, await begun(visit, dossier_id, "report")
    )


@post("/dossiers/{dossier_id:uuid}/report", include_in_schema=False)
async def write_report(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    if form.needs("text"):
        command = WriteReport(text=form.text("text"))
        if await tell(visit, form, f"/dossiers/{dossier_id}/report", command, EntryRef):
            return go_to(request, f"/dossiers/{dossier_id}", note="note.report_written")
    return await _show(pages, visit, "dossiers/report.html", dossier_id, form)


@get("/dossiers/{dossier_id:uuid}/tasks/new", include_in_schema=False)
async def new_task(
    dossier_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(pages, visit, "dossiers/new_task.html", dossier_id, Form(visit))


@post("/dossiers/{dossier_id:uuid}/tasks", include_in_schema=False)
async def add_task(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    due_on, assignee = form.day("due_on"), form.uuid("assignee")
    if form.needs("title", "due_on") and due_on:
        command = AddTask(title=form.text("title"), due_on=due_on, assignee=assignee)
        if await tell(visit, form, f"/dossiers/{dossier_id}/tasks", command, TaskRef):
            return go_to(request, f"/dossiers/{dossier_id}", note="note.task_added")
    return await _show(pages, visit, "dossiers/new_task.html", dossier_id, form)


@get("/dossiers/{dossier_id:uuid}/tasks/{task_id:uuid}", include_in_schema=False)
async def task_page(
    dossier_id: FromPath[UUID],
    task_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = Form(visit, {"consent_way": CONSENT_WAYS[0]})
    return await _show(pages, visit, "dossiers/task.html", dossier_id, form, task_id=task_id)


@post("/dossiers/{dossier_id:uuid}/tasks/{task_id:uuid}", include_in_schema=False)
async def complete_task(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    task_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    if form.needs("result"):
        command = CompleteTask(
            result=form.text("result"),
            note=form.text("note"),
            person_id=form.uuid("person_id"),
            consent_by=form.uuid("consent_by"),
            consent_way=form.text("consent_way") or CONSENT_WAYS[0],
        )
        if await tell(visit, form, f"/tasks/{task_id}/complete", command, TaskRef):
            return go_to(request, f"/dossiers/{dossier_id}", note="note.task_completed")
    return await _show(pages, visit, "dossiers/task.html", dossier_id, form, task_id=task_id)


@get("/dossiers/{dossier_id:uuid}/facts", include_in_schema=False)
async def facts_page(
    dossier_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    dossier = await dossier_of(visit, dossier_id)
    facts = {name: getattr(dossier, name) for name in _FACTS}
    form = await begun(visit, dossier_id, "facts", {**remember(facts), "version": str(dossier.version)})
    return _answer(pages, visit, "dossiers/facts.html", dossier, form, changed=None, shown=_as_it_is)


@post("/dossiers/{dossier_id:uuid}", include_in_schema=False)
async def change_dossier(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """When a colleague was first, both versions stand side by side and nothing typed is lost."""
    form = await read_form(request, visit)
    chosen(form, _FACTS)
    command = ChangeDossier(version=form.number("version") or 0, **{name: form.text(name) for name in _FACTS})
    try:
        await visit.services.tell("cases", f"/dossiers/{dossier_id}", command, DossierRef, key=form.key)
    except Problem as problem:
        form.refused(problem)
        if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
            raise
        dossier = await dossier_of(visit, dossier_id)
        stored = {name: getattr(dossier, name) for name in _FACTS}
        changed = await side_by_side(visit, form, problem, stored, dossier.version)
        return _answer(pages, visit, "dossiers/facts.html", dossier, form, changed=changed, shown=_as_it_is)
    await sent(visit, form, dossier_id, "facts")
    return go_to(request, f"/dossiers/{dossier_id}", note="note.dossier_changed")


def _as_it_is(_name: str, value: str) -> str:
    return value


@get("/dossiers/{dossier_id:uuid}/close", include_in_schema=False)
async def close_page(
    dossier_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    dossier = await dossier_of(visit, dossier_id)
    return _answer(
        pages, visit, "dossiers/close.html", dossier, Form(visit, {"version": str(dossier.version)})
    )


@post("/dossiers/{dossier_id:uuid}/close", include_in_schema=False)
async def close_dossier(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    return await _turn(request, visit, pages, dossier_id, "close", "note.dossier_closed")


@post("/dossiers/{dossier_id:uuid}/reopen", include_in_schema=False)
async def reopen_dossier(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    return await _turn(request, visit, pages, dossier_id, "reopen", "note.dossier_reopened")


async def _turn(
    request: AnyRequest, visit: Visit, pages: Pages, dossier_id: UUID, act: str, note: str
) -> Response[str]:
    form = await read_form(request, visit)
    command = CloseDossier(version=form.number("version") or 0)
    if await tell(visit, form, f"/dossiers/{dossier_id}/{act}", command, DossierRef):
        return go_to(request, f"/dossiers/{dossier_id}", note=note)
    dossier = await dossier_of(visit, dossier_id)
    form.values["version"] = str(dossier.version)
    return _answer(pages, visit, "dossiers/close.html", dossier, form)


async def _show(
    pages: Pages, visit: Visit, template: str, dossier_id: UUID, form: Form, *, task_id: UUID | None = None
) -> Response[str]:
    dossier, staff = await dossier_of(visit, dossier_id), await visit.services.staff()
    found = [task for task in dossier.tasks if task.task_id == task_id]
    if task_id is not None and not found:
        raise NotFound
    if found:
        form.values.setdefault("person_id", _whose(dossier, found[0]))
    return _answer(
        pages,
        visit,
        template,
        dossier,
        form,
        staff=staff,
        task=found[0] if found else None,
        results=[
            result for result in TASK_RESULTS if result != "done" or not found or found[0].kind != "recontact"
        ],
    )


def _whose(dossier: DossierView, task: TaskView) -> str:
    """The victim whose re-contact it is, or the only one there is."""
    victims = [str(each.person_id) for each in dossier.persons if each.role == "victim"]
    return task.why.get("of") or (victims[0] if len(victims) == 1 else "")


def _answer(
    pages: Pages, visit: Visit, template: str, dossier: DossierView, form: Form, **context: Any
) -> Response[str]:
    wrong = bool(form.errors or form.problem)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return pages.show(template, visit, f=form, dossier=dossier, status=status, **context)


ROUTES = [
    report_page, write_report, new_task, add_task, task_page, complete_task, facts_page,
    change_dossier, close_page, close_dossier, reopen_dossier,
]  # fmt: skip
