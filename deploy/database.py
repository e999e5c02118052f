"""Makes a service's database and its two logins, and closes the ways from one tenant's SQL to another's schema."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from shared.tenancy import migrator_login, service_login

MINIMUM_SERVER = 160000

# What executes text as SQL, or changes the role from inside a query: `SET LOCAL ROLE` is the entry's alone.
_SWITCHES = (
    "set_config", "query_to_xml", "query_to_xmlschema", "query_to_xml_and_xmlschema", "cursor_to_xml",
    "cursor_to_xmlschema", "table_to_xml", "table_to_xmlschema", "table_to_xml_and_xmlschema", "schema_to_xml",
    "schema_to_xmlschema", "schema_to_xml_and_xmlschema", "database_to_xml", "database_to_xmlschema",
    "database_to_xml_and_xmlschema", "ts_stat", "ts_rewrite",
)  # fmt: skip

_FUNCTIONS = """
    SELECT oid::regprocedure::text FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY($1::text[])
"""


class ServerTooOld(Exception):
    """PostgreSQL 16 or newer is needed: grants of membership with SET and without INHERIT."""


@dataclass(frozen=True)
class ServiceDatabase:
    """Where a service's database is, for its two logins."""

    service_url: str
    migration_url: str


async def prepare_database(
    admin_url: str, service: str, *, service_password: str, migrator_password: str, database: str = ""
) -> ServiceDatabase:
    """Create what is missing and set the passwords; safe to repeat. `admin_url` is a superuser's.

    Raises `ServerTooOld`, or what asyncpg raises when the server refuses.
    """
    database = database or f"vangnet_{service}"
    admin = await asyncpg.connect(admin_url, timeout=10)
    try:
        if admin.get_server_version().major * 10000 < MINIMUM_SERVER:
            raise ServerTooOld
        await _login(admin, migrator_login(service), migrator_password, "CREATEROLE")
        await _login(admin, service_login(service), service_password, "NOINHERIT")
        if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await admin.execute(f'CREATE DATABASE "{database}" OWNER {migrator_login(service)}')
    finally:
        await admin.close()
    await _harden(_at(admin_url, database), service, database)
    return ServiceDatabase(
        _at(admin_url, database, service_login(service), service_password),
        _at(admin_url, database, migrator_login(service), migrator_password),
    )


async def _login(admin: asyncpg.Connection, login: str, password: str, option: str) -> None:
    exists = await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", login)
    verb = "ALTER" if exists else "CREATE"
    quoted = await admin.fetchval("SELECT quote_literal($1)", password)
    await admin.execute(f"{verb} ROLE {login} LOGIN {option} PASSWORD {quoted}")


async def _harden(url: str, service: str, database: str) -> None:
    admin = await asyncpg.connect(url, timeout=10)
    try:
        functions = [row[0] for row in await admin.fetch(_FUNCTIONS, list(_SWITCHES))]
        migrator = migrator_login(service)
        await admin.execute(
            ";".join(
                [
                    f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC',
                    f'GRANT CONNECT ON DATABASE "{database}" TO {service_login(service)}',
                    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
                    "REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC",
                    f"GRANT USAGE ON LANGUAGE plpgsql TO {migrator}",
                    *(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC" for function in functions),
                    *(f"GRANT EXECUTE ON FUNCTION {function} TO {migrator}" for function in functions),
                ]
            )
        )
    finally:
        await admin.close()


def _at(url: str, database: str, user: str = "", password: str = "") -> str:
    parts = urlsplit(url)
    netloc = parts.netloc
    if user:
        host = netloc.rsplit("@", 1)[-1]
        netloc = f"{user}:{quote(password, safe='')}@{host}"
    return urlunsplit((parts.scheme, netloc, f"/{database}", parts.query, parts.fragment))
