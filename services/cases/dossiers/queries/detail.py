"""One dossier whole: facts, access, persons, tasks and timeline, in one statement that also writes who read it."""

from datetime import datetime
from typing import Any
from typing import cast as typing_cast
from uuid import UUID

import msgspec
from sqlalchemy import Date, Integer, Text, Uuid, bindparam, cast, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import BEST, ENDS_AT, GROUND, MAY_WRITE, visible
from services.cases.dossiers.deadlines import local_day
from services.cases.dossiers.models import Dossier, DossierPerson, Entry, Task
from services.cases.dossiers.queries.audited import audit_of, json_rows, reader
from services.cases.persons.models import MAJORITY, Person
from shared.auth import Permission, Principal
from shared.contracts.cases import DossierView
from shared.db import Statement
from shared.errors import NotFound

TIMELINE_LENGTH = 200

_ID = bindparam("dossier_id", type_=Uuid)
_TODAY = bindparam("today", type_=Date)
_AGE = cast(func.date_part("year", func.age(_TODAY, Person.born_on)), Integer)

_found = (
    select(
        Dossier,
        func.json_build_object("ground", GROUND, "may_write", MAY_WRITE, "ends_at", ENDS_AT).label("access"),
        GROUND.label("ground"),
    )
    .join(BEST, true(), isouter=True)
    .where(Dossier.id == _ID, visible)
    .cte("found")
)

_persons = (
    select(
        Person.id.label("person_id"),
        Person.first_name,
        Person.last_name,
        DossierPerson.role,
        Person.born_on,
        _AGE.label("age"),
        func.coalesce(or_(DossierPerson.role == "minor_involved", _AGE < MAJORITY), False).label("minor"),
        Person.phone,
        Person.email,
        Person.language,
        Person.address,
        Person.insz,
        DossierPerson.safe_contact,
        DossierPerson.note,
    )
    .join(Person, Person.id == DossierPerson.person_id)
    .where(DossierPerson.dossier_id == _ID)
    .order_by(DossierPerson.added_at, DossierPerson.person_id)
)

TASK_COLUMNS = (
    Task.id.label("task_id"),
    Task.dossier_id,
    Task.kind,
    Task.title,
    Task.due_on,
    Task.due_at,
    Task.state,
    Task.assignee,
    Task.compulsory,
    Task.result,
    Task.done_at,
    Task.done_by,
    Task.why,
)

_tasks = (
    select(
        *TASK_COLUMNS, _found.c.number.label("dossier_number"), _found.c.incident_type.label("incident_type")
    )
    .where(Task.dossier_id == _ID)
    .order_by(Task.state != "open", Task.due_on, Task.id)
    .correlate(_found)
)

_timeline = (
    select(
        Entry.id.label("entry_id"),
        Entry.kind,
        Entry.capacity,
        Entry.text,
        Entry.code,
        Entry.details,
        Entry.at,
        Entry.author,
        Entry.author_service,
    )
    .where(Entry.dossier_id == _ID)
    .order_by(Entry.at.desc(), Entry.id.desc())
    .limit(TIMELINE_LENGTH)
)

_page = select(
    _found.c.id.label("dossier_id"),
    _found.c.number,
    _found.c.kind,
    _found.c.compartment,
    _found.c.incident_type,
    _found.c.state,
    _found.c.holder,
    _found.c.team_id,
    _found.c.opened_at,
    _found.c.closed_at,
    _found.c.call_out_id,
    _found.c.place,
    _found.c.pv_number,
    _found.c.summary,
    _found.c.minors_involved,
    _found.c.version,
    _found.c.access,
    json_rows(_persons, "person").label("persons"),
    json_rows(_tasks, "task").label("tasks"),
    json_rows(_timeline, "entry").label("timeline"),
).subquery("page")

DOSSIER_BY_ID = Statement(
    select(cast(func.row_to_json(_page.table_valued()), Text).label("page"))
    .select_from(_page)
    .add_cte(
        audit_of(
            "dossier_by_id",
            "dossier",
            func.jsonb_build_object("ground", _found.c.ground),
            read=_found,
            dossier_id=_found.c.id,
        )
    )
)


async def dossier_by_id(
    session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime
) -> DossierView:
    """Raises `NotFound` alike for unknown, another tenant's and out of sight."""
    principal.require(Permission.DOSSIER_READ)
    row: Any = await DOSSIER_BY_ID.fetch_one(
        session, dossier_id=dossier_id, today=local_day(now), **reader(principal, now=now)
    )
    if row is None:
        raise NotFound
    # The database has built the answer; it goes out as it is.
    return typing_cast("DossierView", msgspec.Raw(row["page"].encode()))
