"""The life of a tenant, from the command line: identity makes it so here and announces it to all other services."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.configuration.change_log import note_change
from services.identity.tenants.models import (
    Announcement,
    NotConfirmed,
    NotSuspended,
    Tenant,
    TenantTaken,
    TenantUnknown,
    checked_facts,
    checked_languages,
    export_folder,
)
from shared import migrations
from shared.auth import Permission, Principal
from shared.contracts import tenancy as contract
from shared.contracts.event import Event
from shared.contracts.identity import ChangeTenantSettings, TenantSettings
from shared.db import Database, driver_of, platform_transaction, uuid7
from shared.outbox import publish
from shared.tenancy import checked_key

SERVICE = "identity"


@dataclass(frozen=True)
class Register:
    """Where tenants are made: the platform's own database login, and the one that may make schemas."""

    database: Database
    migration_url: str


async def create_tenant(
    register: Register, key: str, *, name: str, kind: str, legal_language: str, now: datetime
) -> UUID:
    """Make a tenant and announce it; the announcement's id. Said again of the same tenant, it is announced again.

    Raises `TenantKeyWrong`, `Invalid`, `TenantTaken`.
    """
    checked_key(key)
    checked_facts(name, kind, legal_language)
    async with platform_transaction(register.database) as session:
        known = await session.get(Tenant, key)
    if known is not None and (known.kind, known.legal_language) != (kind, legal_language):
        raise TenantTaken
    await migrations.provision(
        SERVICE, register.migration_url, key, name=name, kind=kind, legal_language=legal_language
    )
    async with platform_transaction(register.database) as session:
        tenant = await _tenant(session, key)
        if known is None:
            tenant.languages = [legal_language]
        event = contract.TenantProvisioned(
            **_head(key, now), name=name, kind=kind, legal_language=legal_language
        )
        return _announce(session, event)


async def rename_tenant(register: Register, key: str, *, name: str, now: datetime) -> UUID:
    """Another name for the eye; the key stays. Raises `TenantUnknown`."""
    async with platform_transaction(register.database) as session:
        tenant = await _tenant(session, key)
        checked_facts(name, tenant.kind, tenant.legal_language)
        tenant.name = name
        return _announce(session, contract.TenantRenamed(**_head(key, now), name=name))


async def suspend_tenant(register: Register, key: str, *, now: datetime) -> UUID:
    """Nobody signs in or gets a token from now on; all data stays."""
    async with platform_transaction(register.database) as session:
        (await _tenant(session, key)).status = "suspended"
        return _announce(session, contract.TenantSuspended(**_head(key, now)))


async def resume_tenant(register: Register, key: str, *, now: datetime) -> UUID:
    """As before the suspension."""
    async with platform_transaction(register.database) as session:
        (await _tenant(session, key)).status = "active"
        return _announce(session, contract.TenantResumed(**_head(key, now)))


async def request_export(register: Register, key: str, *, now: datetime) -> tuple[UUID, str]:
    """Ask every service to write its part; the announcement's id and the folder's name."""
    async with platform_transaction(register.database) as session:
        await _tenant(session, key)
        folder = export_folder(key, now)
        event = contract.TenantExportRequested(**_head(key, now), folder=folder)
        return _announce(session, event), folder


async def remove_tenant(register: Register, key: str, *, confirmed: str, now: datetime) -> UUID:
    """Ask every service to drop all of a suspended tenant. Raises `NotConfirmed`, `NotSuspended`.

    Identity's own part goes last, by `forget_tenant`, so that a removal that was interrupted can be taken up again.
    """
    if confirmed != key:
        raise NotConfirmed
    async with platform_transaction(register.database) as session:
        tenant = await _tenant(session, key)
        if not tenant.suspended:
            raise NotSuspended
        tenant.removing = True
        return _announce(session, contract.TenantRemoved(**_head(key, now)))


async def forget_tenant(register: Register, key: str) -> None:
    """Drop identity's own schema, and the register's line with it."""
    await migrations.remove(SERVICE, register.migration_url, key)
    async with platform_transaction(register.database) as session:
        await session.execute(delete(Announcement).where(Announcement.tenant == key))
        await driver_of(session).execute("DELETE FROM attempts WHERE tenant = $1", key)


async def change_tenant_settings(
    session: AsyncSession, principal: Principal, command: ChangeTenantSettings, *, now: datetime
) -> TenantSettings:
    """Languages of the screens, and how long a session lasts. Raises `Invalid`."""
    principal.require(Permission.TENANT_MANAGE)
    tenant = await session.get_one(Tenant, principal.tenant)
    before = _changeable(tenant)
    tenant.languages = checked_languages(command.languages, tenant.legal_language)
    tenant.idle_minutes, tenant.session_hours = command.idle_minutes, command.session_hours
    note_change(
        session,
        principal,
        "change_tenant_settings",
        "sign_in",
        now=now,
        before=before,
        after=_changeable(tenant),
    )
    return tenant.settings


def _changeable(tenant: Tenant) -> dict[str, object]:
    return {name: getattr(tenant, name) for name in ("languages", "idle_minutes", "session_hours")}


async def _tenant(session: AsyncSession, key: str) -> Tenant:
    tenant = await session.get(Tenant, key, with_for_update=True)
    if tenant is None:
        raise TenantUnknown
    return tenant


def _head(tenant: str, now: datetime) -> dict[str, Any]:
    return {"id": uuid7(), "occurred_at": now, "tenant": tenant}


def _announce(session: AsyncSession, event: Event) -> UUID:
    session.add(
        Announcement(
            event_id=event.id, tenant=event.tenant, subject=event.SUBJECT, announced_at=event.occurred_at
        )
    )
    publish(session, event)
    return event.id
