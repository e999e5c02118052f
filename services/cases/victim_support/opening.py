"""How a victim-support dossier begins: number, holder, re-contact tasks by the plan, and its first lines."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.configuration.copy import configuration_here
from services.cases.dossiers.calendar import working_days_here
from services.cases.dossiers.deadlines import WorkingDays, calendar_days, local_day
from services.cases.dossiers.models import Dossier, Entry, Grant, Task
from services.cases.dossiers.numbers import next_number
from services.cases.victim_support.recontact_plan import line_for
from shared import audit
from shared.auth import Principal
from shared.contracts.cases import DossierOpened
from shared.db import uuid7
from shared.outbox import publish

KIND = "victim_support"


async def open_victim_support(
    session: AsyncSession,
    principal: Principal,
    action: str,
    *,
    incident_type: str,
    holder: UUID,
    at: datetime,
    now: datetime,
    place: str,
    pv_number: str,
    summary: str,
    minors_involved: bool = False,
    call_out_id: UUID | None = None,
    incident_id: UUID | None = None,
) -> Dossier:
    """`at` is when the help began to be due: the closing of the call-out, or the moment of opening."""
    kind = (await configuration_here(session)).types_on(local_day(at)).get(incident_type)
    dossier = Dossier.open(
        kind=KIND,
        number=await next_number(session, KIND, at),
        incident_type=incident_type,
        holder=holder,
        by=principal.user_id,
        at=at,
        now=now,
        place=place,
        pv_number=pv_number,
        summary=summary,
        minors_involved=minors_involved or (kind is not None and kind.minors),
        call_out_id=call_out_id,
        incident_id=incident_id,
    )
    session.add(dossier)
    await session.flush()
    session.add(Grant.to_holder(dossier.id, holder, by=principal.user_id, at=min(at, now)))
    session.add(
        Entry.system(dossier.id, "dossier_opened", at=at, by=principal.user_id, incident_type=incident_type)
    )
    if kind is None or kind.recontact:
        session.add_all(recontact_tasks(dossier, await working_days_here(session), now=now))
    audit.record(
        session,
        principal,
        action,
        now=now,
        object_kind="dossier",
        object_id=dossier.id,
        subject_id=dossier.id,
    )
    publish(
        session,
        DossierOpened(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            dossier_id=dossier.id,
            incident_type=incident_type,
            holder=holder,
            call_out_id=call_out_id,
        ),
    )
    return dossier


def recontact_tasks(dossier: Dossier, working: WorkingDays, *, now: datetime) -> list[Task]:
    """One task for each term of the plan, each saying which plan line asked for it."""
    line = line_for(dossier.incident_type, local_day(dossier.opened_at))
    if line is None:
        return []
    tasks = []
    for days in line.days:
        due = calendar_days(dossier.opened_at, days, working)
        task = Task.plan(
            dossier.id, "recontact", due, assignee=dossier.holder, compulsory=line.compulsory, at=now
        )
        task.why = {**due.why, "plan": "named" if line.incident_types else "others", "source": line.source}
        tasks.append(task)
    return tasks
