"""What can be done with the persons of a dossier: add, change, relate, take out, and give another national number."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.commands.contact import check_safe, phone_of
from services.cases.dossiers.deadlines import local_day
from services.cases.dossiers.models import Dossier, Entry
from services.cases.dossiers.people import DossierPerson, Relation
from services.cases.dossiers.plain_facts import check_facts
from services.cases.persons.identifiers import insz_digits
from services.cases.persons.models import MAJORITY, Person, PersonNumber, age_on
from shared.auth import Permission, Principal
from shared.contracts.persons import (
    CONTACT_PREFERENCES,
    INSZ_ENDINGS,
    LITERACY,
    PERSON_ROLES,
    RELATIONS,
    REMOVAL_REASONS,
    AddPerson,
    ChangeInsz,
    ChangePerson,
    NewPhone,
    PersonRef,
    RelatePersons,
    RelationRef,
    RemovePerson,
    UnrelatePersons,
)
from shared.db import uuid7
from shared.errors import Conflict, Invalid, NotFound

_LANGUAGE_CODE = (2, 3)
_FACTS = (
    "first_name", "last_name", "maiden_name", "other_names", "born_on", "deceased_on", "email", "address", "language",
    "interpreter", "literacy", "pictograms", "contact_preference",
)  # fmt: skip
_FACTS_HERE = ("role", "other_roles", "parental_authority", "contact_via", "note")


class PersonAlreadyThere(Conflict):
    """Somebody with this INSZ is in this dossier."""

    code = "person_already_there"


class AlreadyRelated(Conflict):
    """This relation between these two stands in the dossier."""

    code = "already_related"


async def add_person(
    session: AsyncSession, principal: Principal, command: AddPerson, dossier_id: UUID, *, now: datetime
) -> PersonRef:
    """A new person with his role here. Nobody is looked up in other dossiers: that would tell what is in them."""
    principal.require(Permission.DOSSIER_WRITE)
    today = local_day(now)
    _check(command, today)
    check_safe(command.safe)
    dossier = await dossier_in_sight(
        session, principal, dossier_id, now=now, to_write=True, before_contact=True
    )
    dossier.require_open()
    _check_before_contact(dossier, command)
    person = Person.register(command, by=principal.user_id, at=now)
    await _require_new(session, dossier, person.insz)
    session.add(person)
    await session.flush()
    here = DossierPerson(
        dossier_id=dossier.id,
        person_id=person.id,
        role=command.role,
        other_roles=_others(command.role, command.other_roles),
        safe_contact=command.safe_contact.strip(),
        note=command.note.strip(),
        parental_authority=command.parental_authority.strip(),
        added_at=now,
        version=1,
        removed_because="",
    )
    here.rules = command.safe
    session.add(here)
    await session.flush()
    session.add_all(
        phone_of(here, each, by=principal.user_id, at=now)
        for each in _numbers_of(command)
        if each.phone.strip()
    )
    if person.insz:
        session.add(PersonNumber.given(person.id, person.insz, on=today, by=principal.user_id, at=now))
    _mark_minors(dossier, person, here, today)
    session.add(Entry.system(dossier.id, "person_added", at=now, by=principal.user_id, role=command.role))
    _note(session, principal, dossier, "add_person", person.id, now=now)
    return PersonRef(person_id=person.id)


def _numbers_of(command: AddPerson) -> Iterable[NewPhone]:
    if command.phone.strip():
        yield NewPhone(phone=command.phone, safe=command.phone_safe)
    yield from command.phones


async def change_person(
    session: AsyncSession,
    principal: Principal,
    command: ChangePerson,
    dossier_id: UUID,
    person_id: UUID,
    *,
    now: datetime,
) -> PersonRef:
    """Who somebody is and what he is here, unless somebody changed that after it was read."""
    principal.require(Permission.DOSSIER_WRITE)
    today = local_day(now)
    _check(command, today)
    dossier, here, person = await _in_dossier(
        session, principal, dossier_id, person_id, now=now, before_contact=True
    )
    _check_before_contact(dossier, command)
    if command.contact_via is not None:
        if command.contact_via == person_id:
            raise Invalid({"contact_via": "not_a_choice"})
        await _require_there(session, dossier, command.contact_via, "contact_via")
    here.next_version(command.version, by=principal.user_id, at=now)
    before = _values(person, here)
    person.describe(command)
    here.role, here.other_roles = command.role, _others(command.role, command.other_roles)
    here.parental_authority, here.note = command.parental_authority.strip(), command.note.strip()
    here.contact_via = command.contact_via
    _mark_minors(dossier, person, here, today)
    changed = {
        "facts": " ".join(name for name, value in _values(person, here).items() if value != before[name])
    }
    session.add(
        Entry.system(dossier.id, "person_changed", at=now, by=principal.user_id, role=here.role, **changed)
    )
    _note(session, principal, dossier, "change_person", person.id, now=now, details=changed)
    return PersonRef(person_id=person.id)


def _values(person: Person, here: DossierPerson) -> dict[str, object]:
    return {name: getattr(person, name) for name in _FACTS} | {
        name: getattr(here, name) for name in _FACTS_HERE
    }


async def remove_person(
    session: AsyncSession,
    principal: Principal,
    command: RemovePerson,
    dossier_id: UUID,
    person_id: UUID,
    *,
    now: datetime,
) -> PersonRef:
    """He no longer stands in the dossier; what was written about him stays, as the timeline does."""
    principal.require(Permission.DOSSIER_WRITE)
    if command.reason not in REMOVAL_REASONS:
        raise Invalid({"reason": "not_a_choice"})
    dossier, here, _ = await _in_dossier(
        session, principal, dossier_id, person_id, now=now, before_contact=True
    )
    here.remove(command.version, command.reason, by=principal.user_id, at=now)
    await session.execute(
        delete(Relation).where(
            Relation.dossier_id == dossier.id,
            or_(Relation.person_id == person_id, Relation.other_id == person_id),
        )
    )
    session.add(
        Entry.system(
            dossier.id, "person_removed", at=now, by=principal.user_id, role=here.role, because=command.reason
        )
    )
    _note(
        session, principal, dossier, "remove_person", person_id, now=now, details={"reason": command.reason}
    )
    return PersonRef(person_id=person_id)


async def change_insz(
    session: AsyncSession,
    principal: Principal,
    command: ChangeInsz,
    dossier_id: UUID,
    person_id: UUID,
    *,
    now: datetime,
) -> PersonRef:
    """Another national number, or none: the one before ends today as replaced or as wrong, and stays findable."""
    principal.require(Permission.DOSSIER_WRITE)
    if command.ended not in INSZ_ENDINGS:
        raise Invalid({"ended": "not_a_choice"})
    insz, today = insz_digits(command.insz), local_day(now)
    dossier, here, person = await _in_dossier(session, principal, dossier_id, person_id, now=now)
    here.next_version(command.version, by=principal.user_id, at=now)
    if insz == person.insz:
        return PersonRef(person_id=person.id)
    await _require_new(session, dossier, insz)
    running = await session.scalars(
        select(PersonNumber).where(PersonNumber.person_id == person.id, PersonNumber.valid_to.is_(None))
    )
    for number in running:
        number.end(command.ended, on=today)
    if insz:
        session.add(PersonNumber.given(person.id, insz, on=today, by=principal.user_id, at=now))
    person.insz = insz
    session.add(Entry.system(dossier.id, "insz_changed", at=now, by=principal.user_id, role=here.role))
    _note(session, principal, dossier, "change_insz", person.id, now=now, details={"ended": command.ended})
    return PersonRef(person_id=person.id)


async def relate_persons(
    session: AsyncSession, principal: Principal, command: RelatePersons, dossier_id: UUID, *, now: datetime
) -> RelationRef:
    """The first person is this to the second: Sofie is parent_of Emma."""
    principal.require(Permission.DOSSIER_WRITE)
    if command.kind not in RELATIONS:
        raise Invalid({"kind": "not_a_choice"})
    if command.person_id == command.other_id:
        raise Invalid({"other_id": "not_a_choice"})
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    dossier.require_open()
    await _require_there(session, dossier, command.person_id, "person_id")
    await _require_there(session, dossier, command.other_id, "other_id")
    if await session.scalar(
        select(Relation.id).where(
            Relation.dossier_id == dossier.id,
            Relation.person_id == command.person_id,
            Relation.kind == command.kind,
            Relation.other_id == command.other_id,
        )
    ):
        raise AlreadyRelated
    relation = Relation(
        id=uuid7(), dossier_id=dossier.id, person_id=command.person_id, kind=command.kind, other_id=command.other_id,
        added_at=now, added_by=principal.user_id,
    )  # fmt: skip
    session.add(relation)
    session.add(
        Entry.system(dossier.id, "persons_related", at=now, by=principal.user_id, relation=command.kind)
    )
    _note(session, principal, dossier, "relate_persons", command.person_id, now=now)
    return RelationRef(relation_id=relation.id)


async def unrelate_persons(
    session: AsyncSession,
    principal: Principal,
    command: UnrelatePersons,
    dossier_id: UUID,
    relation_id: UUID,
    *,
    now: datetime,
) -> RelationRef:
    principal.require(Permission.DOSSIER_WRITE)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    dossier.require_open()
    relation = await session.scalar(
        select(Relation).where(Relation.id == relation_id, Relation.dossier_id == dossier.id)
    )
    if relation is None:
        raise NotFound
    await session.delete(relation)
    session.add(
        Entry.system(dossier.id, "relation_removed", at=now, by=principal.user_id, relation=relation.kind)
    )
    _note(session, principal, dossier, "unrelate_persons", relation.person_id, now=now)
    return RelationRef(relation_id=relation.id)


# --- what they share -------------------------------------------------------------------------------------------------


async def _in_dossier(
    session: AsyncSession,
    principal: Principal,
    dossier_id: UUID,
    person_id: UUID,
    *,
    now: datetime,
    before_contact: bool = False,
) -> tuple[Dossier, DossierPerson, Person]:
    """An open dossier that the caller may write in, and one of its persons. `NotFound` for whoever is not in it."""
    dossier = await dossier_in_sight(
        session, principal, dossier_id, now=now, to_write=True, before_contact=before_contact
    )
    dossier.require_open()
    here = await session.get(DossierPerson, (dossier.id, person_id))
    if here is None or here.removed_at is not None:
        raise NotFound
    return dossier, here, await session.get_one(Person, person_id)


async def _require_there(session: AsyncSession, dossier: Dossier, person_id: UUID, field: str) -> None:
    here = await session.get(DossierPerson, (dossier.id, person_id))
    if here is None or here.removed_at is not None:
        raise Invalid({field: "not_a_choice"})


async def _require_new(session: AsyncSession, dossier: Dossier, insz: str) -> None:
    if insz and await session.scalar(
        select(Person.id)
        .join(DossierPerson, DossierPerson.person_id == Person.id)
        .where(
            DossierPerson.dossier_id == dossier.id, DossierPerson.removed_at.is_(None), Person.insz == insz
        )
    ):
        raise PersonAlreadyThere


def _check_before_contact(dossier: Dossier, command: AddPerson | ChangePerson) -> None:
    """Of somebody who was never met: who lives there and how to reach him, and nothing that he did not tell himself."""
    if not dossier.before_contact:
        return
    kept = {"note": command.note.strip(), "literacy": command.literacy,
            "parental_authority": command.parental_authority.strip()}  # fmt: skip
    if isinstance(command, AddPerson):
        kept["insz"] = command.insz.strip()
    if wrong := {field: "no_contact_yet" for field, value in kept.items() if value}:
        raise Invalid(wrong)
    safe_contact = command.safe_contact if isinstance(command, AddPerson) else ""
    check_facts(other_names=command.other_names, safe_contact=safe_contact)


def _others(role: str, others: list[str]) -> list[str]:
    return [each for each in dict.fromkeys(others) if each != role]


def _mark_minors(dossier: Dossier, person: Person, here: DossierPerson, today: date) -> None:
    """Once minors are involved the dossier says so for good; a birth date that was mended does not take it back."""
    age = age_on(person.born_on, today)
    if "minor_involved" in (here.role, *here.other_roles) or (age is not None and age < MAJORITY):
        dossier.minors_involved = True


def _check(command: AddPerson | ChangePerson, today: date) -> None:
    """Raises `Invalid` with a code for each wrong field; number and phone are judged by `Person` and `Phone`."""
    wrong: dict[str, str] = {}
    if not command.last_name.strip():
        wrong["last_name"] = "required"
    for field, value, choices in (
        ("role", command.role, PERSON_ROLES),
        ("literacy", command.literacy, ("", *LITERACY)),
        ("contact_preference", command.contact_preference, ("", *CONTACT_PREFERENCES)),
    ):
        if value not in choices:
            wrong[field] = "not_a_choice"
    if not set(command.other_roles) <= set(PERSON_ROLES):
        wrong["other_roles"] = "not_a_choice"
    if not all(
        each.isascii() and each.islower() and len(each) in _LANGUAGE_CODE for each in command.interpreter
    ):
        wrong["interpreter"] = "not_a_choice"
    for field, day in (("born_on", command.born_on), ("deceased_on", command.deceased_on)):
        if day is not None and day > today:
            wrong[field] = "in_the_future"
    if command.born_on and command.deceased_on and command.deceased_on < command.born_on:
        wrong["deceased_on"] = "ends_before_start"
    if command.email and "@" not in command.email:
        wrong["email"] = "email_wrong"
    if wrong:
        raise Invalid(wrong)


def _note(
    session: AsyncSession,
    principal: Principal,
    dossier: Dossier,
    action: str,
    person_id: UUID,
    *,
    now: datetime,
    details: dict[str, str] | None = None,
) -> None:
    note_change(
        session, principal, dossier, action, "person", now=now, object_kind="person", object_id=person_id,
        details=details,
    )  # fmt: skip
