"""The NATS server's users can do what their service needs, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import nats
import nats.errors
import pytest
from nats.aio.client import Client
from nats.js.api import ConsumerConfig

from deploy.catalogue import Listening, Traffic
from deploy.local.nats_server import EmbeddedNats
from deploy.nats.rights import USERS
from deploy.nats.streams import ensure_streams
from shared.streams import connect

TRAFFIC = Traffic(
    listenings=(
        Listening("cases", "ROSTERING", ("rostering.call_out_closed.v1",)),
        Listening(
            "notifications", "ROSTERING", ("rostering.call_out_ringing.v1", "rostering.shift_changed.v1")
        ),
    ),
    live=("rostering.call_out_ringing.v1",),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedNats]:
    passwords = {user: f"secret-of-{user}" for user in USERS}
    with EmbeddedNats(tmp_path_factory.mktemp("nats"), passwords=passwords, traffic=TRAFFIC) as server:
        asyncio.run(ensure_streams(server.url("admin"), TRAFFIC))
        yield server


@asynccontextmanager
async def connected(server: EmbeddedNats, user: str, name: str | None = None) -> AsyncIterator[Client]:
    client = await connect(server.url(user), name or user)
    try:
        yield client
    finally:
        await client.close()


async def is_published(client: Client, subject: str) -> bool:
    """Whether JetStream acknowledged it; a refused publish is never answered."""
    try:
        await client.jetstream(timeout=0.3).publish(subject, b"{}")
    except nats.errors.TimeoutError:
        return False
    return True


async def hears(server: EmbeddedNats, listener: str, subject: str, sent: str) -> bool:
    """Whether a plain subscription of the listener receives what rostering sends."""
    got = asyncio.Event()

    async def arrived(_: object) -> None:
        got.set()

    async with connected(server, listener) as ear, connected(server, "rostering") as mouth:
        await ear.subscribe(subject, cb=arrived)
        await ear.flush()
        await mouth.publish(sent, b"{}")
        await mouth.flush()
        with suppress(TimeoutError):
            await asyncio.wait_for(got.wait(), 0.3)
    return got.is_set()


async def test_a_service_publishes_its_own_subjects(server: EmbeddedNats) -> None:
    async with connected(server, "rostering") as rostering:
        assert await is_published(rostering, "rostering.call_out_closed.v1.pz_aalst")


@pytest.mark.parametrize("user", ["cases", "gateway"])
async def test_nobody_publishes_in_the_name_of_another(server: EmbeddedNats, user: str) -> None:
    async with connected(server, user) as client:
        assert not await is_published(client, "rostering.call_out_closed.v1.pz_aalst")


async def test_a_consumer_gets_the_subjects_that_it_asked_for_and_no_other(server: EmbeddedNats) -> None:
    async with connected(server, "rostering") as rostering:
        for event in ("call_out_ringing", "call_out_closed", "something_else"):
            assert await is_published(rostering, f"rostering.{event}.v1.ocmw_zoersel")

    async with connected(server, "notifications") as notifications:
        jetstream = notifications.jetstream()
        consumer = await jetstream.pull_subscribe_bind(consumer="notifications", stream="ROSTERING")
        messages = await consumer.fetch(10, timeout=0.5)
        for message in messages:
            await message.ack_sync()
        left = await consumer.consumer_info()

    # other tests of this module may have rung a call-out too
    assert {message.subject.rsplit(".", 1)[0] for message in messages} == {"rostering.call_out_ringing.v1"}
    assert left.num_ack_pending == 0


async def test_a_service_cannot_fetch_with_the_consumer_of_another(server: EmbeddedNats) -> None:
    async with connected(server, "identity") as identity:
        consumer = await identity.jetstream().pull_subscribe_bind(consumer="cases", stream="ROSTERING")
        with pytest.raises(nats.errors.TimeoutError):
            await consumer.fetch(1, timeout=0.3)


async def test_a_service_cannot_make_a_consumer_of_its_own(server: EmbeddedNats) -> None:
    async with connected(server, "identity") as identity:
        with pytest.raises(nats.errors.TimeoutError):
            await identity.jetstream(timeout=0.3).add_consumer(
                "ROSTERING", ConsumerConfig(durable_name="spy")
            )


async def test_a_service_cannot_read_the_answers_to_another(server: EmbeddedNats) -> None:
    async with connected(server, "identity", name="cases") as identity:
        with pytest.raises(nats.errors.TimeoutError):
            await identity.request("$JS.API.INFO", timeout=0.3)


async def test_the_gateway_hears_what_it_shows_live(server: EmbeddedNats) -> None:
    subject = "rostering.call_out_ringing.v1"

    assert await hears(server, "gateway", f"{subject}.*", f"{subject}.pz_aalst")


@pytest.mark.parametrize("listener", ["gateway", "cases"])
async def test_nobody_listens_in_on_other_subjects(server: EmbeddedNats, listener: str) -> None:
    subject = "rostering.call_out_closed.v1"

    assert not await hears(server, listener, f"{subject}.*", f"{subject}.pz_aalst")
    assert not await hears(server, listener, ">", f"{subject}.pz_aalst")


async def test_a_wrong_password_is_refused(server: EmbeddedNats) -> None:
    wrong = server.url("cases").replace("secret-of-cases", "guess")

    with pytest.raises(nats.errors.Error):
        await nats.connect(wrong, allow_reconnect=False, error_cb=_quietly)


async def _quietly(_: Exception) -> None:
    """nats-py prints errors unless it is given something to do with them."""


async def test_a_changed_filter_reaches_the_consumer_that_is_there(tmp_path: Path) -> None:
    passwords = {user: f"secret-of-{user}" for user in USERS}
    once = Traffic((Listening("cases", "ROSTERING", ("rostering.a.v1",)),), ())
    later = Traffic((Listening("cases", "ROSTERING", ("rostering.a.v1", "rostering.b.v1")),), ())
    with EmbeddedNats(tmp_path, passwords=passwords, traffic=once) as server:
        await ensure_streams(server.url("admin"), once)
        async with connected(server, "rostering") as rostering:
            await is_published(rostering, "rostering.a.v1.pz_aalst")
        await ensure_streams(server.url("admin"), later)
        await ensure_streams(server.url("admin"), later)

        async with connected(server, "admin") as admin:
            changed = await admin.jetstream().consumer_info("ROSTERING", "cases")
        await ensure_streams(server.url("admin"), Traffic((), ()))
        async with connected(server, "admin") as admin:
            gone = await admin.jetstream().consumers_info("ROSTERING")

    assert changed.config.filter_subjects == ["rostering.a.v1.*", "rostering.b.v1.*"]
    assert changed.num_pending == 1
    assert gone == []


async def test_messages_survive_a_killed_server(tmp_path: Path) -> None:
    passwords = {user: f"secret-of-{user}" for user in USERS}
    with EmbeddedNats(tmp_path, passwords=passwords, traffic=TRAFFIC) as server:
        await ensure_streams(server.url("admin"), TRAFFIC)
        async with connected(server, "rostering") as rostering:
            await is_published(rostering, "rostering.call_out_closed.v1.pz_aalst")
        port = server.port
        server.kill()

        server.start()
        async with connected(server, "admin") as admin:
            stream = await admin.jetstream().stream_info("ROSTERING")

    assert server.port == port
    assert stream.state.messages == 1
