"""One ladder whole, with the step that is proposed and why; and the ladders that run, in order of what is due."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import caller, visible
from services.cases.dossiers.deadlines import local_day
from services.cases.dossiers.models import Dossier, Task
from services.cases.dossiers.people import DossierPerson
from services.cases.outreach.acts import attempts_of, decision_for, line_of, step_of
from services.cases.outreach.ladder import LadderLine, Next, part_of
from services.cases.outreach.models import RUNNING, Attempt, Decision, Ladder, Signal, SignallerKept
from services.cases.persons.models import Person
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.outreach import (
    TASKS_OF_OUTREACH,
    LadderPlan,
    OutreachLine,
    OutreachPage,
    OutreachView,
    StepView,
)
from shared.errors import Invalid, NotFound

_MOST = 300
_SCOPES: Final = ("mine", "all")


async def outreach(
    session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime
) -> OutreachView:
    """Raises `NotFound` alike for unknown, another tenant's, out of sight, and a dossier without a ladder."""
    principal.require(Permission.DOSSIER_READ)
    ladder = await session.scalar(
        select(Ladder)
        .join(Dossier, Dossier.id == Ladder.dossier_id)
        .where(Ladder.dossier_id == dossier_id, visible),
        caller(principal, now=now),
    )
    if ladder is None:
        raise NotFound
    line = line_of(ladder)
    signals = await session.scalars(
        select(Signal).where(Signal.dossier_id == dossier_id).order_by(Signal.taken_at, Signal.id)
    )
    decisions = await session.scalars(
        select(Decision).where(Decision.dossier_id == dossier_id).order_by(Decision.proposed_at, Decision.id)
    )
    attempts = await attempts_of(session, dossier_id)
    waiting = (
        select(func.count())
        .select_from(SignallerKept)
        .join(Signal, Signal.id == SignallerKept.signal_id)
        .where(Signal.dossier_id == dossier_id)
    )
    view = OutreachView(
        dossier_id=dossier_id,
        state=ladder.state,
        version=ladder.version,
        stopped_why=ladder.stopped_why,
        signalled_at=ladder.signalled_at,
        signals=[each.view() for each in signals],
        attempts=[each.view(part_of(each.at, line)) for each in reversed(attempts)],
        decisions=[each.view() for each in decisions],
        next=await _next(session, ladder, attempts) if ladder.state == "open" else None,
        made=sum(each.result != "skipped" for each in attempts),
        plan=_plan(ladder, line),
        waiting=await session.scalar(waiting) or 0,
        grounds=line.partner_grounds,
    )
    audit.record(
        session, principal, "outreach", now=now, object_kind="ladder", object_id=dossier_id, subject_id=dossier_id
    )  # fmt: skip
    return view


async def _next(session: AsyncSession, ladder: Ladder, attempts: Sequence[Attempt]) -> StepView | None:
    """As it is counted now; the day is the task's, which may have been moved."""
    step = await step_of(session, ladder)
    if not isinstance(step, Next):
        return None
    task = await session.scalar(
        select(Task)
        .where(
            Task.dossier_id == ladder.dossier_id, Task.kind == f"outreach_{step.way}", Task.state == "open"
        )
        .limit(1)
    )
    needs = ""
    if step.way == "partner" and await decision_for(session, ladder.dossier_id, attempts) is None:
        needs = "basis"
    return StepView(
        way=step.way,
        on=task.due_on if task else step.on,
        part=step.part,
        why=dict(task.why) if task else step.why,
        passed=list(step.passed),
        needs=needs,
    )


def _plan(ladder: Ladder, line: LadderLine) -> LadderPlan:
    steps = line.again if ladder.rounds else line.steps
    return LadderPlan(
        steps=[each.way for each in steps],
        most_attempts=len(line.again) if ladder.rounds else line.most_attempts,
        valid_from=line.valid_from,
        certainty=line.certainty,
        source=line.source,
    )


async def outreach_page(
    session: AsyncSession, principal: Principal, scope: str = "mine", *, now: datetime
) -> OutreachPage:
    """`mine`: those that the caller holds. `all`: every one in sight. What is late and for today comes first."""
    principal.require(Permission.DOSSIER_READ)
    if scope not in _SCOPES:
        raise Invalid({"scope": "not_a_choice"})
    wanted = (
        select(Dossier, Ladder)
        .join(Ladder, Ladder.dossier_id == Dossier.id)
        .where(visible, Ladder.state.in_(RUNNING))
        .order_by(Ladder.signalled_at, Dossier.id)
        .limit(_MOST)
    )
    if scope == "mine":
        wanted = wanted.where(Dossier.holder == principal.user_id)
    rows = [(row.Dossier, row.Ladder) for row in await session.execute(wanted, caller(principal, now=now))]
    ids = [dossier.id for dossier, _ in rows]
    made = await _made(session, ids)
    tasks, names = await _tasks(session, ids), await _names(session, ids)
    lines = [_line(dossier, ladder, tasks.get(dossier.id), names, made) for dossier, ladder in rows]
    lines.sort(key=lambda line: (line.due_on is None, line.due_on or date.max, line.signalled_at))
    today = local_day(now)
    audit.record(
        session, principal, "outreach_page", now=now, object_kind="dossier_list",
        details={"count": len(lines), "dossiers": [str(each) for each in ids]},
    )  # fmt: skip
    return OutreachPage(
        lines=lines,
        late=sum(line.due_on is not None and line.due_on < today for line in lines),
        today=sum(line.due_on == today for line in lines),
    )


def _line(
    dossier: Dossier, ladder: Ladder, task: Task | None, names: dict[UUID, str], made: dict[UUID, int]
) -> OutreachLine:
    return OutreachLine(
        dossier_id=dossier.id,
        number=dossier.number,
        title=names.get(dossier.id, dossier.place),
        place=dossier.place,
        state=ladder.state,
        holder=dossier.holder,
        signalled_at=ladder.signalled_at,
        attempts=made.get(dossier.id, 0),
        task=task.kind if task else "",
        due_on=task.due_on if task else None,
        part=str(task.why.get("part", "")) if task else "",
    )


async def _made(session: AsyncSession, ids: list[UUID]) -> dict[UUID, int]:
    counted = await session.execute(
        select(Attempt.dossier_id, func.count().label("made"))
        .where(Attempt.dossier_id.in_(ids), Attempt.result != "skipped")
        .group_by(Attempt.dossier_id)
    )
    return {row.dossier_id: row.made for row in counted}


async def _tasks(session: AsyncSession, ids: list[UUID]) -> dict[UUID, Task]:
    """Of each ladder what is due first; hearing back is a task beside it."""
    steps = [kind for kind in TASKS_OF_OUTREACH if kind != "outreach_hear_back"]
    found = await session.scalars(
        select(Task)
        .where(Task.dossier_id.in_(ids), Task.state == "open", Task.kind.in_(steps))
        .order_by(Task.due_on, Task.id)
    )
    due = defaultdict[UUID, list[Task]](list)
    for task in found:
        due[task.dossier_id].append(task)
    return {dossier_id: tasks[0] for dossier_id, tasks in due.items()}


async def _names(session: AsyncSession, ids: list[UUID]) -> dict[UUID, str]:
    """Who is looked for, where his name is known."""
    found = await session.execute(
        select(DossierPerson.dossier_id, Person.first_name, Person.last_name)
        .join(Person, Person.id == DossierPerson.person_id)
        .where(
            DossierPerson.dossier_id.in_(ids),
            DossierPerson.removed_at.is_(None),
            DossierPerson.role == "client",
        )
        .order_by(DossierPerson.added_at.desc())
    )
    return {row.dossier_id: f"{row.first_name} {row.last_name}".strip() for row in found}
