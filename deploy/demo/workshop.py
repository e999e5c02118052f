"""The services' databases in the demo's hands, and the people in whose name it acts."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from datetime import time as clock
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from deploy.demo.script import DemoTenant, Person
from deploy.local.platform import Platform
from services.cases.documents.archive import ARCHIVE, Archive
from services.cases.settings import CasesSettings
from services.identity.settings import IdentitySettings, key_encryption_key
from services.identity.staff.roles import default_roles, merged
from services.identity.tenants.commands import Register
from services.identity.vault import VAULT, Vault
from shared.auth import Permission, Principal
from shared.db import Database, transaction, uuid7
from shared.lifecycle import tenants_here
from shared.runtime import open_database
from shared.settings import Settings, read

BRUSSELS = ZoneInfo("Europe/Brussels")
FOLLOWERS = ("cases", "rostering", "referrals", "notifications")
_PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.1


class NotReady(Exception):
    """A service did not make its part of a tenant in time; its log says why."""


class Workshop:
    """Opens each service's database with the settings of the platform that runs."""

    def __init__(self, platform: Platform) -> None:
        identity = read(IdentitySettings, platform.environments["identity"])
        self.databases: dict[str, Database] = {"identity": open_database(identity, "identity")}
        for name in FOLLOWERS:
            settings = read(Settings, platform.environments[name])
            self.databases[name] = open_database(settings, name)
        self.register = Register(self.databases["identity"], identity.migration_db_url)
        self._vault = Vault(key_encryption_key(identity))
        self._archive = Archive(read(CasesSettings, platform.environments["cases"]))

    async def close(self) -> None:
        for database in self.databases.values():
            await database.engine.dispose()

    @asynccontextmanager
    async def transaction(self, service: str, tenant: str) -> AsyncIterator[AsyncSession]:
        """As the service's own doors open it."""
        async with transaction(self.databases[service], tenant) as session:
            session.info[VAULT] = self._vault
            session.info[ARCHIVE] = self._archive
            yield session

    async def wait_for(self, tenants: list[str]) -> None:
        """Until every service made its part of the tenants; raises `NotReady`."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        for service in FOLLOWERS:
            while missing := set(tenants) - set(await tenants_here(self.databases[service])):
                if time.monotonic() > deadline:
                    raise NotReady(f"{service} has no {', '.join(sorted(missing))}")
                await asyncio.sleep(_POLL_SECONDS)


class Cast:
    """A tenant's people with their ids, and the principals that they would sign in as."""

    def __init__(self, tenant: DemoTenant, ids: dict[str, UUID]) -> None:
        self.tenant = tenant
        self._roles = default_roles(tenant.kind)
        self._people = {ids[tenant.email_of(person)]: person for person in tenant.people}

    def with_role(self, role: str) -> list[UUID]:
        return [user_id for user_id, person in self._people.items() if role in person.roles]

    def person(self, user_id: UUID) -> Person:
        return self._people[user_id]

    def principal(self, user_id: UUID, *, now: datetime) -> Principal:
        roles = self._people[user_id].roles
        permissions, compartments = merged(self._roles, roles)
        return Principal(
            user_id=user_id,
            tenant=self.tenant.key,
            session_id=uuid7(),
            permissions=permissions,
            compartments=compartments,
            roles=frozenset(roles),
            strong_at=now,
        )


def service_principal(service: str, tenant: str, *permissions: Permission, now: datetime) -> Principal:
    """A service in its own name, as identity names it."""
    return Principal(
        user_id=uuid5(NAMESPACE_URL, f"urn:vangnet:service:{service}"),
        tenant=tenant,
        session_id=uuid7(),
        permissions=frozenset(permissions),
        service=service,
        strong_at=now,
    )


def at(day: date, moment: clock) -> datetime:
    """A time on the clock in Belgium, in UTC."""
    return datetime.combine(day, moment, BRUSSELS).astimezone(UTC)
