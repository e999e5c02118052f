"""The database is away, too busy, or goes in the middle: the caller hears that it was not done, and may try again."""

from contextlib import AsyncExitStack

import asyncpg
import pytest
from sqlalchemy import text

from shared.auth import Permission
from shared.db import DatabaseUnreachable, driver_of
from tests.service.shared import floor
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


async def test_when_every_connection_is_taken_it_says_that_it_cannot_now(
    service: ServiceUnderTest, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = service.database.engine.pool
    monkeypatch.setattr(pool, "_timeout", 0.05)
    async with AsyncExitStack() as taken:
        for _ in range(pool.size()):  # type: ignore[attr-defined]
            await taken.enter_async_context(service.transaction(tenant))

        with pytest.raises(DatabaseUnreachable):
            async with service.transaction(tenant):
                pass
        answer = await service.post("/counts", floor.Count(1), by=principal(tenant, Permission.SELF))

    assert answer.status_code == 503


async def test_a_connection_that_is_lost_under_a_mapped_statement_says_the_same_as_under_a_plain_one(
    service: ServiceUnderTest, tenant: str
) -> None:
    with pytest.raises(DatabaseUnreachable):
        await _lose_connection_under_a_mapped_statement(service, tenant)


async def _lose_connection_under_a_mapped_statement(service: ServiceUnderTest, tenant: str) -> None:
    async with service.transaction(tenant) as session:
        backend = await driver_of(session).fetchval("SELECT pg_backend_pid()")
        connection = await asyncpg.connect(service.urls.service_url)
        await connection.execute("SELECT pg_terminate_backend($1)", backend)
        await connection.close()
        await session.execute(text("SELECT count(*) FROM inbox"))
