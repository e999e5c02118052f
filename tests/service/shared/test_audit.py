"""The sealed chain: whoever touches a row afterwards is found out, and the row is named."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from shared import audit
from shared.tenancy import schema_of
from tests.support.principals import principal
from tests.support.service import AUDIT_KEY, ServiceUnderTest

NOW = datetime(2026, 3, 2, 2, 10, 30, 123456, tzinfo=UTC)
KEY = audit.Key(AUDIT_KEY)

Sql = Callable[[str], Awaitable[None]]


@pytest.fixture
async def as_superuser(service: ServiceUnderTest, admin_url: str, tenant: str) -> Sql:
    """Somebody with all rights on the database touches the tenant's tables."""

    async def run(sql: str) -> None:
        database = service.urls.service_url.rsplit("/", 1)[1]
        connection = await asyncpg.connect(f"{admin_url.rsplit('/', 1)[0]}/{database}")
        try:
            await connection.execute(f"SET search_path TO {schema_of(tenant)}; {sql}")
        finally:
            await connection.close()

    return run


async def record(service: ServiceUnderTest, tenant: str, count: int) -> None:
    who = principal(tenant)
    for number in range(count):
        async with service.transaction(tenant) as session:
            audit.record(
                session,
                who,
                "look",
                now=NOW,
                object_kind="dossier",
                object_id=who.user_id,
                details={"n": number},
            )


async def seal(service: ServiceUnderTest, tenant: str) -> int:
    async with service.transaction(tenant) as session:
        return await audit.seal(session, tenant, KEY)


async def verify(service: ServiceUnderTest, tenant: str) -> audit.Verdict:
    async with service.transaction(tenant) as session:
        return await audit.verify(session, tenant, KEY.public)


@pytest.fixture
async def sealed(service: ServiceUnderTest, tenant: str) -> None:
    """Nine rows in two seals."""
    await record(service, tenant, 4)
    await seal(service, tenant)
    await record(service, tenant, 5)
    await seal(service, tenant)


async def test_every_row_is_sealed_once(service: ServiceUnderTest, tenant: str) -> None:
    await record(service, tenant, 3)

    assert await seal(service, tenant) == 3
    assert await seal(service, tenant) == 0
    assert await verify(service, tenant) == audit.Verdict(3)


async def test_a_row_whose_transaction_is_still_open_is_sealed_later(
    service: ServiceUnderTest, tenant: str
) -> None:
    async with service.transaction(tenant) as slow:
        audit.record(slow, principal(tenant), "slow", now=NOW, object_kind="x")
        await slow.connection()
        driver = slow.info["vangnet_driver"]
        await driver.execute("SELECT pg_current_xact_id()")
        await record(service, tenant, 2)
        assert await seal(service, tenant) == 0
    assert await seal(service, tenant) == 3
    assert await verify(service, tenant) == audit.Verdict(3)


@pytest.mark.usefixtures("sealed")
async def test_an_untouched_chain_is_intact(service: ServiceUnderTest, tenant: str) -> None:
    assert await verify(service, tenant) == audit.Verdict(9)


TOUCHES = {
    "one byte of a detail": ("UPDATE audit SET details = jsonb_set(details, '{n}', '9') WHERE id = 3", "row_changed", 3),
    "one microsecond": ("UPDATE audit SET at = at + interval '1 microsecond' WHERE id = 5", "row_changed", 5),
    "who it was": ("UPDATE audit SET user_id = gen_random_uuid() WHERE id = 1", "row_changed", 1),
    "a row removed": ("DELETE FROM audit WHERE id = 7", "row_deleted", 7),
    "a row and its link removed": (
        "DELETE FROM audit WHERE id = 4; DELETE FROM audit_chain WHERE audit_id = 4",
        "chain_gap",
        5,
    ),
    "the end cut off": ("DELETE FROM audit_chain WHERE position = 9; DELETE FROM audit WHERE id = 9", "chain_cut", None),
    "a row slipped in": (
        (
            "INSERT INTO audit (id, tx, at, user_id, session_id, service, action, object_kind, outcome, details,"
            " trace_id) OVERRIDING SYSTEM VALUE SELECT 0, tx, at, user_id, session_id, service, action, object_kind,"
            " outcome, details, trace_id FROM audit WHERE id = 2"
        ),
        "row_inserted",
        0,
    ),
    "a signature of another": ("UPDATE audit_seals SET signature = 'x' WHERE position = 4", "seal_wrong", 4),
}  # fmt: skip


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize(("sql", "wrong", "row"), TOUCHES.values(), ids=TOUCHES.keys())
async def test_a_touched_row_is_named(
    service: ServiceUnderTest, tenant: str, as_superuser: Sql, sql: str, wrong: str, row: int | None
) -> None:
    await as_superuser(sql)

    verdict = await verify(service, tenant)

    assert (verdict.wrong, verdict.row) == (wrong, row)


@pytest.mark.usefixtures("sealed")
async def test_a_chain_rebuilt_without_the_key_is_found_out(
    service: ServiceUnderTest, tenant: str, as_superuser: Sql, tmp_path: Path
) -> None:
    await as_superuser(
        "UPDATE audit SET action = 'nothing' WHERE id = 2; DELETE FROM audit_chain; DELETE FROM audit_seals"
    )
    forger = audit.Key("Zm9yZ2VyLWZvcmdlci1mb3JnZXItZm9yZ2VyLWZvcmc")
    async with service.transaction(tenant) as session:
        await audit.seal(session, tenant, forger)

    assert (await verify(service, tenant)).wrong == "seal_wrong"
