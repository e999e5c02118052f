"""Contact points: a copy of identity's, asked for when it is missing and kept when it comes."""

from collections.abc import Collection
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.models import Recipient
from shared.client import Refused, client_of
from shared.contracts.identity import StaffContact

GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.GONE)


async def ask_contact(
    session: AsyncSession, tenant: str, user_id: UUID, *, now: datetime
) -> StaffContact | None:
    """Ask identity and keep the answer; somebody whom identity does not know is forgotten here too."""
    client = client_of(session)
    token = await client.own_token(tenant)
    try:
        contact = await client.ask("identity", f"/staff/{user_id}/contact", StaffContact, token=token)
    except Refused as refusal:
        if refusal.status not in GONE:
            raise
        known = await session.get(Recipient, user_id)
        if known is not None:
            await session.delete(known)
        return None
    await keep(session, contact, now=now)
    return contact


async def recipient(session: AsyncSession, tenant: str, user_id: UUID, *, now: datetime) -> Recipient | None:
    """The person as we know her, asked for when we do not. Raises `Refused`, `ServiceUnreachable`."""
    known = await session.get(Recipient, user_id)
    if known is None and await ask_contact(session, tenant, user_id, now=now) is not None:
        known = await session.get(Recipient, user_id)
    return known


async def holders_of(
    session: AsyncSession, tenant: str, roles: Collection[str], *, now: datetime
) -> list[UUID]:
    """The active people with one of these roles; when we know of none, identity may know some."""
    found = await _known_holders(session, roles)
    if not found:
        client = client_of(session)
        token = await client.own_token(tenant)
        for contact in await client.ask("identity", "/contacts", list[StaffContact], token=token):
            await keep(session, contact, now=now)
        found = await _known_holders(session, roles)
    return found


async def _known_holders(session: AsyncSession, roles: Collection[str]) -> list[UUID]:
    holders = select(Recipient.user_id).where(Recipient.active, Recipient.roles.overlap(list(roles)))
    return list(await session.scalars(holders.order_by(Recipient.user_id)))


async def keep(session: AsyncSession, contact: StaffContact, *, now: datetime) -> None:
    values = {
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "second_phone": contact.second_phone,
        "language": contact.language,
        "active": contact.active,
        "roles": contact.roles,
        "asked_at": now,
        "email_verified_at": contact.email_verified_at,
        "phone_verified_at": contact.phone_verified_at,
        "second_phone_verified_at": contact.second_phone_verified_at,
    }
    await session.execute(
        insert(Recipient)
        .values(user_id=contact.user_id, **values)
        .on_conflict_do_update(index_elements=[Recipient.user_id], set_=values)
    )
