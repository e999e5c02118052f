"""Handing out signed principals: to persons for their session, to services for their secret."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.account.models import me_of
from services.identity.sign_in import tickets
from services.identity.sign_in.entrance import NO_SESSION, SIGN_IN_FAILURES, Entrance
from services.identity.sign_in.models import Session, SessionOver
from services.identity.staff.models import Membership, OwnRole, Staff
from services.identity.staff.roles import merged, roles_of
from services.identity.tenants.models import Tenant, TenantSuspended, TenantUnknown
from services.identity.tokens.signing import SigningKeys
from shared.auth import TOKEN_LIFETIME, Permission, Principal
from shared.client import ServiceToken
from shared.contracts.identity import ExchangeSession, IssuedToken, Me, RequestServiceToken
from shared.db import Database, platform_transaction
from shared.errors import Unauthenticated, Unavailable
from shared.tenancy import TenantNotReady

SERVICE_PERMISSIONS: Mapping[str, frozenset[str]] = {
    "cases": frozenset(
        {
            Permission.CALL_OUT_READ.value,
            Permission.VICTIM_TAKE_OVER.value,
            Permission.SETTINGS_READ.value,
            Permission.STAFF_READ.value,
        }
    ),
    "rostering": frozenset({Permission.STAFF_READ.value, Permission.SETTINGS_READ.value}),
    "referrals": frozenset(
        {
            Permission.STAFF_READ.value,
            Permission.SETTINGS_READ.value,
            Permission.REFERRAL_HAND_OVER.value,
        }
    ),
    "notifications": frozenset(
        {Permission.CONTACT_READ.value, Permission.ROSTER_READ.value, Permission.PARTNER_MAIL.value}
    ),
    # for calendars, which nobody signs in to: the shifts behind a secret, and the names in a full roster
    "gateway": frozenset({Permission.CALENDAR_READ.value, Permission.STAFF_READ.value}),
}
"""The least that each service needs when it asks in its own name."""


class ServiceRefused(Unauthenticated):
    """No such service, or not its secret."""

    code = "service_refused"


class TenantAsleep(Unavailable):
    """The tenant is suspended: what a service would do for it waits until it is resumed."""

    code = "tenant_suspended"


async def exchange_session(
    entrance: Entrance, keys: SigningKeys, command: ExchangeSession, *, now: datetime
) -> IssuedToken:
    """A token for a living session. Raises `SessionOver`, `TenantSuspended`."""
    ticket = tickets.read(command.session_token)
    if ticket is None:
        raise SessionOver
    try:
        async with entrance.enter(ticket.tenant) as session:
            me, principal = await _living(session, ticket, active=command.active, now=now)
    except TenantNotReady as no_such_tenant:
        raise SessionOver from no_such_tenant
    token = await keys.sign(principal, now=now)
    return IssuedToken(token=token, expires_at=now + TOKEN_LIFETIME, me=me)


async def _living(
    session: AsyncSession, ticket: tickets.Ticket, *, active: bool, now: datetime
) -> tuple[Me, Principal]:
    found = await session.execute(
        select(Session, Staff, Tenant)
        .join(Staff, Staff.id == Session.staff_id)
        .join(Tenant, Tenant.key == ticket.tenant)
        .where(Session.id == ticket.id)
    )
    row = found.one_or_none()
    if row is None or not ticket.fits(row[0].digest):
        raise SessionOver
    living, staff, tenant = row
    if tenant.suspended:
        SIGN_IN_FAILURES.labels("suspended").inc()
        raise TenantSuspended
    if not staff.active or not living.open(tenant.idle_minutes, now):
        raise SessionOver
    if active:
        living.seen_at = now
    permissions, compartments = await _rights(session, tenant.kind, staff.roles)
    principal = Principal(
        user_id=staff.id,
        tenant=tenant.key,
        session_id=living.id,
        roles=frozenset(staff.roles),
        teams=frozenset(
            await session.scalars(select(Membership.team_id).where(Membership.staff_id == staff.id))
        ),
        strong_at=living.strong_at,
        permissions=permissions,
        compartments=compartments,
    )
    return me_of(staff, tenant, principal), principal


async def _rights(session: AsyncSession, kind: str, held: list[str]) -> tuple[frozenset[str], frozenset[str]]:
    own = await session.scalars(select(OwnRole).where(OwnRole.key.in_(held)))
    return merged(roles_of(kind, own), held)


async def request_service_token(
    database: Database,
    keys: SigningKeys,
    secrets: Mapping[str, str],
    command: RequestServiceToken,
    *,
    now: datetime,
) -> ServiceToken:
    """A token for a service itself, in a tenant or ("") in none. Raises `ServiceRefused`, `TenantUnknown`."""
    expected = secrets.get(command.service, "")
    same = hmac.compare_digest(expected.encode(), command.secret.encode())
    if not expected or not same or command.service not in SERVICE_PERMISSIONS:
        raise ServiceRefused
    if command.tenant:
        async with platform_transaction(database) as session:
            tenant = await session.get(Tenant, command.tenant)
        if tenant is None or tenant.removing:
            raise TenantUnknown
        if tenant.suspended:
            raise TenantAsleep
    principal = Principal(
        user_id=service_id(command.service),
        tenant=command.tenant,
        session_id=NO_SESSION,
        permissions=SERVICE_PERMISSIONS[command.service],
        service=command.service,
    )
    return ServiceToken(await keys.sign(principal, now=now))


def service_id(service: str) -> UUID:
    """A service's number where a person's would stand."""
    return uuid5(NAMESPACE_URL, f"urn:vangnet:service:{service}")
