"""What is asked about one person of a dossier, beside what its page shows: which national numbers he has or had."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import caller, visible
from services.cases.dossiers.models import Dossier
from services.cases.dossiers.people import DossierPerson
from services.cases.persons.models import PersonNumber
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.persons import PersonNumber as NumberView
from shared.contracts.persons import PersonNumbers
from shared.errors import NotFound


async def person_numbers(
    session: AsyncSession, principal: Principal, dossier_id: UUID, person_id: UUID, *, now: datetime
) -> PersonNumbers:
    """Newest first. Raises `NotFound` alike for a dossier out of sight and a person who is not in it."""
    principal.require(Permission.DOSSIER_READ)
    here = exists().where(
        DossierPerson.dossier_id == Dossier.id,
        DossierPerson.person_id == person_id,
        DossierPerson.removed_at.is_(None),
    )
    found = await session.scalar(
        select(Dossier.id).where(Dossier.id == dossier_id, visible, here.correlate(Dossier)),
        caller(principal, now=now),
    )
    if found is None:
        raise NotFound
    rows = await session.scalars(
        select(PersonNumber).where(PersonNumber.person_id == person_id).order_by(PersonNumber.id.desc())
    )
    audit.record(
        session, principal, "person_numbers", now=now, object_kind="person", object_id=person_id,
        subject_id=dossier_id,
    )  # fmt: skip
    return PersonNumbers(
        person_id=person_id,
        numbers=[
            NumberView(
                insz=row.insz,
                kind=row.kind,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                ended=row.ended,
            )
            for row in rows
        ],
    )
