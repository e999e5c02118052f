"""The connection to NATS, and how streams, consumers and subjects are named."""

import logging
from typing import Any

import nats
from nats.aio.client import Client

from shared.contracts.event import Event
from shared.tenancy import checked_key

_MINIMUM_SERVER = (2, 10)
log = logging.getLogger(__name__)


class ServerTooOld(Exception):
    """Before 2.10 a NATS server ignores `filter_subjects` and would feed a consumer everything."""


def stream_of(subject: str) -> str:
    """The stream that keeps a service's events."""
    return subject.split(".", 1)[0].upper()


def subject_of(event: Event) -> str:
    return f"{event.SUBJECT}.{checked_key(event.tenant)}"


def inbox_prefix(user: str) -> bytes:
    """Each NATS user may read replies only under its own prefix."""
    return f"_INBOX_{user}".encode()


async def connect(url: str, user: str) -> Client:
    """Connect and keep reconnecting for ever; raises `ServerTooOld`, or `OSError` when nothing answers at first."""

    async def lost() -> None:
        log.warning("nats connection lost")

    async def back() -> None:
        log.warning("nats connection is back")

    async def failed(failure: Exception) -> None:
        log.warning("nats reported an error", extra={"facts": {"error": type(failure).__name__}})

    options: dict[str, Any] = {
        "name": f"vangnet-{user}",
        "inbox_prefix": inbox_prefix(user),
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": 0.25,
        "allow_reconnect": True,
        "connect_timeout": 5,
        "disconnected_cb": lost,
        "reconnected_cb": back,
        "error_cb": failed,
    }
    client = await nats.connect(url, **options)
    version = client.connected_server_version
    if (version.major, version.minor) < _MINIMUM_SERVER:
        await client.close()
        raise ServerTooOld
    return client
