"""What the acts of aftercare share: a line in the timeline, its audit row, codes that are checked, tasks that end."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.deadlines import local_day
from services.cases.dossiers.models import Dossier, Entry, Task
from services.cases.dossiers.people import DossierPerson
from services.cases.persons.models import MAJORITY, Person, age_on
from services.cases.victim_support.models import Consent
from shared.auth import Principal
from shared.contracts.cases import ConsentChanged
from shared.db import uuid7
from shared.errors import Invalid
from shared.outbox import publish

_EARLIEST_YEAR = 1900


async def dossier_to_write(
    session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime
) -> Dossier:
    """In sight, open, and the caller may write in it."""
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    dossier.require_open()
    return dossier


def note_act(
    session: AsyncSession,
    principal: Principal,
    dossier: Dossier,
    action: str,
    code: str,
    *,
    now: datetime,
    object_kind: str,
    object_id: UUID | None = None,
    at: datetime | None = None,
    **details: str,
) -> None:
    """`code` is the line of the timeline, `action` the command's name in the log; details are codes, ids and days."""
    session.add(Entry.system(dossier.id, code, at=at or now, by=principal.user_id, **details))
    note_change(
        session,
        principal,
        dossier,
        action,
        "aftercare",
        now=now,
        object_kind=object_kind,
        object_id=object_id,
    )


def check_codes(*fields: tuple[str, str, Sequence[str]]) -> None:
    """Raises `Invalid` for each (field, value, choices) whose value is not one of them."""
    wrong = {name: "not_a_choice" for name, value, choices in fields if value not in choices}
    if wrong:
        raise Invalid(wrong)


def check_past(now: datetime, **moments: datetime | date | None) -> None:
    """What happened lies not in the future nor before anybody's life, and a moment says in which time zone."""
    wrong: dict[str, str] = {}
    for name, moment in moments.items():
        if moment is not None and moment.year < _EARLIEST_YEAR:
            wrong[name] = "too_far"
        elif isinstance(moment, datetime):
            if moment.tzinfo is None:
                wrong[name] = "without_time_zone"
            elif moment > now:
                wrong[name] = "in_the_future"
        elif moment is not None and moment > local_day(now):
            wrong[name] = "in_the_future"
    if wrong:
        raise Invalid(wrong)


async def complete_tasks(
    session: AsyncSession, dossier: Dossier, kind: str, *, by: UUID, now: datetime, of: UUID | None = None
) -> None:
    """Those of a kind (and of one thing) are done by the act that they ask for."""
    for task in await open_tasks(session, dossier, kind, of=of):
        task.complete("done", by=by, at=now)


async def open_tasks(
    session: AsyncSession, dossier: Dossier, kind: str, *, of: UUID | None = None
) -> Sequence[Task]:
    wanted = select(Task).where(Task.dossier_id == dossier.id, Task.kind == kind, Task.state == "open")
    if of is not None:
        wanted = wanted.where(Task.why["of"].as_string() == str(of))
    return (await session.scalars(wanted.order_by(Task.due_on, Task.id))).all()


async def person_here(session: AsyncSession, dossier: Dossier, person_id: UUID, field: str) -> Person:
    """Somebody in this dossier; raises `Invalid` at the field."""
    person = await session.scalar(
        select(Person)
        .join(DossierPerson, DossierPerson.person_id == Person.id)
        .where(
            DossierPerson.dossier_id == dossier.id,
            DossierPerson.removed_at.is_(None),
            Person.id == person_id,
        )
    )
    if person is None:
        raise Invalid({field: "not_a_choice"})
    return person


async def is_minor(session: AsyncSession, dossier: Dossier, person: Person, day: date) -> bool:
    """By birth date, or because the dossier says so."""
    age = age_on(person.born_on, day)
    if age is not None:
        return age < MAJORITY
    role = await session.scalar(
        select(DossierPerson.role).where(
            DossierPerson.dossier_id == dossier.id, DossierPerson.person_id == person.id
        )
    )
    return role == "minor_involved"


def announce_consent(
    session: AsyncSession, tenant: str, consent: Consent, *, by: UUID, now: datetime, earlier: bool = False
) -> None:
    """Referrals keeps the ledger of what may leave: it knows of each offer, and stops at once when one is withdrawn.

    One from before that ledger (`earlier`) is always the same event, so that it may be told again.
    """
    publish(
        session,
        ConsentChanged(
            id=uuid5(consent.id, "earlier") if earlier else uuid7(),
            occurred_at=now,
            tenant=tenant,
            actor=by,
            consent_id=consent.id,
            dossier_id=consent.dossier_id,
            person_id=consent.person_id,
            purpose=consent.purpose,
            state=consent.state,
            on=consent.withdrawn_on or consent.on_day,
            earlier=earlier,
        ),
    )
