"""Which tenants there are, how far the services are with what was announced, and a tenant's settings."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.configuration.models import (
    DayOff,
    OrganisationVersion,
    TypeVersion,
    incident_types,
    organisations,
)
from services.identity.tenants.models import Announcement, Answer, Tenant
from shared.auth import Permission, Principal
from shared.contracts import configuration
from shared.contracts.identity import PublicTenant, TenantSettings
from shared.contracts.tenancy import TENANT_ANSWERS, TenantView


async def register(session: AsyncSession) -> list[Tenant]:
    """Every line of the register, for the operator. Runs in a platform transaction."""
    return list(await session.scalars(select(Tenant).order_by(Tenant.key)))


async def all_tenants(session: AsyncSession) -> list[TenantView]:
    """The register, without those that are being removed. Runs in a platform transaction."""
    return [
        TenantView(
            key=tenant.key,
            name=tenant.name,
            kind=tenant.kind,
            legal_language=tenant.legal_language,
            status=tenant.status,
            languages=tenant.languages,
        )
        for tenant in await register(session)
        if not tenant.removing
    ]


async def public_tenants(session: AsyncSession) -> list[PublicTenant]:
    """Where one can sign in, by name. Runs in a platform transaction."""
    found = await session.scalars(
        select(Tenant).where(~Tenant.removing, Tenant.status == "active").order_by(Tenant.name)
    )
    return [PublicTenant(key=tenant.key, name=tenant.name) for tenant in found]


async def answers_to(session: AsyncSession, event_id: UUID) -> dict[str, int | None]:
    """Each service with the rows that it exported, None while it has not answered."""
    found = await session.scalars(select(Answer).where(Answer.event_id == event_id))
    answered = {answer.service: answer.rows for answer in found}
    return {service: answered.get(service) for service in TENANT_ANSWERS}


async def latest_announcements(session: AsyncSession) -> dict[str, Announcement]:
    """The last thing that was announced of each tenant."""
    newest = (
        select(Announcement)
        .distinct(Announcement.tenant)
        .order_by(Announcement.tenant, Announcement.announced_at.desc())
    )
    return {each.tenant: each for each in await session.scalars(newest)}


async def tenant_settings(session: AsyncSession, principal: Principal, *, now: datetime) -> TenantSettings:
    """How the tenant is called and set up, for everybody in it."""
    principal.require(Permission.SELF)
    return (await session.get_one(Tenant, principal.tenant)).settings


async def tenant_configuration(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> configuration.TenantConfiguration:
    """All settings with their days, for everybody in it and for the services that keep a copy."""
    principal.require_any(Permission.SELF, Permission.SETTINGS_READ)
    tenant = await session.get_one(Tenant, principal.tenant)
    versions = await session.scalars(select(OrganisationVersion).order_by(OrganisationVersion.valid_from))
    types = await session.scalars(select(TypeVersion))
    days = await session.scalars(select(DayOff).order_by(DayOff.day))
    return configuration.TenantConfiguration(
        name=tenant.name,
        legal_language=tenant.legal_language,
        languages=tenant.languages,
        organisation=organisations(versions.all()),
        incident_types=incident_types(types),
        days_off=[configuration.DayOff(day=each.day, why=each.why) for each in days],
    )
