"""The database is away, too busy, or goes in the middle: the caller hears that it was not done, and may try again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import text

from shared.auth import Permission
from shared.db import DatabaseUnreachable, connect, direct_connection, driver_of, platform_transaction
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


class DeadLine:
    """A line to the database that at a word from us carries nothing any more, and tells nobody."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self.dead = False
        self._pumps: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """The database's address by way of this line."""
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        user, _, _ = self._target.netloc.rpartition("@")
        yield self._target._replace(netloc=f"{user}@127.0.0.1:{port}").geturl()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        server.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._pumps |= {
            asyncio.create_task(self._carry(reader, back)),
            asyncio.create_task(self._carry(there, writer)),
        }

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while read := await source.read(65536):
            if not self.dead:
                target.write(read)
        target.close()


async def test_a_line_that_goes_dead_without_a_word_is_noticed_by_the_relays_connection(
    service: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.db.DIRECT_SECONDS", 0.3)
    line = DeadLine(service.urls.service_url)
    async with line.open() as url:
        connection = await direct_connection(url, "floor-relay")
        assert await connection.fetchval("SHOW tcp_user_timeout") == "20000"
        line.dead = True

        with pytest.raises(TimeoutError):
            await connection.fetchval("SELECT 1")
        connection.terminate()


async def test_a_server_that_lets_nobody_in_is_a_database_that_does_not_answer(
    service: ServiceUnderTest,
) -> None:
    parts = urlsplit(service.urls.service_url)
    nobody = parts._replace(netloc=parts.netloc.replace(":test-only@", ":wrong@")).geturl()
    database = connect(nobody, "floor", pool_size=1, statement_cache=0, recycle_seconds=60)

    with pytest.raises(DatabaseUnreachable):
        async with platform_transaction(database):
            pass
    await database.engine.dispose()
