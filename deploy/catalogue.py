"""Which services there are, and what each says and hears, read from the services' own code."""

import importlib
import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass

from shared.contracts.tenancy import TENANT_ANSWERS, TENANT_EVENTS
from shared.streams import stream_of

OWNERS = ("identity", "cases", "rostering", "referrals", "notifications")
"""The services that own a database and announce facts; each has a stream of its name."""

GATEWAY = "gateway"

SERVICES = (*OWNERS, GATEWAY)
"""Every service, in the order in which they are named to people."""


@dataclass(frozen=True, slots=True)
class Listening:
    """What one service hears of one stream: a durable consumer of its name."""

    listener: str
    stream: str
    subjects: tuple[str, ...]
    """Event subjects without the tenant, which is the last token on the wire."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """All that goes over NATS: who hears what, and what the gateway shows live."""

    listenings: tuple[Listening, ...]
    live: tuple[str, ...]

    def of(self, listener: str) -> tuple[Listening, ...]:
        """The streams that one service listens to."""
        return tuple(each for each in self.listenings if each.listener == listener)


def read_traffic() -> Traffic:
    """Import each service's `subscriptions` and the gateway's `live`; a service that is absent is an error."""
    listenings = [each for service in OWNERS for each in listenings_of(service, subjects_heard_by(service))]
    live = importlib.import_module(f"services.{GATEWAY}.live").LIVE_EVENTS
    return Traffic(tuple(listenings), tuple(sorted(event.SUBJECT for event in live)))


def subjects_heard_by(service: str) -> list[str]:
    """The life of the tenants, and the service's own SUBSCRIPTIONS; without that module it has none of its own."""
    importlib.import_module(f"services.{service}")
    tenant_events = [event.SUBJECT for event in TENANT_EVENTS] if service in TENANT_ANSWERS else []
    if importlib.util.find_spec(f"services.{service}.subscriptions") is None:
        return tenant_events
    subscriptions = importlib.import_module(f"services.{service}.subscriptions").SUBSCRIPTIONS
    return tenant_events + [event.SUBJECT for event in subscriptions]


def listenings_of(listener: str, subjects: Iterable[str]) -> list[Listening]:
    """One per stream, subjects in a fixed order so that an unchanged consumer is seen to be unchanged."""
    by_stream: dict[str, list[str]] = {}
    for subject in sorted(subjects):
        if subject.split(".", 1)[0] not in OWNERS:
            raise ValueError(f"{listener} listens to {subject}, which no service announces")
        by_stream.setdefault(stream_of(subject), []).append(subject)
    return [Listening(listener, stream, tuple(heard)) for stream, heard in sorted(by_stream.items())]
