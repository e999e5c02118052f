"""The dossiers of last night about which the team has not decided yet."""

from collections import defaultdict
from datetime import UTC, datetime, time
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import caller, visible
from services.cases.dossiers.deadlines import BRUSSELS, local_day
from services.cases.dossiers.models import ConflictBlock, Dossier, Entry, Task
from services.cases.dossiers.people import DossierPerson
from services.cases.persons.models import MAJORITY, Person, age_on
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.aftercare import TriageLine, TriagePage

_MOST = 100


async def triage_page(session: AsyncSession, principal: Principal, *, now: datetime) -> TriagePage:
    """Of call-outs and incidents, oldest first. The counts are of the same list."""
    principal.require(Permission.DOSSIER_ASSIGN)
    waiting = select(Dossier).where(
        visible, Dossier.state == "open", Dossier.triaged_at.is_(None), Dossier.incident_id.is_not(None)
    )
    who = caller(principal, now=now)
    found = list(await session.scalars(waiting.order_by(Dossier.opened_at, Dossier.id).limit(_MOST), who))
    count = await session.scalar(select(func.count()).select_from(waiting.subquery()), who) or 0
    midnight = datetime.combine(local_day(now), time(), BRUSSELS).astimezone(UTC)
    decided = (
        await session.scalar(
            select(func.count()).select_from(Dossier).where(visible, Dossier.triaged_at >= midnight), who
        )
        or 0
    )
    lines = await _lines(session, found, now=now)
    audit.record(
        session,
        principal,
        "triage_page",
        now=now,
        object_kind="dossier_list",
        details={"count": str(len(lines)), "dossiers": " ".join(str(each.dossier_id) for each in lines)},
    )
    return TriagePage(
        lines=lines,
        waiting=count,
        reports_late=sum(each.report == "late" for each in lines),
        without_holder=sum(each.holder is None for each in lines),
        decided_today=decided,
    )


async def _lines(session: AsyncSession, found: list[Dossier], *, now: datetime) -> list[TriageLine]:
    ids, today = [each.id for each in found], local_day(now)
    tasks, people = defaultdict[UUID, list[Task]](list), defaultdict[UUID, list[bool]](list)
    blocked, present = defaultdict[UUID, list[UUID]](list), dict[UUID, str]()
    for task in await session.scalars(
        select(Task).where(Task.dossier_id.in_(ids), Task.kind.in_(("recontact", "call_out_report")))
    ):
        tasks[task.dossier_id].append(task)
    for dossier_id, role, born_on in await session.execute(
        select(DossierPerson.dossier_id, DossierPerson.role, Person.born_on)
        .join(Person, Person.id == DossierPerson.person_id)
        .where(DossierPerson.dossier_id.in_(ids), DossierPerson.removed_at.is_(None))
    ):
        age = age_on(born_on, today)
        people[dossier_id].append(role == "minor_involved" or (age is not None and age < MAJORITY))
    for dossier_id, user_id in await session.execute(
        select(ConflictBlock.dossier_id, ConflictBlock.user_id).where(ConflictBlock.dossier_id.in_(ids))
    ):
        blocked[dossier_id].append(user_id)
    for entry in await session.scalars(
        select(Entry).where(Entry.dossier_id.in_(ids), Entry.code == "call_out_briefing")
    ):
        present[entry.dossier_id] = entry.details.get("present", "")
    lines = []
    for dossier in found:
        reports = [each for each in tasks[dossier.id] if each.kind == "call_out_report"]
        recontacts = sorted(
            (each for each in tasks[dossier.id] if each.kind == "recontact" and each.state == "open"),
            key=lambda each: each.due_on,
        )
        report = reports[0] if reports else None
        lines.append(
            TriageLine(
                dossier_id=dossier.id,
                number=dossier.number,
                incident_type=dossier.incident_type,
                opened_at=dossier.opened_at,
                place=dossier.place,
                summary=dossier.summary,
                present=present.get(dossier.id, ""),
                persons=len(people[dossier.id]),
                minors=sum(people[dossier.id]),
                minors_involved=dossier.minors_involved,
                holder=dossier.holder,
                report=_report(report, now=now),
                report_due_on=report.due_on if report else None,
                recontacts=[each.due_on for each in recontacts],
                compulsory_recontacts=sum(each.compulsory for each in recontacts),
                blocked=blocked[dossier.id],
            )
        )
    return lines


def _report(task: Task | None, *, now: datetime) -> str:
    if task is None:
        return "none"
    if task.state != "open":
        return "done"
    late = task.due_at is not None and task.due_at <= now
    return "late" if late else "due"
