"""Who in a dossier must not get letters at home."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.people import DossierPerson


async def wants_no_letters(session: AsyncSession, dossier_id: UUID) -> frozenset[UUID]:
    """The persons for whom a letter is a danger."""
    found = await session.scalars(
        select(DossierPerson.person_id).where(
            DossierPerson.dossier_id == dossier_id,
            DossierPerson.safe["no_letters"].as_boolean(),
        )
    )
    return frozenset(found)
