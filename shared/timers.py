"""What must happen at a moment: kept in the database with what it belongs to, so that no restart loses it."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from shared.client import CLIENT, ServiceClient
from shared.db import (
    Database,
    Driver,
    driver_of,
    on_commit,
    platform_transaction,
    transaction,
    uuid7,
    withdraw,
)
from shared.telemetry import TIMERS_LATE, span

TimerHandler = Callable[..., Awaitable[None]]
TimerHandlers = Mapping[str, TimerHandler]

_BATCH = 100
_CONCURRENT = 4  # so that one that waits for a slow neighbour does not hold up the others
_POLL_SECONDS = 1.0
_RETRY_AFTER = timedelta(seconds=5)
_RETRY_AFTER_MOST = timedelta(minutes=5)

_INSERT = """
    INSERT INTO platform.timers (id, tenant, due_at, kind, ref)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::uuid[])
"""
_DUE = """
    SELECT id, tenant, kind, due_at FROM timers
    WHERE due_at <= $1 AND kind = ANY($2::text[]) ORDER BY due_at LIMIT $3
"""
_CLAIM = "DELETE FROM platform.timers WHERE id = $1 RETURNING ref"
_POSTPONE = """
    UPDATE timers SET attempts = attempts + 1, error = $3,
        due_at = $2::timestamptz + least($4::interval * power(2, least(attempts, 10)), $5::interval)
    WHERE id = $1
"""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Timer:
    id: UUID
    tenant: str
    due_at: datetime
    kind: str
    ref: UUID


def schedule(session: AsyncSession, tenant: str, due_at: datetime, kind: str, ref: UUID) -> None:
    """Call the handler of `kind` with `ref` at `due_at` (aware), if this transaction commits."""
    on_commit(session, _write, _Timer(uuid7(), tenant, due_at, kind, ref))


async def cancel(session: AsyncSession, kind: str, ref: UUID) -> None:
    """Take back the timers of `kind` for `ref`; one that is being handled at this moment is waited for."""
    await driver_of(session).execute("DELETE FROM platform.timers WHERE kind = $1 AND ref = $2", kind, ref)


def withhold(session: AsyncSession) -> None:
    """Set none of the timers of this transaction: for history that is entered long after it happened."""
    withdraw(session, _write, lambda _: True)


async def _write(driver: Driver, timers: list[_Timer]) -> None:
    await driver.execute(
        _INSERT,
        [timer.id for timer in timers],
        [timer.tenant for timer in timers],
        [timer.due_at for timer in timers],
        [timer.kind for timer in timers],
        [timer.ref for timer in timers],
    )


class TimerWorker:
    """Runs what is due. Handler: `async (session, tenant, ref, *, now)`, in the transaction that ends the timer.

    `clock`, in seconds, says how long somebody waited for others; one that stands still keeps `now` as it is.
    """

    def __init__(
        self,
        database: Database,
        handlers: TimerHandlers,
        *,
        client: ServiceClient,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._client = client
        self._clock = clock

    async def run(self) -> None:
        """Work until cancelled. Raises what broke the loop itself; a failing timer is tried again later."""
        while True:
            handled = await self.run_due(now=datetime.now(UTC))
            if handled < _BATCH:
                await asyncio.sleep(_POLL_SECONDS)

    async def run_due(self, *, now: datetime) -> int:
        """Run the timers that are due at `now`; returns how many there were."""
        async with platform_transaction(self._database) as session:
            rows = await driver_of(session).fetch(_DUE, now, list(self._handlers), _BATCH)
        delay = (now - rows[0]["due_at"]).total_seconds() if rows else 0.0
        TIMERS_LATE.labels(self._database.service).set(delay)
        limit, began = asyncio.Semaphore(_CONCURRENT), self._clock()

        async def in_turn(row: asyncpg.Record) -> None:
            async with limit:
                # whoever waited for a slow one must not judge by a clock that is seconds old
                await self._run_one(row, now=now + timedelta(seconds=int(self._clock() - began)))

        await asyncio.gather(*(in_turn(row) for row in rows))
        return len(rows)

    async def _run_one(self, row: asyncpg.Record, *, now: datetime) -> None:
        kind, tenant = row["kind"], row["tenant"]
        try:
            with span(f"timer {kind}", {"vangnet.tenant": tenant}):
                async with transaction(self._database, tenant) as session:
                    ref = await driver_of(session).fetchval(_CLAIM, row["id"])
                    if ref is None:
                        return  # another worker was first, or it was cancelled
                    session.info[CLIENT] = self._client
                    await self._handlers[kind](session, tenant, ref, now=now)
        except Exception as failure:
            # One timer that fails may not stop the others; it stays, with its error, and is tried again.
            log.exception(
                "timer failed, will be tried again", extra={"facts": {"kind": kind, "tenant": tenant}}
            )
            with contextlib.suppress(asyncpg.PostgresError):
                async with platform_transaction(self._database) as session:
                    await driver_of(session).execute(
                        _POSTPONE, row["id"], now, type(failure).__name__, _RETRY_AFTER, _RETRY_AFTER_MOST
                    )
