"""What a tenant's role can reach of the platform schema: its own line of the register, and nothing else."""

import asyncpg
import pytest

from shared.db import driver_of, platform_transaction
from tests.support.service import ServiceUnderTest


async def test_a_tenant_sees_its_own_line_of_the_register_alone(
    identity: ServiceUnderTest, tenant: str, other_tenant: str
) -> None:
    async with identity.transaction(tenant) as session:
        seen = await driver_of(session).fetch("SELECT key FROM platform.tenants")

    assert [row["key"] for row in seen] == [tenant]


async def test_a_tenant_changes_no_settings_but_its_own(
    identity: ServiceUnderTest, tenant: str, other_tenant: str
) -> None:
    async with identity.transaction(tenant) as session:
        await driver_of(session).execute("UPDATE platform.tenants SET idle_minutes = 480")

    async with platform_transaction(identity.database) as session:
        rows = await driver_of(session).fetch(
            "SELECT key, idle_minutes FROM tenants WHERE key = ANY($1::text[])", [tenant, other_tenant]
        )
    assert {row["key"]: row["idle_minutes"] for row in rows} == {tenant: 480, other_tenant: 30}


async def test_a_tenant_sees_and_deletes_only_attempts_on_its_own_names(
    identity: ServiceUnderTest, tenant: str, other_tenant: str
) -> None:
    for key in (tenant, other_tenant):
        await identity.post("/sign-in", {"tenant": key, "email": "jo@zone.test", "password": "wrong"})

    async with identity.transaction(tenant) as session:
        seen = await driver_of(session).fetch("SELECT tenant FROM platform.attempts")
        await driver_of(session).execute("DELETE FROM platform.attempts")
    async with platform_transaction(identity.database) as session:
        left = await driver_of(session).fetch("SELECT tenant FROM attempts")

    assert [row["tenant"] for row in seen] == [tenant]
    assert other_tenant in {row["tenant"] for row in left}
    assert tenant not in {row["tenant"] for row in left}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE platform.tenants SET name = 'Mine'",
        "UPDATE platform.tenants SET status = 'active'",
        "DELETE FROM platform.tenants",
        "INSERT INTO platform.tenants (key, name, kind, legal_language, status) VALUES ('x', 'x', 'x', 'x', 'active')",
        "UPDATE platform.attempts SET failures = 0",
        "SELECT * FROM platform.signing_keys",
        "SELECT * FROM platform.tenant_announcements",
        "INSERT INTO platform.tenant_answers VALUES (gen_random_uuid(), 'cases', 0, now())",
    ],
)
async def test_nothing_else_of_the_platform_is_a_tenants(
    identity: ServiceUnderTest, tenant: str, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with identity.transaction(tenant) as session:
            await driver_of(session).execute(statement)


@pytest.mark.parametrize("table", ["staff", "credentials", "second_factors", "sessions", "password_resets"])
async def test_a_tenant_does_not_reach_anothers_people(
    identity: ServiceUnderTest, tenant: str, other_tenant: str, table: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with identity.transaction(tenant) as session:
            await driver_of(session).execute(f"SELECT * FROM t_{other_tenant}.{table}")
