"""What can be added to a dossier: an entry in the journal, a person."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.deadlines import local_day
from services.cases.dossiers.models import DossierPerson, Entry
from services.cases.persons.models import MAJORITY, Person, age_on
from shared.auth import Permission, Principal
from shared.contracts.cases import (
    CAPACITIES,
    PERSON_ROLES,
    AddPerson,
    EntryRef,
    PersonRef,
    WriteEntry,
)
from shared.errors import Conflict, Invalid

_KINDS = ("note", "contact", "practical_help")


class PersonAlreadyThere(Conflict):
    """Somebody with this INSZ is in this dossier."""

    code = "person_already_there"


async def write_entry(
    session: AsyncSession, principal: Principal, command: WriteEntry, dossier_id: UUID, *, now: datetime
) -> EntryRef:
    """A line of the journal, in the capacity that is spoken in; it can never be changed."""
    principal.require(Permission.DOSSIER_WRITE)
    wrong = {
        field: "not_a_choice"
        for field, value, choices in (
            ("kind", command.kind, _KINDS),
            ("capacity", command.capacity, CAPACITIES),
        )
        if value not in choices
    }
    if wrong:
        raise Invalid(wrong)
    if not command.text.strip():
        raise Invalid({"text": "required"})
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    dossier.require_open()
    entry = Entry.written(
        dossier.id,
        command.text,
        kind=command.kind,
        capacity=command.capacity,
        by=principal.user_id,
        at=now,
    )
    session.add(entry)
    note_change(
        session, principal, dossier, "write_entry", "entry", now=now, object_kind="entry", object_id=entry.id
    )
    return EntryRef(entry_id=entry.id)


async def add_person(
    session: AsyncSession, principal: Principal, command: AddPerson, dossier_id: UUID, *, now: datetime
) -> PersonRef:
    """A new person with his role here. Nobody is looked up in other dossiers: that would tell what is in them."""
    principal.require(Permission.DOSSIER_WRITE)
    today = local_day(now)
    _check(command, today)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    dossier.require_open()
    person = Person.register(command, by=principal.user_id, at=now)
    if person.insz and await session.scalar(
        select(Person.id)
        .join(DossierPerson, DossierPerson.person_id == Person.id)
        .where(DossierPerson.dossier_id == dossier.id, Person.insz == person.insz)
    ):
        raise PersonAlreadyThere
    session.add(person)
    await session.flush()
    session.add(
        DossierPerson(
            dossier_id=dossier.id,
            person_id=person.id,
            role=command.role,
            safe_contact=command.safe_contact.strip(),
            note=command.note.strip(),
            added_at=now,
        )
    )
    age = age_on(person.born_on, today)
    if command.role == "minor_involved" or (age is not None and age < MAJORITY):
        dossier.minors_involved = True
    session.add(Entry.system(dossier.id, "person_added", at=now, by=principal.user_id, role=command.role))
    note_change(
        session,
        principal,
        dossier,
        "add_person",
        "person",
        now=now,
        object_kind="person",
        object_id=person.id,
    )
    return PersonRef(person_id=person.id)


def _check(command: AddPerson, today: date) -> None:
    """Raises `Invalid` with a code for each wrong field; number and phone are judged by `Person.register`."""
    wrong: dict[str, str] = {}
    if not command.last_name.strip():
        wrong["last_name"] = "required"
    if command.role not in PERSON_ROLES:
        wrong["role"] = "not_a_choice"
    if command.born_on is not None and command.born_on > today:
        wrong["born_on"] = "in_the_future"
    if command.email and "@" not in command.email:
        wrong["email"] = "email_wrong"
    if wrong:
        raise Invalid(wrong)
