"""One tenant's transaction sees that tenant, whatever SQL it is made to run."""

import asyncio
import os
import pwd
import random
import secrets
import shutil
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import text

from deploy.local import processes
from shared import migrations
from shared.db import Database, connect, driver_of, platform_transaction, transaction
from shared.tenancy import TenantKeyWrong, TenantNotReady, role_of, schema_of
from tests.support.service import ServiceUnderTest

MARK = "INSERT INTO idempotency_keys (user_id, key, operation, request_hash) VALUES (gen_random_uuid(), $1, $1, '')"

# `{role}`, `{schema}` are the other tenant's. Each is one statement, as an injection into a query could be.
ATTACKS = {
    "a qualified name": "SELECT * FROM {schema}.audit",
    "a write with a qualified name": "INSERT INTO {schema}.inbox (event_id) VALUES (gen_random_uuid())",
    "a role set from inside a query": "SELECT set_config('role', '{role}', true)",
    "a search path set from inside a query": "SELECT set_config('search_path', '{schema}', true)",
    "text run as SQL by query_to_xml": "SELECT query_to_xml('SELECT * FROM {schema}.audit', true, true, '')",
    "a whole schema as XML": "SELECT schema_to_xml('{schema}', true, true, '')",
    "a table as XML": "SELECT table_to_xml('{schema}.audit', true, true, '')",
    "text run as SQL by ts_stat": "SELECT * FROM ts_stat('SELECT to_tsvector(key) FROM {schema}.idempotency_keys')",
    "an anonymous block": "DO $$ BEGIN SET LOCAL ROLE {role}; END $$",
    "a function of its own": "CREATE FUNCTION steal() RETURNS void LANGUAGE sql AS 'SELECT 1'",
    "a temporary function": "CREATE FUNCTION pg_temp.steal() RETURNS void LANGUAGE sql AS 'SELECT 1'",
    "a temporary table": "CREATE TEMPORARY TABLE loot (what text)",
    "a view of its own": "CREATE VIEW loot AS SELECT * FROM {schema}.audit",
    "a change of its own tables": "ALTER TABLE audit ADD COLUMN loot text",
    "the login's passwords": "SELECT * FROM pg_authid",
    "a file of the server": "SELECT pg_read_file('postgresql.conf')",
    "a copy to a program": "COPY inbox TO PROGRAM 'cat'",
    "a copy of another tenant's table": "COPY {schema}.audit TO STDOUT",
    "a lock on another tenant's table": "LOCK TABLE {schema}.audit",
    "a change of who may do what": "ALTER ROLE {role} LOGIN",
    "a touch of its own audit": "UPDATE audit SET action = 'nothing'",
    "a removal of its own audit": "DELETE FROM audit",
    "a cut of its own audit": "TRUNCATE audit",
    "the events that others announce": "SELECT * FROM platform.outbox",
    "an event in another role's name": (
        "INSERT INTO platform.outbox (event_id, tenant, subject, aggregate, payload, traceparent, occurred_at, owner)"
        " VALUES (gen_random_uuid(), 'x', 'x', 'x', '', '', now(), '{role}')"
    ),
    "a timer in another role's name": (
        "INSERT INTO platform.timers (id, tenant, due_at, kind, ref, owner)"
        " VALUES (gen_random_uuid(), 'x', now(), 'x', gen_random_uuid(), '{role}')"
    ),
    "the register of tenants": "SELECT * FROM platform.tenants",
    "the statistics of another tenant's columns": "SELECT starelid FROM pg_statistic",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
async def test_sql_of_one_tenant_is_denied(
    service: ServiceUnderTest, tenant: str, other_tenant: str, attack: str
) -> None:
    sql = attack.format(role=role_of("floor", other_tenant), schema=schema_of(other_tenant))

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with service.transaction(tenant) as session:
            await driver_of(session).fetch(sql + " ")


async def test_two_statements_in_one_are_refused(
    service: ServiceUnderTest, tenant: str, other_tenant: str
) -> None:
    sql = f"SELECT 1; SET LOCAL ROLE {role_of('floor', other_tenant)}"

    with pytest.raises(asyncpg.PostgresSyntaxError, match="multiple commands"):
        async with service.transaction(tenant) as session:
            await driver_of(session).fetch(sql)


async def test_a_reset_role_has_no_right_at_all(service: ServiceUnderTest, tenant: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):  # noqa: PT012
        async with service.transaction(tenant) as session:
            await driver_of(session).execute("RESET ROLE")
            await driver_of(session).fetch(f"SELECT * FROM {schema_of(tenant)}.audit")


async def test_a_query_that_forgets_its_tenant_finds_no_table(service: ServiceUnderTest, tenant: str) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        async with platform_transaction(service.database) as session:
            await driver_of(session).fetch("SELECT * FROM audit")


async def test_a_tenants_timers_are_not_seen_by_another(
    service: ServiceUnderTest, tenant: str, other_tenant: str
) -> None:
    insert = "INSERT INTO platform.timers (id, tenant, due_at, kind, ref) VALUES (gen_random_uuid(), $1, now() + interval '1 day', 'x', gen_random_uuid())"
    async with service.transaction(tenant) as session:
        await driver_of(session).execute(insert, tenant)

    async with service.transaction(other_tenant) as session:
        seen = await driver_of(session).fetch("SELECT * FROM platform.timers")

    assert seen == []


async def test_an_unknown_tenant_is_not_ready(service: ServiceUnderTest) -> None:
    with pytest.raises(TenantNotReady):
        async with service.transaction("nobody_here"):
            pass


@pytest.mark.parametrize("key", ["", "A", "x", "a-b", 'a"; DROP', "a" * 32, "1a", "é2", "a\n"])
async def test_a_key_that_could_be_sql_is_refused(service: ServiceUnderTest, key: str) -> None:
    with pytest.raises(TenantKeyWrong):
        async with service.transaction(key):
            pass


@asynccontextmanager
async def pool(url: str, *, size: int, statement_cache: int = 100) -> AsyncIterator[Database]:
    database = connect(url, "floor", pool_size=size, statement_cache=statement_cache, recycle_seconds=60)
    try:
        yield database
    finally:
        await database.engine.dispose()


async def ten_thousand(database: Database, tenants: list[str], *, count: int) -> dict[str, int]:
    """Interleaved transactions; some fail, some are cancelled half-way. Returns the commits of each tenant."""
    chance = random.Random(2026)
    commits = dict.fromkeys(tenants, 0)
    gate = asyncio.Semaphore(16)

    async def one(tenant: str, fate: float) -> None:
        async with gate:
            work = asyncio.create_task(write(tenant, fails=fate < 0.1))
            if fate > 0.97:
                await asyncio.sleep(chance.random() * 0.004)
                work.cancel()
            with suppress(RuntimeError, asyncio.CancelledError):
                committed = await work
                commits[tenant] += committed

    async def write(tenant: str, *, fails: bool) -> int:
        async with transaction(database, tenant) as session:
            driver = driver_of(session)
            where = await driver.fetchrow("SELECT current_user AS role, current_schema() AS schema")
            assert tuple(where) == (role_of("floor", tenant), schema_of(tenant))
            await driver.execute(MARK, f"{tenant} {secrets.token_hex(8)}")
            count = await session.scalar(
                text("SELECT count(*) FROM idempotency_keys WHERE key NOT LIKE :own"), {"own": f"{tenant} %"}
            )
            assert count == 0
            if fails:
                raise RuntimeError
        return 1

    await asyncio.gather(*(one(chance.choice(tenants), chance.random()) for _ in range(count)))
    return commits


async def check_none_astray(database: Database, commits: dict[str, int]) -> None:
    for tenant, count in commits.items():
        async with transaction(database, tenant) as session:
            keys = [row[0] for row in await driver_of(session).fetch("SELECT key FROM idempotency_keys")]
        assert all(key.startswith(f"{tenant} ") for key in keys)
        # A transaction that was cancelled while its COMMIT was on the way may count; none may be missing.
        assert len(keys) >= count


async def test_of_ten_thousand_interleaved_transactions_none_goes_astray(service: ServiceUnderTest) -> None:
    tenants = [f"many_{secrets.token_hex(4)}" for _ in range(12)]
    for tenant in tenants:
        await service.provision(tenant)

    async with pool(service.urls.service_url, size=4) as database:
        commits = await ten_thousand(database, tenants, count=10_000)

        assert sum(commits.values()) > 8_000
        await check_none_astray(database, commits)


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise TimeoutError


@contextmanager
def pgbouncer(url: str, folder: Path) -> Iterator[str]:
    """PgBouncer in transaction mode before the database of `url`."""
    parts, port = urlsplit(url), processes.free_port()
    folder.chmod(0o755)
    (folder / "users").write_text(f'"{parts.username}" "{parts.password}"\n')
    config = folder / "pgbouncer.ini"
    config.write_text(
        f"[databases]\n* = host={parts.hostname} port={parts.port}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = plain\n"
        f"auth_file = {folder / 'users'}\npool_mode = transaction\ndefault_pool_size = 4\n"
        "ignore_startup_parameters = extra_float_digits,jit\n"
    )
    for each in folder.iterdir():
        each.chmod(0o644)
    command = ["pgbouncer", "-q", str(config)]
    with (folder / "log").open("wb") as log:
        # PgBouncer, like PostgreSQL, does not run as root
        user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        process = processes.spawn(command, output=log, user=user)
    wait_for_port(port)
    try:
        yield f"postgresql://{parts.username}:{parts.password}@127.0.0.1:{port}{parts.path}"
    finally:
        processes.stop(process)


@pytest.mark.skipif(shutil.which("pgbouncer") is None, reason="no PgBouncer on this machine")
async def test_none_goes_astray_through_pgbouncer_in_transaction_mode(
    service: ServiceUnderTest,
) -> None:
    tenants = [f"pooled_{secrets.token_hex(4)}" for _ in range(6)]
    for tenant in tenants:
        await service.provision(tenant)

    with TemporaryDirectory() as folder, pgbouncer(service.urls.service_url, Path(folder)) as url:
        async with pool(url, size=8, statement_cache=0) as database:
            commits = await ten_thousand(database, tenants, count=2_000)
            assert sum(commits.values()) > 1_500
            await check_none_astray(database, commits)


async def test_a_tenant_can_be_removed_and_made_again(service: ServiceUnderTest, tenant: str) -> None:
    await migrations.remove("floor", service.urls.migration_url, tenant)
    with pytest.raises(TenantNotReady):
        async with service.transaction(tenant):
            pass

    await service.provision(tenant)

    async with service.transaction(tenant) as session:
        assert await driver_of(session).fetchval("SELECT count(*) FROM audit") == 0


async def test_an_export_holds_every_table_of_the_tenant_alone(
    service: ServiceUnderTest, tenant: str, tmp_path: Path
) -> None:
    async with service.transaction(tenant) as session:
        await driver_of(session).execute(MARK, "exported")

    counts = await migrations.export(service.urls.migration_url, tenant, tmp_path)

    assert counts["idempotency_keys"] == 1
    assert "exported" in (tmp_path / "idempotency_keys.csv").read_text()
    assert {path.stem for path in tmp_path.glob("*.csv")} == set(counts)


async def test_migrating_again_changes_nothing(service: ServiceUnderTest, tenant: str) -> None:
    report = await migrations.migrate("floor", service.urls.migration_url)

    assert (report.migrated, report.failed) == ([], {})
    assert report.unchanged >= 2
