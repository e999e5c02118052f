"""Bringing the platform schema and every tenant's schema to the version that the code expects.

Migrations are numbered SQL files: the floor's beside this module, a service's in `services/<name>/migrations`, each
with a `platform/` and a `tenant/` folder. Which ones a schema has is written in the schema's own comment, so the stamp
travels with a dump, and one query reads the stamps of all tenants.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import asyncpg
import msgspec

from shared.db import Driver
from shared.tenancy import PLATFORM_SCHEMA, migrator_login, role_of, schema_of, service_login

FLOOR = "floor"
_ROOT = Path(__file__).resolve().parents[2]
_LOCK = 0x6D696772  # "migr": one migration run at a time in each database
_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'"
_STAMP = re.compile(r"vangnet (\{.*\})")
_APPEND_ONLY = ("audit", "audit_chain", "audit_seals")

_STAMPS = """
    SELECT nspname, coalesce(obj_description(oid, 'pg_namespace'), '') AS stamp
    FROM pg_namespace WHERE nspname = 'platform' OR nspname LIKE 't\\_%' ORDER BY nspname
"""

Stamp = dict[str, int]


class MigrationsWrong(Exception):
    """The files on disk are not numbered 0001, 0002, ... without a gap."""


@dataclass(frozen=True)
class Migration:
    component: str
    number: int
    sql: str


@dataclass
class Report:
    """What a run did: schemas brought up to date, those that were already, and those that failed (error's type)."""

    migrated: list[str] = field(default_factory=list)
    unchanged: int = 0
    failed: dict[str, str] = field(default_factory=dict)


@cache
def migrations_of(service: str, scope: str) -> tuple[Migration, ...]:
    """The floor's migrations and then the service's, in order; `scope` is `platform` or `tenant`."""
    found: list[Migration] = []
    for component, folder in (
        (FLOOR, _ROOT / "shared" / "migrations" / scope),
        (service, _ROOT / "services" / service / "migrations" / scope),
    ):
        for expected, path in enumerate(sorted(folder.glob("*.sql")), start=1):
            number = int(path.name.split("_", 1)[0])
            if number != expected:
                raise MigrationsWrong(str(path.relative_to(_ROOT)))
            sql = path.read_text(encoding="utf-8").replace("{{service_login}}", service_login(service))
            found.append(Migration(component, number, sql))
    return tuple(found)


def _target(migrations: tuple[Migration, ...]) -> Stamp:
    return {migration.component: migration.number for migration in migrations}


def read_stamp(comment: str) -> Stamp:
    """Which migrations a schema has, from its comment."""
    match = _STAMP.search(comment)
    return msgspec.json.decode(match[1], type=Stamp) if match else {}


def _write_stamp(stamp: Mapping[str, int]) -> str:
    return "vangnet " + msgspec.json.encode(dict(stamp), order="sorted").decode()


@asynccontextmanager
async def migrator(migration_url: str) -> AsyncIterator[Driver]:
    """A connection of the migration login that holds the migration lock."""
    connection = await asyncpg.connect(migration_url, timeout=10, statement_cache_size=0)
    try:
        await connection.execute(f"SELECT pg_advisory_lock({_LOCK})")
        yield connection
    finally:
        await connection.close()


async def stamps(connection: Driver) -> dict[str, Stamp]:
    """The stamp of the platform schema and of every tenant's schema, in one query."""
    return {row["nspname"]: read_stamp(row["stamp"]) for row in await connection.fetch(_STAMPS)}


async def migrate(service: str, migration_url: str) -> Report:
    """Bring everything up to date. A tenant that fails is reported and left as it was; the others go on."""
    report = Report()
    async with migrator(migration_url) as connection:
        current = await stamps(connection)
        await _migrate_platform(connection, service, current.pop(PLATFORM_SCHEMA, None), report)
        migrations = migrations_of(service, "tenant")
        target = _target(migrations)
        for schema, stamp in current.items():
            if stamp == target:
                report.unchanged += 1
                continue
            try:
                await _run(connection, _tenant_script(service, schema.removeprefix("t_"), stamp, migrations))
                report.migrated.append(schema)
            except asyncpg.PostgresError as failure:
                report.failed[schema] = type(failure).__name__
    return report


async def _migrate_platform(connection: Driver, service: str, stamp: Stamp | None, report: Report) -> None:
    migrations = migrations_of(service, "platform")
    target = _target(migrations)
    if stamp == target:
        report.unchanged += 1
        return
    script = [
        _LOCK_TIMEOUT,
        f"CREATE SCHEMA IF NOT EXISTS {PLATFORM_SCHEMA}",
        f"SET LOCAL search_path TO {PLATFORM_SCHEMA}",
    ]
    group, login = f"{service}_tenants", service_login(service)
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", group):
        script.append(f"CREATE ROLE {group} NOLOGIN")
    script += [m.sql for m in migrations if m.number > (stamp or {}).get(m.component, 0)]
    script += [
        f"GRANT USAGE ON SCHEMA {PLATFORM_SCHEMA} TO {login}, {group}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {PLATFORM_SCHEMA} TO {login}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {PLATFORM_SCHEMA} TO {login}",
        f"GRANT INSERT ON outbox TO {group}",
        f"GRANT SELECT, INSERT, DELETE ON timers TO {group}",
        *(
            statement
            for table in ("outbox", "timers")
            for statement in (
                f"DROP POLICY IF EXISTS service_rows ON {table}",
                f"CREATE POLICY service_rows ON {table} TO {login} USING (true) WITH CHECK (true)",
            )
        ),
        f"COMMENT ON SCHEMA {PLATFORM_SCHEMA} IS '{_write_stamp(target)}'",
    ]
    await _run(connection, script)
    report.migrated.append(PLATFORM_SCHEMA)


def _tenant_script(service: str, tenant: str, stamp: Stamp, migrations: tuple[Migration, ...]) -> list[str]:
    schema, role = schema_of(tenant), role_of(service, tenant)
    existing_audit = ", ".join(_APPEND_ONLY)
    return [
        _LOCK_TIMEOUT,
        f"SET LOCAL search_path TO {schema}",
        *(m.sql for m in migrations if m.number > stamp.get(m.component, 0)),
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        f"REVOKE UPDATE, DELETE ON {existing_audit} FROM {role}",
        f"COMMENT ON SCHEMA {schema} IS '{_write_stamp(_target(migrations))}'",
    ]


async def _run(connection: Driver, script: list[str]) -> None:
    """All of it in one transaction and one round trip."""
    statements = ";\n".join(part.strip().rstrip(";") for part in script)
    try:
        await connection.execute(f"BEGIN;\n{statements};\nCOMMIT")
    except asyncpg.PostgresError:
        await connection.execute("ROLLBACK")
        raise


async def provision(
    service: str, migration_url: str, tenant: str, *, name: str, kind: str, legal_language: str
) -> None:
    """Make a tenant's role and schema, and enter it in this service's register; harmless when it is there already."""
    async with migrator(migration_url) as connection:
        await _provision(connection, service, tenant)
        await connection.execute(
            f"""
            INSERT INTO {PLATFORM_SCHEMA}.tenants (key, name, kind, legal_language, status)
            VALUES ($1, $2, $3, $4, 'active')
            ON CONFLICT (key) DO UPDATE SET name = excluded.name, kind = excluded.kind,
                legal_language = excluded.legal_language
            """,  # noqa: S608 - a constant schema name
            tenant,
            name,
            kind,
            legal_language,
        )


async def _provision(connection: Driver, service: str, tenant: str) -> None:
    schema, role = schema_of(tenant), role_of(service, tenant)
    migrations = migrations_of(service, "tenant")
    stamp = (await stamps(connection)).get(schema) if await _schema_exists(connection, schema) else None
    if stamp == _target(migrations):
        return
    script: list[str] = []
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        script += [
            f"CREATE ROLE {role} NOLOGIN",
            f"GRANT {service}_tenants TO {role}",
            f"GRANT {role} TO {service_login(service)} WITH INHERIT FALSE, SET TRUE",
        ]
    if stamp is None:
        script.append(f"CREATE SCHEMA {schema} AUTHORIZATION {migrator_login(service)}")
    await _run(connection, script + _tenant_script(service, tenant, stamp or {}, migrations))


async def _schema_exists(connection: Driver, schema: str) -> bool:
    return bool(await connection.fetchval("SELECT 1 FROM pg_namespace WHERE nspname = $1", schema))


async def remove(service: str, migration_url: str, tenant: str) -> None:
    """Drop a tenant's schema, role and traces in the platform schema; harmless when it is gone already."""
    schema, role = schema_of(tenant), role_of(service, tenant)
    async with migrator(migration_url) as connection:
        script = [f"DROP SCHEMA IF EXISTS {schema} CASCADE", f"DROP ROLE IF EXISTS {role}"]
        await _run(connection, script)
        for table, column in (("tenants", "key"), ("timers", "tenant"), ("parked_messages", "tenant")):
            await connection.execute(
                f"DELETE FROM {PLATFORM_SCHEMA}.{table} WHERE {column} = $1",  # noqa: S608 - constants
                tenant,
            )


async def export(
    migration_url: str, tenant: str, folder: Path, *, without: frozenset[str] = frozenset()
) -> dict[str, int]:
    """Write each table of a tenant as CSV with a header into `folder`; returns the number of rows of each."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True, mode=0o700)
    schema = schema_of(tenant)
    connection = await asyncpg.connect(migration_url, timeout=10)
    counts: dict[str, int] = {}
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            for row in await connection.fetch(
                "SELECT tablename FROM pg_tables WHERE schemaname = $1 AND tablename <> ALL($2::text[])"
                " ORDER BY tablename",
                schema,
                list(without),
            ):
                status = await connection.copy_from_table(
                    row["tablename"],
                    schema_name=schema,
                    output=folder / f"{row['tablename']}.csv",
                    format="csv",
                    header=True,
                )
                counts[row["tablename"]] = int(status.split()[-1])
    finally:
        await connection.close()
    return counts
