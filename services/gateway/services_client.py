"""The services, asked and told in the name of the person at the browser, and the names behind staff ids."""

import time
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Final, TypeVar, cast
from uuid import UUID

import msgspec

from shared.client import ServedFile, ServiceClient
from shared.contracts.configuration import SEED_INCIDENT_TYPES, TenantConfiguration
from shared.contracts.identity import StaffEntry
from shared.errors import Forbidden, Problem, Unavailable

Answer = TypeVar("Answer")

_STAFF_SECONDS: Final = 60.0
_CONFIGURATION_SECONDS: Final = 60.0
NOTHING_SET: Final = TenantConfiguration(
    legal_language="nl", languages=["nl"], incident_types=list(SEED_INCIDENT_TYPES)
)


class Staff(Mapping[UUID, StaffEntry]):
    """The people of one tenant by id."""

    def __init__(self, entries: Iterable[StaffEntry] = ()) -> None:
        self._entries = {entry.user_id: entry for entry in entries}

    def __getitem__(self, user_id: UUID) -> StaffEntry:
        return self._entries[user_id]

    def __iter__(self) -> Any:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def name(self, user_id: UUID | None, unknown: str = "") -> str:
        """The name as the person writes it; `unknown` for nobody and for an id that we do not know."""
        entry = self._entries.get(user_id) if user_id else None
        return entry.name if entry else unknown

    def phone(self, user_id: UUID | None) -> str:
        entry = self._entries.get(user_id) if user_id else None
        return entry.phone if entry else ""

    def second_phone(self, user_id: UUID | None) -> str:
        """Where she is tried when she does not answer."""
        entry = self._entries.get(user_id) if user_id else None
        return entry.second_phone if entry else ""

    def active(self) -> list[StaffEntry]:
        """Who works here now, by name."""
        return sorted(
            (entry for entry in self._entries.values() if entry.active), key=lambda entry: entry.name
        )


class Directory:
    """The staff of each tenant, asked once a minute and at once after a change."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Staff, float]] = {}

    def forget(self, tenant: str) -> None:
        self._known.pop(tenant, None)

    async def staff(self, client: ServiceClient, token: str, tenant: str) -> Staff:
        """Everybody, also who left, for who may read that; with identity away nobody: a page goes without names."""
        known = self._known.get(tenant)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        try:
            entries = await client.ask(
                "identity", "/staff", list[StaffEntry], token=token, params={"active": "false"}
            )
        except (Forbidden, Unavailable):
            return known[0] if known else Staff()
        except Problem as refused:
            if refused.code == Forbidden.code:
                return Staff()
            raise
        staff = Staff(entries)
        self._known[tenant] = (staff, time.monotonic() + _STAFF_SECONDS)
        return staff


class Configurations:
    """How each tenant is set up, asked once a minute and at once after a change."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[TenantConfiguration, float]] = {}

    def forget(self, tenant: str) -> None:
        self._known.pop(tenant, None)

    async def of(self, client: ServiceClient, token: str, tenant: str) -> TenantConfiguration:
        """With identity away what was known before, or what every tenant begins with."""
        known = self._known.get(tenant)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        try:
            answer = await client.ask("identity", "/tenant-configuration", TenantConfiguration, token=token)
        except Problem:
            return known[0] if known else NOTHING_SET
        self._known[tenant] = (answer, time.monotonic() + _CONFIGURATION_SECONDS)
        return answer


class Services:
    """What a page uses: `await visit.services.ask("cases", f"/dossiers/{id}", DossierView)`."""

    def __init__(
        self,
        client: ServiceClient,
        directory: Directory,
        configurations: Configurations | None = None,
        *,
        token: str = "",
        tenant: str = "",
        sees_staff: bool = True,
    ) -> None:
        """What others of the tenant made us remember of its people is not for who may not ask for it himself."""
        self._client = client
        self._sees_staff = sees_staff
        self._directory = directory
        self._configurations = configurations or Configurations()
        self._tenant = tenant
        self.token = token

    async def ask(self, service: str, path: str, kind: type[Answer], **params: str | None) -> Answer:
        """A question. A parameter that is None or empty is left out. Raises `Refused`, or `ServiceUnreachable`."""
        given = {name: value for name, value in params.items() if value}
        return await self._client.ask(service, path, kind, token=self.token, params=given)

    async def ask_or(
        self, fallback: Answer, service: str, path: str, kind: type[Answer], **params: str | None
    ) -> Answer:
        """For a block that a page can do without: the fallback when it may not be seen or does not answer."""
        try:
            return await self.ask(service, path, kind, **params)
        except Problem:
            return fallback

    async def look(self, fallback: Answer, service: str, path: str, kind: type[Answer]) -> Answer:
        """Say that somebody looks at something, for a page that can do without the answer."""
        try:
            return await self._client.tell(service, path, None, kind, token=self.token)
        except Problem:
            return fallback

    async def tell(
        self, service: str, path: str, command: msgspec.Struct | None, kind: type[Answer], *, key: str
    ) -> Answer:
        """A command, done once for its form's `key`. Raises `Refused`, or `ServiceUnreachable`."""
        return await self._client.tell(service, path, command, kind, token=self.token, key=key)

    async def send_file(
        self,
        service: str,
        path: str,
        head: msgspec.Struct,
        content: AsyncIterator[bytes],
        kind: type[Answer],
        *,
        key: str,
    ) -> Answer:
        """A file that somebody chose in a form. Raises `Refused`, or `ServiceUnreachable`."""
        return await self._client.send_file(service, path, head, content, kind, token=self.token, key=key)

    async def open_file(self, service: str, path: str, **params: str) -> ServedFile:
        """A file to pass on to the browser. Raises `Refused`, or `ServiceUnreachable`."""
        return await self._client.open_file(service, path, token=self.token, params=params)

    async def staff(self) -> Staff:
        """The people of the person's own tenant; nobody without `staff:read`."""
        if not self._sees_staff:
            return Staff()
        return await self._directory.staff(self._client, self.token, self._tenant)

    async def configuration(self) -> TenantConfiguration:
        """How the person's tenant is set up."""
        return await self._configurations.of(self._client, self.token, self._tenant)


def service_urls(settings: Any) -> dict[str, str]:
    """Where the services are, from the settings `identity_url` and so on."""
    return {
        name: cast("str", getattr(settings, f"{name}_url"))
        for name in ("identity", "cases", "rostering", "referrals", "notifications")
    }
