"""From a command's transaction to a handler on the other side, through every kind of bad luck."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig

from deploy.catalogue import Traffic
from deploy.nats.rights import ADMIN
from shared.contracts.event import encode
from shared.db import driver_of, platform_transaction, uuid7
from shared.errors import Unavailable
from shared.inbox import MAX_FAILURES, Listener, parked_messages, replay
from shared.outbox import Relay, publish
from shared.streams import connect
from tests.service.shared import floor
from tests.support import servers
from tests.support.service import ServiceUnderTest

HANDLED: list[tuple[str, int]] = []


@pytest.fixture(scope="session")
def nats_url() -> Iterator[str]:
    with servers.nats(Traffic((), ())) as server:
        yield server.url(ADMIN)


@pytest.fixture
async def stream(nats_url: str) -> AsyncIterator[JetStreamContext]:
    """A fresh stream FLOOR with one consumer of the service."""
    client = await connect(nats_url, ADMIN)
    stream = client.jetstream()
    await stream.add_stream(StreamConfig(name="FLOOR", subjects=["floor.>"], duplicate_window=60))
    await stream.add_consumer(
        "FLOOR",
        ConsumerConfig(durable_name="floor", ack_policy=AckPolicy.EXPLICIT, ack_wait=5, max_deliver=-1),
    )
    HANDLED.clear()
    yield stream
    await stream.delete_stream("FLOOR")
    await client.close()


@pytest.fixture
async def empty_outbox(service: ServiceUnderTest) -> None:
    async with platform_transaction(service.database) as session:
        await driver_of(session).execute("DELETE FROM outbox")
        await driver_of(session).execute("DELETE FROM parked_messages")


async def handle(session: object, event: floor.CountedUp, *, now: datetime) -> None:
    """What the tests' service does with an event: 13 never works, 503 only once its neighbour is back."""
    if event.by == 13:
        raise ValueError("thirteen")
    if event.by == 503 and not HANDLED:
        HANDLED.append(("refused", 503))
        raise Unavailable
    HANDLED.append((str(event.counter_id), event.by))


def listener_of(service: ServiceUnderTest, stream: JetStreamContext | None) -> Listener:
    return Listener(
        service.database, stream, {floor.CountedUp: handle}, lifecycle={}, client=service.runtime.client
    )


def counted(tenant: str, by: int, counter: UUID | None = None) -> floor.CountedUp:
    return floor.CountedUp(
        id=uuid7(), occurred_at=datetime.now(UTC), tenant=tenant, counter_id=counter or uuid7(), by=by
    )


async def announce(service: ServiceUnderTest, *events: floor.CountedUp) -> None:
    for event in events:
        async with service.transaction(event.tenant) as session:
            publish(session, event)


@asynccontextmanager
async def working(service: ServiceUnderTest, stream: JetStreamContext) -> AsyncIterator[None]:
    """Relay and listener at work."""
    relay = Relay("floor", service.urls.service_url, stream)
    tasks = [asyncio.create_task(relay.run()), asyncio.create_task(listener_of(service, stream).run("FLOOR"))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(check: object, *, seconds: float = 15) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not await check():  # type: ignore[operator]
        assert asyncio.get_running_loop().time() < deadline, "it never came to be"
        await asyncio.sleep(0.02)


@pytest.mark.usefixtures("empty_outbox")
async def test_an_event_of_a_rolled_back_transaction_is_never_announced(
    service: ServiceUnderTest, tenant: str
) -> None:
    with suppress(RuntimeError):
        async with service.transaction(tenant) as session:
            publish(session, counted(tenant, 1))
            raise RuntimeError

    assert await service.published(tenant) == []


@pytest.mark.usefixtures("empty_outbox")
async def test_what_is_committed_is_handled_once_and_leaves_the_outbox(
    service: ServiceUnderTest, tenant: str, stream: JetStreamContext
) -> None:
    events = [counted(tenant, by) for by in range(1, 12)]
    async with working(service, stream):
        await announce(service, *events)
        await until(lambda: _handled(11))

        assert sorted(HANDLED) == sorted((str(event.counter_id), event.by) for event in events)
        await until(lambda: _outbox_empty(service, tenant))


async def _handled(count: int) -> bool:
    return len(HANDLED) >= count


async def _outbox_empty(service: ServiceUnderTest, tenant: str) -> bool:
    return await service.published(tenant) == []


@pytest.mark.usefixtures("empty_outbox")
async def test_events_of_one_thing_are_handled_in_their_order(
    service: ServiceUnderTest, tenant: str, stream: JetStreamContext
) -> None:
    counters = [uuid7() for _ in range(5)]
    for by in range(1, 9):
        await announce(service, *(counted(tenant, by, counter) for counter in counters))

    async with working(service, stream):
        await until(lambda: _handled(40))

    for counter in counters:
        assert [by for which, by in HANDLED if which == str(counter)] == list(range(1, 9))


@pytest.mark.usefixtures("empty_outbox")
async def test_a_second_delivery_changes_nothing(
    service: ServiceUnderTest, tenant: str, stream: JetStreamContext
) -> None:
    event = counted(tenant, 5)
    listener = listener_of(service, stream)

    assert await listener.handle(event)
    assert not await listener.handle(event)
    assert len(HANDLED) == 1


@pytest.mark.usefixtures("empty_outbox")
async def test_two_deliveries_at_once_are_handled_once(
    service: ServiceUnderTest, tenant: str, stream: JetStreamContext
) -> None:
    event = counted(tenant, 5)
    listener = listener_of(service, stream)

    fresh = await asyncio.gather(*(listener.handle(event) for _ in range(4)))

    assert sorted(fresh) == [False, False, False, True]
    assert len(HANDLED) == 1


@pytest.mark.usefixtures("empty_outbox")
async def test_a_message_waits_for_a_part_that_is_down(
    service: ServiceUnderTest, tenant: str, stream: JetStreamContext
) -> None:
    event = counted(tenant, 503)
    async with working(service, stream):
        await announce(service, event)
        await until(lambda: _handled(2))

    assert [("refused", 503), (str(event.counter_id), 503)] == HANDLED
    assert await _parked(service) == []


async def _parked(service: ServiceUnderTest) -> list[str]:
    async with platform_transaction(service.database) as session:
        return [message.error for message in await parked_messages(session)]


@pytest.mark.usefixtures("empty_outbox")
async def test_what_happens_later_to_a_thing_waits_for_what_could_not_be_handled_yet(
    service: ServiceUnderTest, tenant: str, stream: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.inbox._RETRY_SECONDS", (1.0,) * MAX_FAILURES)
    counter, other = uuid7(), uuid7()
    async with working(service, stream):
        await announce(service, counted(tenant, 503, counter))
        await until(lambda: _handled(1))
        await announce(service, counted(tenant, 2, counter), counted(tenant, 3, other))
        await until(lambda: _handled(4))

    assert [("refused", 503), (str(other), 3), (str(counter), 503), (str(counter), 2)] == HANDLED


@pytest.mark.usefixtures("empty_outbox")
async def test_what_never_works_is_parked_and_can_be_replayed(
    service: ServiceUnderTest, tenant: str, stream: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.inbox._RETRY_SECONDS", (0.01,) * MAX_FAILURES)
    event = counted(tenant, 13)
    async with working(service, stream):
        await announce(service, event, counted(tenant, 7))
        await until(lambda: _is_parked(service))

    assert await _parked(service) == ["builtins.ValueError"]
    assert [by for _, by in HANDLED] == [7]
    async with platform_transaction(service.database) as session:
        (message,) = await parked_messages(session)

    async def mended(session: object, event: floor.CountedUp, *, now: datetime) -> None:
        HANDLED.append((str(event.counter_id), event.by))

    listener = Listener(
        service.database, None, {floor.CountedUp: mended}, lifecycle={}, client=service.runtime.client
    )
    assert await replay(service.database, listener, message.id)
    assert (str(event.counter_id), 13) in HANDLED
    assert await _parked(service) == []
    assert not await replay(service.database, listener, message.id)


@pytest.mark.usefixtures("empty_outbox")
async def test_a_long_outage_takes_none_of_the_tries_that_a_message_has(
    service: ServiceUnderTest, tenant: str, stream: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.inbox._RETRY_SECONDS", (0.01,))
    tries: list[str] = []

    async def long_away(session: object, event: floor.CountedUp, *, now: datetime) -> None:
        tries.append("away" if len(tries) < 2 * MAX_FAILURES else "fails")
        if len(tries) <= 2 * MAX_FAILURES:
            raise Unavailable
        if len(tries) < 3 * MAX_FAILURES:
            raise ValueError

    listener = Listener(
        service.database, stream, {floor.CountedUp: long_away}, lifecycle={}, client=service.runtime.client
    )
    event = counted(tenant, 1)
    await stream.publish(f"{event.SUBJECT}.{tenant}", encode(event))
    listening = asyncio.create_task(listener.run("FLOOR"))
    try:
        await until(lambda: _is_handled(service, tenant, event))
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    assert tries == ["away"] * 2 * MAX_FAILURES + ["fails"] * MAX_FAILURES
    assert await _parked(service) == []


@pytest.mark.usefixtures("empty_outbox")
async def test_an_empty_answer_to_a_fetch_stops_no_listener(
    service: ServiceUnderTest, tenant: str, stream: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, asked = JetStreamContext.PullSubscription.fetch, list[int]()

    async def at_first_nothing(
        consumer: JetStreamContext.PullSubscription, batch: int, timeout: float
    ) -> list[Msg]:
        asked.append(batch)
        return [] if len(asked) == 1 else await fetch(consumer, batch, timeout=timeout)

    monkeypatch.setattr(JetStreamContext.PullSubscription, "fetch", at_first_nothing)
    event = counted(tenant, 1)
    await stream.publish(f"{event.SUBJECT}.{tenant}", encode(event))
    listening = asyncio.create_task(listener_of(service, stream).run("FLOOR"))
    try:
        await until(lambda: _is_handled(service, tenant, event))
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    assert len(asked) > 1


async def _is_handled(service: ServiceUnderTest, tenant: str, event: floor.CountedUp) -> bool:
    async with service.transaction(tenant) as session:
        return bool(
            await driver_of(session).fetchval("SELECT count(*) FROM inbox WHERE event_id = $1", event.id)
        )


async def _is_parked(service: ServiceUnderTest) -> bool:
    return bool(await _parked(service))


@pytest.mark.usefixtures("empty_outbox")
async def test_bytes_that_are_no_event_are_parked_not_lost(
    service: ServiceUnderTest, stream: JetStreamContext
) -> None:
    async with working(service, stream):
        await stream.publish("floor.nonsense.v1.nobody", b"\xff not json")
        await until(lambda: _is_parked(service))

    assert await _parked(service) == ["unreadable"]


@pytest.mark.usefixtures("empty_outbox")
async def test_a_relay_that_died_before_the_delete_announces_nothing_twice(
    service: ServiceUnderTest, tenant: str, stream: JetStreamContext
) -> None:
    await announce(service, counted(tenant, 1))
    async with platform_transaction(service.database) as session:
        row = await driver_of(session).fetchrow("SELECT * FROM outbox WHERE tenant = $1", tenant)
    await stream.publish(row["subject"], row["payload"], headers={"Nats-Msg-Id": str(row["event_id"])})

    async with working(service, stream):
        await until(lambda: _outbox_empty(service, tenant))
        info = await stream.stream_info("FLOOR")

    assert info.state.messages == 1


@pytest.mark.usefixtures("empty_outbox")
async def test_only_one_relay_works_at_a_time(
    service: ServiceUnderTest, tenant: str, stream: JetStreamContext
) -> None:
    async with working(service, stream), working(service, stream):
        await announce(service, *(counted(tenant, by) for by in range(20, 49)))
        await until(lambda: _handled(29))
        connection = await asyncpg.connect(service.urls.service_url)
        holders = await connection.fetchval(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        )
        await connection.close()

    assert len(HANDLED) == 29
    assert holders == 1


@pytest.mark.usefixtures("empty_outbox")
async def test_a_tenants_role_cannot_announce_for_another(
    service: ServiceUnderTest, tenant: str, other_tenant: str, stream: JetStreamContext
) -> None:
    forged = counted(other_tenant, 1)
    async with service.transaction(tenant) as session:
        publish(session, forged)

    async with working(service, stream):
        await asyncio.sleep(0.5)

    assert HANDLED == []
    assert (await stream.stream_info("FLOOR")).state.messages == 0


@pytest.mark.usefixtures("empty_outbox")
async def test_an_event_of_a_tenant_that_never_comes_is_parked_in_the_end(
    service: ServiceUnderTest, stream: JetStreamContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.inbox._RETRY_SECONDS", (0.01,) * MAX_FAILURES)
    monkeypatch.setattr("shared.inbox._TENANT_DELIVERIES", 3)
    event = counted("gone_for_good", 1)
    async with working(service, stream):
        await stream.publish(f"{event.SUBJECT}.gone_for_good", encode(event))
        await until(lambda: _is_parked(service))

    assert await _parked(service) == ["tenant_not_ready"]
