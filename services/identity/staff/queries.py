"""The directory: who works here, how they are reached, teams and roles."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.sign_in.models import Credential
from services.identity.staff.models import Membership, OwnRole, Staff, StaffUnknown, Team
from services.identity.staff.roles import roles_of
from services.identity.tenants.models import Tenant
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import identity as contract


async def staff_directory(
    session: AsyncSession, principal: Principal, active: bool, *, now: datetime
) -> list[contract.StaffEntry]:
    """All, or those who work here now, by name."""
    principal.require(Permission.STAFF_READ)
    teams = (
        select(func.array_agg(Membership.team_id)).where(Membership.staff_id == Staff.id).scalar_subquery()
    )
    chosen = (
        select(Staff, Credential.staff_id, teams)
        .outerjoin(Credential, Credential.staff_id == Staff.id)
        .order_by(Staff.name, Staff.id)
    )
    if active:
        chosen = chosen.where(Staff.active)
    rows = await session.execute(chosen)
    return [
        contract.StaffEntry(
            user_id=staff.id,
            name=staff.name,
            email=staff.email,
            phone=staff.phone,
            second_phone=staff.second_phone,
            language=staff.language,
            roles=staff.roles,
            teams=member_of or [],
            active=staff.active,
            function=staff.function,
            signs_in=has_password is not None,
            phone_verified=staff.phone_verified_at is not None,
            second_phone_verified=staff.second_phone_verified_at is not None,
            email_verified=staff.email_verified_at is not None,
            locked=staff.locked_until is not None and staff.locked_until > now,
        )
        for staff, has_password, member_of in rows
    ]


async def contact(
    session: AsyncSession, principal: Principal, user_id: UUID, *, now: datetime
) -> contract.StaffContact:
    """How one person is reached, for a service. Raises `StaffUnknown`."""
    principal.require(Permission.CONTACT_READ)
    staff = await session.get(Staff, user_id)
    if staff is None:
        raise StaffUnknown
    audit.record(session, principal, "read_contact", now=now, object_kind="staff", object_id=user_id)
    return _contact(staff)


async def contacts(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[contract.StaffContact]:
    """How everybody is reached, for a service that begins."""
    principal.require(Permission.CONTACT_READ)
    found = [_contact(staff) for staff in await session.scalars(select(Staff).order_by(Staff.id))]
    audit.record(
        session, principal, "read_contacts", now=now, object_kind="staff", details={"count": len(found)}
    )
    return found


def _contact(staff: Staff) -> contract.StaffContact:
    return contract.StaffContact(
        user_id=staff.id,
        name=staff.name,
        email=staff.email,
        phone=staff.phone,
        second_phone=staff.second_phone,
        language=staff.language,
        active=staff.active,
        roles=staff.roles,
        email_verified_at=staff.email_verified_at,
        phone_verified_at=staff.phone_verified_at,
        second_phone_verified_at=staff.second_phone_verified_at,
    )


async def teams(session: AsyncSession, principal: Principal, *, now: datetime) -> list[contract.Team]:
    """All teams by name."""
    principal.require(Permission.STAFF_READ)
    found = await session.scalars(select(Team).order_by(Team.name, Team.id))
    return [contract.Team(team_id=team.id, name=team.name) for team in found]


async def roles(session: AsyncSession, principal: Principal, *, now: datetime) -> list[contract.Role]:
    """The default roles and the tenant's own."""
    principal.require(Permission.STAFF_READ)
    tenant = await session.get_one(Tenant, principal.tenant)
    own = await session.scalars(select(OwnRole).order_by(OwnRole.key))
    return [
        contract.Role(
            key=role.key,
            name=role.name,
            permissions=sorted(role.permissions),
            compartments=sorted(role.compartments),
            default=role.default,
        )
        for role in roles_of(tenant.kind, own).values()
    ]
