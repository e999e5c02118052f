"""A service's part in the life of a tenant: it makes, exports or drops its own schema when identity says so."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import asyncpg
import msgspec

from shared import idempotency, inbox, migrations
from shared.client import ServiceClient
from shared.contracts.event import Event
from shared.contracts.tenancy import (
    TENANT_ANSWERS,
    TenantExportRequested,
    TenantProvisioned,
    TenantRemoved,
    TenantRenamed,
    TenantResumed,
    TenantSuspended,
    TenantView,
)
from shared.db import Database, driver_of, platform_transaction, transaction, uuid7
from shared.inbox import Subscriptions
from shared.outbox import publish
from shared.tenancy import TenantNotReady

_PRUNED_AT_ONCE = 5_000

log = logging.getLogger(__name__)


class Belongings(Protocol):
    """What a service keeps of a tenant outside its database: files. Each act may be repeated."""

    async def export(self, database: Database, tenant: str, folder: Path) -> None:
        """Write them into `folder`, readable."""
        ...

    async def remove(self, tenant: str) -> None: ...


class Lifecycle:
    """Handlers for identity's tenant events. Each may be repeated: it makes things so, and says that they are."""

    def __init__(
        self,
        database: Database,
        *,
        migration_url: str,
        export_dir: str,
        belongings: Belongings | None = None,
        withheld: frozenset[str] = frozenset(),
    ) -> None:
        self._database = database
        self._service = database.service
        self._migration_url = migration_url
        self._export_dir = Path(export_dir)
        self._belongings = belongings
        self._withheld = withheld

    def subscriptions(self) -> Subscriptions:
        return {
            TenantProvisioned: self.on_tenant_provisioned,
            TenantRenamed: self.on_tenant_renamed,
            TenantSuspended: self.on_tenant_suspended,
            TenantResumed: self.on_tenant_resumed,
            TenantExportRequested: self.on_tenant_export_requested,
            TenantRemoved: self.on_tenant_removed,
        }

    async def on_tenant_provisioned(self, event: TenantProvisioned) -> None:
        await self._make(event.tenant, event.name, event.kind, event.legal_language)
        await self._answer(event)

    async def on_tenant_renamed(self, event: TenantRenamed) -> None:
        await self._change(event.tenant, "name", event.name)
        await self._answer(event)

    async def on_tenant_suspended(self, event: TenantSuspended) -> None:
        await self._change(event.tenant, "status", "suspended")
        await self._answer(event)

    async def on_tenant_resumed(self, event: TenantResumed) -> None:
        await self._change(event.tenant, "status", "active")
        await self._answer(event)

    async def on_tenant_export_requested(self, event: TenantExportRequested) -> None:
        folder = self._export_dir / Path(event.folder).name
        rows = await export_tenant(
            self._service, self._migration_url, event.tenant, folder, without=self._withheld
        )
        if self._belongings is not None:
            await self._belongings.export(self._database, event.tenant, folder / self._service)
        await self._answer(event, rows=rows)

    async def on_tenant_removed(self, event: TenantRemoved) -> None:
        await migrations.remove(self._service, self._migration_url, event.tenant)
        if self._belongings is not None:
            await self._belongings.remove(event.tenant)
        await self._answer(event)

    async def reconcile(self, client: ServiceClient) -> None:
        """Make what identity lists and is missing here: for a service that came late or missed an event."""
        token = await client.own_token("")
        listed = await client.ask("identity", "/tenants", list[TenantView], token=token)
        here = set(await tenants_here(self._database))
        for tenant in listed:
            if tenant.key not in here:
                await self._make(tenant.key, tenant.name, tenant.kind, tenant.legal_language)
                log.info("tenant made ready", extra={"facts": {"tenant": tenant.key}})

    async def _make(self, tenant: str, name: str, kind: str, legal_language: str) -> None:
        await migrations.provision(
            self._service, self._migration_url, tenant, name=name, kind=kind, legal_language=legal_language
        )

    async def _change(self, tenant: str, column: str, value: str) -> None:
        async with platform_transaction(self._database) as session:
            await driver_of(session).execute(
                f"UPDATE tenants SET {column} = $2 WHERE key = $1",  # noqa: S608 - a constant column name
                tenant,
                value,
            )

    async def _answer(self, event: Event, *, rows: int = 0) -> None:
        kind = TENANT_ANSWERS[self._service]
        async with platform_transaction(self._database) as session:
            answer = kind(
                id=uuid7(),
                occurred_at=datetime.now(UTC),
                tenant=event.tenant,
                service=self._service,
                of=event.SUBJECT,
                rows=rows,
                answers=event.id,
            )
            publish(session, answer)


class Pruner:
    """Forgets answered commands and handled events once nobody can repeat them, all tenants about once in `seconds`."""

    def __init__(self, database: Database, *, key_days: int, inbox_days: int, seconds: float) -> None:
        self._database = database
        self._kept: dict[Callable[..., Awaitable[int]], timedelta] = {
            idempotency.prune: timedelta(days=key_days),
            inbox.prune: timedelta(days=inbox_days),
        }
        self._seconds = seconds

    async def run(self) -> None:
        """Prune until cancelled. Raises what broke; the caller starts it again."""
        while True:
            tenants = await tenants_here(self._database)
            for tenant in tenants:
                await self.prune(tenant, now=datetime.now(UTC))
                await asyncio.sleep(self._seconds / len(tenants))
            if not tenants:
                await asyncio.sleep(self._seconds)

    async def prune(self, tenant: str, *, now: datetime) -> int:
        """One tenant's, in portions that hold no lock for long; returns how many rows went."""
        gone = 0
        for forget, kept in self._kept.items():
            portion = _PRUNED_AT_ONCE
            while portion == _PRUNED_AT_ONCE:
                try:
                    async with transaction(self._database, tenant) as session:
                        portion = await forget(session, before=now - kept, limit=_PRUNED_AT_ONCE)
                except TenantNotReady:
                    return gone  # removed since the list was made
                gone += portion
        return gone


async def tenants_here(database: Database) -> list[str]:
    """The tenants that this service holds a schema for."""
    async with platform_transaction(database) as session:
        return [row["key"] for row in await driver_of(session).fetch("SELECT key FROM tenants ORDER BY key")]


async def export_tenant(
    service: str, migration_url: str, tenant: str, folder: Path, *, without: frozenset[str] = frozenset()
) -> int:
    """Write a tenant's tables of this service as CSV, with a manifest of rows and checksums; returns all rows.

    `without` names tables that hold secrets of persons, which nobody may carry away.
    """
    target = folder / service
    try:
        counts = await migrations.export(migration_url, tenant, target, without=without)
    except asyncpg.InvalidSchemaNameError:
        counts = {}
    manifest = {
        table: {"rows": rows, "sha256": hashlib.sha256((target / f"{table}.csv").read_bytes()).hexdigest()}
        for table, rows in counts.items()
    }
    (target / "manifest.json").write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
    return sum(counts.values())
