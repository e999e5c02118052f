"""A service in a test's hands: its real application on a real database, asked over HTTP without a socket."""

import asyncio
import base64
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar, cast
from unittest import mock

import httpx
import msgspec
from litestar import Litestar
from sqlalchemy.ext.asyncio import AsyncSession

import shared.contracts.cases
import shared.contracts.identity
import shared.contracts.notifications
import shared.contracts.referrals
import shared.contracts.rostering
import shared.contracts.tenancy  # noqa: F401 - all events must be known to be decoded
from deploy.catalogue import SERVICES
from deploy.database import ServiceDatabase, prepare_database
from shared import migrations
from shared.app import create_app
from shared.auth import Principal
from shared.contracts.event import Event, decode, decode_envelope
from shared.db import Database, driver_of, platform_transaction, transaction, uuid7
from shared.inbox import Listener
from shared.runtime import Runtime, Service, listener_of
from shared.timers import TimerWorker
from tests.support.neighbours import Neighbours
from tests.support.principals import TestsVerifier, token_of

Kind = TypeVar("Kind")
Build = Callable[[], Service]

AUDIT_KEY = "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk"
"""32 bytes in base64url, for tests only."""


def event_kinds(kind: type[Event] = Event) -> dict[str, type[Event]]:
    """Every event class by its subject."""
    found: dict[str, type[Event]] = {}
    for child in kind.__subclasses__():
        if child.SUBJECT:
            found[child.SUBJECT] = child
        found |= event_kinds(child)
    return found


@dataclass
class ServiceUnderTest:
    """Ask it, tell it, give it events, let its timers run; see what it announced."""

    service: Service
    app: Litestar
    http: httpx.AsyncClient
    urls: ServiceDatabase
    neighbours: Neighbours

    @property
    def runtime(self) -> Runtime:
        runtime: Runtime = self.app.state.runtime
        return runtime

    @property
    def database(self) -> Database:
        return self.runtime.database

    async def get(self, path: str, by: Principal | None = None, **params: Any) -> httpx.Response:
        return await self.http.get(path, params=params, headers=self._headers(by))

    async def post(
        self,
        path: str,
        data: msgspec.Struct | dict[str, Any] | None = None,
        by: Principal | None = None,
        key: str = "",
    ) -> httpx.Response:
        headers = {
            **self._headers(by),
            "Idempotency-Key": key or str(uuid7()),
            "Content-Type": "application/json",
        }
        return await self.http.post(
            path, content=msgspec.json.encode({} if data is None else data), headers=headers
        )

    async def upload(
        self,
        path: str,
        content: bytes | AsyncIterator[bytes],
        head: msgspec.Struct,
        by: Principal | None = None,
        key: str = "",
    ) -> httpx.Response:
        """A file as the gateway sends it: its head in a header, the body as it is."""
        headers = {
            **self._headers(by),
            "Idempotency-Key": key or str(uuid7()),
            "Content-Type": "application/octet-stream",
            "X-Document": base64.urlsafe_b64encode(msgspec.json.encode(head)).rstrip(b"=").decode(),
        }
        return await self.http.post(path, content=content, headers=headers)

    def _headers(self, by: Principal | None) -> dict[str, str]:
        return {} if by is None else {"Authorization": f"Bearer {token_of(by)}"}

    def read(self, response: httpx.Response, kind: type[Kind]) -> Kind:
        """The answer as its struct; fails with the problem when it is one."""
        assert response.is_success, f"{response.status_code} {response.text}"
        return msgspec.json.decode(response.content, type=kind)

    def answers_of(self, service: str) -> dict[str, Any]:
        return self.neighbours.of(service)

    def transaction(self, tenant: str) -> AbstractAsyncContextManager[AsyncSession]:
        return transaction(self.database, tenant)

    async def published(self, tenant: str) -> list[Event]:
        """What was announced for `tenant` so far, in order; no relay runs, so the outbox keeps it."""
        kinds = event_kinds()
        async with platform_transaction(self.database) as session:
            rows = await driver_of(session).fetch(
                "SELECT payload FROM outbox WHERE tenant = $1 ORDER BY id", tenant
            )
        envelopes = [decode_envelope(row["payload"]) for row in rows]
        return [decode(envelope, kinds[envelope.type]) for envelope in envelopes]

    async def deliver(self, event: Event) -> bool:
        """Give it an event as its listener would; False when it was handled before."""
        return await self._listener().handle(event)

    def _listener(self) -> Listener:
        return listener_of(self.service, self.database, None, client=self.runtime.client)

    async def run_timers(self, now: datetime) -> None:
        """Run everything that is due at `now`, and what that makes due. Time stands still, however many others wait."""
        worker = TimerWorker(
            self.database, self.service.timers, client=self.runtime.client, clock=lambda: 0.0
        )
        while await worker.run_due(now=now):
            pass

    async def forget_timers(self) -> None:
        """What earlier tests left waiting: it would come due whenever this one looks hours ahead, and act in it."""
        async with platform_transaction(self.database) as session:
            await driver_of(session).execute("DELETE FROM timers")

    async def provision(self, tenant: str, *, kind: str = "police_zone") -> None:
        await migrations.provision(
            self.service.name, self.urls.migration_url, tenant, name=tenant, kind=kind, legal_language="nl"
        )


@asynccontextmanager
async def running(
    build: Build, name: str, admin_url: str, neighbours: Neighbours, environment: dict[str, str]
) -> AsyncIterator[ServiceUnderTest]:
    """The service's own application, its database made and migrated; background work is left to the test."""
    urls = await prepare_database(
        admin_url, name, service_password="test-only", migrator_password="test-only"
    )
    await migrations.migrate(name, urls.migration_url)
    files = tempfile.TemporaryDirectory(prefix="vangnet-files-")
    environ = {
        "VANGNET_SERVICE_DB_URL": urls.service_url,
        "VANGNET_MIGRATION_DB_URL": urls.migration_url,
        "VANGNET_AUDIT_KEY": AUDIT_KEY,
        "VANGNET_KEY_ENCRYPTION_KEY": AUDIT_KEY,
        "VANGNET_DOCUMENTS_KEY": AUDIT_KEY,
        "VANGNET_DOCUMENTS_URL": f"{files.name}/documents",
        "VANGNET_EXPORT_DIR": f"{files.name}/exports",
        "VANGNET_SERVICE_SECRETS": msgspec.json.encode({name: f"{name} secret" for name in SERVICES}).decode(),
        "VANGNET_REFUSAL_SECONDS": "0.01",
        "VANGNET_SERVICE_SECRET": "test-only-secret",
        "VANGNET_PUBLIC_URL": "https://vangnet.test",
        "VANGNET_LOG_LEVEL": "WARNING",
        "VANGNET_DB_POOL_SIZE": "6",
        **{f"VANGNET_{each.upper()}_URL": f"{neighbours.url}/{each}" for each in
           ("identity", "cases", "rostering", "referrals", "notifications")},
        **environment,
    }  # fmt: skip
    with mock.patch.dict(os.environ, environ):
        built = build()
    service = replace(built, verifier=TestsVerifier(built.verifier))
    app = create_app(service, works=False)
    transport = httpx.ASGITransport(cast("Any", app))
    with files:
        async with hosted(app), httpx.AsyncClient(transport=transport, base_url=f"http://{name}") as http:
            yield ServiceUnderTest(service, app, http, urls, neighbours)


@asynccontextmanager
async def hosted(app: Litestar) -> AsyncIterator[None]:
    """The application between start and stop, both in one task of its own, as a task group demands."""
    started, stopping = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await stopping.wait()

    life = asyncio.create_task(live())
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait({life, waiting}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if not life.done():
            yield
    finally:
        stopping.set()
        await life
