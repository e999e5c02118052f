"""Makes the streams and the durable consumers that the services expect, and mends those that differ."""

import asyncio

from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from deploy.catalogue import OWNERS, Listening, Traffic, read_traffic
from deploy.nats.rights import ADMIN
from shared.streams import connect

DUPLICATE_WINDOW = 120.0
MAX_AGE = 30 * 24 * 3600.0
"""Long enough for a service to be restored from last week's backup and catch up."""
ACK_WAIT = 30.0
MAX_ACK_PENDING = 1000


async def ensure_streams(admin_url: str, traffic: Traffic | None = None, *, replicas: int = 1) -> None:
    """One stream per service that owns data, one durable consumer per listener and stream."""
    wanted = traffic or read_traffic()
    client = await connect(admin_url, ADMIN)
    try:
        jetstream = client.jetstream(timeout=20)
        await asyncio.gather(*(ensure_stream(jetstream, owner, replicas) for owner in OWNERS))
        await asyncio.gather(*(ensure_consumer(jetstream, listening) for listening in wanted.listenings))
        await asyncio.gather(*(remove_stale_consumers(jetstream, owner, wanted) for owner in OWNERS))
    finally:
        await client.close()


async def ensure_stream(jetstream: JetStreamContext, owner: str, replicas: int) -> None:
    """The stream of one service's events, on disk."""
    name = owner.upper()
    config = StreamConfig(
        name=name,
        subjects=[f"{owner}.>"],
        storage=StorageType.FILE,
        duplicate_window=DUPLICATE_WINDOW,
        max_age=MAX_AGE,
        num_replicas=replicas,
    )
    try:
        await jetstream.stream_info(name)
    except NotFoundError:
        await jetstream.add_stream(config)
    else:
        await jetstream.update_stream(config)


async def ensure_consumer(jetstream: JetStreamContext, listening: Listening) -> None:
    """Made or changed in one call; a consumer keeps its place when its filter changes."""
    config = ConsumerConfig(
        name=listening.listener,
        durable_name=listening.listener,
        filter_subjects=[f"{subject}.*" for subject in listening.subjects],
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT,
        # the service itself parks what it cannot handle, in its own database
        max_deliver=-1,
        max_ack_pending=MAX_ACK_PENDING,
    )
    await jetstream.add_consumer(listening.stream, config)


async def remove_stale_consumers(jetstream: JetStreamContext, owner: str, wanted: Traffic) -> None:
    """A service that no longer listens to a stream leaves no consumer behind."""
    stream = owner.upper()
    listeners = {each.listener for each in wanted.listenings if each.stream == stream}
    for consumer in await jetstream.consumers_info(stream):
        if consumer.name in OWNERS and consumer.name not in listeners:
            await jetstream.delete_consumer(stream, consumer.name)
