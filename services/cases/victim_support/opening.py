"""How a victim-support dossier begins: number, holder, the tasks that its type asks for, and its first lines."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.configuration.copy import configuration_here
from services.cases.dossiers.calendar import working_days_here
from services.cases.dossiers.deadlines import calendar_days, local_day, next_working_day
from services.cases.dossiers.models import Dossier, Entry, Grant, Task
from services.cases.dossiers.numbers import next_number
from services.cases.dossiers.people import DossierPerson
from services.cases.persons.models import Person
from services.cases.victim_support.models import OwnRecontactRule
from services.cases.victim_support.recontact_plan import Planned, is_duty, line_for, share
from shared import audit
from shared.auth import Principal
from shared.contracts.cases import DossierOpened
from shared.db import uuid7
from shared.errors import Invalid
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
    dossier = await begin_dossier(
        session,
        principal,
        action,
        kind=KIND,
        incident_type=incident_type,
        holder=holder,
        at=at,
        now=now,
        place=place,
        pv_number=pv_number,
        summary=summary,
        minors_involved=minors_involved or (kind is not None and kind.minors),
        call_out_id=call_out_id,
        incident_id=incident_id,
    )
    session.add_all(await recontact_tasks(session, dossier, after=at, now=now))
    if await asks_for_risk(session, incident_type, on=local_day(at)):
        session.add(await risk_task(session, dossier, after=at, now=now))
    return dossier


async def begin_dossier(
    session: AsyncSession,
    principal: Principal,
    action: str,
    *,
    kind: str,
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
    compartment: str = "",
) -> Dossier:
    """A dossier of any kind, with its number, its holder and its first line; what must be done is up to its kind."""
    dossier = Dossier.open(
        kind=kind,
        number=await next_number(session, kind, at),
        incident_type=incident_type,
        holder=holder,
        by=principal.user_id,
        at=at,
        now=now,
        place=place,
        pv_number=pv_number,
        summary=summary,
        minors_involved=minors_involved,
        call_out_id=call_out_id,
        incident_id=incident_id,
        compartment=compartment,
    )
    session.add(dossier)
    await session.flush()
    session.add(Grant.to_holder(dossier.id, holder, by=principal.user_id, at=min(at, now)))
    session.add(
        Entry.system(dossier.id, "dossier_opened", at=at, by=principal.user_id, incident_type=incident_type)
    )
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


async def recontact_tasks(
    session: AsyncSession, dossier: Dossier, *, after: datetime, now: datetime, victim: UUID | None = None
) -> list[Task]:
    """One task for each term of the plan, each saying which plan line asked for it, and of which victim it is.

    A tenant can do without re-contacts of a type, but not where the law wants them.
    """
    day = local_day(after)
    line = line_for(dossier.incident_type, day)
    kind = (await configuration_here(session)).types_on(day).get(dossier.incident_type)
    if line is None or (kind is not None and not kind.recontact and not line.compulsory):
        return []
    own = await own_rule(session, dossier.incident_type, day)
    working = await working_days_here(session)
    tasks = []
    for days in own.days if own is not None else line.days:
        due = calendar_days(after, days, working)
        task = Task.plan(
            dossier.id, "recontact", due, assignee=dossier.holder, compulsory=line.compulsory, at=now
        )
        task.why = {
            **due.why,
            "plan": "own" if own is not None else ("named" if line.incident_types else "others"),
            "source": "" if own is not None and not line.compulsory else line.source,
        } | ({"of": str(victim)} if victim else {})
        tasks.append(task)
    return tasks


async def recontact_each_victim(session: AsyncSession, dossier: Dossier, *, by: UUID, now: datetime) -> None:
    """Where the law wants re-contacts every victim has his own, whoever comes, goes or becomes something else."""
    if not is_duty(dossier.incident_type, local_day(now)):
        return
    await session.flush()
    tasks = {
        task.id: task
        for task in await session.scalars(
            select(Task)
            .where(
                Task.dossier_id == dossier.id,
                Task.kind == "recontact",
                Task.compulsory,
                Task.state != "cancelled",
            )
            .order_by(Task.due_on, Task.id)
        )
    }
    sharing = share([_planned(task) for task in tasks.values()], await _victims(session, dossier))
    for task_id, victim in sharing.moved.items():
        why = {name: value for name, value in tasks[task_id].why.items() if name != "of"}
        tasks[task_id].why = why | ({"of": str(victim)} if victim else {})
    for task_id in sharing.ended:
        tasks[task_id].cancel(by=by, at=now)
    for victim in sharing.anew:
        session.add_all(await recontact_tasks(session, dossier, after=now, now=now, victim=victim))


def _planned(task: Task) -> Planned:
    return Planned(task.id, UUID(task.why["of"]) if "of" in task.why else None, task.state == "open")


async def _victims(session: AsyncSession, dossier: Dossier) -> Sequence[UUID]:
    """The living, in the order in which they came into the dossier."""
    found = await session.scalars(
        select(DossierPerson.person_id)
        .join(Person, Person.id == DossierPerson.person_id)
        .where(
            DossierPerson.dossier_id == dossier.id,
            DossierPerson.removed_at.is_(None),
            or_(DossierPerson.role == "victim", DossierPerson.other_roles.contains(["victim"])),
            Person.deceased_on.is_(None),
        )
        .order_by(DossierPerson.added_at, DossierPerson.person_id)
    )
    return found.all()


async def asks_for_risk(session: AsyncSession, incident_type: str, *, on: date) -> bool:
    """Whether the tenant wants a risk assessment in each dossier of a type."""
    kind = (await configuration_here(session)).types_on(on).get(incident_type)
    return kind is not None and "risk_assessment" in kind.mandatory


async def risk_task(session: AsyncSession, dossier: Dossier, *, after: datetime, now: datetime) -> Task:
    """Compulsory, so the dossier stays open until the reference to the official form stands in it."""
    due = next_working_day(after, await working_days_here(session))
    return Task.plan(dossier.id, "risk_assessment", due, assignee=dossier.holder, compulsory=True, at=now)


async def require_type(session: AsyncSession, incident_type: str, *, now: datetime) -> None:
    """A type that the tenant offers today; raises `Invalid`."""
    kind = (await configuration_here(session)).types_on(local_day(now)).get(incident_type)
    if kind is None or kind.hidden:
        raise Invalid({"incident_type": "not_a_choice"})


async def own_rule(session: AsyncSession, incident_type: str, day: date) -> OwnRecontactRule | None:
    """What the tenant itself chose for a type, as it holds on a day."""
    rule: OwnRecontactRule | None = await session.scalar(
        select(OwnRecontactRule)
        .where(OwnRecontactRule.incident_type == incident_type, OwnRecontactRule.valid_from <= day)
        .order_by(OwnRecontactRule.valid_from.desc(), OwnRecontactRule.set_at.desc())
        .limit(1)
    )
    return rule
