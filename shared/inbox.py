"""From JetStream to a handler, once for each event however often it comes; what fails is parked, never dropped."""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
import nats.errors
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from opentelemetry.trace import SpanKind
from sqlalchemy.ext.asyncio import AsyncSession

from shared.client import CLIENT, ServiceClient
from shared.contracts.event import Envelope, Event, decode, decode_envelope
from shared.db import (
    Database,
    DatabaseUnreachable,
    driver_of,
    opening_of,
    platform_transaction,
    rows_of,
    transaction,
)
from shared.errors import Unavailable
from shared.streams import stream_of
from shared.telemetry import CONSUMER_LAG, EVENTS_HANDLED, span, trace_of
from shared.tenancy import TenantNotReady

Handler = Callable[..., Awaitable[None]]
Subscriptions = Mapping[type[Event], Handler]

MAX_FAILURES = 5
_TENANT_DELIVERIES = 100  # about an hour and a half: a tenant that is not here by then was removed
_IN_HAND = 100
_CONCURRENT = 8
_FETCH_SECONDS = 5.0
_RETRY_SECONDS = (0.5, 2, 10, 30, 60)
_FAILURES_KEPT = 10_000
_HOLD_SECONDS = 60.0
"""How long what came later waits for a message that should be back: another process may have got it."""
_TRANSIENT = (Unavailable, DatabaseUnreachable, OSError, TimeoutError, nats.errors.Error)

_PRUNE = """
    DELETE FROM inbox WHERE event_id = ANY (ARRAY(
        SELECT event_id FROM inbox WHERE handled_at < $1 ORDER BY handled_at LIMIT $2))
"""
_CLAIM = "INSERT INTO inbox (event_id) VALUES ('{id}') ON CONFLICT DO NOTHING"
_CLAIMED = "INSERT 0 1"
_PARK = """
    INSERT INTO parked_messages (subject, tenant, event_id, payload, error, deliveries)
    VALUES ($1, $2, $3, $4, $5, $6)
"""

log = logging.getLogger(__name__)


class NotConnected(Exception):
    """A listener that was made to replay messages has no stream to listen to."""


@dataclass(frozen=True)
class Received:
    """A message and what could be read of it; `event` is None when it fits no subscription."""

    message: Msg
    envelope: Envelope | None
    kind: type[Event] | None

    @property
    def order_key(self) -> str:
        """Whose order is kept: one thing of one tenant, as one stream tells of it."""
        if self.envelope is None:
            return ""
        return f"{self.message.metadata.stream}/{self.envelope.tenant}/{self.envelope.subject}"

    @property
    def place(self) -> tuple[str, int]:
        """Which message it is, whatever is in it."""
        return self.message.metadata.stream, self.sequence

    @property
    def sequence(self) -> int:
        """Its place in the stream, the same at each delivery."""
        return self.message.metadata.sequence.stream


@dataclass(frozen=True)
class _Hold:
    """A message will come back; until then what came later to the same thing waits."""

    sequence: int
    back_at: float


class _AtWork:
    """Messages in hand: those of one thing one after the other, eight things at a time, at most a hundred in all.

    New ones are fetched while others are at work, so that a slow one holds up nothing but its own thing.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._last: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(_CONCURRENT)

    async def room(self) -> int:
        """How many more may be fetched; waits until that is one at least."""
        while len(self._tasks) >= _IN_HAND:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        return _IN_HAND - len(self._tasks)

    def add(self, key: str, tasks: asyncio.TaskGroup, work: Callable[[], Awaitable[None]]) -> None:
        task = tasks.create_task(self._in_turn(self._last.get(key), work))
        self._tasks.add(task)
        self._last[key] = task
        task.add_done_callback(partial(self._done, key))

    async def _in_turn(self, before: asyncio.Task[None] | None, work: Callable[[], Awaitable[None]]) -> None:
        if before is not None:
            await asyncio.wait({before})
        async with self._slots:
            await work()

    def _done(self, key: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._last.get(key) is task:
            del self._last[key]


class Listener:
    """A service's ears on one stream: a durable pull consumer, several things at a time, each in order.

    `lifecycle` handlers act on the platform (a tenant comes or goes) and have no tenant transaction; they must
    be safe to repeat.
    """

    def __init__(
        self,
        database: Database,
        stream: JetStreamContext | None,
        subscriptions: Subscriptions,
        *,
        lifecycle: Subscriptions,
        client: ServiceClient,
    ) -> None:
        self._database = database
        self._stream = stream
        self._handlers = {**subscriptions, **lifecycle}
        self._lifecycle = lifecycle
        self._client = client
        self._kinds = {kind.SUBJECT: kind for kind in self._handlers}
        self._holds: dict[str, _Hold] = {}
        self._failures: Counter[tuple[str, int]] = Counter()
        """How often each message's handler itself failed. What was away meanwhile is not the message's fault."""

    def kind_of(self, subject: str) -> type[Event]:
        """The event class of a subject; raises `KeyError` when this service does not listen to it."""
        return self._kinds[subject]

    def streams(self) -> set[str]:
        return {stream_of(subject) for subject in self._kinds}

    async def run(self, stream_name: str) -> None:
        """Handle the stream's messages until cancelled. Raises what broke; the caller starts it again."""
        service = self._database.service
        lag = CONSUMER_LAG.labels(service, stream_name)
        if self._stream is None:
            raise NotConnected
        consumer = await self._stream.pull_subscribe_bind(consumer=service, stream=stream_name)
        at_work = _AtWork()
        async with asyncio.TaskGroup() as tasks:
            while True:
                room = await at_work.room()
                # nothing to fetch is told by an error, and on a busy machine by an empty list too
                messages: list[Msg] = []
                with contextlib.suppress(TimeoutError):
                    messages = await consumer.fetch(room, timeout=_FETCH_SECONDS)
                if not messages:
                    lag.set((await consumer.consumer_info()).num_pending or 0)
                    continue
                for received in sorted(map(self._read, messages), key=lambda each: each.sequence):
                    at_work.add(received.order_key, tasks, partial(self._take, received))
                lag.set(messages[-1].metadata.num_pending)

    async def _take(self, received: Received) -> None:
        wait = self._must_wait(received.order_key, received)
        if wait:
            await received.message.nak(delay=wait)
        else:
            await self._deal_with(received)

    def _must_wait(self, key: str, received: Received) -> float:
        """Seconds until what came before it should have been dealt with; 0 when nothing stands before it."""
        hold = self._holds.get(key)
        if hold is None or received.sequence <= hold.sequence:
            return 0.0
        late = time.monotonic() - hold.back_at
        if late > _HOLD_SECONDS:
            del self._holds[key]
            return 0.0
        return max(-late, 0.0) + _RETRY_SECONDS[0]

    def _read(self, message: Msg) -> Received:
        try:
            envelope = decode_envelope(message.data)
        except msgspec.DecodeError:
            return Received(message, None, None)
        return Received(message, envelope, self._kinds.get(envelope.type))

    async def _deal_with(self, received: Received) -> None:
        """Handle, retry later or park."""
        message, service = received.message, self._database.service
        name = received.kind.SUBJECT if received.kind else "unknown"
        deliveries = message.metadata.num_delivered
        try:
            if received.envelope is None or received.kind is None:
                await self._park(received, "unreadable")
                outcome = "parked"
            else:
                fresh = await self.handle(decode(received.envelope, received.kind), headers=message.headers)
                outcome = "handled" if fresh else "duplicate"
        except _TRANSIENT as failure:
            if isinstance(failure, TenantNotReady) and deliveries >= _TENANT_DELIVERIES:
                await self._park(received, "tenant_not_ready")
                outcome = "parked"
            else:
                await self._retry(received, name, failure)
                outcome = "retried"
        except Exception as failure:
            # Whatever a handler raises is kept: tried again, and then set aside with the message.
            if self._failed(received) < MAX_FAILURES:
                await self._retry(received, name, failure)
                outcome = "retried"
            else:
                log.exception("message parked", extra={"facts": {"event": name, "deliveries": deliveries}})
                await self._park(received, f"{type(failure).__module__}.{type(failure).__qualname__}")
                outcome = "parked"
        EVENTS_HANDLED.labels(service, name, outcome).inc()
        if outcome != "retried":
            self._failures.pop(received.place, None)
            self._let_go(received)
            await message.ack()

    def _failed(self, received: Received) -> int:
        """Count a failure of the handler itself. Kept in memory: after a restart a message gets all its tries again."""
        if len(self._failures) >= _FAILURES_KEPT:
            self._failures.clear()
        self._failures[received.place] += 1
        return self._failures[received.place]

    def _let_go(self, received: Received) -> None:
        """It is dealt with: what waited for it, or for one before it, waits no more."""
        hold = self._holds.get(received.order_key)
        if hold is not None and hold.sequence <= received.sequence:
            del self._holds[received.order_key]

    async def _retry(self, received: Received, name: str, failure: Exception) -> None:
        deliveries = received.message.metadata.num_delivered
        delay = _RETRY_SECONDS[min(deliveries, len(_RETRY_SECONDS)) - 1]
        log.warning(
            "event not handled, will be tried again",
            exc_info=failure,
            extra={"facts": {"event": name, "deliveries": deliveries}},
        )
        self._holds[received.order_key] = _Hold(received.sequence, time.monotonic() + delay)
        await received.message.nak(delay=delay)

    async def handle(self, event: Event, *, headers: Mapping[str, str] | None = None) -> bool:
        """Run the event's handler in one transaction with its inbox row; False when it was handled before."""
        handler = self._handlers[type(event)]
        attributes = {"vangnet.tenant": event.tenant, "vangnet.event": event.SUBJECT}
        with span(f"handle {event.SUBJECT}", attributes, kind=SpanKind.CONSUMER, parent=trace_of(headers)):
            if type(event) in self._lifecycle:
                await handler(event)
                return True
            claim = _CLAIM.format(id=event.id)  # a UUID: nothing else can be read from an event
            async with transaction(self._database, event.tenant, opening=claim) as session:
                if opening_of(session) != _CLAIMED:
                    return False
                session.info[CLIENT] = self._client
                await handler(session, event, now=datetime.now(UTC))
            return True

    async def _park(self, received: Received, error: str) -> None:
        envelope = received.envelope
        async with platform_transaction(self._database) as session:
            await driver_of(session).execute(
                _PARK,
                received.message.subject,
                envelope.tenant if envelope else None,
                envelope.id if envelope else None,
                received.message.data,
                error,
                received.message.metadata.num_delivered,
            )


async def prune(session: AsyncSession, *, before: datetime, limit: int) -> int:
    """Forget events that were handled before that moment, `limit` at most; returns how many.

    Only what no stream can send again may go.
    """
    return rows_of(await driver_of(session).execute(_PRUNE, before, limit))


class ParkedMessage(msgspec.Struct, frozen=True):
    """A message that its handler refused five times, and why (the error's type)."""

    id: int
    parked_at: datetime
    subject: str
    tenant: str | None
    error: str
    deliveries: int
    payload: Any


async def parked_messages(session: AsyncSession) -> list[ParkedMessage]:
    """What waits for an operator, oldest first. Runs in a platform transaction."""
    rows = await driver_of(session).fetch(
        "SELECT id, parked_at, subject, tenant, error, deliveries, payload FROM parked_messages ORDER BY id"
    )
    return [ParkedMessage(*row.values()) for row in rows]


async def replay(database: Database, listener: Listener, parked_id: int) -> bool:
    """Handle a parked message again and remove it when that went well; False when there is no such message.

    The event may have been handled in another way since: its inbox row decides, as for any delivery.
    """
    async with platform_transaction(database) as session:
        row = await driver_of(session).fetchrow(
            "SELECT payload FROM parked_messages WHERE id = $1 FOR UPDATE", parked_id
        )
        if row is None:
            return False
        envelope = decode_envelope(row["payload"])
        await listener.handle(decode(envelope, listener.kind_of(envelope.type)))
        await driver_of(session).execute("DELETE FROM parked_messages WHERE id = $1", parked_id)
    return True
