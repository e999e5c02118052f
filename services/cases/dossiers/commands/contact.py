"""What can be done with the ways to reach somebody: rules that keep it safe, and numbers shown one by one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.models import Entry
from services.cases.dossiers.people import DossierPerson, Phone
from services.cases.dossiers.plain_facts import check_facts
from services.cases.persons.identifiers import e164
from services.cases.persons.safe_contact import may_call, same_hours_twice
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.persons import (
    ChangeSafeContact,
    MayCall,
    NewPhone,
    PersonRef,
    PhoneRef,
    RemovePhone,
    RevealedPhone,
    RevealPhone,
    SafeContact,
)
from shared.db import uuid7
from shared.errors import Conflict, Invalid, NotFound

MOST_PHONES = 8
_SHORTEST_REASON = 10


class UnsafeToCall(Conflict):
    """Calling this number now could bring the person in danger; the details say why and when it may."""

    code = "unsafe_to_call"


async def reveal_phone(
    session: AsyncSession,
    principal: Principal,
    command: RevealPhone,
    dossier_id: UUID,
    phone_id: UUID,
    *,
    now: datetime,
) -> RevealedPhone:
    """A number, to call it. Against the rules only with a reason, which then stands in the timeline (S09)."""
    principal.require(Permission.DOSSIER_READ)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_look=True)
    phone, here = await _phone(session, dossier.id, phone_id)
    verdict = await _verdict(session, phone, here, now=now)
    reason = command.reason.strip()
    if not verdict.allowed and not reason:
        raise UnsafeToCall(details=_told(verdict))
    if not verdict.allowed and len(reason) < _SHORTEST_REASON:
        raise Invalid({"reason": "reason_shorter"})
    if dossier.before_contact:
        check_facts(reason=reason)
    details = {"why": verdict.why, "overridden": "no" if verdict.allowed else "yes"}
    if verdict.allowed:
        audit.record(
            session, principal, "reveal_phone", now=now, object_kind="phone", object_id=phone.id,
            subject_id=dossier.id, details=details,
        )  # fmt: skip
    else:
        entry = Entry.written(
            dossier.id, reason, kind="contact", code="number_shown_anyway", by=principal.user_id, at=now,
            details={"why": verdict.why, "role": here.role},
        )  # fmt: skip
        session.add(entry)
        note_change(
            session, principal, dossier, "reveal_phone", "entry", now=now, object_kind="phone", object_id=phone.id,
            details=details,
        )  # fmt: skip
    return RevealedPhone(
        phone_id=phone.id, person_id=phone.person_id, number=phone.number, overridden=not verdict.allowed
    )


async def _verdict(session: AsyncSession, phone: Phone, here: DossierPerson, *, now: datetime) -> MayCall:
    """The rules of the person, and whether another number of his is the safe one."""
    verdict = may_call(here.rules, now)
    if (
        verdict.allowed
        and not phone.safe
        and await session.scalar(
            select(Phone.id).where(
                Phone.dossier_id == phone.dossier_id, Phone.person_id == phone.person_id, Phone.safe
            )
        )
    ):
        return MayCall(allowed=False, why="not_the_safe_number")
    return verdict


def _told(verdict: MayCall) -> dict[str, str]:
    moments = {"next_from": verdict.next_from, "next_until": verdict.next_until}
    return {"why": verdict.why} | {name: at.isoformat() for name, at in moments.items() if at is not None}


async def change_safe_contact(
    session: AsyncSession,
    principal: Principal,
    command: ChangeSafeContact,
    dossier_id: UUID,
    person_id: UUID,
    *,
    now: datetime,
) -> PersonRef:
    """New rules for reaching a person, unless somebody changed him after he was read."""
    principal.require(Permission.DOSSIER_WRITE)
    check_safe(command.safe)
    dossier = await dossier_in_sight(
        session, principal, dossier_id, now=now, to_write=True, before_contact=True
    )
    dossier.require_open()
    if dossier.before_contact:
        check_facts(safe_contact=command.safe_contact)
    here = await _present(session, dossier.id, person_id)
    here.next_version(command.version, by=principal.user_id, at=now)
    here.rules, here.safe_contact = command.safe, command.safe_contact.strip()
    session.add(
        Entry.system(dossier.id, "safe_contact_changed", at=now, by=principal.user_id, role=here.role)
    )
    note_change(
        session, principal, dossier, "change_safe_contact", "person", now=now, object_kind="person",
        object_id=person_id,
    )  # fmt: skip
    return PersonRef(person_id=person_id)


async def add_phone(
    session: AsyncSession,
    principal: Principal,
    command: NewPhone,
    dossier_id: UUID,
    person_id: UUID,
    *,
    now: datetime,
) -> PhoneRef:
    """One more number of a person in this dossier."""
    principal.require(Permission.DOSSIER_WRITE)
    dossier = await dossier_in_sight(
        session, principal, dossier_id, now=now, to_write=True, before_contact=True
    )
    dossier.require_open()
    here = await _present(session, dossier.id, person_id)
    phone = phone_of(here, command, by=principal.user_id, at=now)
    if not phone.number:
        raise Invalid({"phone": "required"})
    known = (
        await session.scalars(
            select(Phone.number).where(Phone.dossier_id == dossier.id, Phone.person_id == person_id)
        )
    ).all()
    if phone.number in known:
        raise Invalid({"phone": "phone_known"})
    if len(known) >= MOST_PHONES:
        raise Invalid({"phone": "too_many"})
    session.add(phone)
    note_change(
        session, principal, dossier, "add_phone", "person", now=now, object_kind="phone", object_id=phone.id
    )
    return PhoneRef(phone_id=phone.id)


async def remove_phone(
    session: AsyncSession,
    principal: Principal,
    command: RemovePhone,
    dossier_id: UUID,
    phone_id: UUID,
    *,
    now: datetime,
) -> PhoneRef:
    """A number that is of no use, or dangerous."""
    principal.require(Permission.DOSSIER_WRITE)
    dossier = await dossier_in_sight(
        session, principal, dossier_id, now=now, to_write=True, before_contact=True
    )
    dossier.require_open()
    phone, here = await _phone(session, dossier.id, phone_id)
    await session.delete(phone)
    session.add(Entry.system(dossier.id, "phone_removed", at=now, by=principal.user_id, role=here.role))
    note_change(
        session,
        principal,
        dossier,
        "remove_phone",
        "person",
        now=now,
        object_kind="phone",
        object_id=phone.id,
    )
    return PhoneRef(phone_id=phone.id)


def phone_of(here: DossierPerson, number: NewPhone, *, by: UUID, at: datetime) -> Phone:
    """Raises `PhoneWrong`."""
    return Phone(
        id=uuid7(), dossier_id=here.dossier_id, person_id=here.person_id, number=e164(number.phone),
        label=number.label.strip(), safe=number.safe, added_by=by, added_at=at,
    )  # fmt: skip


def check_safe(safe: SafeContact) -> None:
    """Raises `Invalid`."""
    if same_hours_twice(safe):
        raise Invalid({"windows": "window_empty"})


async def _present(session: AsyncSession, dossier_id: UUID, person_id: UUID) -> DossierPerson:
    here = await session.get(DossierPerson, (dossier_id, person_id))
    if here is None or here.removed_at is not None:
        raise NotFound
    return here


async def _phone(session: AsyncSession, dossier_id: UUID, phone_id: UUID) -> tuple[Phone, DossierPerson]:
    phone = await session.scalar(
        select(Phone).where(Phone.id == phone_id, Phone.dossier_id == dossier_id).with_for_update()
    )
    if phone is None:
        raise NotFound
    return phone, await _present(session, dossier_id, phone.person_id)
