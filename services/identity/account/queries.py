"""What somebody sees of the own account."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.account.models import CHANNELS, ContactCode, me_of
from services.identity.sign_in.models import Session
from services.identity.staff.models import Staff, StaffUnknown
from services.identity.tenants.models import Tenant
from shared.auth import TOKEN_LIFETIME, Permission, Principal
from shared.contracts.identity import ContactPoint, Me, OwnSession


async def signed_in_person(session: AsyncSession, principal: Principal, *, now: datetime) -> Me:
    """The signed-in person, as the token says and as the entry is now."""
    principal.require(Permission.SELF)
    staff = await session.get(Staff, principal.user_id)
    if staff is None:
        raise StaffUnknown
    tenant = await session.get_one(Tenant, principal.tenant)
    return me_of(staff, tenant, principal)


async def own_sessions(session: AsyncSession, principal: Principal, *, now: datetime) -> list[OwnSession]:
    """Those that still live, newest first."""
    principal.require(Permission.SELF)
    tenant = await session.get_one(Tenant, principal.tenant)
    idle_from = now - timedelta(minutes=tenant.idle_minutes) - TOKEN_LIFETIME
    living = await session.scalars(
        select(Session)
        .where(
            Session.staff_id == principal.user_id,
            Session.ended_at.is_(None),
            Session.ends_at > now,
            Session.seen_at > idle_from,
        )
        .order_by(Session.started_at.desc())
    )
    return [
        OwnSession(
            session_id=each.id,
            started_at=each.started_at,
            seen_at=each.seen_at,
            ends_at=each.ends_at,
            current=each.id == principal.session_id,
        )
        for each in living
    ]


async def own_contacts(session: AsyncSession, principal: Principal, *, now: datetime) -> list[ContactPoint]:
    """How one is reached, what is proved, and where a code is on its way."""
    principal.require(Permission.SELF)
    staff = await session.get(Staff, principal.user_id)
    if staff is None:
        raise StaffUnknown
    waiting = set(
        await session.scalars(
            select(ContactCode.channel).where(
                ContactCode.staff_id == staff.id,
                ContactCode.used_at.is_(None),
                ContactCode.expires_at > now,
            )
        )
    )
    return [
        ContactPoint(
            channel=channel,
            value=str(getattr(staff, channel)),
            verified_at=staff.proved_at(channel),
            code_sent=channel in waiting,
        )
        for channel in CHANNELS
    ]
