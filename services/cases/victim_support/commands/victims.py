"""Who is in a dossier, and with each change that every victim has the re-contacts that the law wants for him."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers import commands as dossiers
from services.cases.dossiers.models import Dossier
from services.cases.victim_support.opening import recontact_each_victim
from shared.auth import Permission, Principal
from shared.contracts.persons import AddPerson, ChangePerson, PersonRef, RemovePerson


async def add_person(
    session: AsyncSession, principal: Principal, command: AddPerson, dossier_id: UUID, *, now: datetime
) -> PersonRef:
    """A victim who comes later is contacted again too; the first one takes what waited for him."""
    principal.require(Permission.DOSSIER_WRITE)
    added = await dossiers.add_person(session, principal, command, dossier_id, now=now)
    await _share(session, principal, dossier_id, now=now)
    return added


async def change_person(
    session: AsyncSession,
    principal: Principal,
    command: ChangePerson,
    dossier_id: UUID,
    person_id: UUID,
    *,
    now: datetime,
) -> PersonRef:
    """Somebody can become a victim, be one no longer, or die."""
    principal.require(Permission.DOSSIER_WRITE)
    changed = await dossiers.change_person(session, principal, command, dossier_id, person_id, now=now)
    await _share(session, principal, dossier_id, now=now)
    return changed


async def remove_person(
    session: AsyncSession,
    principal: Principal,
    command: RemovePerson,
    dossier_id: UUID,
    person_id: UUID,
    *,
    now: datetime,
) -> PersonRef:
    """His re-contacts end with him, unless nobody else is left for whom the duty stands."""
    principal.require(Permission.DOSSIER_WRITE)
    removed = await dossiers.remove_person(session, principal, command, dossier_id, person_id, now=now)
    await _share(session, principal, dossier_id, now=now)
    return removed


async def _share(session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime) -> None:
    dossier = await session.get_one(Dossier, dossier_id)
    await recontact_each_victim(session, dossier, by=principal.user_id, now=now)
