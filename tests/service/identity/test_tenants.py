"""The life of a tenant from the operator's command line, over a real NATS server, with every service listening."""

import asyncio
import base64
import csv
import importlib
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import asyncpg
import msgspec
import pytest
import uvicorn
from litestar import Litestar

from deploy.catalogue import OWNERS, SERVICES, read_traffic
from deploy.database import ServiceDatabase, prepare_database
from deploy.local.processes import free_port
from deploy.nats.rights import ADMIN
from deploy.nats.streams import ensure_streams
from shared import migrations
from shared.app import create_app
from tests.support import servers
from tests.support.service import hosted

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()


@dataclass
class Platform:
    """Databases, NATS, and the services that were started on them."""

    nats: servers.Nats
    databases: dict[str, ServiceDatabase]
    exports: Path
    identity_port: int
    stack: AsyncExitStack
    apps: dict[str, Litestar] = field(default_factory=dict)

    def environment(self, service: str) -> dict[str, str]:
        variables = {
            "SERVICE_DB_URL": self.databases[service].service_url,
            "MIGRATION_DB_URL": self.databases[service].migration_url,
            "NATS_URL": self.nats.url(service),
            "IDENTITY_URL": f"http://127.0.0.1:{self.identity_port}",
            "SERVICE_SECRET": f"{service} secret",
            "SERVICE_SECRETS": msgspec.json.encode({name: f"{name} secret" for name in SERVICES}).decode(),
            "KEY_ENCRYPTION_KEY": KEY,
            "AUDIT_KEY": KEY,
            "EXPORT_DIR": str(self.exports),
            "DB_POOL_SIZE": "4",
            "LOG_LEVEL": "WARNING",
        }
        return {f"VANGNET_{name}": value for name, value in variables.items()}

    async def start(self, service: str) -> None:
        """Let a service run, with all its workers."""
        with mock.patch.dict(os.environ, self.environment(service)):
            app = create_app(importlib.import_module(f"services.{service}.app").build())
        self.apps[service] = app
        if service == "identity":
            await self.stack.enter_async_context(listening(app, self.identity_port))
        else:
            await self.stack.enter_async_context(hosted(app))

    async def operator(self, *arguments: str) -> tuple[int, str]:
        """`python -m services.identity ...`: how it ended, and what it said."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.identity",
            *arguments,
            env={**os.environ, **self.environment("identity")},
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        return process.returncode or 0, said.decode().strip()

    async def register_of(self, service: str, tenant: str) -> str:
        """`name status` as the service has it, or empty; and whether the schema is there."""
        connection = await asyncpg.connect(self.databases[service].migration_url)
        try:
            line = await connection.fetchrow(
                "SELECT name, status FROM platform.tenants WHERE key = $1", tenant
            )
            schema = await connection.fetchval("SELECT 1 FROM pg_namespace WHERE nspname = $1", f"t_{tenant}")
            assert (line is None) == (schema is None)
            return "" if line is None else f"{line['name']}, {line['status']}"
        finally:
            await connection.close()

    async def registers(self, tenant: str) -> set[str]:
        return {await self.register_of(service, tenant) for service in OWNERS}


@asynccontextmanager
async def listening(app: Litestar, port: int) -> AsyncIterator[None]:
    """Over a real socket, for the services that ask it."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="on"))
    serving = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
async def platform(admin_url: str, tmp_path: Path) -> AsyncIterator[Platform]:
    """Its own databases, so that no relay takes other tests' events away."""
    databases = {}
    for service in OWNERS:
        databases[service] = await prepare_database(
            admin_url,
            service,
            service_password="test-only",
            migrator_password="test-only",
            database=f"life_{service}_{secrets.token_hex(4)}",
        )
        await migrations.migrate(service, databases[service].migration_url)
    traffic = read_traffic()
    with servers.nats(traffic) as nats:
        await ensure_streams(nats.url(ADMIN), traffic)
        async with AsyncExitStack() as stack:
            yield Platform(nats, databases, tmp_path, free_port(), stack)


async def until(what: str, question: Callable[[], Awaitable[str]], *, seconds: float = 20) -> None:
    """Wait for something that happens by itself."""
    async with asyncio.timeout(seconds):
        while what not in await question():
            await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_a_tenant_lives_and_ends_in_every_service(platform: Platform, tenant: str) -> None:
    for service in ("identity", "cases", "rostering"):
        await platform.start(service)
    facts = ("--kind", "police_zone", "--language", "nl")

    # one service is down: the operator is told, and it catches up by itself
    code, said = await platform.operator(
        "tenants", "create", tenant, "--name", "PZ Proef", *facts, "--wait", "3"
    )
    assert (code, said) == (1, "announced, but not yet answered by referrals, notifications")
    await platform.start("referrals")
    await platform.start("notifications")
    await until(
        f"{tenant}\tpolice_zone\tnl\tactive\tready\tPZ Proef", lambda: said_of(platform, "tenants", "list")
    )
    assert await platform.registers(tenant) == {"PZ Proef, active"}

    # said again it is harmless; as another kind of tenant it is refused
    assert await platform.operator("tenants", "create", tenant, "--name", "PZ Proef", *facts) == (
        0,
        f"{tenant} is ready",
    )
    other_kind = ("--kind", "municipality", "--language", "nl")
    code, said = await platform.operator("tenants", "create", tenant, "--name", "PZ Proef", *other_kind)
    assert (code, said) == (1, "refused: tenant_taken")

    code, said = await platform.operator("staff", "invite", tenant, "--name", "Jo", "--email", "jo@zone.test")
    assert code == 0
    assert said.startswith("jo@zone.test\t")

    code, _ = await platform.operator("tenants", "rename", tenant, "PZ Anders")
    assert code == 0
    assert await platform.registers(tenant) == {"PZ Anders, active"}

    code, said = await platform.operator("tenants", "export", tenant)
    assert code == 0, said
    [folder] = platform.exports.iterdir()
    assert str(folder) in said
    assert {each.name for each in folder.iterdir()} == set(OWNERS)
    [person] = csv.DictReader((folder / "identity" / "staff.csv").read_text().splitlines())
    assert (person["email"], person["roles"]) == ("jo@zone.test", "{administrator}")
    manifest = msgspec.json.decode((folder / "identity" / "manifest.json").read_bytes())
    assert manifest["staff"]["rows"] == 1
    assert not {"credentials", "second_factors", "sessions", "password_resets"} & set(manifest)

    code, said = await platform.operator("tenants", "remove", tenant, "--confirm", tenant)
    assert (code, said) == (1, "refused: tenant_not_suspended")
    code, _ = await platform.operator("tenants", "suspend", tenant)
    assert code == 0
    assert await platform.registers(tenant) == {"PZ Anders, suspended"}
    code, said = await platform.operator("tenants", "remove", tenant, "--confirm", "another")
    assert (code, said) == (1, "refused: not_confirmed")
    assert await platform.operator("tenants", "remove", tenant, "--confirm", tenant) == (
        0,
        f"{tenant} is removed everywhere",
    )
    assert await platform.registers(tenant) == {""}
    assert await platform.operator("tenants", "list") == (0, "")


async def said_of(platform: Platform, *arguments: str) -> str:
    return (await platform.operator(*arguments))[1]
