"""From a command's own transaction to JetStream: nothing announced that was not stored, nothing stored unannounced."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence

import asyncpg
import nats.errors
from nats.js import JetStreamContext
from nats.js.api import PubAck
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.event import Event, encode
from shared.db import Driver, direct_connection, on_commit, withdraw
from shared.streams import stream_of, subject_of
from shared.telemetry import EVENTS_PUBLISHED, OUTBOX_AGE, OUTBOX_DEPTH, trace_headers
from shared.tenancy import migrator_login, role_of, service_login

CHANNEL = "outbox"
_BATCH = 500
_POLL_SECONDS = 1.0
_ACK_SECONDS = 5.0
_LEADER_LOCK = 0x76616E67  # "vang": one relay at a time for each database
_MEASURE_SECONDS = 5.0

_INSERT = """
    INSERT INTO platform.outbox (event_id, tenant, subject, aggregate, payload, traceparent, occurred_at)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::timestamptz[])
"""
_PENDING = """
    SELECT id, event_id, tenant, subject, aggregate, payload, traceparent, owner::text AS owner
    FROM platform.outbox ORDER BY id LIMIT $1
"""
_DEPTH = """
    SELECT count(*) AS depth, coalesce(extract(epoch FROM clock_timestamp() - min(stored_at)), 0)::float8 AS age
    FROM platform.outbox
"""

log = logging.getLogger(__name__)


def publish(session: AsyncSession, event: Event) -> None:
    """Announce `event` if, and only if, this transaction commits."""
    on_commit(session, _write, event)


def withhold(session: AsyncSession, *kinds: type[Event]) -> None:
    """Announce nothing of `kinds`, or nothing at all: for history that is entered long after it happened."""
    withdraw(session, _write, lambda event: not kinds or isinstance(event, kinds))


async def _write(driver: Driver, events: list[Event]) -> None:
    traceparent = trace_headers().get("traceparent", "")
    await driver.execute(
        _INSERT,
        [event.id for event in events],
        [event.tenant for event in events],
        [subject_of(event) for event in events],
        [event.aggregate for event in events],
        [encode(event) for event in events],
        [traceparent] * len(events),
        [event.occurred_at for event in events],
    )


class Relay:
    """Sends what the outbox holds, in the order of each aggregate, and deletes what JetStream acknowledged.

    Woken by NOTIFY; a slow poll is the safety net. Only one relay of a service works at a time: it holds an
    advisory lock on a connection of its own (a direct one, not through a pooler).
    """

    def __init__(self, service: str, db_url: str, stream: JetStreamContext) -> None:
        self._service = service
        self._db_url = db_url
        self._stream = stream
        self._wake = asyncio.Event()
        self._measured = 0.0

    async def run(self) -> None:
        """Relay until cancelled. Raises what broke; the caller starts it again."""
        connection = await direct_connection(self._db_url, f"{self._service}-relay")
        try:
            # what a power cut brings back is sent again, and known by its id: nobody need wait for the disk
            await connection.execute("SET synchronous_commit TO off")
            await connection.add_listener(CHANNEL, lambda *_: self._wake.set())
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LEADER_LOCK):  # noqa: ASYNC110
                await asyncio.sleep(_POLL_SECONDS)
            while True:
                self._wake.clear()
                while await self.send_batch(connection) == _BATCH:
                    pass
                await self._measure(connection)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(
                        _POLL_SECONDS
                    ):  # unlike wait_for, no task between us and the wake-up
                        await self._wake.wait()
        finally:
            connection.terminate()

    async def send_batch(self, connection: Driver) -> int:
        """Send up to 500 waiting events; returns how many were waiting."""
        rows = await connection.fetch(_PENDING, _BATCH)
        if not rows:
            return 0
        sent: list[int] = []
        stopped: set[str] = set()
        for wave in _waves(rows):
            going = [row for row in wave if row["aggregate"] not in stopped]
            for row, failure in zip(going, await self._send(going), strict=True):
                if failure is not None:
                    stopped.add(row["aggregate"])
                    log.warning(
                        "event not acknowledged, will be sent again",
                        extra={"facts": {"subject": row["subject"], "error": type(failure).__name__}},
                    )
                else:
                    sent.append(row["id"])
        if sent:
            await connection.execute("DELETE FROM platform.outbox WHERE id = ANY($1::bigint[])", sent)
            EVENTS_PUBLISHED.labels(self._service).inc(len(sent))
        if stopped:
            await asyncio.sleep(_POLL_SECONDS)
        return len(rows)

    async def _send(self, rows: Sequence[asyncpg.Record]) -> list[BaseException | None]:
        """One after the other on to the wire, all acknowledgements in flight; what went wrong with each, if anything.

        Futures and no tasks: a task and a timer for each event would cost more than the sending.
        """
        acks = [await self._launch(row) for row in rows]
        if acks:
            await asyncio.wait(acks, timeout=_ACK_SECONDS)
        return [_failure_of(ack) for ack in acks]

    async def _launch(self, row: asyncpg.Record) -> asyncio.Future[PubAck]:
        try:
            if row["owner"] not in self._may_speak_for(row["tenant"]):
                # A tenant's role wrote an event in another tenant's name: it stays in the outbox, and is shouted about.
                log.error(
                    "event refused: written by another tenant's role",
                    extra={"facts": {"owner": row["owner"]}},
                )
                raise PermissionError
            headers = {"Nats-Msg-Id": str(row["event_id"])}
            if row["traceparent"]:
                headers["traceparent"] = row["traceparent"]
            return await self._stream.publish_async(
                row["subject"], row["payload"], stream=stream_of(row["subject"]), headers=headers
            )
        except (PermissionError, OSError, TimeoutError, nats.errors.Error) as failure:
            never = asyncio.get_running_loop().create_future()
            never.set_exception(failure)
            return never

    def _may_speak_for(self, tenant: str) -> set[str]:
        return {role_of(self._service, tenant), service_login(self._service), migrator_login(self._service)}

    async def _measure(self, connection: Driver) -> None:
        if time.monotonic() - self._measured < _MEASURE_SECONDS:
            return
        self._measured = time.monotonic()
        row = await connection.fetchrow(_DEPTH)
        if row is not None:
            OUTBOX_DEPTH.labels(self._service).set(row["depth"])
            OUTBOX_AGE.labels(self._service).set(row["age"])


def _failure_of(ack: asyncio.Future[PubAck]) -> BaseException | None:
    if not ack.done():
        ack.cancel()
        return TimeoutError()
    return ack.exception()


def _waves(rows: Sequence[asyncpg.Record]) -> list[list[asyncpg.Record]]:
    """Split into groups that may travel together: at most one event of an aggregate in each, in order."""
    waves: list[list[asyncpg.Record]] = []
    position: dict[str, int] = {}
    for row in rows:
        wave = position.get(row["aggregate"], 0)
        position[row["aggregate"]] = wave + 1
        if wave == len(waves):
            waves.append([])
        waves[wave].append(row)
    return waves
