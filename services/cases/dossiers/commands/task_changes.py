"""What can be done with a task before it is done: another day, another colleague, or not at all, with a reason."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.commands.tasks import works_in
from services.cases.dossiers.deadlines import end_of_day, local_day
from services.cases.dossiers.models import Dossier, Entry, Task, TaskClosed
from services.cases.dossiers.plain_facts import check_facts
from shared.auth import Permission, Principal
from shared.contracts.tasks import CancelTask, HandOverTask, ReplanTask, TaskRef
from shared.errors import Conflict, Invalid, NotFound

_SHORTEST_REASON = 10


class TaskCompulsory(Conflict):
    """What the law or the plan asks for is done, or moved with a reason; it is not dropped."""

    code = "task_compulsory"


async def replan_task(
    session: AsyncSession, principal: Principal, command: ReplanTask, task_id: UUID, *, now: datetime
) -> TaskRef:
    """Another day. The first date stays in `why`, so that a term of the plan is not forgotten."""
    principal.require(Permission.DOSSIER_WRITE)
    _check(command.reason)
    if command.due_on < local_day(now):
        raise Invalid({"due_on": "in_the_past"})
    dossier, task = await _open_task(session, principal, task_id, now=now, before_contact=command.reason)
    first = str(task.why.get("moved_from") or task.due_on.isoformat())
    task.why = {**task.why, "moved_from": first}
    task.due_on = command.due_on
    task.due_at = end_of_day(command.due_on) if task.due_at else None
    _tell(session, principal, dossier, task, "replan_task", command.reason, now=now, due_on=str(task.due_on))
    return TaskRef(task_id=task.id)


async def hand_over_task(
    session: AsyncSession, principal: Principal, command: HandOverTask, task_id: UUID, *, now: datetime
) -> TaskRef:
    """To a colleague who works in the dossier."""
    principal.require(Permission.DOSSIER_WRITE)
    dossier, task = await _open_task(session, principal, task_id, now=now, before_contact=command.note)
    if command.assignee != principal.user_id and not await works_in(
        session, dossier, command.assignee, now=now
    ):
        raise Invalid({"assignee": "no_access"})
    task.assignee = command.assignee
    _tell(
        session, principal, dossier, task, "hand_over_task", command.note, now=now, to=str(command.assignee)
    )
    return TaskRef(task_id=task.id)


async def cancel_task(
    session: AsyncSession, principal: Principal, command: CancelTask, task_id: UUID, *, now: datetime
) -> TaskRef:
    principal.require(Permission.DOSSIER_WRITE)
    _check(command.reason)
    dossier, task = await _open_task(session, principal, task_id, now=now)
    if task.compulsory:
        raise TaskCompulsory
    task.cancel(by=principal.user_id, at=now)
    _tell(session, principal, dossier, task, "cancel_task", command.reason, now=now)
    return TaskRef(task_id=task.id)


def _check(reason: str) -> None:
    if len(reason.strip()) < _SHORTEST_REASON:
        raise Invalid({"reason": "reason_shorter"})


async def _open_task(
    session: AsyncSession,
    principal: Principal,
    task_id: UUID,
    *,
    now: datetime,
    before_contact: str | None = None,
) -> tuple[Dossier, Task]:
    """An open task of a dossier that the caller may write in. Raises `NotFound` or `TaskClosed`.

    `before_contact` is what is said with it, when it may be done before somebody was met: facts only.
    """
    dossier_id = await session.scalar(select(Task.dossier_id).where(Task.id == task_id))
    if dossier_id is None:
        raise NotFound
    dossier = await dossier_in_sight(
        session, principal, dossier_id, now=now, to_write=True, before_contact=before_contact is not None
    )
    dossier.require_open()
    if dossier.before_contact:
        check_facts(reason=before_contact or "")
    task = await session.get_one(Task, task_id)
    if task.state != "open":
        raise TaskClosed
    return dossier, task


def _tell(
    session: AsyncSession,
    principal: Principal,
    dossier: Dossier,
    task: Task,
    action: str,
    reason: str,
    *,
    now: datetime,
    **details: str,
) -> None:
    """A line in the timeline, with the reason where one was given."""
    known = {"kind": task.kind, **details}
    if reason.strip():
        session.add(
            Entry.written(
                dossier.id,
                reason.strip(),
                kind="note",
                code=action,
                details=known,
                by=principal.user_id,
                at=now,
            )
        )
    else:
        session.add(Entry.system(dossier.id, action, at=now, by=principal.user_id, **known))
    note_change(session, principal, dossier, action, "task", now=now, object_kind="task", object_id=task.id)
