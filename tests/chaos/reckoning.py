"""What the databases, NATS and the postbox say after the night: read by the administrator, past every service."""

import asyncio
import time
from typing import Any

import asyncpg
import nats
from nats.js.errors import NotFoundError

from tests.chaos.night import TENANT, database_url
from tests.support.platform import RunningPlatform

OWNERS = ("identity", "rostering", "cases", "referrals", "notifications")
_SETTLED_WITHIN = 200.0


class Books:
    """Each service's database with the tenant's schema in front."""

    def __init__(self, platform: RunningPlatform) -> None:
        self.platform = platform

    async def rows(self, service: str, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(database_url(self.platform.facts, service), timeout=10)
        try:
            await connection.execute(f'SET search_path TO "t_{TENANT}", platform')
            found: list[asyncpg.Record] = await connection.fetch(sql, *arguments)
            return found
        finally:
            await connection.close()

    async def number(self, service: str, sql: str, *arguments: Any) -> int:
        return int((await self.rows(service, sql, *arguments))[0][0])

    async def unfinished(self) -> dict[str, int]:
        """What still waits somewhere: outboxes, overdue timers, messages on their way."""
        waiting: dict[str, int] = {}
        for service in OWNERS:
            waiting[f"{service} outbox"] = await self.number(service, "SELECT count(*) FROM platform.outbox")
            waiting[f"{service} overdue timers"] = await self.number(
                service, "SELECT count(*) FROM platform.timers WHERE due_at < now()"
            )
        waiting |= await self._on_their_way()
        return {what: count for what, count in waiting.items() if count}

    async def _on_their_way(self) -> dict[str, int]:
        client = await nats.connect(self.platform.facts["nats_url"])
        try:
            waiting: dict[str, int] = {}
            jetstream = client.jetstream(timeout=10)
            for owner in OWNERS:
                try:
                    consumers = await jetstream.consumers_info(owner.upper())
                except NotFoundError:
                    continue
                for each in consumers:
                    left = (each.num_pending or 0) + (each.num_ack_pending or 0)
                    waiting[f"{owner} events for {each.name}"] = left
            return waiting
        finally:
            await client.close()

    async def settle(self) -> None:
        """Return when nothing waits any more, seen twice in a row."""
        waiting: dict[str, int] = {}
        deadline, quiet = time.monotonic() + _SETTLED_WITHIN, 0
        while quiet < 2:
            assert time.monotonic() < deadline, f"still waiting: {waiting}"
            try:
                waiting = await self.unfinished()
            except (OSError, asyncpg.PostgresError, TimeoutError, nats.errors.Error) as away:
                waiting = {type(away).__name__: 1}
            quiet = 0 if waiting else quiet + 1
            await asyncio.sleep(0.5)
