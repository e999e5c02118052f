"""The smallest service with events: it announces a ring, and hears it; and the processes that do the one or the other.

`python -m tests.load.bell relay|listen|raw` runs one of them, told by a job on standard input.
"""

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

import msgspec
import uvloop
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, StorageType, StreamConfig
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.nats.rights import ADMIN
from deploy.nats.streams import ACK_WAIT, DUPLICATE_WINDOW, MAX_ACK_PENDING
from shared.client import ServiceClient
from shared.contracts.event import Event
from shared.db import connect, direct_connection, uuid7
from shared.inbox import Listener
from shared.outbox import Relay
from shared.streams import connect as connect_nats
from shared.streams import subject_of

SERVICE = "bell"
STREAM = "BELL"
TENANTS = [f"bell_{number:02d}" for number in range(10)]
READY = b"ready\n"
"""What a process writes when it is connected; its outcome follows."""
_IN_FLIGHT = 1000


class BellRung(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "bell.rung.v1"
    AGGREGATE: ClassVar[str] = "bell_id"
    bell_id: UUID


async def on_bell_rung(session: AsyncSession, event: BellRung, *, now: datetime) -> None:
    """Nothing beside the inbox row that every event leaves: the listener itself is measured."""


def ring(number: int) -> BellRung:
    """Rings of many bells of ten tenants."""
    tenant = TENANTS[number % len(TENANTS)]
    return BellRung(id=uuid7(), occurred_at=datetime.now(UTC), tenant=tenant, bell_id=uuid7())


class Job(msgspec.Struct, frozen=True):
    """Where to work, and how many rings to expect."""

    db_url: str
    nats_url: str
    rings: int


class Handled(msgspec.Struct, frozen=True):
    """When each ring was handled (its transaction was committed), on the machine's monotonic clock."""

    at: dict[UUID, float]
    cpu: float
    """Seconds of processor time for all of them."""


async def make_stream(stream: JetStreamContext) -> None:
    """As `deploy.nats.streams` makes them."""
    await stream.add_stream(
        StreamConfig(
            name=STREAM,
            subjects=[f"{SERVICE}.>"],
            storage=StorageType.FILE,
            duplicate_window=DUPLICATE_WINDOW,
        )
    )
    await stream.add_consumer(
        STREAM,
        ConsumerConfig(
            durable_name=SERVICE,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT,
            max_deliver=-1,
            max_ack_pending=MAX_ACK_PENDING,
        ),
    )


class TimedListener(Listener):
    """The real listener, with a note of when."""

    def expect(self, rings: int) -> None:
        self.at: dict[UUID, float] = {}
        self.all_handled = asyncio.Event()
        self._rings = rings

    async def handle(self, event: Event, *, headers: Mapping[str, str] | None = None) -> bool:
        fresh = await super().handle(event, headers=headers)
        self.at[event.id] = time.monotonic()
        if len(self.at) == self._rings:
            self.all_handled.set()
        return fresh


async def listen(job: Job) -> Handled:
    """Handle all rings with the real listener."""
    nats = await connect_nats(job.nats_url, ADMIN)
    database = connect(job.db_url, SERVICE, pool_size=8, statement_cache=100, recycle_seconds=3600)
    client = ServiceClient(SERVICE, {})
    listener = TimedListener(
        database, nats.jetstream(), {BellRung: on_bell_rung}, lifecycle={}, client=client
    )
    listener.expect(job.rings)
    _say(READY)
    cpu = time.process_time()
    running = asyncio.create_task(listener.run(STREAM))
    await asyncio.wait(
        {running, asyncio.create_task(listener.all_handled.wait())}, return_when="FIRST_COMPLETED"
    )
    cpu = time.process_time() - cpu
    await asyncio.sleep(0.2)  # the last acknowledgements
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await nats.close()
    await database.engine.dispose()
    return Handled(listener.at, cpu)


class Rate(msgspec.Struct, frozen=True):
    """How many a second, and the processor time of one in milliseconds."""

    per_second: float
    cpu_ms: float


async def relay(job: Job) -> Rate:
    """Empty a full outbox with the real relay."""
    nats = await connect_nats(job.nats_url, ADMIN)
    stream = nats.jetstream()
    before = await _messages(stream)
    _say(READY)
    started, cpu = time.monotonic(), time.process_time()
    running = asyncio.create_task(Relay(SERVICE, job.db_url, stream).run())
    while await _messages(stream) < before + job.rings and not running.done():
        await asyncio.sleep(0.01)
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    await _empty(job.db_url)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await nats.close()
    return Rate(job.rings / seconds, cpu * 1000 / job.rings)


async def _messages(stream: JetStreamContext) -> int:
    return (await stream.stream_info(STREAM)).state.messages


async def _empty(url: str) -> None:
    """Wait until the relay has deleted what was acknowledged."""
    connection = await direct_connection(url, SERVICE)
    while await connection.fetchval("SELECT count(*) FROM platform.outbox"):
        await asyncio.sleep(0.01)
    await connection.close()


async def raw(job: Job) -> Rate:
    """JetStream alone: the same messages published with their acknowledgements in flight."""
    nats = await connect_nats(job.nats_url, ADMIN)
    stream = nats.jetstream()
    connection = await direct_connection(job.db_url, SERVICE)
    rows = await connection.fetch(
        "SELECT subject, payload FROM platform.outbox ORDER BY id LIMIT $1", job.rings
    )
    await connection.close()
    _say(READY)
    started, cpu = time.monotonic(), time.process_time()
    for begin in range(0, len(rows), _IN_FLIGHT):
        acks = [
            await stream.publish_async(row["subject"], row["payload"])
            for row in rows[begin : begin + _IN_FLIGHT]
        ]
        await asyncio.gather(*acks)
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    await nats.close()
    return Rate(len(rows) / seconds, cpu * 1000 / len(rows))


def subjects_of(rings: Sequence[BellRung]) -> list[str]:
    return [subject_of(ring) for ring in rings]


def _say(what: bytes) -> None:
    """All of it. With PYTHONUNBUFFERED, `sys.stdout.buffer` is the bare file, of which one write may take 64 KB and no more."""
    with open(sys.stdout.fileno(), "wb", closefd=False) as whole:
        whole.write(what)


if __name__ == "__main__":
    work = {"listen": listen, "relay": relay, "raw": raw}[sys.argv[1]]
    outcome = uvloop.run(work(msgspec.json.decode(sys.stdin.buffer.read(), type=Job)))
    _say(msgspec.json.encode(outcome))
