"""One dossier whole: facts, access, persons, tasks and timeline, in one statement that also writes who read it."""

from datetime import datetime
from typing import Any
from typing import cast as typing_cast
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import BEST, ENDS_AT, GROUND, MAY_WRITE, visible
from services.cases.dossiers.deadlines import local_day
from services.cases.dossiers.models import Dossier, Entry, Task
from services.cases.dossiers.people import DossierPerson, Phone, Relation
from services.cases.dossiers.queries.audited import audit_of, json_rows, reader
from services.cases.persons.models import MAJORITY, Person
from services.cases.persons.safe_contact import may_call
from shared.auth import Permission, Principal
from shared.contracts.cases import DossierView
from shared.contracts.persons import SafeContact
from shared.db import Statement
from shared.errors import NotFound

TIMELINE_LENGTH = 200

_ID = bindparam("dossier_id", type_=Uuid)
_TODAY = bindparam("today", type_=Date)
_NO_RULES: ColumnElement[Any] = literal_column("'{}'::jsonb")
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
        Person.email,
        Person.language,
        Person.address,
        Person.insz,
        DossierPerson.safe_contact,
        DossierPerson.note,
        DossierPerson.safe,
        DossierPerson.other_roles,
        Person.maiden_name,
        Person.other_names,
        Person.deceased_on,
        Person.interpreter,
        Person.literacy,
        Person.pictograms,
        Person.contact_preference,
        DossierPerson.parental_authority,
        DossierPerson.contact_via,
        DossierPerson.version,
    )
    .join(Person, Person.id == DossierPerson.person_id)
    .where(DossierPerson.dossier_id == _ID, DossierPerson.removed_at.is_(None))
    .order_by(DossierPerson.added_at, DossierPerson.person_id)
)

# Never the number itself: that is asked for one by one (`reveal_phone`).
_phones = (
    select(
        Phone.id.label("phone_id"),
        Phone.person_id,
        Phone.label,
        func.right(Phone.number, 2).label("ends_with"),
        Phone.safe,
    )
    .where(Phone.dossier_id == _ID)
    .order_by(Phone.safe.desc(), Phone.id)
)

_relations = (
    select(Relation.id.label("relation_id"), Relation.person_id, Relation.kind, Relation.other_id)
    .where(Relation.dossier_id == _ID)
    .order_by(Relation.id)
)

_rules = (
    select(DossierPerson.person_id, DossierPerson.safe)
    .where(
        DossierPerson.dossier_id == _ID, DossierPerson.removed_at.is_(None), DossierPerson.safe != _NO_RULES
    )
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

# The last line that is shown, when one is older.
_edge = select(Entry.id, Entry.at).where(Entry.dossier_id == _ID).order_by(Entry.at.desc(), Entry.id.desc())
_last_shown = _edge.offset(TIMELINE_LENGTH - 1).limit(1).subquery("last_shown")
_first_hidden = _edge.offset(TIMELINE_LENGTH).limit(1).subquery("first_hidden")
_next_before = (
    select(cast(_last_shown.c.id, Text)).where(select(_first_hidden.c.id).exists()).scalar_subquery()
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
    and_(_found.c.kind == "outreach", _found.c.contact_made_at.is_(None)).label("before_contact"),
    _found.c.version,
    _found.c.access,
    json_rows(_persons, "person").label("persons"),
    json_rows(_tasks, "task").label("tasks"),
    json_rows(_timeline, "entry").label("timeline"),
    json_rows(_phones, "phone").label("phones"),
    json_rows(_relations, "relation").label("relations"),
).subquery("page")

DOSSIER_BY_ID = Statement(
    select(
        cast(func.row_to_json(_page.table_valued()), Text).label("page"),
        cast(json_rows(_rules, "rule"), Text).label("rules"),
        func.coalesce(_next_before, "").label("next_before"),
    )
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
    return typing_cast(
        "DossierView", msgspec.Raw(_with_verdicts(row["page"], row["rules"], row["next_before"], now=now))
    )


class _Rules(msgspec.Struct, frozen=True):
    person_id: UUID
    safe: SafeContact


def _with_verdicts(page: str, rules: str, next_before: str, *, now: datetime) -> bytes:
    """The database has built the answer; it goes out as it is, and who may be called now is put at its end."""
    known = msgspec.json.decode(rules, type=list[_Rules])
    verdicts = [msgspec.structs.replace(may_call(each.safe, now), person_id=each.person_id) for each in known]
    more = msgspec.json.encode({"may_call": verdicts, "next_before": next_before})
    return page.encode()[:-1] + b"," + more[1:]
