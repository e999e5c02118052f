"""What can be done with tasks: plan one, complete one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.calendar import working_days_here
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.deadlines import Due, local_day, next_working_day
from services.cases.dossiers.models import ATTEMPTS, ConflictBlock, Dossier, Entry, Grant, Task
from shared.auth import Permission, Principal
from shared.contracts.tasks import TASK_RESULTS, TASKS_DONE_BY_THEIR_ACT, AddTask, CompleteTask, TaskRef
from shared.errors import Conflict, Invalid, NotFound


class DoneByItsOwnAct(Conflict):
    """This task is completed by what it asks for: the report that is written, the holder who is named."""

    code = "done_by_its_own_act"


async def add_task(
    session: AsyncSession, principal: Principal, command: AddTask, dossier_id: UUID, *, now: datetime
) -> TaskRef:
    """A task of one's own or for somebody who works in the dossier; without an assignee it is the holder's."""
    principal.require(Permission.DOSSIER_WRITE)
    if not command.title.strip():
        raise Invalid({"title": "required"})
    if command.due_on < local_day(now):
        raise Invalid({"due_on": "in_the_past"})
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    dossier.require_open()
    assignee = command.assignee or dossier.holder
    if assignee not in (None, principal.user_id) and not await works_in(session, dossier, assignee, now=now):
        raise Invalid({"assignee": "no_access"})
    due = Due(command.due_on, {"rule": "chosen", "from": local_day(now).isoformat()})
    task = Task.plan(
        dossier.id, "own", due, assignee=assignee, compulsory=False, at=now, title=command.title.strip()
    )
    session.add(task)
    session.add(
        Entry.system(
            dossier.id, "task_added", at=now, by=principal.user_id, due_on=command.due_on.isoformat()
        )
    )
    note_change(
        session, principal, dossier, "add_task", "task", now=now, object_kind="task", object_id=task.id
    )
    return TaskRef(task_id=task.id)


async def works_in(session: AsyncSession, dossier: Dossier, user_id: UUID | None, *, now: datetime) -> bool:
    granted = select(Grant.id).where(
        Grant.dossier_id == dossier.id,
        Grant.user_id == user_id,
        Grant.ground != "break_glass",
        Grant.starts_at <= now,
        or_(Grant.ends_at.is_(None), Grant.ends_at > now),
        ~select(ConflictBlock.id)
        .where(ConflictBlock.dossier_id == dossier.id, ConflictBlock.user_id == user_id)
        .exists(),
    )
    return await session.scalar(granted.limit(1)) is not None


async def complete_task(
    session: AsyncSession, principal: Principal, command: CompleteTask, task_id: UUID, *, now: datetime
) -> TaskRef:
    """With its result. Nobody reached: another attempt on the next working day, three in all."""
    principal.require(Permission.DOSSIER_WRITE)
    dossier_id = await session.scalar(select(Task.dossier_id).where(Task.id == task_id))
    if dossier_id is None:
        raise NotFound
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    task = await session.get_one(Task, task_id)
    if task.kind in TASKS_DONE_BY_THEIR_ACT:
        raise DoneByItsOwnAct
    if command.result not in _results_of(task):
        raise Invalid({"result": "not_a_choice"})
    task.complete(command.result, by=principal.user_id, at=now)
    details = {
        "task_id": str(task.id),
        "kind": task.kind,
        "result": command.result,
        "attempt": str(task.attempt),
    }
    if whom := command.person_id or task.why.get("of"):
        details["of"] = str(whom)
    session.add(_outcome(dossier, task, command.note.strip(), details, by=principal.user_id, at=now))
    if task.kind == "recontact" and command.result == "not_reached" and task.attempt < ATTEMPTS:
        due = next_working_day(now, await working_days_here(session))
        session.add(_next_attempt(dossier, task, due, at=now))
    note_change(
        session,
        principal,
        dossier,
        "complete_task",
        "task",
        now=now,
        object_kind="task",
        object_id=task.id,
        details={"result": command.result},
    )
    return TaskRef(task_id=task.id)


def _results_of(task: Task) -> tuple[str, ...]:
    """A re-contact is never simply done: it says what came of it."""
    if task.kind == "recontact":
        return tuple(result for result in TASK_RESULTS if result != "done")
    return TASK_RESULTS


def _outcome(
    dossier: Dossier, task: Task, note: str, details: dict[str, str], *, by: UUID, at: datetime
) -> Entry:
    if not note:
        return Entry.system(dossier.id, "task_completed", at=at, by=by, **details)
    kind = "contact" if task.kind == "recontact" else "note"
    return Entry.written(dossier.id, note, kind=kind, code="task_completed", details=details, by=by, at=at)


def _next_attempt(dossier: Dossier, task: Task, due: Due, *, at: datetime) -> Task:
    attempt = task.attempt + 1
    whose = {"of": task.why["of"]} if "of" in task.why else {}
    why = {**due.why, **whose, "after": "not_reached", "attempt": str(attempt)}
    return Task.plan(
        dossier.id,
        "recontact",
        Due(due.on, why),
        assignee=task.assignee,
        compulsory=task.compulsory,
        at=at,
        attempt=attempt,
    )
