"""What the caller may do in a dossier: cases decides, asked with the caller's own token; no copy of it is held.

And whose an incoming referral is, which is decided here.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.referring.models import Incoming
from shared.auth import Permission, Principal
from shared.client import caller_token_of, client_of
from shared.contracts.dossier_access import AccessedDossier, AccessedPerson, AskAccess
from shared.errors import Forbidden, NotFound

_AT_ONCE = 200


class ReadOnly(Forbidden):
    """The caller may see this dossier and not change it."""

    code = "read_only"


async def dossiers_in_sight(
    session: AsyncSession, dossier_ids: Iterable[UUID]
) -> dict[UUID, AccessedDossier]:
    """Those that the caller may read. Raises `ServiceUnreachable` while cases is away."""
    asked = sorted(set(dossier_ids))
    client, token = client_of(session), caller_token_of(session)
    found: dict[UUID, AccessedDossier] = {}
    for start in range(0, len(asked), _AT_ONCE):
        question = AskAccess(dossier_ids=asked[start : start + _AT_ONCE])
        answer = await client.tell("cases", "/dossiers/access", question, list[AccessedDossier], token=token)
        found |= {each.dossier_id: each for each in answer if each.may_read}
    return found


async def dossier_to_read(session: AsyncSession, dossier_id: UUID) -> AccessedDossier:
    """Raises `NotFound` alike for unknown, another tenant's and out of sight."""
    found = await dossiers_in_sight(session, [dossier_id])
    if dossier_id not in found:
        raise NotFound
    return found[dossier_id]


async def dossier_to_write(session: AsyncSession, dossier_id: UUID) -> AccessedDossier:
    """Raises `NotFound`, `ReadOnly`."""
    dossier = await dossier_to_read(session, dossier_id)
    if not dossier.may_write:
        raise ReadOnly
    return dossier


def person_in(dossier: AccessedDossier, person_id: UUID) -> AccessedPerson | None:
    return next((each for each in dossier.persons if each.person_id == person_id), None)


def of_receiver(principal: Principal) -> ColumnElement[bool]:
    """All that came in for who hands it out, else what was assigned to the caller; never what brought no field."""
    own = Incoming.assigned_to == principal.user_id
    all_of_it = Permission.REFERRAL_RECEIVE in principal.permissions
    return and_(Incoming.basis != "", true() if all_of_it else own)


async def incoming_to_handle(session: AsyncSession, principal: Principal, incoming_id: UUID) -> Incoming:
    """Held until the commit, so that two who act come one after the other. `NotFound` alike for unknown and not his."""
    principal.require_any(Permission.REFERRAL_RECEIVE, Permission.REFERRAL_READ)
    incoming = await session.scalar(
        select(Incoming)
        .where(Incoming.id == incoming_id, of_receiver(principal))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if incoming is None:
        raise NotFound
    return incoming
